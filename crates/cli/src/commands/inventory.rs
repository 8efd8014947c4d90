//! `plumb inventory [TYPE|KIND]`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use finding::glob;
use store::{Reader, ResourceFilter, StoredResource};

use crate::args::{Format, InventoryArgs, Shared};
use crate::config;
use crate::exit::Exit;
use crate::names;
use crate::output::{Table, say};
use crate::style::{Style, counted, number, printable};

pub(crate) fn run(shared: &Shared, args: &InventoryArgs, style: &Style) -> anyhow::Result<Exit> {
    let catalog = config::catalog(shared)?;
    let store = config::existing_store(shared)?;
    let reader = store.reader()?;
    let filter = ResourceFilter {
        accounts: names::accounts(&reader, &args.accounts)?,
        regions: names::regions(&reader, &args.regions)?,
        types: names::types(&catalog, args.of.as_slice())?,
        without_views: false,
    };
    let mut table = Table::new(&["TYPE", "NAME", "REGION", "ACCOUNT", "UID"]);
    let mut own = Own::default();
    let mut documents = Vec::new();
    for stored in reader.load_all(&filter) {
        let stored = stored?;
        let region = if stored.region.is_empty() { "global".to_owned() } else { stored.region.to_string() };
        own.count(&stored);
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
        eprintln!("{own}{} · next: plumb show UID", open_listings(&reader, &filter)?);
    }
    Ok(Exit::Clean)
}

/// The account's own resources, and those that are listed in it and belong to others.
#[derive(Default)]
struct Own {
    resources: u64,
    types: BTreeSet<Arc<str>>,
    others: BTreeMap<Arc<str>, u64>,
}

impl Own {
    fn count(&mut self, stored: &StoredResource) {
        match &stored.owner {
            // Managed policies are `aws`'s, prefix lists `AWS`'s.
            Some(owner) if owner.eq_ignore_ascii_case("aws") => *self.others.entry("AWS".into()).or_default() += 1,
            Some(owner) => *self.others.entry(owner.clone()).or_default() += 1,
            None => {
                self.resources += 1;
                self.types.insert(stored.unit.type_id.clone());
            }
        }
    }
}

impl std::fmt::Display for Own {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let types = counted(self.types.len() as u64, "type", "types");
        write!(f, "{} of {types}", counted(self.resources, "resource", "resources"))?;
        let others: Vec<String> =
            self.others.iter().map(|(owner, count)| format!("{} of {}", number(*count), printable(owner))).collect();
        match others.as_slice() {
            [] => Ok(()),
            [first @ .., _] if first.len() > 3 => {
                let all: u64 = self.others.values().sum();
                write!(f, " · and {} of {} other owners", number(all), others.len())
            }
            few => write!(f, " · and {}", few.join(", ")),
        }
    }
}

/// The listings, of what is shown, that are not complete.
fn open_listings(reader: &Reader, filter: &ResourceFilter) -> anyhow::Result<String> {
    const MOST: usize = 3;
    let any = |patterns: &[String], name: &str| patterns.is_empty() || patterns.iter().any(|one| glob(one, name));
    let mut open = Vec::new();
    for one in reader.coverage(None)? {
        let unit = &one.unit;
        // A unit without a region may list resources of any.
        let region = unit.region.is_empty() || any(&filter.regions, &unit.region);
        if one.coverage.hole().is_some()
            && any(&filter.types, &unit.type_id)
            && any(&filter.accounts, &unit.account)
            && region
        {
            let place = if unit.region.is_empty() { "" } else { " in " };
            open.push(format!("{}{place}{}", unit.type_id, unit.region));
        }
    }
    if open.is_empty() {
        return Ok(String::new());
    }
    let words = counted(open.len() as u64, "listing", "listings");
    let more = if open.len() > MOST { ", …" } else { "" };
    open.truncate(MOST);
    Ok(format!(" · {words} incomplete ({}{more}): there may be more", open.join(", ")))
}
