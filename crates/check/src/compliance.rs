//! Verdicts rolled up into the requirements of a framework.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use catalog::{Framework, Requirement, RequirementCoverage};
use resource::Verdict;

/// Where a requirement stands, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// A check of it fails.
    Fail,
    /// No check fails, and one could not be decided, or was not run where it should have been.
    Unknown,
    /// A person must attest it: no check can.
    Manual,
    /// Checks are to decide it and none is written yet.
    NotBuilt,
    /// Its checks ran and found nothing that they are about.
    NoResources,
    /// Every answer is a pass, and there is one.
    Pass,
}

impl Standing {
    /// Every standing, the worst first.
    pub const ALL: [Standing; 6] = [
        Standing::Fail,
        Standing::Unknown,
        Standing::Manual,
        Standing::NotBuilt,
        Standing::NoResources,
        Standing::Pass,
    ];

    /// The word in exports and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Fail => "fail",
            Standing::Unknown => "unknown",
            Standing::Manual => "manual",
            Standing::NotBuilt => "not built",
            Standing::NoResources => "no resources",
            Standing::Pass => "pass",
        }
    }
}

/// One requirement with what was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Line<'a> {
    /// The requirement.
    pub requirement: &'a Requirement,
    /// Where it stands.
    pub standing: Standing,
    /// Resources for which a check of it fails.
    pub fail: u64,
    /// Resources for which none fails and one is undecided.
    pub unknown: u64,
    /// Resources that pass.
    pub pass: u64,
    /// Why checks of it have no answer for a place: not run, or what they are about could not be listed.
    pub gaps: BTreeSet<String>,
}

impl Line<'_> {
    /// Resources that were judged.
    pub fn resources(&self) -> u64 {
        self.fail + self.unknown + self.pass
    }

    /// Whether its checks, as far as they are written, decide only a part of it.
    pub fn is_partial(&self) -> bool {
        self.requirement.coverage_now() == RequirementCoverage::Partial
    }
}

/// A framework being rolled up: resources and gaps go in, lines come out. Withdrawn requirements are left out.
pub struct Rollup<'a> {
    framework: &'a Framework,
    lines: Vec<Line<'a>>,
    serving: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Rollup<'a> {
    /// Begins with nothing found.
    pub fn new(framework: &'a Framework) -> Rollup<'a> {
        let mut rollup = Rollup { framework, lines: Vec::new(), serving: HashMap::new() };
        for requirement in framework.requirements.iter().filter(|found| found.current) {
            for check in &requirement.checks {
                rollup.serving.entry(check).or_default().push(rollup.lines.len());
            }
            let standing = Standing::NoResources;
            let line = Line { requirement, standing, fail: 0, unknown: 0, pass: 0, gaps: BTreeSet::new() };
            rollup.lines.push(line);
        }
        rollup
    }

    /// The framework.
    pub fn framework(&self) -> &'a Framework {
        self.framework
    }

    /// The checks that its requirements name.
    pub fn checks(&self) -> impl Iterator<Item = &'a str> {
        self.serving.keys().copied()
    }

    /// One resource: for each check its worst answer. The resource counts once for each requirement.
    pub fn resource(&mut self, answers: &[(Arc<str>, Verdict)]) {
        let mut worst: HashMap<usize, Verdict> = HashMap::new();
        for (check, verdict) in answers {
            for line in self.serving.get(&**check).into_iter().flatten() {
                let kept = worst.entry(*line).or_insert(*verdict);
                if rank(*verdict) < rank(*kept) {
                    *kept = *verdict;
                }
            }
        }
        for (line, verdict) in worst {
            let Some(line) = self.lines.get_mut(line) else { continue };
            match verdict {
                Verdict::Fail => line.fail += 1,
                Verdict::Unknown => line.unknown += 1,
                Verdict::Pass => line.pass += 1,
                Verdict::NotApplicable => {}
            }
        }
    }

    /// A check that has no answer somewhere, and why in a few words.
    pub fn gap(&mut self, check: &str, why: &str) {
        for line in self.serving.get(check).into_iter().flatten() {
            if let Some(line) = self.lines.get_mut(*line) {
                line.gaps.insert(why.to_owned());
            }
        }
    }

    /// What came out, in the framework's order.
    pub fn finish(mut self) -> Vec<Line<'a>> {
        for line in &mut self.lines {
            line.standing = if line.requirement.coverage == RequirementCoverage::Manual {
                Standing::Manual
            } else if line.requirement.is_not_built() {
                Standing::NotBuilt
            } else if line.fail > 0 {
                Standing::Fail
            } else if line.unknown > 0 || !line.gaps.is_empty() {
                Standing::Unknown
            } else if line.pass > 0 {
                Standing::Pass
            } else {
                Standing::NoResources
            };
        }
        self.lines
    }
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Unknown => 1,
        Verdict::Pass => 2,
        Verdict::NotApplicable => 3,
    }
}
