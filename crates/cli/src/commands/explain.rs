//! `plumb explain FINDING`: the proof.

use anyhow::{anyhow, bail};
use catalog::{Catalog, Check};
use engine::Proof;
use finding::Finding;
use resource::Verdict;
use store::{ClosedFinding, Reader, Store};

use crate::args::{Format, Shared};
use crate::config::{self, Config};
use crate::exit::Exit;
use crate::output::say;
use crate::proof::Page;
use crate::style::{Style, printable};

pub(crate) fn run(shared: &Shared, id: &str, style: &Style) -> anyhow::Result<Exit> {
    let config = Config::load(shared)?;
    let catalog = config.catalog(shared)?;
    let store = config::existing_store(shared)?;
    let finding = find(&store, id)?;
    let now = jiff::Timestamp::now().as_microsecond();
    let proof = engine::with_prover(&catalog, &store, &config.settings(), now, |prover| prover.proof(&finding))?;
    let proof = proof.ok_or_else(|| gone(&catalog, &finding))?;
    let check = catalog.check(&finding.check).ok_or_else(|| gone(&catalog, &finding))?;
    let passes = matches!(finding.verdict, Verdict::Pass | Verdict::NotApplicable);
    let closed = if passes { store.reader()?.closed_finding(&finding.fingerprint.to_string())? } else { None };
    if shared.format == Some(Format::Json) {
        say!("{}", serde_json::to_string_pretty(&document(&finding, &proof, check, &catalog)?)?);
    } else {
        print(&finding, &proof, check, &catalog, closed.as_ref(), style)?;
    }
    Ok(Exit::Clean)
}

/// The one finding that an id means: what fails or is undecided before what passes.
fn find(store: &Store, id: &str) -> anyhow::Result<Finding> {
    let reader = store.reader()?;
    let mut found = reader.finding(id)?;
    if found.is_empty() {
        found = reader.passed(id)?;
    }
    if found.len() > 1 {
        let ids: Vec<String> = found.iter().map(|finding| finding.fingerprint.to_string()).collect();
        bail!("`{id}` is the beginning of several findings: {}\n  help: give more of it", ids.join(", "));
    }
    match found.pop() {
        Some(finding) => Ok(finding),
        None => Err(none(&reader, id)?),
    }
}

/// Why an id means no finding.
fn none(reader: &Reader, id: &str) -> anyhow::Result<anyhow::Error> {
    let Some(closed) = reader.closed_finding(id)? else {
        return Ok(anyhow!(
            "there is no finding `{id}`\n  help: `plumb findings` lists the open ones, with `--status all` all"
        ));
    };
    let shown = shown_id(&printable(&closed.uid));
    Ok(anyhow!("`{id}` was closed on {}\n  help: `plumb show {shown}` tells how it is now", ended(&closed)))
}

/// When and why a finding was closed, and what it said.
fn ended(closed: &ClosedFinding) -> String {
    let why = match closed.ended.as_str() {
        "gone" => "with its resource, which is no longer there",
        "rule" => "since its check is not in the catalogue any more",
        _ => "by a read that showed it to be in order",
    };
    let check = closed.check.as_deref().unwrap_or("a check that is no more");
    format!("{} {why}: {check}, {}", finding::timestamp(closed.at), printable(&closed.message))
}

/// Why there is no proof of a finding that is in the store.
fn gone(catalog: &Catalog, finding: &Finding) -> anyhow::Error {
    let short = &finding.short_id;
    if catalog.check(&finding.check).is_none() {
        return anyhow!(
            "the check `{}` of `{short}` is not in the catalogue any more\n  help: give the folder that has it with --catalog, or scan again",
            finding.check
        );
    }
    let item = match finding.discriminator.as_str() {
        "" => String::new(),
        item => format!(" `{}` of", printable(item)),
    };
    anyhow!(
        "what `{short}` is about,{item} `{}`, is no longer there\n  help: scan again to close the finding",
        printable(&finding.uid)
    )
}

fn print(
    finding: &Finding,
    proof: &Proof,
    check: &Check,
    catalog: &Catalog,
    closed: Option<&ClosedFinding>,
    style: &Style,
) -> anyhow::Result<()> {
    let mut page = Page::new(style);
    say!(
        "{}  {} {}  {}",
        style.verdict(proof.verdict),
        style.severity(finding.severity),
        finding.short_id,
        style.bold(&printable(&proof.message))
    );
    page.prose("check", &format!("{} · {}", check.id, check.title));
    let region = if finding.region.is_empty() { "global" } else { &finding.region };
    page.prose("resource", &format!("{} · {} · {region}", printable(&finding.uid), finding.type_id));
    if !finding.discriminator.is_empty() {
        page.line("item", &printable(&finding.discriminator));
    }
    page.proof(proof);
    if matches!(proof.verdict, Verdict::Fail | Verdict::Unknown) {
        page.prose("risk", &printable(&check.risk));
    }
    print_fix(&mut page, proof);
    let serves = serves(catalog, check)?;
    if !serves.is_empty() {
        page.prose("serves", &serves);
    }
    let until =
        proof.until.as_ref().map_or_else(String::new, |until| format!(" · time alone may change it at {until}"));
    let since = finding::timestamp(finding.first_seen);
    page.prose("since", &format!("{since} · last read {}{until}", proof.read_at));
    if let Some(closed) = closed {
        page.prose("closed", &ended(closed));
    }
    page.code("more", &format!("plumb show {} · plumb check show {}", shown_id(&finding.uid), check.id));
    Ok(())
}

/// The requirements that the check serves, a few of each framework; of several versions the newest.
fn serves(catalog: &Catalog, check: &Check) -> anyhow::Result<String> {
    const MOST: usize = 4;
    let mut by_framework: Vec<(String, Vec<String>)> = Vec::new();
    for served in catalog.requirements_of(&check.id)? {
        let (id, requirement) = (served.framework.id.to_string(), served.requirement.id.to_string());
        let family = |id: &str| id.rsplit_once('-').map(|(family, _)| family.to_owned());
        match by_framework.last_mut() {
            Some((last, ids)) if *last == id => ids.push(requirement),
            Some(last) if id.starts_with("cis-") && family(&last.0) == family(&id) => *last = (id, vec![requirement]),
            _ => by_framework.push((id, vec![requirement])),
        }
    }
    let parts = by_framework.iter().map(|(framework, ids)| {
        let more = if ids.len() > MOST { format!(" +{}", ids.len() - MOST) } else { String::new() };
        format!("{framework} {}{more}", ids[..ids.len().min(MOST)].join(", "))
    });
    Ok(parts.collect::<Vec<_>>().join(" · "))
}

/// The first way to fix it, the command line where there is one.
fn print_fix(page: &mut Page<'_>, proof: &Proof) {
    if proof.verdict != Verdict::Fail {
        return;
    }
    let Some(first) = proof.fixes.first() else { return };
    let prose = first.tab == "Console";
    for (at, line) in first.text.trim().lines().enumerate() {
        let lead = if at == 0 { format!("{}: ", first.tab) } else { String::new() };
        let text = format!("{lead}{}", printable(line));
        // A command goes into a shell as it stands.
        if prose || line.starts_with('#') { page.prose("fix", &text) } else { page.code("fix", &text) }
    }
    let others: Vec<&str> = proof.fixes.iter().skip(1).map(|fix| fix.tab.as_str()).collect();
    if !others.is_empty() {
        page.prose("fix", &format!("also: {} (--format json, plumb check show)", others.join(", ")));
    }
}

/// An id as a shell takes it.
fn shown_id(uid: &str) -> String {
    let plain = uid.chars().all(|c| c.is_ascii_alphanumeric() || "_./:@+=,-".contains(c));
    if plain { uid.to_owned() } else { format!("'{}'", printable(uid).replace('\'', "'\\''")) }
}

fn document(finding: &Finding, proof: &Proof, check: &Check, catalog: &Catalog) -> anyhow::Result<serde_json::Value> {
    let mut document = serde_json::to_value(proof)?;
    let served = catalog.requirements_of(&check.id)?;
    let serves = served.iter().map(
        |one| serde_json::json!({"id": one.label(), "framework": one.framework.title, "title": one.requirement.title}),
    );
    let finding = Finding { frameworks: served.iter().map(catalog::Served::label).collect(), ..finding.clone() };
    if let Some(members) = document.as_object_mut() {
        members.insert("finding".into(), serde_json::to_value(finding.record())?);
        members.insert("risk".into(), check.risk.as_str().into());
        members.insert("requirements".into(), serves.collect());
    }
    Ok(document)
}
