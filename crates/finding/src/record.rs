//! The one record that CSV, JSON and JSON Lines share; its names are a promise to scripts.

use resource::{Evidence, Hole, Verdict};
use serde::Serialize;

use crate::Finding;

/// The columns of the CSV export, in order. JSON carries the same names plus `evidence` and `unknown`.
pub const COLUMNS: [&str; 20] = [
    "check_id",
    "status",
    "severity",
    "score",
    "provider",
    "account",
    "region",
    "resource_type",
    "resource_uid",
    "resource_id",
    "resource_name",
    "discriminator",
    "title",
    "message",
    "objective",
    "owner",
    "first_seen",
    "last_changed",
    "frameworks",
    "fingerprint",
];

/// The status column: a verdict, or that an exception covers the failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// What should be so is so.
    Pass,
    /// What should be so is not.
    Fail,
    /// It could not be decided.
    Unknown,
    /// The question does not arise.
    NotApplicable,
    /// It fails, and somebody accepted that until a day.
    Excepted,
}

impl Status {
    /// The name in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Pass => "PASS",
            Status::Fail => "FAIL",
            Status::Unknown => "UNKNOWN",
            Status::NotApplicable => "NOT_APPLICABLE",
            Status::Excepted => "EXCEPTED",
        }
    }
}

impl From<Verdict> for Status {
    fn from(verdict: Verdict) -> Status {
        match verdict {
            Verdict::Pass => Status::Pass,
            Verdict::Fail => Status::Fail,
            Verdict::Unknown => Status::Unknown,
            Verdict::NotApplicable => Status::NotApplicable,
        }
    }
}

/// One exported finding. Times are RFC 3339 in UTC to the second; `frameworks` is joined by `;`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record<'a> {
    /// The check's present id.
    pub check_id: &'a str,
    /// The verdict, or that it is excepted.
    pub status: Status,
    /// `critical high medium low info`.
    pub severity: &'static str,
    /// 0 to 100.
    pub score: u8,
    /// `aws`, `azure` or `gcp`.
    pub provider: &'a str,
    /// The account, subscription or project.
    pub account: &'a str,
    /// The region; empty where there is none.
    pub region: &'a str,
    /// `aws.s3.bucket`.
    pub resource_type: &'a str,
    /// The provider's own global id.
    pub resource_uid: &'a str,
    /// Its last part, the id within the service.
    pub resource_id: &'a str,
    /// The name as people know it.
    pub resource_name: &'a str,
    /// Which item of the resource; empty for the resource itself.
    pub discriminator: &'a str,
    /// What should be so.
    pub title: &'a str,
    /// What is so.
    pub message: &'a str,
    /// The check's objective.
    pub objective: &'a str,
    /// Who is to mend it; empty until ownership is recorded.
    pub owner: &'a str,
    /// RFC 3339.
    pub first_seen: String,
    /// RFC 3339.
    pub last_changed: String,
    /// Requirements that the check serves, joined by `;`.
    pub frameworks: String,
    /// 32 hex digits.
    pub fingerprint: String,
    /// The fields that decided; JSON only.
    pub evidence: &'a [Evidence],
    /// What could not be read; JSON only.
    pub unknown: Vec<UnknownRecord<'a>>,
}

/// Why a finding is undecided.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnknownRecord<'a> {
    /// `denied`, `throttled`, …
    pub why: &'static str,
    /// `service:Operation`
    pub call: Option<&'a str>,
    /// `service:Action`
    pub permission: Option<&'a str>,
    /// Which kind of policy denied.
    pub by: Option<&'static str>,
}

impl<'a> From<&'a Hole> for UnknownRecord<'a> {
    fn from(hole: &'a Hole) -> Self {
        UnknownRecord {
            why: hole.why.as_str(),
            call: hole.call.as_deref(),
            permission: hole.permission.as_deref(),
            by: hole.by.map(resource::By::as_str),
        }
    }
}

impl<'a> Record<'a> {
    pub(crate) fn of(finding: &'a Finding) -> Record<'a> {
        Record {
            check_id: &finding.check,
            status: finding.verdict.into(),
            severity: finding.severity.as_str(),
            score: finding.score,
            provider: &finding.cloud,
            account: &finding.account,
            region: &finding.region,
            resource_type: &finding.type_id,
            resource_uid: &finding.uid,
            resource_id: last_segment(&finding.uid),
            resource_name: &finding.resource_name,
            discriminator: &finding.discriminator,
            title: &finding.title,
            message: &finding.message,
            objective: &finding.objective,
            owner: &finding.owner,
            first_seen: timestamp(finding.first_seen),
            last_changed: timestamp(finding.last_changed),
            frameworks: finding.frameworks.join(";"),
            fingerprint: finding.fingerprint.to_string(),
            evidence: &finding.evidence,
            unknown: finding.unknown.iter().map(|hole| UnknownRecord::from(&**hole)).collect(),
        }
    }

    /// The values of [`COLUMNS`], as text.
    pub fn cells(&self) -> [std::borrow::Cow<'_, str>; 20] {
        [
            self.check_id.into(),
            self.status.as_str().into(),
            self.severity.into(),
            self.score.to_string().into(),
            self.provider.into(),
            self.account.into(),
            self.region.into(),
            self.resource_type.into(),
            self.resource_uid.into(),
            self.resource_id.into(),
            self.resource_name.into(),
            self.discriminator.into(),
            self.title.into(),
            self.message.into(),
            self.objective.into(),
            self.owner.into(),
            self.first_seen.as_str().into(),
            self.last_changed.as_str().into(),
            self.frameworks.as_str().into(),
            self.fingerprint.as_str().into(),
        ]
    }
}

/// The id within its service: what follows the last `/` or `:` of a global id.
fn last_segment(uid: &str) -> &str {
    match uid.trim_end_matches(['/', ':']).rsplit(['/', ':']).next() {
        Some(segment) if !segment.is_empty() => segment,
        _ => uid,
    }
}

/// RFC 3339 in UTC to the second; empty for a time that no calendar holds.
pub fn timestamp(micros: i64) -> String {
    let second = micros.div_euclid(1_000_000);
    jiff::Timestamp::from_second(second).map(|time| time.to_string()).unwrap_or_default()
}
