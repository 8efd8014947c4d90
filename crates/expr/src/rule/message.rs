//! Evidence and the sentence of an undecided judgement.

use resource::{Evidence, Hole, Value, Why};

use crate::Holes;
use crate::eval::Read;

const MOST_EVIDENCE: usize = 32;
const MOST_NAMED: usize = 3;

/// What was read, each place once.
pub(super) fn evidence(reads: &[Read]) -> Vec<Evidence> {
    let mut all: Vec<Evidence> = Vec::new();
    for read in reads {
        if all.len() < MOST_EVIDENCE && !all.iter().any(|known| known.path == read.path) {
            all.push(Evidence { path: read.path.clone(), value: read.value.clone() });
        }
    }
    all
}

/// Each place once.
pub(super) fn once(mut reads: Vec<Read>) -> Vec<Read> {
    let mut seen = std::collections::BTreeSet::new();
    reads.retain(|read| seen.insert(read.path.clone()));
    reads
}

/// `could not read self.Policy (s3:GetBucketPolicy denied)`.
pub(super) fn unread(holes: &Holes, reads: &[Read]) -> String {
    let all = holes.to_vec();
    let mut parts: Vec<String> = all.iter().take(MOST_NAMED).map(|hole| one(hole, reads)).collect();
    if all.len() > MOST_NAMED {
        parts.push(format!("{} more", all.len() - MOST_NAMED));
    }
    parts.join("; ")
}

fn one(hole: &Hole, reads: &[Read]) -> String {
    let mut places: Vec<&str> = Vec::new();
    for read in reads {
        let here = match &read.value {
            Value::Unknown(unknown) => **unknown == *hole,
            Value::List(list) => list.open.as_ref().is_some_and(|open| **open == *hole),
            _ => false,
        };
        if here && !places.contains(&read.path.as_str()) {
            places.push(&read.path);
        }
    }
    let more = if places.len() > MOST_NAMED { " and others" } else { "" };
    places.truncate(MOST_NAMED);
    let reason = reason(hole);
    if places.is_empty() {
        format!("could not be decided ({reason})")
    } else {
        format!("could not read {}{more} ({reason})", places.join(", "))
    }
}

fn reason(hole: &Hole) -> String {
    let mut text = match (hole.why, &hole.call) {
        (Why::Foreign, _) => "it belongs to an account that is not in the store".to_owned(),
        (Why::NotInRegion, _) => "the service is not in the region".to_owned(),
        (why, Some(call)) => format!("{call} {why}"),
        (why, None) => why.to_string(),
    };
    if let Some(permission) = hole.permission.as_ref().filter(|permission| hole.call.as_ref() != Some(*permission)) {
        text = format!("{text}, needs {permission}");
    }
    if let Some(detail) = hole.detail.as_ref().filter(|_| hole.call.is_none()) {
        text = format!("{text}: {detail}");
    }
    text
}
