//! A finding with everything that it rests on, as plain data: the terminal, JSON and the report share it.

use resource::{By, Hole, Value, Verdict, Why};
use serde::Serialize;

/// Why a verdict is what it is, and what would change it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proof {
    /// The verdict as the rule gives it now over what is stored, `PASS FAIL UNKNOWN NOT_APPLICABLE`.
    #[serde(serialize_with = "verdict")]
    pub verdict: Verdict,
    /// What is so, one sentence.
    pub message: String,
    /// The rule's statements and what of them decided.
    pub rule: Vec<RuleLine>,
    /// The fields that decided.
    pub reads: Vec<Read>,
    /// The statements, rules and settings that the facts rest on.
    pub because: Vec<Reason>,
    /// What could not be read; empty unless the verdict is unknown.
    pub unknown: Vec<Missing>,
    /// The smallest changes that would make it pass, the best first; empty unless it fails, or where not asked for.
    pub flips: Vec<Flip>,
    /// How to fix it, filled in with the resource.
    pub fixes: Vec<Fix>,
    /// When the subject was last read, RFC 3339 in UTC.
    pub read_at: String,
    /// When time alone may change the verdict, RFC 3339 in UTC.
    pub until: Option<String>,
}

/// A line of the rule with what it came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleLine {
    /// `applies when`, `unknown when`, `pass when`; `severity when` that held, `severity` as the configuration sets it;
    /// `for` and `item` where one verdict is of several items, or of none; empty for what stands under one.
    pub statement: &'static str,
    /// The rule's own text, on one line; `name = …` for a `let` where it is used first.
    pub text: String,
    /// `true`, `false`, `absent`, `unknown`, or the value as JSON.
    pub value: String,
    /// How deep it stands under its statement, from 0.
    pub depth: usize,
    /// Whether the verdict rests on it; statements before the deciding one only let the rule go on.
    pub decisive: bool,
}

/// A field that decided.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Read {
    /// `self.PublicAccessBlockConfiguration.IgnorePublicAcls`, `account.…`, `list("aws.x")`; a bare path for other
    /// resources.
    pub path: String,
    /// What was there, shortened; null is absent.
    pub value: Value,
    /// In words, where a value alone would not say it: "no aws.guardduty.detector in account 111122223333, eu-west-1
    /// (listing complete)".
    pub note: Option<String>,
    /// The call that gave it, `service:Operation`; `None` for what is known without one.
    pub call: Option<String>,
    /// Whose it is, the global id, where that is not the subject.
    pub resource: Option<String>,
    /// When it was read, RFC 3339 in UTC.
    pub at: Option<String>,
}

/// A step of a fact's reason chain.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    /// The fact, `grants`.
    pub fact: String,
    /// Whose fact, the global id, where that is not the subject.
    pub resource: Option<String>,
    /// "bucket policy", "inbound rules".
    pub policy: String,
    /// A statement's id, or `#2`; empty where there is none.
    pub statement: String,
    /// Why it counts.
    pub text: String,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Missing {
    /// `denied`, `throttled` …
    pub why: &'static str,
    /// `service:Operation`
    pub call: Option<String>,
    /// `service:Action`
    pub permission: Option<String>,
    /// Which kind of policy denied.
    pub by: Option<&'static str>,
    /// All of it in words, and what to do.
    pub text: String,
}

/// A change after which the verdict would be another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flip {
    /// In words: "self.Encrypted is true".
    pub text: String,
    /// Whether the rule was run again over the changed documents and passed or, where nothing makes it pass, no longer
    /// applied. If not, it is what the rule asks for, but more may be needed.
    pub proven: bool,
    /// What the rule said then, `PASS UNKNOWN NOT_APPLICABLE FAIL`: unknown where something that could not be read still
    /// decides. `None` where it was not run.
    pub then: Option<&'static str>,
    /// What changes.
    pub edits: Vec<Edit>,
}

/// One change of a flip.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Edit {
    /// Whose document, the global id.
    pub resource: String,
    /// Where, `A.B[3]`; empty for a resource that does not exist yet.
    pub path: String,
    /// In words.
    pub text: String,
}

/// One way to fix it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fix {
    /// `CLI`, `Console`, `Terraform` …
    pub tab: String,
    /// The steps or the code.
    pub text: String,
}

impl From<check::Flip> for Flip {
    fn from(flip: check::Flip) -> Flip {
        let edit = |edit: check::Edited| Edit { resource: edit.uid, path: edit.path, text: edit.text };
        let then = flip.then.map(|verdict| finding::Status::from(verdict).as_str());
        Flip { text: flip.text, proven: flip.proven, then, edits: flip.edits.into_iter().map(edit).collect() }
    }
}

impl Missing {
    /// A hole in words.
    pub(crate) fn of(hole: &Hole) -> Missing {
        Missing {
            why: hole.why.as_str(),
            call: hole.call.as_ref().map(ToString::to_string),
            permission: hole.permission.as_ref().map(ToString::to_string),
            by: hole.by.map(By::as_str),
            text: in_words(hole),
        }
    }
}

/// What to do comes before the provider's own words.
fn in_words(hole: &Hole) -> String {
    let words = hole.detail.as_ref().map_or_else(String::new, |detail| format!(" ({detail})"));
    let permission = hole.permission.as_ref().or(hole.call.as_ref());
    let cure = match (hole.why, hole.by, permission) {
        (Why::Denied, Some(By::Scp), _) => {
            " by a service control policy: make an exception there for the scanner, then scan again".to_owned()
        }
        (Why::Denied, Some(By::Boundary), Some(permission)) => {
            format!(" by the scanner's permissions boundary: add {permission} to it, then scan again")
        }
        (Why::Denied, Some(By::Resource), _) => {
            " by the resource's own policy: let the scanner read there, then scan again".to_owned()
        }
        (Why::Denied, _, Some(permission)) => format!(": allow {permission} to the scanner, then scan again"),
        (Why::Throttled | Why::Failed, ..) => ": scan again".to_owned(),
        _ => String::new(),
    };
    format!("{hole}{cure}{words}")
}

/// RFC 3339 in UTC to the second.
pub(crate) fn moment(microseconds: i64) -> String {
    finding::timestamp(microseconds)
}

/// A value short enough for a line.
pub(crate) fn brief(value: &Value) -> Value {
    const MOST: usize = 200;
    match value {
        Value::List(_) | Value::Map(_) => {
            let text = value.to_json();
            if text.len() <= MOST { value.clone() } else { Value::from(cut(&text, MOST)) }
        }
        Value::Str(text) if text.len() > MOST => Value::from(cut(text, MOST)),
        other => other.clone(),
    }
}

pub(crate) fn cut(text: &str, most: usize) -> String {
    let mut short: String = text.chars().take(most).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn verdict<S: serde::Serializer>(verdict: &Verdict, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(finding::Status::from(*verdict).as_str())
}
