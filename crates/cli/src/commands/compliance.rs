//! `plumb compliance [FRAMEWORK]`: what the store says about the requirements of a framework.

use anyhow::bail;
use catalog::{Catalog, Framework};
use check::{Line, Standing};
use engine::Compliance;

use crate::args::{ComplianceArgs, Format, Shared};
use crate::commands::framework::find;
use crate::config::{self, Config};
use crate::exit::{Exit, unknown_name};
use crate::output::{Table, say};
use crate::style::{Style, counted, number};

pub(crate) fn run(shared: &Shared, args: &ComplianceArgs, style: &Style) -> anyhow::Result<Exit> {
    let catalog = Config::load(shared)?.catalog(shared)?;
    let frameworks: Vec<&Framework> = match &args.framework {
        Some(id) => vec![find(&catalog, id)?],
        None => catalog.frameworks()?,
    };
    let store = config::existing_store(shared)?;
    let found = engine::compliance(&catalog, &store, &frameworks, &args.accounts)?;
    if found.accounts.is_empty() && args.accounts.is_empty() {
        bail!("the store holds nothing that a scan has read to its end\n  help: `plumb scan aws` reads and judges");
    }
    if let Some(missing) = args.accounts.iter().find(|one| !found.accounts.iter().any(|account| **account == ***one)) {
        let known = engine::compliance(&catalog, &store, &[], &[])?.accounts;
        return Err(unknown_name("account", missing, known.iter().map(|account| &**account), "plumb inventory"));
    }
    match (&found.frameworks[..], &args.framework) {
        ([(framework, lines)], Some(_)) => one(shared, style, &found, framework, lines)?,
        _ => several(shared, style, &catalog, &found)?,
    }
    Ok(Exit::Clean)
}

/// How many requirements stand where; the parts make up the whole.
struct Parts {
    standing: Vec<(Standing, usize)>,
    /// Passes that checks decide only in part.
    in_part: usize,
}

impl Parts {
    fn of(lines: &[Line<'_>]) -> Parts {
        let count = |standing| lines.iter().filter(|line| line.standing == standing).count();
        Parts {
            standing: Standing::ALL.into_iter().map(|standing| (standing, count(standing))).collect(),
            in_part: lines.iter().filter(|line| line.standing == Standing::Pass && line.is_partial()).count(),
        }
    }

    fn get(&self, standing: Standing) -> usize {
        self.standing.iter().find(|(one, _)| *one == standing).map_or(0, |(_, count)| *count)
    }

    fn to_json(&self) -> serde_json::Value {
        let mut parts: serde_json::Map<String, serde_json::Value> =
            self.standing.iter().map(|(one, count)| (one.as_str().replace(' ', "_"), (*count).into())).collect();
        parts.insert("pass_in_part".to_owned(), self.in_part.into());
        parts.into()
    }
}

fn several(shared: &Shared, style: &Style, catalog: &Catalog, found: &Compliance<'_>) -> anyhow::Result<()> {
    let all = &found.frameworks;
    if matches!(shared.format, Some(Format::Json | Format::Jsonl)) {
        let rows = all.iter().map(|(framework, lines)| {
            serde_json::json!({
                "framework": &*framework.id, "title": framework.title, "profile": framework.profile,
                "requirements": lines.len(), "parts": Parts::of(lines).to_json(),
            })
        });
        return documents(shared, rows.collect());
    }
    let mut table = Table::new(&[
        "FRAMEWORK",
        "TITLE",
        "ALL",
        "FAIL",
        "UNKNOWN",
        "PASS",
        "IN PART",
        "MANUAL",
        "NOT BUILT",
        "NO RESOURCES",
    ]);
    for (framework, lines) in all {
        let parts = Parts::of(lines);
        let count = |standing| parts.get(standing).to_string();
        table.row(vec![
            framework.id.to_string(),
            framework.title.clone(),
            lines.len().to_string(),
            count(Standing::Fail),
            count(Standing::Unknown),
            count(Standing::Pass),
            parts.in_part.to_string(),
            count(Standing::Manual),
            count(Standing::NotBuilt),
            count(Standing::NoResources),
        ]);
    }
    if shared.format == Some(Format::Csv) {
        return Ok(table.print_csv()?);
    }
    place(found);
    table.print(style.width, 1)?;
    if !shared.quiet {
        let checks = counted(catalog.checks().count() as u64, "check", "checks");
        eprintln!(
            "requirements, judged with {checks}; of the passes, IN PART decide only a part · next: plumb compliance FRAMEWORK"
        );
    }
    Ok(())
}

fn one(
    shared: &Shared,
    style: &Style,
    found: &Compliance<'_>,
    framework: &Framework,
    lines: &[Line<'_>],
) -> anyhow::Result<()> {
    match shared.format {
        Some(Format::Json) => {
            let document = serde_json::json!({
                "framework": &*framework.id, "title": framework.title, "scope": framework.scope, "source": framework.source,
                "accounts": found.accounts, "regions": found.regions,
                "read": found.read.map(finding::timestamp), "parts": Parts::of(lines).to_json(),
                "requirements": lines.iter().map(document).collect::<Vec<_>>(),
            });
            say!("{}", serde_json::to_string_pretty(&document)?);
        }
        Some(Format::Jsonl) => lines.iter().for_each(|line| say!("{}", document(line))),
        Some(Format::Csv) => csv(lines)?,
        None | Some(Format::Table) => table(shared, style, found, framework, lines)?,
    }
    Ok(())
}

fn document(line: &Line<'_>) -> serde_json::Value {
    let of = line.requirement;
    serde_json::json!({
        "requirement": &*of.id, "title": of.title, "status": line.standing.as_str(),
        "coverage": of.coverage_now().as_str(), "resources": line.resources(), "fail": line.fail,
        "unknown": line.unknown, "pass": line.pass, "checks": of.checks, "not_built": of.planned,
        "gaps": line.gaps, "manual": of.manual,
    })
}

fn csv(lines: &[Line<'_>]) -> anyhow::Result<()> {
    let mut table = Table::new(&[
        "REQUIREMENT",
        "TITLE",
        "STATUS",
        "COVERAGE",
        "RESOURCES",
        "FAIL",
        "UNKNOWN",
        "PASS",
        "CHECKS",
        "NOT_BUILT",
        "GAPS",
        "MANUAL",
    ]);
    for line in lines {
        let of = line.requirement;
        table.row(vec![
            of.id.to_string(),
            of.title.clone(),
            line.standing.as_str().to_owned(),
            of.coverage_now().as_str().to_owned(),
            line.resources().to_string(),
            line.fail.to_string(),
            line.unknown.to_string(),
            line.pass.to_string(),
            of.checks.join(";"),
            of.planned.join(";"),
            line.gaps.iter().cloned().collect::<Vec<_>>().join(";"),
            of.manual.clone().unwrap_or_default(),
        ]);
    }
    Ok(table.print_csv()?)
}

fn table(
    shared: &Shared,
    style: &Style,
    found: &Compliance<'_>,
    framework: &Framework,
    lines: &[Line<'_>],
) -> anyhow::Result<()> {
    say!("{}", style.bold(&framework.title));
    if let Some(scope) = &framework.scope {
        say!("listed are {scope}");
    }
    place(found);
    let mut table = Table::new(&["ID", "STATUS", "COVERAGE", "REQUIREMENT", "RESOURCES", "WHY"]);
    for line in lines {
        table.row(vec![
            line.requirement.id.to_string(),
            standing(style, line.standing),
            coverage(line).to_owned(),
            line.requirement.title.clone(),
            resources(line),
            why(line),
        ]);
    }
    table.print(style.width, 3)?;
    summary(style, &Parts::of(lines), lines.len());
    if !shared.quiet {
        eprintln!(
            "in part: the checks do not decide all of the requirement · next: plumb findings --status fail · --format json has what to attest"
        );
    }
    Ok(())
}

fn standing(style: &Style, standing: Standing) -> String {
    match (standing, standing.as_str()) {
        (Standing::Fail, word) => style.red(word),
        (Standing::Unknown, word) => style.unknown(word),
        (Standing::Pass, word) => style.green(word),
        (_, word) => style.dim(word),
    }
}

/// How far its checks decide it.
fn coverage(line: &Line<'_>) -> &'static str {
    match line.standing {
        Standing::Manual | Standing::NotBuilt => "",
        _ if line.is_partial() => "in part",
        _ => "full",
    }
}

fn resources(line: &Line<'_>) -> String {
    match line.standing {
        Standing::Manual | Standing::NotBuilt | Standing::NoResources => String::new(),
        Standing::Fail => format!("{} of {} fail", number(line.fail), number(line.resources())),
        Standing::Unknown => format!("{} of {} unknown", number(line.unknown), number(line.resources())),
        Standing::Pass => number(line.resources()),
    }
}

/// What the answer is about.
fn place(found: &Compliance<'_>) {
    let accounts = match found.accounts.len() {
        0..=3 => found.accounts.iter().map(|account| &**account).collect::<Vec<_>>().join(", "),
        many => counted(many as u64, "account", "accounts"),
    };
    let read = found.read.map(finding::timestamp).unwrap_or_default();
    say!("{accounts} · {} · read {read}\n", counted(found.regions.len() as u64, "region", "regions"));
}

/// What stands between the line and a plain answer.
fn why(line: &Line<'_>) -> String {
    let of = line.requirement;
    let mut words: Vec<String> = line.gaps.iter().cloned().collect();
    if line.standing == Standing::Fail && line.unknown > 0 {
        words.push(format!("{} more unknown", number(line.unknown)));
    }
    if !of.planned.is_empty() && !of.checks.is_empty() {
        let all = of.planned.len() + of.checks.len();
        words.push(format!("{} of {} written", number(of.checks.len() as u64), counted(all as u64, "check", "checks")));
    }
    if line.standing == Standing::Manual {
        words.extend(of.manual.clone());
    }
    words.join("; ")
}

fn summary(style: &Style, parts: &Parts, all: usize) {
    let mut words = Vec::new();
    for (standing, count) in parts.standing.iter().filter(|(_, count)| *count > 0) {
        let what = match standing {
            Standing::Manual => "for a person to attest".to_owned(),
            Standing::NotBuilt => "not built yet".to_owned(),
            Standing::NoResources => "without resources".to_owned(),
            Standing::Pass if parts.in_part > 0 => {
                format!("pass ({} of them in part)", number(parts.in_part as u64))
            }
            other => other.as_str().to_owned(),
        };
        words.push(format!("{} {what}", number(*count as u64)));
    }
    let all = counted(all as u64, "requirement", "requirements");
    say!("\n{} {}", style.bold(&format!("{all}:")), words.join(" · "));
}

/// JSON documents: one array, or one a line.
pub(crate) fn documents(shared: &Shared, rows: Vec<serde_json::Value>) -> anyhow::Result<()> {
    if shared.format == Some(Format::Jsonl) {
        rows.iter().for_each(|row| say!("{row}"));
    } else {
        say!("{}", serde_json::to_string_pretty(&rows)?);
    }
    Ok(())
}
