//! Versions in order.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// A version such as `8.0.36`, `v1.27`, `5.7.mysql_aurora.2.11.1` or `1.2.0-rc1`.
#[derive(Clone, Debug)]
pub struct Release {
    text: Arc<str>,
    parts: Vec<Part>,
}

/// Text sorts before numbers, so that a pre-release comes before its release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Word(String),
    Number(u64),
}

impl Release {
    /// `None` when the text has no digit.
    pub(crate) fn parse(text: &str) -> Option<Release> {
        let body = text.trim().trim_start_matches(['v', 'V']);
        // Build metadata does not order versions (semver.org, item 10).
        let body = body.split('+').next().unwrap_or_default();
        let mut parts = Vec::new();
        for piece in body.split(['.', '-', '_', ' ']).filter(|piece| !piece.is_empty()) {
            let mut rest = piece;
            while let Some(first) = rest.chars().next() {
                let digit = first.is_ascii_digit();
                let end = rest.find(|letter: char| letter.is_ascii_digit() != digit).unwrap_or(rest.len());
                let (run, after) = rest.split_at_checked(end)?;
                parts.push(match run.parse::<u64>() {
                    Ok(number) => Part::Number(number),
                    Err(_) => Part::Word(run.to_ascii_lowercase()),
                });
                rest = after;
            }
        }
        let known = parts.iter().any(|part| matches!(part, Part::Number(_)));
        known.then(|| Release { text: text.into(), parts })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl Ord for Release {
    fn cmp(&self, other: &Self) -> Ordering {
        // A part that is not there counts as 0: `1.2` is `1.2.0`.
        let zero = Part::Number(0);
        let longest = self.parts.len().max(other.parts.len());
        (0..longest)
            .map(|at| self.parts.get(at).unwrap_or(&zero).cmp(other.parts.get(at).unwrap_or(&zero)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Release {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Release {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Release {}

/// A protocol version. Every SSL comes before every TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TlsVersion {
    tls: bool,
    major: u8,
    minor: u8,
}

impl TlsVersion {
    /// Reads `TLSv1.2`, `TLS_1_2`, `TLS1_2`, `Tls12`, `1.2`, `TLSv1.2_2021`, `SSLv3` and `Policy-Min-TLS-1-2-2019-07`.
    /// Names of policies that list several versions are not versions: they give `None`.
    pub(crate) fn parse(text: &str) -> Option<TlsVersion> {
        let lower = text.trim().to_ascii_lowercase();
        let body = lower.strip_prefix("policy-min-").unwrap_or(&lower);
        let (tls, body) = match (body.strip_prefix("tls"), body.strip_prefix("ssl")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => (true, body),
        };
        let body = body.trim_start_matches(['v', '_', '-', ' ', '.']);
        let mut rest = body.chars();
        let major = digit(rest.next()?)?;
        let after = rest.as_str();
        let after_sign = after.strip_prefix(['.', '_', '-']).unwrap_or(after);
        let minor = after_sign.chars().next().and_then(digit);
        let tail = if minor.is_some() { after_sign.get(1..).unwrap_or_default() } else { after };
        // After the version only a date may follow, as in CloudFront's and OpenSearch's policies.
        let dated = tail.starts_with(['_', '-']) && tail.get(1..5).is_some_and(|year| year.starts_with("20"));
        let plain = tail.is_empty() || dated || tail.starts_with("-pfs-");
        (plain && (1..=3).contains(&major)).then_some(TlsVersion { tls, major, minor: minor.unwrap_or(0) })
    }
}

fn digit(letter: char) -> Option<u8> {
    letter.to_digit(10).and_then(|digit| u8::try_from(digit).ok())
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.tls { "TLS" } else { "SSL" };
        write!(f, "{name} {}.{}", self.major, self.minor)
    }
}
