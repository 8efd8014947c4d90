//! Numbers and words of verdicts and severities, as the script and the page share them.

use resource::{Severity, Verdict};

/// The order of the verdicts on screen.
pub(super) const VERDICTS: [Verdict; 4] = [Verdict::Fail, Verdict::Unknown, Verdict::Pass, Verdict::NotApplicable];

/// 0 fail, 1 unknown, 2 pass, 3 not applicable.
pub(super) fn verdict_number(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Unknown => 1,
        Verdict::Pass => 2,
        Verdict::NotApplicable => 3,
    }
}

/// The word in filters and for people.
pub(super) fn verdict_word(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Fail => ("fail", "fail"),
        Verdict::Unknown => ("unknown", "unknown"),
        Verdict::Pass => ("pass", "pass"),
        Verdict::NotApplicable => ("na", "not applicable"),
    }
}

/// 0 critical to 4 info.
pub(super) fn severity_number(severity: Severity) -> u8 {
    match severity {
        Severity::Critical => 0,
        Severity::High => 1,
        Severity::Medium => 2,
        Severity::Low => 3,
        Severity::Info => 4,
    }
}

/// The mark of a severity: shape, letter, and the word for those who do not see it.
pub(super) fn severity_mark(severity: Severity) -> String {
    let name = severity.as_str();
    let letter = name.get(..1).unwrap_or_default().to_ascii_uppercase();
    format!(
        "<span class=\"mark {name}\"><svg aria-hidden=\"true\"><use href=\"#m-{name}\"/></svg><b aria-hidden=\"true\">{letter}</b><span class=\"sr\">{name}</span></span>"
    )
}
