//! Known sets of actions that lead to more rights: `catalog/data/aws-escalation.toml`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use resource::{Hole, List, Value, Why};
use serde::Deserialize;

use super::{Allowed, Effective};

// Beside its tables the file has a source and a date, which the catalogue reads.
#[derive(Debug, Deserialize)]
struct Table {
    path: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

/// Path → the actions that it takes.
static TABLE: LazyLock<Option<Table>> =
    LazyLock::new(|| toml::from_str(catalog::embedded("data/aws-escalation.toml")?).ok());

/// The paths that identity policies open, within a boundary where there is one.
pub(crate) fn escalation(policies: &Effective, boundary: Option<&Effective>) -> Value {
    let Some(table) = TABLE.as_ref() else {
        return Value::from(Hole::new(Why::Failed).detail("the table of escalation paths does not load"));
    };
    let (mut held, mut caps) = (Steps::of(policies), boundary.map(Steps::of));
    let mut items = Vec::new();
    for (path, actions) in &table.path {
        let Some((limited, by)) = held.all(actions) else { continue };
        let capped = match caps.as_mut().map(|caps| caps.all(actions)) {
            None => false,
            Some(Some((limited, _))) => limited,
            Some(None) => continue,
        };
        items.push(item(path, actions, limited || capped, held.because(&by)));
    }
    let open = policies.open.clone().or_else(|| boundary.and_then(|boundary| boundary.open.clone()));
    Value::List(List { items, open })
}

/// What allows each action, asked once: most paths take `iam:PassRole`.
struct Steps<'a> {
    policies: &'a Effective,
    known: HashMap<&'static str, Option<(bool, Vec<&'a Allowed>)>>,
    reasons: HashMap<usize, Value>,
}

impl<'a> Steps<'a> {
    fn of(policies: &'a Effective) -> Steps<'a> {
        Steps { policies, known: HashMap::new(), reasons: HashMap::new() }
    }

    /// What allows every action; `None` when one is not allowed. `true` when it is limited somewhere.
    fn all(&mut self, actions: &'static [Arc<str>]) -> Option<(bool, Vec<&'a Allowed>)> {
        let mut found: (bool, Vec<&Allowed>) = (false, Vec::new());
        for action in actions {
            let (limited, by) = self.known.entry(action).or_insert_with(|| self.policies.allows(action)).as_ref()?;
            found.0 |= limited;
            for allowed in by {
                if !found.1.iter().any(|known| std::ptr::eq(*known, *allowed)) {
                    found.1.push(*allowed);
                }
            }
        }
        Some(found)
    }

    /// The reason chain of these statements; parts of one statement say the same.
    fn because(&mut self, by: &[&'a Allowed]) -> Vec<Value> {
        let mut chain = Vec::new();
        for allowed in by {
            let reason = self.reasons.entry(std::ptr::from_ref(*allowed).addr()).or_insert_with(|| allowed.because());
            if !chain.contains(reason) {
                chain.push(reason.clone());
            }
        }
        chain
    }
}

fn item(path: &Arc<str>, actions: &[Arc<str>], limited: bool, because: Vec<Value>) -> Value {
    Value::map([
        ("path", Value::Str(path.clone())),
        ("actions", Value::list(actions.iter().map(|action| Value::Str(action.clone())).collect())),
        ("limited", Value::Bool(limited)),
        ("because", Value::list(because)),
    ])
}
