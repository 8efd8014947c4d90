//! `plumb inventory [TYPE|KIND]`.

use std::collections::BTreeMap;

use finding::glob;
use store::ResourceFilter;

use crate::args::{Format, InventoryArgs, Shared};
use crate::config;
use crate::exit::{Exit, unknown_name};
use crate::output::{Table, say};
use crate::style::{Style, counted, printable};

pub(crate) fn run(shared: &Shared, args: &InventoryArgs, style: &Style) -> anyhow::Result<Exit> {
    let catalog = config::catalog(shared)?;
    let store = config::existing_store(shared)?;
    let types: Vec<String> = match &args.of {
        None => Vec::new(),
        Some(name) => {
            let named = catalog
                .resource_types()
                .filter(|of| glob(name, &of.id) || of.kind.as_ref().is_some_and(|kind| glob(name, kind)))
                .map(|of| of.id.to_string());
            let found: Vec<String> = named.collect();
            if found.is_empty() {
                let kinds = catalog.kinds().map(|kind| &*kind.id);
                let known = catalog.resource_types().map(|of| &*of.id).chain(kinds);
                return Err(unknown_name("resource type or kind", name, known, "plumb type list"));
            }
            found
        }
    };
    let filter =
        ResourceFilter { accounts: args.accounts.clone(), regions: args.regions.clone(), types, without_views: false };
    let reader = store.reader()?;
    let mut table = Table::new(&["TYPE", "NAME", "REGION", "ACCOUNT", "UID"]);
    let mut per_type: BTreeMap<String, u64> = BTreeMap::new();
    let mut documents = Vec::new();
    for stored in reader.load_all(&filter) {
        let stored = stored?;
        let region = if stored.region.is_empty() { "global".to_owned() } else { stored.region.to_string() };
        *per_type.entry(stored.unit.type_id.to_string()).or_default() += 1;
        let document = serde_json::json!({
            "type": &*stored.unit.type_id, "uid": &*stored.uid, "name": stored.name, "region": region,
            "account": &*stored.unit.account, "owner": stored.owner, "tags": stored.tags, "document": stored.document,
        });
        match shared.format {
            Some(Format::Jsonl) => say!("{document}"),
            Some(Format::Json) => documents.push(document),
            _ => table.row(vec![
                stored.unit.type_id.to_string(),
                printable(&stored.name),
                region,
                stored.unit.account.to_string(),
                printable(&stored.uid),
            ]),
        }
    }
    match shared.format {
        Some(Format::Jsonl) => {}
        Some(Format::Json) => say!("{}", serde_json::to_string_pretty(&documents)?),
        Some(Format::Csv) => table.print_csv()?,
        None | Some(Format::Table) => table.print(style.width, 1)?,
    }
    if !shared.quiet {
        let total: u64 = per_type.values().sum();
        let open = reader.coverage(None)?.into_iter().filter(|unit| unit.coverage.hole().is_some()).count() as u64;
        let holes = if open == 0 {
            String::new()
        } else {
            format!(" · {} incomplete: there may be more", counted(open, "listing", "listings"))
        };
        eprintln!(
            "{} of {}{holes} · next: plumb show UID",
            counted(total, "resource", "resources"),
            counted(per_type.len() as u64, "type", "types")
        );
    }
    Ok(Exit::Clean)
}
