//! `plumb show RESOURCE`.

mod document;
mod facts;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::bail;
use catalog::Catalog;
use finding::{Filter, Finding, timestamp};
use resource::{Target, Value, Verdict};
use store::{Edge, HoleFilter, Reader, Store, StoredHole, StoredResource};

use crate::args::{Format, Shared};
use crate::commands::summary::detail;
use crate::config::{self, Config};
use crate::exit::Exit;
use crate::output::say;
use crate::proof::Page;
use crate::style::{Style, number, printable};

/// So many neighbours of a kind are named unless all are asked for with `-v`.
const FEW: usize = 8;

/// Everything that is known of one resource.
struct Shown {
    stored: StoredResource,
    facts: Value,
    norm: Value,
    from: Vec<Edge>,
    to: Vec<Edge>,
    verdicts: Vec<Finding>,
    holes: Vec<StoredHole>,
}

pub(crate) fn run(shared: &Shared, text: &str, style: &Style) -> anyhow::Result<Exit> {
    let config = Config::load(shared)?;
    let catalog = config.catalog(shared)?;
    let store = config::existing_store(shared)?;
    let shown = read(&catalog, &store, &config, text)?;
    if shared.format == Some(Format::Json) {
        say!("{}", serde_json::to_string_pretty(&json(&shown))?);
    } else {
        print(&catalog, &shown, style, shared.verbose > 0);
    }
    Ok(Exit::Clean)
}

fn read(catalog: &Arc<Catalog>, store: &Store, config: &Config, text: &str) -> anyhow::Result<Shown> {
    let reader = store.reader()?;
    let names = reader.find_resource(text)?;
    let uid: Arc<str> = match names.as_slice() {
        [] => bail!("there is no resource `{text}`\n  help: `plumb inventory` lists them"),
        [one] => one.uid.clone(),
        several => {
            let list: Vec<String> = several.iter().take(20).map(|name| format!("  {}", printable(&name.uid))).collect();
            bail!("`{text}` may be any of {}:\n{}\n  help: give the whole id", several.len(), list.join("\n"));
        }
    };
    let Some(stored) = reader.get(&uid)? else { bail!("`{uid}` is no longer there\n  help: scan again") };
    let now = jiff::Timestamp::now().as_microsecond();
    let (facts, norm) = engine::with_prover(catalog, store, &config.settings(), now, |prover| prover.facts(&uid))?;
    Ok(Shown {
        facts,
        norm,
        from: reader.edges_from(&uid)?,
        to: reader.edges_to(&uid)?,
        verdicts: verdicts(catalog, &reader, &uid)?,
        holes: reader.holes(&HoleFilter { uid: Some(uid.to_string()), ..HoleFilter::default() })?,
        stored,
    })
}

/// The verdicts about a resource, failures first.
fn verdicts(catalog: &Catalog, reader: &Reader, uid: &str) -> anyhow::Result<Vec<Finding>> {
    let filter = Filter {
        verdicts: vec![Verdict::Fail, Verdict::Unknown, Verdict::Pass, Verdict::NotApplicable],
        resource: Some(uid.to_owned()),
        without_checks: config::switched_off(catalog, None),
        ..Filter::default()
    };
    Ok(reader.findings(&filter).collect::<Result<_, _>>()?)
}

fn print(catalog: &Catalog, shown: &Shown, style: &Style, all: bool) {
    let stored = &shown.stored;
    let title = catalog.resource_type(&stored.unit.type_id).map_or("", |of| of.title.as_str());
    say!("{}  {title} ({})", style.bold(&printable(&stored.name)), stored.unit.type_id);
    let mut page = Page::new(style);
    page.line("uid", &printable(&stored.uid));
    let region = if stored.region.is_empty() { "global" } else { &stored.region };
    page.line("account", &format!("{} · {region}", stored.unit.account));
    if let Some(owner) = stored.owner.as_ref().filter(|owner| **owner != stored.unit.account) {
        page.line("owner", &format!("{owner} (a view of another account's resource)"));
    }
    page.line("read", &format!("{} · as it is since {}", timestamp(stored.read_at), timestamp(stored.changed_at)));
    for (name, value) in &stored.tags {
        page.line("tag", &printable(&format!("{name} = {value}")));
    }
    for (name, attribute) in shown.norm.as_map().into_iter().flatten() {
        page.line("norm", &format!("{name} = {}", printable(&document::value(attribute))));
    }
    facts::print(&mut page, &shown.facts);
    print_edges(&mut page, shown, all);
    print_verdicts(&mut page, shown, style, all);
    // What was never asked for is no loss.
    let lost = shown.holes.iter().filter(|hole| hole.record.hole.why.is_coverage_hole());
    for hole in lost {
        let members: Vec<String> = hole.record.members.iter().map(ToString::to_string).collect();
        let members = if members.is_empty() { "the whole resource".to_owned() } else { members.join(", ") };
        let since = timestamp(hole.since);
        page.line("stale", &format!("{members} since {since}: {}", printable(&detail(&hole.record.hole))));
    }
    say!("document");
    say!("{}", printable_lines(&document::pretty(&stored.document)));
}

fn printable_lines(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// Edges by verb, out and in.
fn print_edges(page: &mut Page<'_>, shown: &Shown, all: bool) {
    let mut out: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for edge in &shown.from {
        out.entry(&edge.name).or_default().push(target(&edge.target));
    }
    for (verb, ends) in &out {
        print_ends(page, &format!("{verb} →"), ends, all);
    }
    let mut into: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for edge in &shown.to {
        into.entry((&edge.name, &edge.from_type)).or_default().push(printable(&edge.from));
    }
    for ((verb, type_id), ends) in &into {
        print_ends(page, &format!("← {verb} ({type_id})"), ends, all);
    }
}

fn print_ends(page: &mut Page<'_>, verb: &str, ends: &[String], all: bool) {
    let shown = if all { ends.len() } else { ends.len().min(FEW) };
    if let [one] = ends {
        return page.line("edge", &format!("{verb} {one}"));
    }
    page.line("edge", &format!("{verb} {}", number(ends.len() as u64)));
    for end in &ends[..shown] {
        page.indented("edge", 2, end);
    }
    if shown < ends.len() {
        page.indented("edge", 2, &format!("and {} more (-v)", number((ends.len() - shown) as u64)));
    }
}

fn target(target: &Target) -> String {
    match target {
        Target::Resource(uid) => printable(uid),
        Target::Missing(name) => {
            format!("{} (missing: the listing is complete and has no such thing)", printable(name))
        }
        Target::Foreign(name) => format!("{} (foreign: its account is not in the store)", printable(name)),
        Target::Unread(hole) => format!("? {}", printable(&detail(hole))),
    }
}

fn print_verdicts(page: &mut Page<'_>, shown: &Shown, style: &Style, all: bool) {
    let listed = |finding: &&Finding| all || matches!(finding.verdict, Verdict::Fail | Verdict::Unknown);
    for finding in shown.verdicts.iter().filter(listed) {
        let id = match finding.verdict {
            Verdict::Fail | Verdict::Unknown => format!("{} {}  ", style.severity(finding.severity), finding.short_id),
            Verdict::Pass | Verdict::NotApplicable => String::new(),
        };
        let verdict = style.verdict(finding.verdict);
        page.line("verdict", &format!("{verdict}  {id}{} · {}", finding.check, printable(&finding.message)));
    }
    let count = |verdict: Verdict| shown.verdicts.iter().filter(|finding| finding.verdict == verdict).count() as u64;
    let (pass, not) = (count(Verdict::Pass), count(Verdict::NotApplicable));
    if !all && pass + not > 0 {
        page.line("verdict", &format!("{} pass, {} do not apply (-v lists them)", number(pass), number(not)));
    }
    if shown.verdicts.is_empty() {
        page.line("verdict", "none: no check that was run is about it");
    }
}

fn json(shown: &Shown) -> serde_json::Value {
    let stored = &shown.stored;
    let edge = |edge: &Edge, out: bool| {
        let (state, to) = match &edge.target {
            Target::Resource(uid) => ("resolved", uid.to_string()),
            Target::Missing(name) => ("missing", name.to_string()),
            Target::Foreign(name) => ("foreign", name.to_string()),
            Target::Unread(hole) => ("unread", detail(hole)),
        };
        let (direction, other) = if out { ("out", to) } else { ("in", edge.from.to_string()) };
        serde_json::json!({"name": &*edge.name, "direction": direction, "state": state, "other": other})
    };
    let edges: Vec<_> =
        shown.from.iter().map(|one| edge(one, true)).chain(shown.to.iter().map(|one| edge(one, false))).collect();
    let holes: Vec<_> = shown
        .holes
        .iter()
        .map(|hole| {
            let members: Vec<String> = hole.record.members.iter().map(ToString::to_string).collect();
            serde_json::json!({"members": members, "hole": &*hole.record.hole, "since": timestamp(hole.since)})
        })
        .collect();
    serde_json::json!({
        "uid": &*stored.uid, "type": &*stored.unit.type_id, "name": stored.name, "account": &*stored.unit.account,
        "region": &*stored.region, "owner": stored.owner, "tags": stored.tags,
        "read_at": timestamp(stored.read_at), "changed_at": timestamp(stored.changed_at),
        "document": stored.document, "facts": shown.facts, "norm": shown.norm, "edges": edges, "holes": holes,
        "verdicts": shown.verdicts.iter().map(Finding::record).collect::<Vec<_>>(),
    })
}
