//! What the flags of the reading commands name: a name that nothing has is a mistake, not an empty answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use catalog::{Catalog, ResourceType};
use finding::glob;
use store::Reader;

use crate::exit::unknown_name;

/// Accounts as given, each known to the store.
pub(crate) fn accounts(reader: &Reader, given: &[String]) -> anyhow::Result<Vec<String>> {
    if !given.is_empty() {
        of_store("account", given, &reader.places()?.accounts)?;
    }
    Ok(given.to_vec())
}

/// Regions as given, each known to the store; `global`, as lists print it, are resources without one.
pub(crate) fn regions(reader: &Reader, given: &[String]) -> anyhow::Result<Vec<String>> {
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let mut regions: Vec<String> = Vec::new();
    for region in given {
        // Of a pattern that `global` fits, both are meant.
        if region != "global" {
            regions.push(region.clone());
        }
        if glob(region, "global") {
            regions.push(String::new());
        }
    }
    of_store("region", given, &reader.places()?.regions)?;
    Ok(regions)
}

/// A name that no place of the store has. A store without any place has had no scan: nothing can be said of names.
fn of_store(what: &str, given: &[String], known: &BTreeSet<Arc<str>>) -> anyhow::Result<()> {
    if known.is_empty() {
        return Ok(());
    }
    let shown = |name: &Arc<str>| if name.is_empty() { Arc::from("global") } else { name.clone() };
    let fits = |pattern: &String, name: &Arc<str>| glob(pattern, name) || glob(pattern, &shown(name));
    let wrong = given.iter().find(|pattern| !known.iter().any(|name| fits(pattern, name)));
    let Some(name) = wrong else { return Ok(()) };
    let known: Vec<Arc<str>> = known.iter().map(shown).collect();
    let what = format!("{what} in the store that is");
    Err(unknown_name(&what, name, known.iter().map(|name| &**name), "plumb inventory"))
}

/// The types that names, patterns or kinds mean; empty for all.
pub(crate) fn types(catalog: &Catalog, given: &[String]) -> anyhow::Result<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    for name in given {
        let fits = |of: &&ResourceType| glob(name, &of.id);
        let of_kind = |of: &&ResourceType| of.kind.as_ref().is_some_and(|kind| glob(name, kind));
        let by_id = catalog.resource_types().any(|of| fits(&of)).then(|| name.clone());
        let by_kind = catalog.resource_types().filter(|of| of_kind(of) && !fits(of)).map(|of| of.id.to_string());
        let found: Vec<String> = by_id.into_iter().chain(by_kind).collect();
        if found.is_empty() {
            let kinds = catalog.kinds().map(|kind| &*kind.id);
            let known = catalog.resource_types().map(|of| &*of.id).chain(kinds);
            return Err(unknown_name("resource type or kind", name, known, "plumb type list"));
        }
        all.extend(found);
    }
    Ok(all)
}

/// An error unless a check has the id, or an id that fits the pattern.
pub(crate) fn check(catalog: &Catalog, pattern: &str) -> anyhow::Result<()> {
    let any = catalog.check(pattern).is_some() || catalog.checks().any(|check| glob(pattern, &check.id));
    let ids = catalog.checks().map(|check| &*check.id);
    if any { Ok(()) } else { Err(unknown_name("check", pattern, ids, "plumb check list")) }
}
