//! Moments and lengths of time as text.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// Microseconds since 1970 UTC of RFC 3339 text or a date (its midnight, UTC).
pub(crate) fn parse_moment(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.len() == 10 {
        let date: Date = text.parse().ok()?;
        return Some(TimeZone::UTC.to_timestamp(date.into()).ok()?.as_microsecond());
    }
    // A time without an offset would be a guess.
    text.parse::<Timestamp>().ok().map(|moment| moment.as_microsecond())
}

/// RFC 3339 text in UTC.
pub(crate) fn moment_text(at: i64) -> String {
    Timestamp::from_microsecond(at).map_or_else(|_| at.to_string(), |moment| moment.to_string())
}

/// The microseconds of text such as `90d`, `1d12h`, `30m`.
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    let mut rest = text.trim();
    let mut total = 0_i64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at_checked(digits)?;
        let unit = match after.as_bytes().first()? {
            b's' => SECOND,
            b'm' => MINUTE,
            b'h' => HOUR,
            b'd' => DAY,
            b'w' => 7 * DAY,
            _ => return None,
        };
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        rest = after.get(1..)?;
    }
    Some(total)
}

/// A length of time for people: whole units, the largest that fits twice or more (or a day).
pub(crate) fn span_text(span: i64) -> String {
    let sign = if span < 0 { "-" } else { "" };
    let length = span.unsigned_abs();
    let units = [(DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second")];
    let (unit, name) = units.into_iter().find(|(unit, _)| length >= unit.unsigned_abs()).unwrap_or((SECOND, "second"));
    let count = length / unit.unsigned_abs();
    let plural = if count == 1 { "" } else { "s" };
    format!("{sign}{count} {name}{plural}")
}
