//! What a user changes of a check without writing one: its severity, its parameters, whether it runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use resource::{Severity, Value};

use crate::{Catalog, Check};

/// A change of one check.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Adjustment {
    /// `Some(false)` leaves it out of scans.
    pub enabled: Option<bool>,
    /// The severity of all its findings, whatever the context says.
    pub severity: Option<Severity>,
    /// Parameters that differ from the check's own.
    pub params: BTreeMap<String, Value>,
}

impl Catalog {
    /// Changes a check for everything that looks at this catalogue from now on.
    ///
    /// # Errors
    /// Words for the user when there is no such check or parameter, or the value is of another kind than the default.
    pub fn adjust(&mut self, id: &str, change: &Adjustment) -> Result<(), String> {
        let id = self.aliases.get(id).cloned().unwrap_or_else(|| id.into());
        let known: Vec<Arc<str>> = self.checks.keys().cloned().collect();
        let check = self.checks.get_mut(&id).ok_or_else(|| {
            let nearest = expr::nearest(&id, &known);
            format!("there is no check `{id}`\n  help: {nearest}; `plumb check list` shows all")
        })?;
        let mut changed = Check::clone(check);
        for (name, value) in &change.params {
            let default = changed.params.get(name.as_str()).ok_or_else(|| no_param(check, name))?;
            if kind(default) != kind(value) {
                let (wanted, got) = (kind(default), kind(value));
                return Err(format!(
                    "`{name}` of `{id}` is {wanted}, not {got}\n  help: write it like its default, {}",
                    default.to_json()
                ));
            }
            if is_below_zero(value) && !is_below_zero(default) {
                return Err(format!(
                    "`{name}` of `{id}` cannot be {}\n  help: write a number that is not below zero, as its default, {}",
                    value.to_json(),
                    default.to_json()
                ));
            }
            if let Some(words) = another_shape(default, value) {
                return Err(format!("`{name}` of `{id}` {words}"));
            }
            changed.data.remove(name.as_str());
            changed.params.insert(name.as_str().into(), value.clone());
        }
        if let Some(severity) = change.severity {
            changed.severity = severity;
            changed.fixed_severity = Some(severity);
        }
        changed.enabled = change.enabled.unwrap_or(changed.enabled);
        *check = Arc::new(changed);
        Ok(())
    }
}

fn no_param(check: &Check, name: &str) -> String {
    let known: Vec<&str> = check.params.keys().map(|name| &**name).collect();
    match known.as_slice() {
        [] => format!("`{}` has no parameters\n  help: take `{name}` out", check.id),
        known => format!("`{}` has no parameter `{name}`\n  help: it has: {}", check.id, known.join(", ")),
    }
}

/// Whether it is a negative number: days, sizes and counts are not.
fn is_below_zero(value: &Value) -> bool {
    match value {
        Value::Int(number) => *number < 0,
        Value::Float(number) => *number < 0.0,
        _ => false,
    }
}

/// What is wrong with the items of a list: they are of the default's kind, and tables have its columns.
fn another_shape(default: &Value, value: &Value) -> Option<String> {
    let first = default.items().first()?;
    let fits = |item: &&Value| {
        let has = |name: &Arc<str>| **name == *"note" || kind(item.get(name)) == kind(first.get(name));
        kind(item) == kind(first) && first.as_map().is_none_or(|columns| columns.keys().all(has))
    };
    let wrong = value.items().iter().find(|item| !fits(item))?;
    Some(format!(
        "cannot hold {}\n  help: write each item like the first of its default, {}",
        wrong.to_json(),
        first.to_json()
    ))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "true or false",
        Value::Int(_) | Value::Float(_) => "a number",
        Value::Str(_) => "a text",
        Value::List(_) => "a list",
        Value::Map(_) => "a table",
        Value::Null | Value::Unknown(_) => "nothing",
    }
}

#[cfg(test)]
mod tests;
