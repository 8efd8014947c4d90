//! Facts with their reason chains, a line each.

use resource::{List, Value};

use crate::proof::Page;
use crate::style::printable;

use super::document;

pub(super) fn print(page: &mut Page<'_>, facts: &Value) {
    for (name, fact) in facts.as_map().into_iter().flatten() {
        match fact {
            Value::List(List { items, open }) => {
                if items.is_empty() && open.is_none() {
                    page.line("fact", &format!("{name}: none"));
                }
                for item in items {
                    one(page, name, item);
                }
                if let Some(hole) = open {
                    page.line("fact", &printable(&format!("{name}: perhaps more: {}", document::unknown(hole))));
                }
            }
            other => page.line("fact", &format!("{name} = {}", printable(&document::value(other)))),
        }
    }
}

fn one(page: &mut Page<'_>, name: &str, item: &Value) {
    page.line("fact", &printable(&format!("{name}: {}", sentence(name, item))));
    for reason in item.get("because").items() {
        let part = |member: &str| reason.get(member).as_str().unwrap_or_default();
        let place = format!("{} {}", part("policy"), part("statement"));
        page.indented("fact", 4, &printable(&format!("because {}: {}", place.trim_end(), part("text"))));
    }
}

/// An item as people say it; one of a fact that is not foreseen here member by member.
fn sentence(name: &str, item: &Value) -> String {
    let text = |member: &str| item.get(member).as_str().unwrap_or_default().to_owned();
    match name {
        "grants" => grant(item),
        "open" => format!("{} {} from {} ({})", protocol(item), ports(item), text("source"), text("range")),
        "secrets" => {
            let line = item.get("line").as_int().map_or_else(String::new, |line| format!(" line {line}"));
            let at = if text("name").is_empty() { line } else { format!(" {}", text("name")) };
            format!("{}{at} looks like {}", text("place"), text("detector"))
        }
        "escalation" => {
            let limited = if item.get("limited").as_bool() == Some(true) { " (limited)" } else { "" };
            format!("{} by {}{limited}", text("path"), list(item.get("actions")))
        }
        _ => rest(item),
    }
}

fn grant(item: &Value) -> String {
    let text = |member: &str| item.get(member).as_str().unwrap_or_default();
    let who = match (text("to"), text("principal")) {
        (to, "" | "*") => to.to_owned(),
        (to, principal) => format!("{to} {principal}"),
    };
    let mut sentence = format!("{who} may {}", list(item.get("actions")));
    if !item.get("except").items().is_empty() {
        sentence.push_str(&format!(" except {}", list(item.get("except"))));
    }
    if item.get("conditional").as_bool() == Some(true) {
        sentence.push_str(&format!(" if {}", list(item.get("conditions"))));
    }
    match item.get("neutralised_by") {
        Value::Str(by) => sentence.push_str(&format!(", neutralised by {by}")),
        Value::Unknown(hole) => sentence.push_str(&format!(", unless neutralised: {}", document::unknown(hole))),
        _ => {}
    }
    sentence
}

fn protocol(item: &Value) -> String {
    match item.get("protocol").as_str() {
        Some("-1") | None => "every protocol".to_owned(),
        Some(protocol) => protocol.to_owned(),
    }
}

fn ports(item: &Value) -> String {
    match (item.get("from_port").as_int(), item.get("to_port").as_int()) {
        (Some(from), Some(to)) if from == to => from.to_string(),
        (Some(from), Some(to)) => format!("{from}–{to}"),
        _ => "every port".to_owned(),
    }
}

fn list(value: &Value) -> String {
    let parts: Vec<String> =
        value.items().iter().map(|item| item.as_str().map_or_else(|| item.to_json(), str::to_owned)).collect();
    match parts.as_slice() {
        [] => document::value(value),
        parts => parts.join(", "),
    }
}

fn rest(item: &Value) -> String {
    match item.as_map() {
        Some(map) => {
            let members = map.iter().filter(|(name, value)| &***name != "because" && !value.is_null());
            members.map(|(name, value)| format!("{name} {}", document::value(value))).collect::<Vec<_>>().join(", ")
        }
        None => document::value(item),
    }
}
