//! Functions that rules may call: `policy(x).admin`, `policy(x).escalation`, `policy(x).full_service("kms")`,
//! `policy(x).allows_action("s3:GetObject")`, `policy(x).allows_widely("sts:AssumeRole")`, `secrets(x)`.

use std::sync::Arc;

use expr::Val;
use resource::{List, Value};

use crate::effective::{Effective, escalation};
use crate::secrets;
use crate::settings::Settings;

/// The member under which the object made by `policy` keeps its documents for methods.
const DOCUMENTS: &str = "documents";

/// Evaluates a function. `None` when the name is not one of ours or an argument has no use: the answer is absent.
pub fn call(name: &str, args: &[Val], settings: &Settings) -> Option<Val> {
    match (name, args) {
        ("policy", [document]) => Some(Val::from(policy(document.to_value()))),
        (".full_service", [policy, service]) => Some(ask(policy, service, Effective::full_service)),
        (".allows_action", [policy, action]) => Some(ask(policy, action, Effective::allows_somewhere)),
        (".allows_widely", [policy, action]) => Some(ask(policy, action, Effective::allows_widely)),
        ("secrets", [value]) => Some(Val::from(secrets::of_value("value", &value.to_value(), settings))),
        _ => None,
    }
}

/// One identity-based document, or a list of documents taken together.
fn policy(document: Value) -> Value {
    let documents = match document {
        Value::List(list) => list,
        single => List { items: vec![single], open: None },
    };
    let effective = effective(&documents);
    let (admin, conditional, because) = match (&effective.open, effective.admin(None)) {
        (Some(hole), _) => (Value::Unknown(hole.clone()), Value::Unknown(hole.clone()), Vec::new()),
        (None, Some((conditional, because))) => (Value::Bool(true), Value::Bool(conditional), because),
        (None, None) => (Value::Bool(false), Value::Bool(false), Vec::new()),
    };
    Value::map([
        ("admin", admin),
        ("conditional", conditional),
        ("because", Value::list(because)),
        ("escalation", escalation(&effective, None)),
        (DOCUMENTS, Value::List(documents)),
    ])
}

/// Answers a method of a policy object with one text argument.
fn ask(policy: &Val, argument: &Val, question: fn(&Effective, &str) -> bool) -> Val {
    let policy = policy.to_value();
    let (Value::List(documents), Some(argument)) = (policy.get(DOCUMENTS), argument.as_str()) else {
        return Val::Absent;
    };
    let effective = effective(documents);
    Val::from(match effective.open.clone() {
        Some(hole) => Value::Unknown(hole),
        None => Value::Bool(question(&effective, argument)),
    })
}

fn effective(documents: &List) -> Effective {
    let named: Vec<(Arc<str>, Value)> =
        documents.items.iter().map(|document| (Arc::from("policy"), document.clone())).collect();
    let mut found = Effective::of(&named);
    found.open = found.open.or_else(|| documents.open.clone());
    found
}
