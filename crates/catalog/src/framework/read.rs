//! Reading a framework's file.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::{Framework, Requirement, RequirementCoverage};
use crate::Catalog;
use crate::error::CatalogError;
use crate::load::from_toml;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFramework {
    id: Spanned<Arc<str>>,
    title: String,
    version: Option<String>,
    scope: Option<String>,
    source: Option<String>,
    provider: Option<String>,
    #[serde(default)]
    profile: bool,
    #[serde(default)]
    requirement: Vec<RawRequirement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRequirement {
    id: Spanned<Arc<str>>,
    title: String,
    #[serde(default)]
    checks: Vec<Spanned<Arc<str>>>,
    #[serde(default)]
    planned: Vec<Spanned<Arc<str>>>,
    coverage: Option<RequirementCoverage>,
    manual: Option<String>,
    #[serde(default = "yes")]
    current: bool,
}

fn yes() -> bool {
    true
}

/// What a planned check is that exists already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Planned {
    /// A check: a user's own check may be one that we plan.
    Counts,
    /// An error.
    Wrong,
}

pub(super) fn framework(
    catalog: &Catalog,
    name: &str,
    text: &str,
    planned: Planned,
) -> Result<Framework, Vec<CatalogError>> {
    let raw: RawFramework = from_toml(name, text).map_err(|error| vec![error])?;
    let mut reader = Reader { catalog, name, text, planned, errors: Vec::new() };
    let framework = reader.framework(raw);
    if reader.errors.is_empty() { Ok(framework) } else { Err(reader.errors) }
}

struct Reader<'a> {
    catalog: &'a Catalog,
    name: &'a str,
    text: &'a str,
    planned: Planned,
    errors: Vec<CatalogError>,
}

impl Reader<'_> {
    fn error(&mut self, at: &Spanned<Arc<str>>, words: String, help: &str) {
        let line = 1 + self.text.get(..at.span().start).map_or(0, |before| before.matches('\n').count());
        self.errors.push(CatalogError::at(self.name, line, words).help(help));
    }

    fn framework(&mut self, raw: RawFramework) -> Framework {
        let stem = self.name.rsplit('/').next().unwrap_or(self.name).trim_end_matches(".toml");
        if **raw.id.get_ref() != *stem {
            let help = format!("the file's name is the id: write `id = \"{stem}\"`, or rename the file");
            self.error(&raw.id, format!("the id is `{}`, the file is `{}`", raw.id.get_ref(), self.name), &help);
        }
        if raw.requirement.is_empty() {
            self.error(&raw.id, "there is no requirement".to_owned(), "write `[[requirement]]` with `id` and `title`");
        }
        let mut seen = BTreeSet::new();
        let requirements = raw.requirement.into_iter().map(|found| {
            if !seen.insert(found.id.get_ref().clone()) {
                let words = format!("the requirement `{}` is there already", found.id.get_ref());
                self.error(&found.id, words, "put the checks of both into one");
            }
            self.requirement(found)
        });
        let requirements = requirements.collect();
        Framework {
            id: raw.id.into_inner(),
            title: raw.title,
            version: raw.version,
            scope: raw.scope,
            source: raw.source,
            provider: raw.provider,
            profile: raw.profile,
            requirements,
        }
    }

    fn requirement(&mut self, raw: RawRequirement) -> Requirement {
        let coverage = self.coverage(&raw);
        let mut checks: Vec<Arc<str>> = Vec::new();
        let mut planned: Vec<Arc<str>> = Vec::new();
        for named in &raw.checks {
            match self.catalog.check(named.get_ref()) {
                Some(check) if checks.contains(&check.id) => self.twice(named),
                Some(check) => checks.push(check.id.clone()),
                None => self.no_check(named),
            }
        }
        for named in &raw.planned {
            match self.catalog.check(named.get_ref()) {
                Some(check) if checks.contains(&check.id) => self.twice(named),
                Some(check) => {
                    if self.planned == Planned::Wrong {
                        let words = format!("the planned check `{}` exists", named.get_ref());
                        self.error(named, words, "move it to `checks`; `cargo xtask generate` does it for ours");
                    }
                    checks.push(check.id.clone());
                }
                None if planned.contains(named.get_ref()) => self.twice(named),
                None => planned.push(named.get_ref().clone()),
            }
        }
        Requirement {
            id: raw.id.into_inner(),
            title: raw.title,
            checks,
            planned,
            coverage,
            manual: raw.manual,
            current: raw.current,
        }
    }

    fn coverage(&mut self, raw: &RawRequirement) -> RequirementCoverage {
        let any = !raw.checks.is_empty() || !raw.planned.is_empty();
        let coverage = match raw.coverage {
            Some(coverage) => coverage,
            None if raw.manual.is_some() && !any => RequirementCoverage::Manual,
            None => {
                let words = format!("the requirement `{}` does not say its coverage", raw.id.get_ref());
                self.error(&raw.id, words, "write `coverage = \"full\"`, `\"partial\"` or `\"manual\"`");
                RequirementCoverage::Partial
            }
        };
        let named = raw.id.get_ref();
        match coverage {
            RequirementCoverage::Manual if any => {
                let help = "a requirement with checks is `coverage = \"partial\"` when they do not decide it whole";
                self.error(&raw.id, format!("the requirement `{named}` is manual and names checks"), help);
            }
            RequirementCoverage::Manual if raw.manual.as_ref().is_none_or(|text| text.trim().is_empty()) => {
                let help = "write `manual = \"…\"`: what a person must attest";
                self.error(&raw.id, format!("the manual requirement `{named}` does not say what to attest"), help);
            }
            RequirementCoverage::Full | RequirementCoverage::Partial if !any => {
                let help = "name `checks` or `planned`, or say with `manual` what a person must attest";
                self.error(&raw.id, format!("the requirement `{named}` names no check"), help);
            }
            RequirementCoverage::Full if raw.manual.is_some() => {
                let help =
                    "what checks decide whole leaves nothing to attest: `coverage = \"partial\"`, or no `manual`";
                self.error(&raw.id, format!("the requirement `{named}` is covered in full and has `manual`"), help);
            }
            _ => {}
        }
        coverage
    }

    fn twice(&mut self, named: &Spanned<Arc<str>>) {
        self.error(named, format!("the check `{}` is named twice", named.get_ref()), "name it once");
    }

    fn no_check(&mut self, named: &Spanned<Arc<str>>) {
        let known: Vec<Arc<str>> = self.catalog.checks().map(|check| check.id.clone()).collect();
        let help = format!(
            "{}; a check that is still to be written goes into `planned`",
            expr::nearest(named.get_ref(), &known)
        );
        self.error(named, format!("there is no check `{}`", named.get_ref()), &help);
    }
}
