//! Frameworks: which checks serve which requirement, `catalog/frameworks/<id>.toml`.
//!
//! A file is parsed when it is first asked for: a scan that asks for none pays nothing.

mod read;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use crate::Catalog;
use crate::error::CatalogError;
use read::Planned;

/// A framework, or a profile of ours.
#[derive(Clone, Debug, PartialEq)]
pub struct Framework {
    /// `cis-aws-5.0`, the name of its file.
    pub id: Arc<str>,
    /// "CIS AWS Foundations Benchmark 5.0".
    pub title: String,
    /// The edition, as its publisher names it.
    pub version: Option<String>,
    /// What of it the file lists, in a few words; `None` where that is all of it.
    pub scope: Option<String>,
    /// Where it is published.
    pub source: Option<String>,
    /// `aws`, `azure` or `gcp` where it is about one cloud.
    pub provider: Option<String>,
    /// Whether it is a choice of checks rather than something that is audited.
    pub profile: bool,
    /// Its requirements, in its own order.
    pub requirements: Vec<Requirement>,
}

/// One requirement.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// Its number in the framework.
    pub id: Arc<str>,
    /// What it is about, in our words.
    pub title: String,
    /// The checks of the catalogue that serve it.
    pub checks: Vec<Arc<str>>,
    /// Checks that will serve it once they are written.
    pub planned: Vec<Arc<str>>,
    /// How far its checks decide it once all are written.
    pub coverage: RequirementCoverage,
    /// What a person must attest, where the checks do not decide it whole.
    pub manual: Option<String>,
    /// Whether the framework as it is published now has it. What is withdrawn is listed and counts for nothing.
    pub current: bool,
}

impl Requirement {
    /// How far the checks that exist decide it: in part, too, while some are not written.
    pub fn coverage_now(&self) -> RequirementCoverage {
        match self.coverage {
            RequirementCoverage::Full if !self.planned.is_empty() => RequirementCoverage::Partial,
            coverage => coverage,
        }
    }

    /// Whether checks are to decide it and none is written yet.
    pub fn is_not_built(&self) -> bool {
        self.checks.is_empty() && self.coverage != RequirementCoverage::Manual
    }
}

/// How far checks decide a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RequirementCoverage {
    /// They decide it.
    Full,
    /// They decide a part of it, or bear on it: that all pass does not prove it.
    Partial,
    /// No check can decide it.
    Manual,
}

impl RequirementCoverage {
    /// The word in files and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            RequirementCoverage::Full => "full",
            RequirementCoverage::Partial => "partial",
            RequirementCoverage::Manual => "manual",
        }
    }
}

/// A requirement that a check serves, with the framework that it stands in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Served<'a> {
    /// The framework.
    pub framework: &'a Framework,
    /// The requirement.
    pub requirement: &'a Requirement,
}

impl Served<'_> {
    /// `cis-aws-5.0:2.1.4`.
    pub fn label(&self) -> String {
        format!("{}:{}", self.framework.id, self.requirement.id)
    }
}

/// The files, and what was made of those that were asked for.
#[derive(Default)]
pub(crate) struct Frameworks {
    files: BTreeMap<Arc<str>, File>,
    serving: OnceLock<Result<Serving, CatalogError>>,
}

/// Check → (framework, index of the requirement), in the order of the frameworks.
type Serving = HashMap<Arc<str>, Vec<(Arc<str>, usize)>>;

struct File {
    name: String,
    text: Cow<'static, str>,
    users: bool,
    parsed: OnceLock<Result<Framework, Vec<CatalogError>>>,
}

impl Frameworks {
    /// Adds a file by its path below the catalogue folder; one of the same name is replaced.
    pub(crate) fn add(&mut self, name: &str, text: Cow<'static, str>, users: bool) {
        let id = name.rsplit('/').next().unwrap_or(name).trim_end_matches(".toml");
        self.files.insert(id.into(), File { name: name.to_owned(), text, users, parsed: OnceLock::new() });
    }
}

impl Catalog {
    fn parsed<'a>(&self, file: &'a File) -> &'a Result<Framework, Vec<CatalogError>> {
        file.parsed.get_or_init(|| read::framework(self, &file.name, &file.text, Planned::Counts))
    }

    /// The ids of every framework and profile; reads none of them.
    pub fn framework_ids(&self) -> impl Iterator<Item = &Arc<str>> {
        self.frameworks.files.keys()
    }

    /// A framework or profile; `None` where there is none of that id.
    ///
    /// # Errors
    /// When its file does not load. The embedded files always do: the repository's tests see to it.
    pub fn framework(&self, id: &str) -> Result<Option<&Framework>, CatalogError> {
        let Some(file) = self.frameworks.files.get(id) else { return Ok(None) };
        match self.parsed(file) {
            Ok(found) => Ok(Some(found)),
            Err(errors) => Err(first(errors, &file.name)),
        }
    }

    /// Every framework and profile, by id.
    ///
    /// # Errors
    /// When a file does not load.
    pub fn frameworks(&self) -> Result<Vec<&Framework>, CatalogError> {
        self.frameworks.files.keys().filter_map(|id| self.framework(id).transpose()).collect()
    }

    /// The requirements that a check serves, in the order of the frameworks; profiles and withdrawn requirements are
    /// left out. The check is named by its id or a former one.
    ///
    /// # Errors
    /// When a file does not load.
    pub fn requirements_of(&self, check: &str) -> Result<Vec<Served<'_>>, CatalogError> {
        let serving = self.frameworks.serving.get_or_init(|| self.serving());
        let serving = serving.as_ref().map_err(Clone::clone)?;
        let id = self.check(check).map_or(check, |found| &found.id);
        let mut served = Vec::new();
        for (framework, index) in serving.get(id).into_iter().flatten() {
            if let Some(framework) = self.framework(framework)?
                && let Some(requirement) = framework.requirements.get(*index)
            {
                served.push(Served { framework, requirement });
            }
        }
        Ok(served)
    }

    fn serving(&self) -> Result<Serving, CatalogError> {
        let mut serving = Serving::new();
        for framework in self.frameworks()?.into_iter().filter(|found| !found.profile) {
            for (index, requirement) in framework.requirements.iter().enumerate().filter(|(_, found)| found.current) {
                for check in &requirement.checks {
                    serving.entry(check.clone()).or_default().push((framework.id.clone(), index));
                }
            }
        }
        Ok(serving)
    }

    /// What is wrong with the frameworks of users' folders.
    pub(crate) fn users_framework_errors(&self) -> Vec<CatalogError> {
        let files = self.frameworks.files.values().filter(|file| file.users);
        files.filter_map(|file| self.parsed(file).as_ref().err()).flatten().cloned().collect()
    }

    /// What is wrong with any framework; a planned check that exists is wrong here, so that the files stay true.
    pub(crate) fn framework_errors(&self) -> Vec<CatalogError> {
        let files = self.frameworks.files.values();
        files.filter_map(|file| read::framework(self, &file.name, &file.text, Planned::Wrong).err()).flatten().collect()
    }
}

fn first(errors: &[CatalogError], file: &str) -> CatalogError {
    errors.first().cloned().unwrap_or_else(|| CatalogError::at(file, 1, "the framework does not load"))
}
