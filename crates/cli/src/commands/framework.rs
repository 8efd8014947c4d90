//! `plumb framework list|show`.

use std::collections::BTreeSet;

use anyhow::anyhow;
use catalog::{Catalog, Framework, RequirementCoverage};

use crate::args::{Format, FrameworkAction, Shared};
use crate::commands::compliance::documents;
use crate::config;
use crate::exit::{Exit, unknown_name};
use crate::output::{Table, say};
use crate::style::{Style, counted};

pub(crate) fn run(shared: &Shared, action: &FrameworkAction, style: &Style) -> anyhow::Result<Exit> {
    let catalog = config::catalog(shared)?;
    match action {
        FrameworkAction::List => list(shared, style, &catalog)?,
        FrameworkAction::Show { id } => show(shared, style, find(&catalog, id)?)?,
    }
    Ok(Exit::Clean)
}

/// A framework or profile by its id, or the error that names the nearest.
pub(crate) fn find<'a>(catalog: &'a Catalog, id: &str) -> anyhow::Result<&'a Framework> {
    let missing = || unknown_name("framework", id, catalog.framework_ids().map(|id| &**id), "plumb framework list");
    catalog.framework(id).map_err(|error| anyhow!("the framework `{id}` does not load\n{error}"))?.ok_or_else(missing)
}

/// Requirements by how far checks decide them now, and the checks.
struct Coverage {
    all: usize,
    full: usize,
    partial: usize,
    manual: usize,
    not_built: usize,
    withdrawn: usize,
    checks: usize,
    planned: usize,
}

impl Coverage {
    fn of(framework: &Framework) -> Coverage {
        let current = || framework.requirements.iter().filter(|one| one.current);
        let built = |coverage| current().filter(|one| !one.is_not_built() && one.coverage_now() == coverage).count();
        let all = current().count();
        Coverage {
            all,
            full: built(RequirementCoverage::Full),
            partial: built(RequirementCoverage::Partial),
            manual: built(RequirementCoverage::Manual),
            not_built: current().filter(|one| one.is_not_built()).count(),
            withdrawn: framework.requirements.len() - all,
            checks: current().flat_map(|one| &one.checks).collect::<BTreeSet<_>>().len(),
            planned: current().flat_map(|one| &one.planned).collect::<BTreeSet<_>>().len(),
        }
    }

    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "requirements": self.all, "full": self.full, "partial": self.partial, "manual": self.manual,
            "not_built": self.not_built, "withdrawn": self.withdrawn, "checks": self.checks,
            "checks_not_built": self.planned,
        })
    }
}

fn list(shared: &Shared, style: &Style, catalog: &Catalog) -> anyhow::Result<()> {
    let frameworks = catalog.frameworks()?;
    if matches!(shared.format, Some(Format::Json | Format::Jsonl)) {
        let rows = frameworks.iter().map(|framework| {
            serde_json::json!({
                "id": &*framework.id, "title": framework.title, "version": framework.version,
                "scope": framework.scope, "source": framework.source, "provider": framework.provider, "profile": framework.profile,
                "coverage": Coverage::of(framework).to_json(),
            })
        });
        return documents(shared, rows.collect());
    }
    let mut table = Table::new(&["FRAMEWORK", "TITLE", "ALL", "FULL", "PART", "MANUAL", "NOT BUILT", "CHECKS"]);
    for framework in &frameworks {
        let coverage = Coverage::of(framework);
        let checks = format!("{} of {}", coverage.checks, coverage.checks + coverage.planned);
        let counts = [coverage.all, coverage.full, coverage.partial, coverage.manual, coverage.not_built];
        let mut row = vec![framework.id.to_string(), framework.title.clone()];
        row.extend(counts.iter().map(ToString::to_string));
        row.push(checks);
        table.row(row);
    }
    if shared.format == Some(Format::Csv) {
        return Ok(table.print_csv()?);
    }
    table.print(style.width, 1)?;
    if !shared.quiet {
        eprintln!(
            "requirements that checks decide in full or in part, that a person attests, that have no check yet · next: plumb framework show ID"
        );
    }
    Ok(())
}

fn show(shared: &Shared, style: &Style, framework: &Framework) -> anyhow::Result<()> {
    let coverage = Coverage::of(framework);
    let word = |one: &catalog::Requirement| match one.current {
        false => "withdrawn",
        true if one.is_not_built() => "not built",
        true => one.coverage_now().as_str(),
    };
    if matches!(shared.format, Some(Format::Json | Format::Jsonl)) {
        let rows = framework.requirements.iter().map(|one| {
            serde_json::json!({
                "requirement": &*one.id, "title": one.title, "coverage": word(one), "checks": one.checks,
                "not_built": one.planned, "manual": one.manual,
            })
        });
        return documents(shared, rows.collect());
    }
    let csv = shared.format == Some(Format::Csv);
    let mut table = Table::new(&["ID", "COVERAGE", "REQUIREMENT", "CHECKS"]);
    for one in &framework.requirements {
        let attest = one.manual.as_deref().filter(|_| one.checks.is_empty() && one.planned.is_empty());
        let planned = one.planned.iter().map(|id| if csv { id.to_string() } else { format!("({id})") });
        let checks: Vec<String> = one.checks.iter().map(ToString::to_string).chain(planned).collect();
        let checks = attest.map_or_else(|| checks.join(" "), str::to_owned);
        table.row(vec![one.id.to_string(), word(one).to_owned(), one.title.clone(), checks]);
    }
    if csv {
        return Ok(table.print_csv()?);
    }
    say!("{}", style.bold(&framework.title));
    if let Some(source) = &framework.source {
        say!("source    {source}");
    }
    if let Some(scope) = &framework.scope {
        say!("listed    {scope}");
    }
    let requirements = counted(coverage.all as u64, "requirement", "requirements");
    say!(
        "coverage  {requirements}: {} in full, {} in part, {} for a person to attest, {} not built yet\n",
        coverage.full,
        coverage.partial,
        coverage.manual,
        coverage.not_built
    );
    table.print(style.width, 3)?;
    if !shared.quiet {
        eprintln!(
            "(check): not written yet · next: plumb scan aws --framework {} · plumb compliance {}",
            framework.id, framework.id
        );
    }
    Ok(())
}
