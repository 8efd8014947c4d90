//! Verdicts and what they rest on.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Hole, Value};

/// The answer of a check for a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// What should be so is so.
    Pass,
    /// What should be so is not.
    Fail,
    /// It could not be decided.
    Unknown,
    /// The question does not arise.
    NotApplicable,
}

impl Verdict {
    /// The name in exports: `PASS FAIL UNKNOWN NOT_APPLICABLE`.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Pass => "PASS",
            Verdict::Fail => "FAIL",
            Verdict::Unknown => "UNKNOWN",
            Verdict::NotApplicable => "NOT_APPLICABLE",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Verdict {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Verdict::Pass, Verdict::Fail, Verdict::Unknown, Verdict::NotApplicable]
            .into_iter()
            .find(|verdict| verdict.as_str() == text)
            .ok_or(())
    }
}

/// How bad a failure is, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Hygiene.
    Low,
    /// Weakens a defence.
    Medium,
    /// A likely way in or a lost control.
    High,
    /// Open to an outsider now.
    Critical,
}

impl Severity {
    /// Every severity, worst first.
    pub const ALL: [Severity; 5] =
        [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

    /// The name in files and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Critical => "critical",
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
            Severity::Info => "info",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Severity::ALL.into_iter().find(|severity| severity.as_str() == text).ok_or(())
    }
}

/// One field that a verdict rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// Where it was read: `self.PublicAccessBlockConfiguration.IgnorePublicAcls`, `account.…`, `refs("logs_to")[uid].…`.
    pub path: String,
    /// What was there.
    pub value: Value,
}

/// One verdict of one check about one subject (or one item of it).
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The check's id.
    pub check: Arc<str>,
    /// The subject's global id.
    pub uid: Arc<str>,
    /// Which item of the subject, for checks with `for … by`; empty otherwise.
    pub discriminator: String,
    /// The answer.
    pub verdict: Verdict,
    /// Severity after `severity when`.
    pub severity: Severity,
    /// What is so, one sentence; for `Unknown` what could not be read.
    pub message: String,
    /// The fields that decided.
    pub evidence: Vec<Evidence>,
    /// The holes that kept it undecided; empty unless `Unknown`.
    pub unknown: Vec<Arc<Hole>>,
    /// When time alone may flip it, microseconds since 1970 UTC.
    pub holds_until: Option<i64>,
}
