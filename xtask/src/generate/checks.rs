//! `docs/reference/checks.md`: every check with what it decides and what it reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use catalog::{Catalog, Check, Demand, Subject};

use super::cell;

pub(super) fn page(catalog: &Catalog) -> anyhow::Result<String> {
    let mut text = String::from(
        "# Checks\n\nGenerated from `catalog/checks` by `cargo xtask generate`. `plumb check show ID` prints a check with its fix.\n\n\
         | check | desired state | severity | about |\n|---|---|---|---|\n",
    );
    for check in catalog.checks() {
        let _ = writeln!(
            text,
            "| [`{id}`](#{id}) | {} | {} | `{}` |",
            cell(&check.title),
            check.severity.as_str(),
            subject(check),
            id = check.id,
        );
    }
    for check in catalog.checks() {
        entry(&mut text, catalog, check);
        requirements(&mut text, catalog, check)?;
    }
    Ok(text)
}

fn subject(check: &Check) -> &str {
    match &check.subject {
        Subject::Type(id) | Subject::Kind(id) => id,
    }
}

fn entry(text: &mut String, catalog: &Catalog, check: &std::sync::Arc<Check>) {
    let objective = catalog.objectives().get(&check.objective).map_or("", String::as_str);
    let _ = writeln!(
        text,
        "\n## {}\n\n**{}** · {} · `{}` · {objective}\n",
        check.id,
        check.title,
        check.severity.as_str(),
        subject(check)
    );
    for part in [&check.description, &check.risk] {
        if !part.trim().is_empty() {
            let _ = writeln!(text, "{}\n", part.trim());
        }
    }
    let _ = writeln!(text, "```\n{}\n```\n", check.rule_text.trim());
    if !check.params.is_empty() {
        let params: Vec<String> =
            check.params.iter().map(|(name, value)| format!("`{name}` = {}", value.to_json())).collect();
        let _ = writeln!(text, "Parameters: {}\n", params.join(", "));
    }
    let demand = Demand::of(catalog, [check]);
    let calls = demand.calls(catalog);
    let names: Vec<String> = calls.keys().map(|call| format!("`{call}`")).collect();
    let permissions: BTreeSet<_> = calls.keys().flat_map(|call| catalog.permissions(call)).collect();
    let permissions: Vec<String> = permissions.iter().map(|name| format!("`{name}`")).collect();
    let _ = writeln!(text, "Calls: {}\n\nPermissions: {}", names.join(", "), permissions.join(", "));
    let fixes = check.fix.iter().filter_map(|fix| catalog.action(&fix.action));
    let fixes: Vec<String> =
        fixes.map(|action| format!("[{}](actions.md#{})", action.title, action.id.replace('.', ""))).collect();
    if !fixes.is_empty() {
        let _ = writeln!(text, "\nFixed by: {}", fixes.join(", "));
    }
    if !check.peers.is_empty() {
        let peers: Vec<String> = check.peers.iter().map(|peer| format!("`{peer}`")).collect();
        let _ = writeln!(text, "\nEqual checks elsewhere: {}", peers.join(", "));
    }
}

/// What the check serves, a framework a line.
fn requirements(text: &mut String, catalog: &Catalog, check: &Check) -> anyhow::Result<()> {
    let mut served: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in catalog.requirements_of(&check.id)? {
        served.entry(&one.framework.id).or_default().push(one.requirement.id.to_string());
    }
    if !served.is_empty() {
        text.push_str("\nRequirements:\n\n");
    }
    for (framework, ids) in served {
        let _ = writeln!(text, "- `{framework}` {}", ids.join(", "));
    }
    Ok(())
}
