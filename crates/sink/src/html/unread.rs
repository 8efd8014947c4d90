//! What could not be read, by permission, and the statement that would let it be read.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::tally::{Tally, Undecided};
use super::text::{Text, link, quoted};
use crate::numbers::{counted, number};

pub(super) fn write(out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
    let (holes, others): (Vec<_>, Vec<_>) = tally.unread().iter().partition(|one| one.what.is_hole);
    let others: Vec<_> = others.into_iter().filter(|one| one.findings > 0).collect();
    out.write_all(
        b"<section id=\"unknown\" class=\"sheet\" aria-label=\"Unknown\">\n<h1>What could not be read</h1>\n",
    )?;
    if holes.is_empty() && others.is_empty() {
        return out.write_all(
            b"<p>Everything that was asked for could be read, and every question was decided.</p>\n</section>\n",
        );
    }
    out.write_all(
        b"<p class=\"note\">What was not read is unknown: it counts neither as passing nor as failing.</p>\n",
    )?;
    if !holes.is_empty() {
        table(out, "Calls that were denied, throttled or failed", &holes)?;
    }
    statement(out, &holes)?;
    if !others.is_empty() {
        table(out, "Undecided for another reason", &others)?;
    }
    out.write_all(b"</section>\n")
}

/// How many findings it leaves undecided, as a link to them.
pub(super) fn undecided(one: &Undecided) -> String {
    if one.findings == 0 {
        return "<span class=\"muted\">–</span>".to_owned();
    }
    let name = [&one.what.permission, &one.what.call, &one.what.detail].into_iter().find(|name| !name.is_empty());
    let filter = match name {
        Some(name) => format!("verdict:unknown unread:{}", quoted(name)),
        None => format!("verdict:unknown unread:{}", quoted(&one.what.why)),
    };
    format!("<a href=\"{}\">{}</a>", link(&filter), number(one.findings))
}

fn table(out: &mut dyn Write, title: &str, rows: &[&Undecided]) -> io::Result<()> {
    writeln!(
        out,
        "<h2>{title}</h2>\n<div class=\"scroll\"><table class=\"unread\"><thead><tr><th scope=\"col\">Call</th>\
         <th scope=\"col\">Why</th><th scope=\"col\">Where</th>\
         <th scope=\"col\">Hides</th><th scope=\"col\" class=\"count\">Undecided</th><th scope=\"col\">Checks</th></tr></thead><tbody>"
    )?;
    for one in rows {
        let what = &one.what;
        let call = if what.call.is_empty() { &what.detail } else { &what.call };
        let why = match what.by.as_str() {
            "" | "unstated" => what.why.clone(),
            "scp" => format!("{} by a service control policy", what.why),
            "boundary" => format!("{} by a permissions boundary", what.why),
            "resource" => format!("{} by the resource's own policy", what.why),
            _ => format!("{} by the identity's policies", what.why),
        };
        let needs = match what.permission.as_str() {
            "" => String::new(),
            permission if permission == what.call => String::new(),
            permission => format!("<br>needs {}", Text(permission)),
        };
        let mut hides = Vec::new();
        if what.listings > 0 {
            hides.push(counted(what.listings, "listing", "listings"));
        }
        if what.resources > 0 {
            hides.push(format!("members of {}", counted(what.resources, "resource", "resources")));
        }
        let mut places = if what.regions.is_empty() { "global".to_owned() } else { what.regions.join(", ") };
        if what.accounts.len() > 1 {
            places.push_str(&format!(" in {} accounts: {}", what.accounts.len(), what.accounts.join(", ")));
        }
        writeln!(
            out,
            "<tr><td class=\"id\">{}{needs}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"count\">{}</td><td>{}</td></tr>",
            Text(call),
            Text(&why),
            Text(&places),
            Text(&hides.join(", ")),
            undecided(one),
            checks(&one.checks)
        )?;
    }
    out.write_all(b"</tbody></table></div>\n")
}

fn checks(ids: &BTreeSet<String>) -> String {
    let items: Vec<String> = ids.iter().map(|id| format!("<li class=\"id\">{}</li>", Text(id))).collect();
    if items.is_empty() {
        return "<span class=\"muted\">–</span>".to_owned();
    }
    let title = counted(items.len() as u64, "check", "checks");
    format!("<details><summary>{title}</summary><ul>{}</ul></details>", items.concat())
}

/// A policy in the order in which people write one.
const STATEMENT_BEGIN: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "PlumbReads",
      "Effect": "Allow",
      "Action": [
"#;
const STATEMENT_END: &str = r#"
      ],
      "Resource": "*"
    }
  ]
}"#;

/// The statement to add, for reads that a policy of the identity can allow.
fn statement(out: &mut dyn Write, holes: &[&Undecided]) -> io::Result<()> {
    let denied = holes.iter().filter(|one| one.what.why == "denied" && !one.what.permission.is_empty());
    let (elsewhere, ours): (Vec<&&Undecided>, Vec<&&Undecided>) =
        denied.partition(|one| matches!(one.what.by.as_str(), "scp" | "boundary" | "resource"));
    let actions: BTreeSet<&str> = ours.iter().map(|one| one.what.permission.as_str()).collect();
    if !actions.is_empty() {
        let listed: Vec<String> = actions.iter().map(|name| format!("        {}", serde_json::json!(name))).collect();
        let text = format!("{STATEMENT_BEGIN}{}{STATEMENT_END}", listed.join(",\n"));
        writeln!(
            out,
            "<h2>The statement to add</h2>\n<p>Attach it to the role or user that scans; each action only reads.</p>\n\
             <div class=\"code\"><button type=\"button\" class=\"copy scripted\" data-copy=\"statement\">Copy</button>\
             <pre id=\"statement\">{}</pre></div>",
            pretty(&text)
        )?;
    }
    if !elsewhere.is_empty() {
        let actions: BTreeSet<&str> = elsewhere.iter().map(|one| one.what.permission.as_str()).collect();
        let names: Vec<String> = actions.iter().map(|name| format!("<code>{}</code>", Text(name))).collect();
        writeln!(
            out,
            "<p class=\"note\">A statement does not help where another policy denies the read (service control policy, \
             boundary, or the resource's own): {}.</p>",
            names.join(", ")
        )?;
    }
    Ok(())
}

/// Keeps line ends, which [`Text`] turns into spaces.
fn pretty(text: &str) -> String {
    text.lines().map(|line| Text(line).to_string()).collect::<Vec<_>>().join("\n")
}
