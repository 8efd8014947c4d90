//! Which crate may depend on which: the manifests against the table in ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{Problem, Tree};

const PAGE: &str = "ARCHITECTURE.md";

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let Some(page) = tree.get(PAGE) else {
        return vec![Problem::new(PAGE, "is missing; it holds the table of crates and what they may depend on")];
    };
    let allowed = table(page);
    let crates = tree.crates();
    let mut problems = Vec::new();
    for name in allowed.keys().filter(|name| !crates.contains(&name.as_str())) {
        problems.push(Problem::new(PAGE, format!("the table names `{name}`, which is no crate; remove the row")));
    }
    for name in &crates {
        let Some((file, manifest)) = tree.manifest(name) else {
            problems.push(Problem::new(*name, "its Cargo.toml cannot be read"));
            continue;
        };
        let Some(may) = allowed.get(*name) else {
            problems.push(Problem::new(PAGE, format!("the table has no row for `{name}`; say what it may depend on")));
            continue;
        };
        let used: BTreeSet<String> =
            dependencies(&manifest).into_iter().filter(|other| crates.contains(&other.as_str())).collect();
        for other in used.difference(may) {
            let text = format!("`{name}` depends on `{other}`, which {PAGE} does not allow");
            problems.push(Problem::new(&file, text));
        }
        for other in may.iter().filter(|other| !crates.contains(&other.as_str())) {
            problems.push(Problem::new(PAGE, format!("`{name}` may depend on `{other}`, which is no crate")));
        }
    }
    problems
}

/// Rows of the table whose head begins with `| crate |`: crate → what its second column allows.
pub(super) fn table(page: &str) -> BTreeMap<String, BTreeSet<String>> {
    let rows = page.lines().skip_while(|line| !line.starts_with("| crate |")).skip(2);
    rows.take_while(|line| line.starts_with('|'))
        .filter_map(|line| {
            let mut cells = line.trim_matches('|').split('|').map(str::trim);
            let name = cells.next()?.trim_matches('`').to_owned();
            let may = cells.next()?.split(',').map(str::trim).filter(|other| !matches!(*other, "" | "–"));
            Some((name, may.map(str::to_owned).collect()))
        })
        .collect()
}

/// Names under `[dependencies]` and `[build-dependencies]`, also those of single targets.
fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut add = |table: &toml::Table| {
        for section in ["dependencies", "build-dependencies"] {
            if let Some(section) = table.get(section).and_then(toml::Value::as_table) {
                names.extend(section.keys().cloned());
            }
        }
    };
    add(manifest);
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    targets.into_iter().flat_map(|targets| targets.values()).filter_map(toml::Value::as_table).for_each(add);
    names
}
