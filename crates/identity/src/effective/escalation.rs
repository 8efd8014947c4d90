//! Known sets of actions that lead to more rights: `catalog/data/aws-escalation.toml`.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use resource::{Hole, List, Value, Why};
use serde::Deserialize;

use super::{Allowed, Effective};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
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
    let mut items = Vec::new();
    for (path, actions) in &table.path {
        let Some(steps) = steps(policies, actions) else { continue };
        let capped = match boundary.map(|boundary| self::steps(boundary, actions)) {
            None => false,
            Some(Some((limited, _))) => limited,
            Some(None) => continue,
        };
        items.push(item(path, actions, &steps, capped));
    }
    let open = policies.open.clone().or_else(|| boundary.and_then(|boundary| boundary.open.clone()));
    Value::List(List { items, open })
}

/// What allows every action; `None` when one is not allowed. `true` when it is limited somewhere.
fn steps<'a>(policies: &'a Effective, actions: &[Arc<str>]) -> Option<(bool, Vec<&'a Allowed>)> {
    let mut found = (false, Vec::new());
    for action in actions {
        let (limited, by) = policies.allows(action)?;
        found.0 |= limited;
        found.1.extend(by);
    }
    Some(found)
}

fn item(path: &Arc<str>, actions: &[Arc<str>], (limited, steps): &(bool, Vec<&Allowed>), capped: bool) -> Value {
    let mut because: Vec<Value> = Vec::new();
    for allowed in steps {
        let reason = allowed.because();
        if !because.contains(&reason) {
            because.push(reason);
        }
    }
    Value::map([
        ("path", Value::Str(path.clone())),
        ("actions", Value::list(actions.iter().map(|action| Value::Str(action.clone())).collect())),
        ("limited", Value::Bool(capped || *limited)),
        ("because", Value::list(because)),
    ])
}
