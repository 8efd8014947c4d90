//! `docs/reference/frameworks.md`, and planned checks that have been written: in `catalog/frameworks` they move from
//! `planned` to `checks`. Everything else in those files is written by hand and stays as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, bail};
use catalog::{Catalog, Framework, Requirement, RequirementCoverage};

use super::cell;

const FOLDER: &str = "catalog/frameworks";
const WIDTH: usize = 120;

pub(super) fn page(catalog: &Catalog) -> anyhow::Result<String> {
    let mut text = String::from(
        "# Frameworks\n\nGenerated from `catalog/frameworks` by `cargo xtask generate`. Titles of requirements are ours, NIST's its own; \
         `plumb framework show ID` prints them with their checks, `plumb compliance ID` what a scan found. *In part*: checks \
         decide a part of the requirement, or are not all written. *Attested*: no check can decide it. *Not built*: none is \
         written yet.\n\n\
         | framework | title | requirements | in full | in part | attested | not built | checks written |\n\
         |---|---|--:|--:|--:|--:|--:|--:|\n",
    );
    let mut listed = String::new();
    for framework in catalog.frameworks()? {
        if let Some(scope) = &framework.scope {
            let _ = writeln!(listed, "- `{}`: {scope}", framework.id);
        }
        let title = match &framework.source {
            Some(source) => format!("[{}]({source})", cell(&framework.title)),
            None => cell(&framework.title),
        };
        let _ = writeln!(text, "| `{}` | {title} | {} |", framework.id, numbers(framework));
    }
    let _ = write!(text, "\nSome files list a part of their framework:\n\n{listed}");
    Ok(text)
}

fn numbers(framework: &Framework) -> String {
    let current = || framework.requirements.iter().filter(|one| one.current);
    let built = |coverage| current().filter(|one| !one.is_not_built() && one.coverage_now() == coverage).count();
    let written: BTreeSet<_> = current().flat_map(|one| &one.checks).collect();
    let planned: BTreeSet<_> = current().flat_map(|one| &one.planned).collect();
    let [full, partial, manual] =
        [RequirementCoverage::Full, RequirementCoverage::Partial, RequirementCoverage::Manual].map(built);
    let not_built = current().filter(|one| Requirement::is_not_built(one)).count();
    let (all, checks) = (current().count(), written.len() + planned.len());
    format!("{all} | {full} | {partial} | {manual} | {not_built} | {} of {checks}", written.len())
}

/// The files that change: path below the root, new text.
pub(super) fn moved(root: &Path, catalog: &Catalog) -> anyhow::Result<BTreeMap<String, String>> {
    let mut changed = BTreeMap::new();
    let entries = std::fs::read_dir(root.join(FOLDER)).with_context(|| format!("`{FOLDER}` cannot be read"))?;
    for entry in entries {
        let path = entry?.path();
        let name = format!("{FOLDER}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        let text = std::fs::read_to_string(&path).with_context(|| format!("`{name}` cannot be read"))?;
        let exists = |id: &str| catalog.check(id).map(|check| check.id.to_string());
        let after = rewrite(&text, &exists).with_context(|| format!("`{name}`"))?;
        if after != text {
            changed.insert(name, after);
        }
    }
    Ok(changed)
}

/// The text with what exists moved; `exists` gives a check's present id.
pub(super) fn rewrite(text: &str, exists: &dyn Fn(&str) -> Option<String>) -> anyhow::Result<String> {
    let mut after = String::with_capacity(text.len());
    let mut block: Vec<&str> = Vec::new();
    for line in text.lines() {
        if line.trim() == "[[requirement]]" {
            after.push_str(&requirement(&block, exists)?);
            block.clear();
        }
        block.push(line);
    }
    after.push_str(&requirement(&block, exists)?);
    Ok(after)
}

/// The lines of one requirement, or of what stands before the first.
fn requirement(lines: &[&str], exists: &dyn Fn(&str) -> Option<String>) -> anyhow::Result<String> {
    let unchanged = || lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let Some(planned) = list(lines, "planned")? else { return Ok(unchanged()) };
    let checks = list(lines, "checks")?;
    let moving: BTreeSet<String> = planned.ids.iter().filter_map(|id| exists(id)).collect();
    if moving.is_empty() {
        return Ok(unchanged());
    }
    let mut ids: Vec<String> = checks.iter().flat_map(|list| list.ids.iter()).map(|id| (*id).to_owned()).collect();
    ids.extend(moving);
    ids.sort();
    ids.dedup();
    let left: Vec<String> = planned.ids.iter().filter(|id| exists(id).is_none()).map(|id| (*id).to_owned()).collect();
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        let inside = |list: &List<'_>| (list.first..=list.last).contains(&number);
        let first = checks.as_ref().map_or(planned.first, |list| list.first);
        if number == first {
            text.push_str(&render("checks", &ids));
        }
        if number == planned.first && !left.is_empty() {
            text.push_str(&render("planned", &left));
        }
        if !inside(&planned) && !checks.as_ref().is_some_and(inside) {
            text.push_str(line);
            text.push('\n');
        }
    }
    Ok(text)
}

struct List<'a> {
    first: usize,
    last: usize,
    ids: Vec<&'a str>,
}

/// The list of a key among the lines of a requirement.
fn list<'a>(lines: &[&'a str], key: &str) -> anyhow::Result<Option<List<'a>>> {
    let begins = |line: &&str| line.split_once('=').is_some_and(|(name, _)| name.trim() == key);
    let Some(first) = lines.iter().position(begins) else { return Ok(None) };
    let last = lines.iter().skip(first).position(|line| line.trim_end().ends_with(']'));
    let Some(last) = last.map(|after| first + after) else { bail!("the list `{key}` has no end") };
    let of = lines.get(first..=last).unwrap_or_default();
    if of.iter().any(|line| line.contains('#')) {
        bail!("a comment stands in the list `{key}`; move it above the requirement, so that the list can be rewritten");
    }
    let ids = of.iter().flat_map(|line| line.split(['"', '\'']).skip(1).step_by(2)).collect();
    Ok(Some(List { first, last, ids }))
}

fn render(key: &str, ids: &[String]) -> String {
    let quoted: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    let line = format!("{key:<8} = [{}]\n", quoted.join(", "));
    if line.len() <= WIDTH + 1 {
        return line;
    }
    let items: String = quoted.iter().map(|id| format!("  {id},\n")).collect();
    format!("{key:<8} = [\n{items}]\n")
}
