//! What a verdict becomes once it is kept: a finding with an identity that outlives scans, a state, a score, and the
//! record that every export shares.
//!
//! This crate does no I/O, reads no clock, and knows neither storage nor transport nor rendering.
//!
//! ```
//! use finding::Fingerprint;
//!
//! let id = Fingerprint::of("aws-s3-bucket-tls-only", "arn:aws:s3:::logs", "");
//! assert_eq!(id, Fingerprint::of("aws-s3-bucket-tls-only", "arn:aws:s3:::logs", ""));
//! assert!(id.short(6).starts_with("F-"));
//! ```
#![deny(missing_docs)]

mod filter;
mod fingerprint;
mod record;

use std::sync::Arc;

use resource::{Evidence, Hole, Severity, Verdict};

pub use filter::{Filter, glob};
pub use fingerprint::{Fingerprint, Prefix, PrefixError, SHORT_LENGTH};
pub use record::{COLUMNS, Record, Status, UnknownRecord, timestamp};

/// Where a finding is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It fails, or it failed and could not be read since: unknown never closes.
    Open,
    /// It could not be decided, and was not failing before.
    Undecided,
    /// It passes or does not apply.
    Closed,
}

impl State {
    /// The state of a verdict; `failed_before` says whether the last decided verdict was a failure.
    pub fn of(verdict: Verdict, failed_before: bool) -> State {
        match verdict {
            Verdict::Fail => State::Open,
            Verdict::Unknown if failed_before => State::Open,
            Verdict::Unknown => State::Undecided,
            Verdict::Pass | Verdict::NotApplicable => State::Closed,
        }
    }

    /// The name used in filters and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Undecided => "undecided",
            State::Closed => "closed",
        }
    }
}

/// The score that a severity alone gives, 0 to 100: the base to which exposure, paths and the value of what is
/// reached will add once they are computed.
pub fn base_score(severity: Severity) -> u8 {
    match severity {
        Severity::Critical => 90,
        Severity::High => 70,
        Severity::Medium => 40,
        Severity::Low => 20,
        Severity::Info => 5,
    }
}

/// One kept verdict of one check about one resource, or about one item of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Its identity: never depends on time, scan or message.
    pub fingerprint: Fingerprint,
    /// The fingerprint as people type it, long enough to be unambiguous where it was listed.
    pub short_id: String,
    /// The check's present id.
    pub check: Arc<str>,
    /// The check's title, which states what should be so.
    pub title: Arc<str>,
    /// The check's objective, `storage.public-access`.
    pub objective: Arc<str>,
    /// The framework requirements that the check serves.
    pub frameworks: Arc<[String]>,
    /// The answer.
    pub verdict: Verdict,
    /// How bad a failure is here.
    pub severity: Severity,
    /// 0 to 100.
    pub score: u8,
    /// Where it is in its life.
    pub state: State,
    /// `aws`, `azure` or `gcp`.
    pub cloud: Arc<str>,
    /// The account, subscription or project.
    pub account: Arc<str>,
    /// The region; empty where there is none.
    pub region: Arc<str>,
    /// The resource's type, `aws.s3.bucket`.
    pub type_id: Arc<str>,
    /// The resource's global id.
    pub uid: Arc<str>,
    /// The resource's name as people know it.
    pub resource_name: String,
    /// Which item of the resource; empty for the resource itself.
    pub discriminator: String,
    /// What is so, one sentence.
    pub message: String,
    /// Who is to mend it; empty until ownership is recorded.
    pub owner: String,
    /// When it was first seen to fail or to be undecided, microseconds since 1970 UTC.
    pub first_seen: i64,
    /// When the present verdict began, microseconds since 1970 UTC.
    pub last_changed: i64,
    /// The holes that kept it undecided.
    pub unknown: Vec<Arc<Hole>>,
    /// The fields that decided. Evidence is recomputed, not stored: whoever lists from a store fills it in.
    pub evidence: Vec<Evidence>,
    /// When time alone may flip the verdict, microseconds since 1970 UTC.
    pub holds_until: Option<i64>,
}

impl Finding {
    /// The record of this finding, for every tabular and JSON export.
    pub fn record(&self) -> Record<'_> {
        Record::of(self)
    }
}
