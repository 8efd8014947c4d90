//! `docs/reference/actions.md`: every fix by calls, what it needs, what it can break, how it is taken back.

use std::fmt::Write as _;

use catalog::{Action, Catalog, Inverse};

use super::cell;

pub(super) fn page(catalog: &Catalog) -> String {
    let mut text = String::from(
        "# Actions\n\nGenerated from `catalog/actions` by `cargo xtask generate`. An action fixes what a check finds, by calls that \
         need no judgement. `plumb explain FINDING` writes it out for the resource, as commands of the AWS CLI for a POSIX \
         shell; Plumb itself makes none of these calls. A check without an action is decided by hand.\n\n\
         | action | what it does | about | safety |\n|---|---|---|---|\n",
    );
    for action in catalog.actions() {
        let _ = writeln!(
            text,
            "| [`{id}`](#{anchor}) | {} | `{}` | {} |",
            cell(&action.title),
            action.type_id,
            action.safety.as_str(),
            id = action.id,
            anchor = action.id.replace('.', ""),
        );
    }
    for action in catalog.actions() {
        entry(&mut text, catalog, action);
    }
    text
}

fn entry(text: &mut String, catalog: &Catalog, action: &Action) {
    let _ = writeln!(text, "\n## {}\n\n**{}** · `{}`\n", action.id, action.title, action.type_id);
    if let Some(risk) = &action.risk {
        let _ = writeln!(text, "Can break: {risk}\n");
    }
    if let Some(when) = &action.when {
        let _ = writeln!(text, "Only where\n\n```\n{}\n```\n", when.text());
    }
    for (name, value) in &action.args {
        let _ = writeln!(text, "`args.{name}`: the check says; {} otherwise\n", value.to_json());
    }
    for (name, found) in &action.lets {
        let _ = writeln!(text, "where `{name}` is\n\n```\n{}\n```\n", found.text());
    }
    commands(text, &action.sketch(catalog.api()));
    let permissions: Vec<String> = catalog.action_permissions(action).iter().map(|name| format!("`{name}`")).collect();
    let _ = writeln!(text, "Permissions: {}\n\nAfterwards: `{}`\n", permissions.join(", "), flat(action.expect.text()));
    match &action.inverse {
        Inverse::Irreversible(reason) => {
            let _ = writeln!(text, "Cannot be taken back: {reason}");
        }
        Inverse::Calls(_) => {
            let _ = writeln!(text, "Taken back by:\n");
            commands(text, &action.inverse_sketch(catalog.api()));
        }
    }
    let used: Vec<String> = catalog
        .checks()
        .filter(|check| check.fix.iter().any(|fix| fix.action == action.id))
        .map(|check| format!("[`{id}`](checks.md#{id})", id = check.id))
        .collect();
    if !used.is_empty() {
        let _ = writeln!(text, "\nFixes: {}", used.join(", "));
    }
}

/// An expression may stand on several lines of its file.
fn flat(expression: &str) -> String {
    expression.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn commands(text: &mut String, commands: &[String]) {
    let lines: Vec<String> = commands.iter().map(|line| flat(line)).collect();
    let _ = writeln!(text, "```sh\n{}\n```\n", lines.join("\n"));
}
