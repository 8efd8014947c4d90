//! `docs/reference/types.md`: every resource type, what it costs to read, what it refers to, how it is proven.

use std::fmt::Write as _;

use catalog::{Catalog, Get, ResourceType, Scope};

use super::cell;

pub(super) fn page(catalog: &Catalog) -> String {
    let mut text = String::from(
        "# Resource types\n\nGenerated from `catalog/types` by `cargo xtask generate`. A detail call is made only when an enabled check needs what it gives.\n\n\
         | type | what | kind | read once per |\n|---|---|---|---|\n",
    );
    for of in catalog.resource_types() {
        let kind = of.kind.as_deref().map(|kind| format!("`{kind}`")).unwrap_or_default();
        let _ = writeln!(
            text,
            "| [`{id}`](#{anchor}) | {} | {kind} | {} |",
            cell(&of.title),
            scope(of),
            id = of.id,
            anchor = of.id.replace('.', "")
        );
    }
    for of in catalog.resource_types() {
        entry(&mut text, catalog, of);
    }
    text
}

fn scope(of: &ResourceType) -> String {
    match (&of.parent, of.scope) {
        (Some(parent), _) => format!("`{parent}`"),
        (None, Scope::Account) => "account".to_owned(),
        (None, Scope::Region) => "region".to_owned(),
    }
}

fn entry(text: &mut String, catalog: &Catalog, of: &ResourceType) {
    let _ = writeln!(text, "\n## {}\n\n{}.", of.id, of.title);
    let listing = match (&of.list, &of.source) {
        (Some(list), _) => format!("Listed by `{}`.", list.call),
        (None, Some(from)) => format!("Listed by the shared source `{}`.", from.id),
        (None, None) => "Exists without a call.".to_owned(),
    };
    let _ = writeln!(text, "{listing}\n\n| detail | permission | members |\n|---|---|---|");
    for (index, get) in of.get.iter().enumerate() {
        let members: Vec<String> = catalog.gives(of, index).iter().map(|path| format!("`{path}`")).collect();
        let shown = if members.len() > 8 {
            format!("{} and {} more", members[..8].join(", "), members.len() - 8)
        } else {
            members.join(", ")
        };
        let _ = writeln!(text, "| {} | {} | {} |", detail(get), permission(catalog, get), cell(&shown));
    }
    if !of.edge.is_empty() {
        let edges: Vec<String> = of.edge.iter().map(|edge| format!("`{}` → `{}`", edge.name, edge.to)).collect();
        let _ = writeln!(text, "\nRelations: {}", edges.join(", "));
    }
    if !of.proof.is_empty() {
        let _ = writeln!(text, "\nProven by: {}", of.proof.join(", "));
    }
}

fn detail(get: &Get) -> String {
    let call = match (&get.call, &get.source) {
        (Some(call), _) => format!("`{call}`"),
        (None, Some(source)) => format!("source `{source}`"),
        (None, None) => String::new(),
    };
    let each = if get.per.is_some() { ", one per item" } else { "" };
    let batch = get.batch.as_ref().map(|batch| format!(", {} at a time", batch.size)).unwrap_or_default();
    let when = if get.when.is_some() { ", where it applies" } else { "" };
    format!("{call}{each}{batch}{when}")
}

fn permission(catalog: &Catalog, get: &Get) -> String {
    let source = get.source.as_ref().and_then(|id| catalog.source(id));
    let calls = get.call.iter().chain(source.map(|source| &source.call));
    let names: Vec<String> = calls.flat_map(|call| catalog.permissions(call)).map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
