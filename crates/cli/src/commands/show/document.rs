//! A document with its holes in place.

use resource::{Hole, List, Value};

use crate::commands::summary::detail;

/// The most that stands on one line.
const LINE: usize = 100;

/// The document over several lines: JSON, but for what is not known, `? denied sqs:GetQueueAttributes`.
pub(super) fn pretty(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value, 0);
    text
}

/// A value on one line.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Unknown(hole) => unknown(hole),
        Value::List(List { items, open }) => {
            let mut parts: Vec<String> = items.iter().map(self::value).collect();
            parts.extend(open.as_ref().map(|hole| format!("and perhaps more: {}", unknown(hole))));
            format!("[{}]", parts.join(", "))
        }
        Value::Map(map) => {
            let parts: Vec<String> =
                map.iter().map(|(name, one)| format!("{}: {}", quoted(name), self::value(one))).collect();
            format!("{{{}}}", parts.join(", "))
        }
        Value::Null => "none".to_owned(),
        other => other.to_json(),
    }
}

/// What is not known: the reason and the call; the provider's own words stand beside the hole itself.
pub(super) fn unknown(hole: &Hole) -> String {
    let said = if hole.call.is_some() { hole.to_string() } else { detail(hole) };
    format!("? {said}")
}

fn quoted(name: &str) -> String {
    Value::from(name).to_json()
}

fn write(text: &mut String, value: &Value, deep: usize) {
    let short = self::value(value);
    let pad = "  ".repeat(deep + 1);
    let end = "  ".repeat(deep);
    match value {
        Value::Map(map) if deep == 0 || short.len() > LINE => {
            text.push_str("{\n");
            for (name, one) in map.iter().filter(|(_, one)| !one.is_null()) {
                text.push_str(&format!("{pad}{}: ", quoted(name)));
                write(text, one, deep + 1);
                text.push('\n');
            }
            text.push_str(&format!("{end}}}"));
        }
        Value::List(List { items, open }) if short.len() > LINE => {
            text.push_str("[\n");
            for item in items {
                text.push_str(&pad);
                write(text, item, deep + 1);
                text.push('\n');
            }
            if let Some(hole) = open {
                text.push_str(&format!("{pad}and perhaps more: {}\n", unknown(hole)));
            }
            text.push_str(&format!("{end}]"));
        }
        _ => text.push_str(&short),
    }
}

#[cfg(test)]
mod tests;
