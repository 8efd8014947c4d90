//! `plumb show RESOURCE`.

use std::sync::Arc;

use anyhow::bail;
use finding::Filter;
use resource::{Target, Verdict};
use store::{Reader, StoredResource};

use crate::args::{Format, Shared};
use crate::config::{self, Config};
use crate::exit::Exit;
use crate::output::say;
use crate::style::{Style, printable};

pub(crate) fn run(shared: &Shared, text: &str, style: &Style) -> anyhow::Result<Exit> {
    let config = Config::load(shared)?;
    let catalog = config.catalog(shared)?;
    let store = config::existing_store(shared)?;
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
    let (facts, norm) = engine::with_prover(&catalog, &store, &config.settings(), now, |prover| prover.facts(&uid))?;
    let verdicts = verdicts(&reader, &stored)?;
    if shared.format == Some(Format::Json) {
        let edges: Vec<_> =
            reader.edges_from(&uid)?.iter().map(|edge| (edge.name.to_string(), target(&edge.target))).collect();
        let document = serde_json::json!({
            "uid": &*uid, "type": &*stored.unit.type_id, "name": stored.name, "account": &*stored.unit.account,
            "region": &*stored.region, "owner": stored.owner, "tags": stored.tags, "document": stored.document,
            "facts": facts, "norm": norm, "edges": edges,
            "verdicts": verdicts.iter().map(|(verdict, check, message)| serde_json::json!({"verdict": verdict.as_str(), "check": check, "message": message})).collect::<Vec<_>>(),
        });
        say!("{}", serde_json::to_string_pretty(&document)?);
        return Ok(Exit::Clean);
    }
    say!("{}  {}", style.bold(&printable(&stored.name)), stored.unit.type_id);
    say!("uid       {}", printable(&uid));
    let region = if stored.region.is_empty() { "global" } else { &stored.region };
    say!("account   {} · {region}", stored.unit.account);
    if let Some(owner) = stored.owner.as_ref().filter(|owner| **owner != stored.unit.account) {
        say!("owner     {owner} (a view of another account's resource)");
    }
    for (name, value) in &stored.tags {
        say!("tag       {} = {}", printable(name), printable(value));
    }
    print_edges(&reader, &uid)?;
    for (name, fact) in facts.as_map().into_iter().flatten() {
        say!("fact      {name} = {}", printable(&fact.to_json()));
    }
    for (name, attribute) in norm.as_map().into_iter().flatten() {
        say!("norm      {name} = {}", printable(&attribute.to_json()));
    }
    for (verdict, check, message) in &verdicts {
        say!("{:<9} {check} · {}", style.verdict(*verdict), printable(message));
    }
    say!("document  (a member `{{\"?\": …}}` could not be read or was not asked for)");
    say!("{}", serde_json::to_string_pretty(&stored.document)?);
    Ok(Exit::Clean)
}

fn print_edges(reader: &Reader, uid: &str) -> anyhow::Result<()> {
    for edge in reader.edges_from(uid)? {
        say!("edge      {} → {}", edge.name, target(&edge.target));
    }
    for edge in reader.edges_to(uid)? {
        say!("edge      ← {} {}", edge.name, printable(&edge.from));
    }
    Ok(())
}

fn target(target: &Target) -> String {
    match target {
        Target::Resource(uid) => printable(uid),
        Target::Missing(name) => {
            format!("{} (missing: the listing is complete and has no such thing)", printable(name))
        }
        Target::Foreign(name) => format!("{} (foreign: its account is not in the store)", printable(name)),
        Target::Unread(hole) => format!("unread: {hole}"),
    }
}

/// Verdict, check, message of a resource.
fn verdicts(reader: &Reader, stored: &StoredResource) -> anyhow::Result<Vec<(Verdict, String, String)>> {
    let filter = Filter {
        verdicts: vec![Verdict::Fail, Verdict::Unknown, Verdict::Pass, Verdict::NotApplicable],
        types: vec![stored.unit.type_id.to_string()],
        accounts: vec![stored.unit.account.to_string()],
        ..Filter::default()
    };
    let mut found = Vec::new();
    for finding in reader.findings(&filter) {
        let finding = finding?;
        if finding.uid == stored.uid {
            found.push((finding.verdict, finding.check.to_string(), finding.message));
        }
    }
    Ok(found)
}
