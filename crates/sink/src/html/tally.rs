//! Adds up findings as they pass, so that every number of the overview is the number of rows behind it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use finding::Finding;
use resource::{Hole, Severity, Verdict};

use super::model::{Report, Unread};
use super::words::{severity_number, verdict_number};

/// Failures that the page shows without its script.
const WORST: usize = 50;

/// Verdicts of a group of findings.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    /// By number of the verdict.
    pub(super) verdicts: [u64; 4],
    /// Failures by number of the severity.
    pub(super) failures: [u64; 5],
}

impl Counts {
    fn add(&mut self, finding: &Finding) {
        let at = usize::from(verdict_number(finding.verdict));
        self.verdicts.iter_mut().skip(at).take(1).for_each(|count| *count += 1);
        if finding.verdict == Verdict::Fail {
            let at = usize::from(severity_number(finding.severity));
            self.failures.iter_mut().skip(at).take(1).for_each(|count| *count += 1);
        }
    }

    /// How many have a verdict.
    pub(super) fn of(&self, verdict: Verdict) -> u64 {
        self.verdicts.get(usize::from(verdict_number(verdict))).copied().unwrap_or(0)
    }

    /// How many fail with a severity.
    pub(super) fn failing(&self, severity: Severity) -> u64 {
        self.failures.get(usize::from(severity_number(severity))).copied().unwrap_or(0)
    }

    /// Worst first: more of the worst severity, then more of the next …, then more that is not known.
    pub(super) fn rank(&self) -> std::cmp::Reverse<([u64; 5], u64)> {
        std::cmp::Reverse((self.failures, self.of(Verdict::Unknown)))
    }
}

/// Something unread and the findings that it leaves undecided.
#[derive(Clone)]
pub(super) struct Undecided {
    pub(super) what: Unread,
    pub(super) findings: u64,
    pub(super) checks: BTreeSet<String>,
}

/// The key under which holes are one line: of a hole without a call its detail tells what it is.
type Key = (String, String, String, String, String);

/// All counts.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) all: Counts,
    pub(super) checks: BTreeMap<String, Counts>,
    pub(super) services: BTreeMap<String, Counts>,
    pub(super) regions: BTreeMap<String, Counts>,
    pub(super) accounts: BTreeMap<String, Counts>,
    pub(super) titles: BTreeMap<String, (String, Severity)>,
    pub(super) worst: Vec<Finding>,
    unread: Vec<Undecided>,
    numbers: HashMap<Key, usize>,
}

impl Unread {
    /// The line that a hole belongs to, its counts still at zero.
    pub fn of(hole: &Hole) -> Unread {
        let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
        Unread {
            why: hole.why.as_str().to_owned(),
            call: text(hole.call.as_deref()),
            permission: text(hole.permission.as_deref()),
            by: text(hole.by.map(resource::By::as_str)),
            detail: if hole.call.is_some() { String::new() } else { text(hole.detail.as_deref()) },
            is_hole: hole.why.is_coverage_hole(),
            ..Unread::default()
        }
    }

    /// Whether both are the same line.
    pub fn is_same(&self, other: &Unread) -> bool {
        self.key() == other.key()
    }

    fn key(&self) -> Key {
        (self.why.clone(), self.call.clone(), self.permission.clone(), self.by.clone(), self.detail.clone())
    }
}

impl Tally {
    pub(super) fn new(report: &Report) -> Tally {
        let mut tally = Tally::default();
        for what in &report.unread {
            tally.number(what.clone());
        }
        tally
    }

    fn number(&mut self, what: Unread) -> usize {
        let key = what.key();
        if let Some(known) = self.numbers.get(&key) {
            return *known;
        }
        let next = self.unread.len();
        self.numbers.insert(key, next);
        self.unread.push(Undecided { what, findings: 0, checks: BTreeSet::new() });
        next
    }

    /// Adds a finding; gives the numbers of what kept it undecided.
    pub(super) fn add(&mut self, finding: &Finding) -> Vec<usize> {
        self.all.add(finding);
        self.checks.entry(finding.check.to_string()).or_default().add(finding);
        self.services.entry(service(&finding.check).to_owned()).or_default().add(finding);
        self.accounts.entry(finding.account.to_string()).or_default().add(finding);
        self.regions.entry(finding.region.to_string()).or_default().add(finding);
        if finding.verdict == Verdict::Fail {
            let title = || (finding.title.to_string(), finding.severity);
            let known = self.titles.entry(finding.check.to_string()).or_insert_with(title);
            known.1 = known.1.max(finding.severity);
            let order = |one: &Finding| (std::cmp::Reverse(one.severity), std::cmp::Reverse(one.score));
            let place = self.worst.partition_point(|known| order(known) <= order(finding));
            if place < WORST {
                self.worst.insert(place, finding.clone());
                self.worst.truncate(WORST);
            }
        }
        let holes = finding.unknown.iter().filter(|_| finding.verdict == Verdict::Unknown);
        let mut numbers: Vec<usize> = holes.map(|hole| self.number(Unread::of(hole))).collect();
        numbers.sort_unstable();
        numbers.dedup();
        for number in &numbers {
            if let Some(one) = self.unread.get_mut(*number) {
                one.findings += 1;
                one.checks.insert(finding.check.to_string());
            }
        }
        numbers
    }

    /// Everything that was not read, in the order of its numbers.
    pub(super) fn unread(&self) -> &[Undecided] {
        &self.unread
    }

    /// How many findings there are.
    pub(super) fn total(&self) -> u64 {
        self.all.verdicts.iter().sum()
    }
}

/// `iam` of `aws-iam-root-mfa`: the check's, as `--service` of a scan takes it. The resource may be the account.
fn service(check: &str) -> &str {
    check.split('-').nth(1).unwrap_or(check)
}
