//! Timestamps: RFC 3339 UTC text in documents, three forms on the wire.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::tz::TimeZone;

use super::Fault;
use crate::api::TimestampFormat;

/// The document's form of whatever a provider wrote.
pub(super) fn normal(text: &str) -> Result<String, Fault> {
    read(text).map(|time| time.to_string())
}

/// The document's form of seconds since 1970.
pub(super) fn from_seconds(seconds: f64) -> Result<String, Fault> {
    // Microseconds: what is left of an f64 today, and what botocore keeps.
    let micros = (seconds * 1e6).round();
    if !micros.is_finite() || micros.abs() > 3.2e17 {
        return Err(Fault::wrong(format!("`{seconds}` is not a time")));
    }
    Timestamp::from_microsecond(micros as i64)
        .map(|time| time.to_string())
        .map_err(|_| Fault::wrong(format!("`{seconds}` is not a time")))
}

/// The wire's form of a document's timestamp; `Unix` gives the digits of a number.
pub(super) fn write(text: &str, format: TimestampFormat) -> Result<String, Fault> {
    let time = read(text)?;
    match format {
        TimestampFormat::Iso8601 => Ok(time.to_string()),
        TimestampFormat::Rfc822 => DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&time)
            .map_err(|_| Fault::wrong(format!("`{text}` cannot be written as an HTTP date"))),
        TimestampFormat::Unix => Ok(seconds(time)),
    }
}

fn seconds(time: Timestamp) -> String {
    let micros = time.as_microsecond();
    let (whole, part) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    if part == 0 {
        return whole.to_string();
    }
    if whole < 0 {
        // -0.5 is -1 + 0.5: the sign is the whole number's, so count the fraction from there.
        return format!("{}", micros as f64 / 1e6);
    }
    format!("{whole}.{part:06}").trim_end_matches('0').to_owned()
}

fn read(text: &str) -> Result<Timestamp, Fault> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    // Some answers leave the zone out; they mean UTC.
    if text.contains('-')
        && let Ok(time) = text.parse::<DateTime>()
        && let Ok(time) = TimeZone::UTC.to_timestamp(time)
    {
        return Ok(time);
    }
    if let Ok(seconds) = text.parse::<f64>()
        && seconds.is_finite()
        && seconds.abs() < 3.2e11
        && let Ok(time) = Timestamp::from_microsecond((seconds * 1e6).round() as i64)
    {
        return Ok(time);
    }
    jiff::fmt::rfc2822::parse(text)
        .map(|zoned| zoned.timestamp())
        .map_err(|_| Fault::wrong(format!("`{text}` is not a time")))
}
