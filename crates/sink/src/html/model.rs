//! What a report is made of. Plain data: whoever has a store fills it in.

use std::collections::BTreeMap;

use finding::Finding;
use resource::Severity;

use crate::Selection;

/// Everything that is known before the first finding.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The program and its version, `plumb 0.1.0`.
    pub program: String,
    /// The catalogue's version.
    pub catalogue: String,
    /// When the report was made, microseconds since 1970 UTC.
    pub made_at: i64,
    /// What of the store is in the report.
    pub selection: Selection,
    /// The scans that it rests on.
    pub scans: Vec<Scan>,
    /// The checks whose findings may come.
    pub checks: Vec<CheckText>,
    /// The resource types that may come.
    pub types: Vec<TypeText>,
    /// Objective → what it demands in words.
    pub objectives: BTreeMap<String, String>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

/// One scan of one account.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// `aws`, `azure` or `gcp`.
    pub cloud: String,
    /// The account.
    pub account: String,
    /// The regions that were read.
    pub regions: Vec<String>,
    /// When it began, microseconds since 1970 UTC.
    pub started: i64,
    /// When it ended; `None` when it was killed.
    pub finished: Option<i64>,
    /// Whether it ended before everything was read.
    pub cancelled: bool,
    /// Calls sent, retries included.
    pub requests: u64,
}

/// The texts of a check, kept once however many findings it has.
#[derive(Clone, Debug)]
pub struct CheckText {
    /// Its id.
    pub id: String,
    /// What should be so.
    pub title: String,
    /// What is looked at and why it is decided so; Markdown.
    pub description: String,
    /// What an attacker does with it; Markdown.
    pub risk: String,
    /// Severity before context.
    pub severity: Severity,
    /// Its objective's id.
    pub objective: String,
    /// The rule's text.
    pub rule: String,
    /// (`CLI`, text with placeholders in braces), (`Terraform`, …); Markdown.
    pub fixes: Vec<(String, String)>,
    /// The requirements that it serves.
    pub requirements: Vec<Requirement>,
}

/// A requirement of a framework.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The framework's id, `cis-aws-5.0`.
    pub framework: String,
    /// The requirement's number in it.
    pub id: String,
    /// What it demands, in our words.
    pub title: String,
}

/// A resource type.
#[derive(Clone, Debug)]
pub struct TypeText {
    /// `aws.s3.bucket`.
    pub id: String,
    /// "S3 bucket".
    pub title: String,
}

/// A call that could not be made, with what it hides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// `denied`, `throttled`, …
    pub why: String,
    /// `service:Operation`; empty when no call was made.
    pub call: String,
    /// The permission that it needs; empty when unknown.
    pub permission: String,
    /// Which kind of policy denied it, as far as the provider said.
    pub by: String,
    /// The provider's words, where they tell more than the call.
    pub detail: String,
    /// Whether it is a hole in coverage: denied, throttled, failed.
    pub is_hole: bool,
    /// Resources whose members it hides.
    pub resources: u64,
    /// Listings that it leaves incomplete.
    pub listings: u64,
    /// Regions concerned.
    pub regions: Vec<String>,
    /// Accounts concerned.
    pub accounts: Vec<String>,
}

/// A resource of the inventory.
#[derive(Clone, Debug, Default)]
pub struct ResourceText {
    /// Its global id.
    pub uid: String,
    /// Its name.
    pub name: String,
    /// Its type.
    pub type_id: String,
    /// Its account.
    pub account: String,
    /// Its region; empty where there is none.
    pub region: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A finding and its proof.
#[derive(Clone, Debug)]
pub struct Row {
    /// The finding.
    pub finding: Finding,
    /// Its proof, where there is one: failures and what could not be decided.
    pub detail: Option<Detail>,
}

/// The proof of a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// The steps of the rule, in order.
    pub rule: Vec<RuleLine>,
    /// The fields that were read.
    pub reads: Vec<Read>,
    /// Why the facts that the rule asked are so.
    pub because: Vec<Reason>,
    /// What would change the verdict.
    pub flips: Vec<Flip>,
    /// (`CLI`, text filled in with this resource's names), as in [`CheckText::fixes`].
    pub fixes: Vec<(String, String)>,
    /// When time alone may change the verdict, RFC 3339; empty if never.
    pub until: String,
    /// What could not be read, and what to do, in words; only where that left it undecided.
    pub missing: Vec<String>,
}

/// One step of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleLine {
    /// The statement's word, `pass when`; empty for a step within one.
    pub statement: String,
    /// The expression.
    pub text: String,
    /// What it came to.
    pub value: String,
    /// How deep within its statement.
    pub depth: usize,
    /// Whether it decided.
    pub decisive: bool,
}

/// One field that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Where it stands.
    pub path: String,
    /// What was there, as JSON.
    pub value: String,
    /// In words, where a value alone would not say it; empty otherwise.
    pub note: String,
    /// The call that gave it; empty when unknown.
    pub call: String,
    /// The resource it is of, where that is another than the finding's.
    pub resource: String,
    /// When it was read, RFC 3339.
    pub at: String,
}

/// Why a fact is so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reason {
    /// The fact.
    pub fact: String,
    /// The policy, statement or rule.
    pub place: String,
    /// In words.
    pub text: String,
}

/// A change after which the verdict would be another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flip {
    /// The change in words.
    pub text: String,
    /// Whether the check was run again over the changed document and passed.
    pub proven: bool,
}
