//! The end of a scan in numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use resource::{Hole, Outcome, Severity, Verdict};
use serde_json::json;

use crate::account::AccountScope;

/// Verdicts by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// What should be so is so.
    pub pass: u64,
    /// What should be so is not.
    pub fail: u64,
    /// Not decided.
    pub unknown: u64,
    /// The question does not arise.
    pub not_applicable: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Pass => self.pass += 1,
            Verdict::Fail => self.fail += 1,
            Verdict::Unknown => self.unknown += 1,
            Verdict::NotApplicable => self.not_applicable += 1,
        }
    }
}

/// Something that could not be read, and what it leaves undecided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// The hole, without its detail.
    pub hole: Hole,
    /// Resources whose members it hides.
    pub resources: u64,
    /// Listings that it leaves incomplete.
    pub units: u64,
    /// Regions concerned.
    pub regions: BTreeSet<Arc<str>>,
    /// Checks that it leaves undecided for at least one subject.
    pub checks: BTreeSet<Arc<str>>,
}

/// What a scan found.
#[derive(Clone, Debug)]
pub struct ScanSummary {
    /// The scan's id in the store.
    pub id: String,
    /// What was read.
    pub scope: AccountScope,
    /// Whether it was cancelled: what was read is kept, `--resume` goes on.
    pub cancelled: bool,
    /// Why it could not go on (credentials that expired midway).
    pub stopped: Option<Arc<Hole>>,
    /// Resources read, views of other accounts' left out.
    pub resources: u64,
    /// Units read in this run.
    pub units: u64,
    /// API calls answered and requests sent, retries included.
    pub calls: u64,
    /// Requests sent, retries included.
    pub requests: u64,
    /// Answers that asked us to slow down.
    pub throttles: u64,
    /// Verdicts.
    pub counts: Counts,
    /// Failures by severity.
    pub failures: BTreeMap<Severity, u64>,
    /// The worst failures, at most ten.
    pub worst: Vec<Outcome>,
    /// What could not be read.
    pub undecided: Vec<Undecided>,
    /// Wall time, microseconds.
    pub elapsed: i64,
}

impl ScanSummary {
    /// Whether something was denied, throttled to the end or failed.
    pub fn has_holes(&self) -> bool {
        self.undecided.iter().any(|one| one.hole.why.is_coverage_hole())
    }

    /// The worst severity among failures.
    pub fn worst_severity(&self) -> Option<Severity> {
        self.failures.iter().filter(|(_, count)| **count > 0).map(|(severity, _)| *severity).max()
    }

    /// For the store's scan row and `--format json`.
    pub fn to_json(&self) -> serde_json::Value {
        json!({
            "scan": self.id,
            "account": &*self.scope.account,
            "regions": self.scope.regions.scanned.iter().map(|name| &**name).collect::<Vec<_>>(),
            "cancelled": self.cancelled,
            "resources": self.resources,
            "units": self.units,
            "calls": self.calls,
            "requests": self.requests,
            "throttled": self.throttles,
            "pass": self.counts.pass,
            "fail": self.counts.fail,
            "unknown": self.counts.unknown,
            "not_applicable": self.counts.not_applicable,
            "failures": self.failures.iter().map(|(severity, count)| (severity.as_str(), count)).collect::<BTreeMap<_, _>>(),
            "could_not_read": self.undecided.iter().map(|one| json!({
                "why": one.hole.why.as_str(),
                "call": one.hole.call.as_deref(),
                "permission": one.hole.permission.as_deref(),
                "by": one.hole.by.map(|by| by.as_str()),
                "resources": one.resources,
                "listings": one.units,
                "regions": one.regions.iter().map(|name| &**name).collect::<Vec<_>>(),
                "checks": one.checks.iter().map(|name| &**name).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "seconds": self.elapsed as f64 / 1e6,
        })
    }
}

/// Adds up outcomes as they are judged.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) counts: Counts,
    pub(crate) failures: BTreeMap<Severity, u64>,
    pub(crate) worst: Vec<Outcome>,
    /// Hole without detail → checks it leaves undecided.
    pub(crate) undecided: BTreeMap<Hole, BTreeSet<Arc<str>>>,
}

const WORST: usize = 10;

/// Holes of the same call are one line of the summary; a hole without a call is told by its detail.
pub(crate) fn grouped(hole: &Hole) -> Hole {
    let detail = if hole.call.is_some() { None } else { hole.detail.clone() };
    Hole { detail, ..hole.clone() }
}

impl Tally {
    /// Adds the outcomes of one check about one subject. Items that fail or are unknown count one by one; a subject
    /// without such items counts once, as it is kept in the store.
    pub(crate) fn add_subject(&mut self, outcomes: &[Outcome]) {
        let open = |one: &&Outcome| matches!(one.verdict, Verdict::Fail | Verdict::Unknown);
        if outcomes.iter().any(|one| open(&one)) {
            outcomes.iter().filter(open).for_each(|one| self.add(one));
        } else if let Some(verdict) = outcomes.iter().map(|one| one.verdict).min() {
            self.counts.add(verdict);
        }
    }

    fn add(&mut self, outcome: &Outcome) {
        self.counts.add(outcome.verdict);
        match outcome.verdict {
            Verdict::Fail => {
                *self.failures.entry(outcome.severity).or_default() += 1;
                let place = self.worst.partition_point(|known| known.severity >= outcome.severity);
                if place < WORST {
                    self.worst.insert(place, outcome.clone());
                    self.worst.truncate(WORST);
                }
            }
            Verdict::Unknown => {
                for hole in &outcome.unknown {
                    self.undecided.entry(grouped(hole)).or_default().insert(outcome.check.clone());
                }
            }
            _ => {}
        }
    }
}
