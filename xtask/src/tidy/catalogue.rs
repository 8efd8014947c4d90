//! The catalogue's own rules, read from the files alone, so that a file which does not load is still judged.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{Problem, Tree};

const PUBLISHED: &str = "catalog/published.txt";
const OBJECTIVES: &str = "catalog/objectives.toml";

/// The TOML head of a check page.
fn head(text: &str) -> toml::Table {
    let body = text.split_once("```toml\n").and_then(|(_, rest)| rest.split_once("\n```"));
    body.and_then(|(head, _)| head.parse().ok()).unwrap_or_default()
}

/// `catalog/checks/aws/s3/x.md` → `aws-s3-x`.
fn check_id(file: &str) -> String {
    file.trim_start_matches("catalog/checks/").trim_end_matches(".md").replace('/', "-")
}

/// `catalog/types/aws/s3/bucket.toml` → `aws.s3.bucket`.
fn type_id(file: &str) -> String {
    file.trim_start_matches("catalog/types/").trim_end_matches(".toml").replace('/', ".")
}

fn aliases(table: &toml::Table) -> Vec<String> {
    let list = table.get("aliases").and_then(toml::Value::as_array);
    list.into_iter().flatten().filter_map(toml::Value::as_str).map(str::to_owned).collect()
}

/// Ids and aliases name one thing each; an id in `catalog/published.txt` is still an id or an alias.
pub(super) fn ids(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut named: BTreeMap<String, &str> = BTreeMap::new();
    let checks = tree.under("catalog/checks/", ".md").map(|(file, text)| (file, check_id(file), head(text)));
    let types = tree.under("catalog/types/", ".toml").map(|(file, text)| {
        let table: toml::Table = text.parse().unwrap_or_default();
        (file, type_id(file), table)
    });
    for (file, id, table) in checks.chain(types) {
        let stated = table.get("type").and_then(toml::Value::as_str);
        if file.starts_with("catalog/types/") && stated != Some(id.as_str()) {
            problems.push(Problem::new(file, format!("must say `type = \"{id}\"`, as its path does")));
        }
        for name in std::iter::once(id).chain(aliases(&table)) {
            if let Some(other) = named.insert(name.clone(), file) {
                problems.push(Problem::new(file, format!("`{name}` already names {other}")));
            }
        }
    }
    for (number, line) in tree.get(PUBLISHED).unwrap_or_default().lines().enumerate() {
        let id = line.split('#').next().unwrap_or_default().trim();
        if !id.is_empty() && !named.contains_key(id) {
            let text = format!("`{id}` was published and is gone; keep it in the `aliases` of what replaces it");
            problems.push(Problem::at(PUBLISHED, number, text));
        }
    }
    problems
}

/// Every check has a pass, a fail and an unknown example, and one that is not applicable where it can be.
pub(super) fn examples(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (file, text) in tree.under("catalog/checks/", ".md") {
        let has = |verdict: &str| text.lines().any(|line| line.starts_with(&format!("### {verdict}:")));
        let mut wanted = vec!["pass", "fail", "unknown"];
        if text.lines().any(|line| line.trim_start().starts_with("applies when")) {
            wanted.push("not applicable");
        }
        for verdict in wanted.into_iter().filter(|verdict| !has(verdict)) {
            problems.push(Problem::new(file, format!("has no example `### {verdict}: …`")));
        }
    }
    problems
}

/// Every check serves an objective that exists, and every objective is served.
pub(super) fn objectives(tree: &Tree) -> Vec<Problem> {
    let table: toml::Table = tree.get(OBJECTIVES).unwrap_or_default().parse().unwrap_or_default();
    let defined: BTreeSet<&str> = table
        .get("objectives")
        .and_then(toml::Value::as_table)
        .into_iter()
        .flatten()
        .map(|(id, _)| id.as_str())
        .collect();
    let mut used = BTreeSet::new();
    let mut problems = Vec::new();
    for (file, text) in tree.under("catalog/checks/", ".md") {
        match head(text).get("objective").and_then(toml::Value::as_str) {
            Some(id) if defined.contains(id) => _ = used.insert(id.to_owned()),
            Some(id) => problems.push(Problem::new(file, format!("its objective `{id}` is not in {OBJECTIVES}"))),
            None => problems.push(Problem::new(file, "its head names no objective")),
        }
    }
    problems.extend(
        defined
            .iter()
            .filter(|id| !used.contains(**id))
            .map(|id| Problem::new(OBJECTIVES, format!("no check serves `{id}`; remove it, or write the check"))),
    );
    problems
}
