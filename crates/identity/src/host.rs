//! Functions that rules may call: `policy(x).admin`, `policy(x).full_service("kms")`, `secrets(x)`.

use std::sync::Arc;

use expr::{Signature, Type, Val};
use resource::{List, Value};

use crate::effective::Effective;
use crate::secrets;
use crate::settings::Settings;

/// The member under which the object made by `policy` keeps its documents for `full_service`.
const DOCUMENTS: &str = "documents";

/// The static type of a function or, with a leading dot, a method.
pub fn signature(name: &str) -> Option<Signature> {
    let of = |params: Vec<Type>, result: Type| Some(Signature { required: params.len(), params, result });
    match name {
        "policy" => of(vec![Type::Any], policy_type()),
        ".full_service" => of(vec![policy_type(), Type::String], Type::Bool),
        "secrets" => of(vec![Type::Any], Type::list(secret_type())),
        _ => None,
    }
}

fn policy_type() -> Type {
    let because = [("policy", Type::String), ("statement", Type::String), ("text", Type::String)];
    Type::object(
        "policy",
        [
            ("admin", Type::Bool),
            ("conditional", Type::Bool),
            ("because", Type::list(Type::object("", because))),
            (DOCUMENTS, Type::list(Type::Any)),
        ],
    )
}

fn secret_type() -> Type {
    Type::object(
        "secret",
        [("place", Type::String), ("name", Type::String), ("line", Type::Int), ("detector", Type::String)],
    )
}

/// Evaluates a function. `None` when the name is not one of ours or an argument has no use: the answer is absent.
pub fn call(name: &str, args: &[Val], settings: &Settings) -> Option<Val> {
    match (name, args) {
        ("policy", [document]) => Some(Val::from(policy(document.to_value()))),
        (".full_service", [policy, service]) => {
            let (policy, service) = (policy.to_value(), service.as_str()?.to_owned());
            Some(Val::from(full_service(policy.get(DOCUMENTS), &service)))
        }
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
    let (admin, conditional, because) = match (&effective.open, effective.admin()) {
        (Some(hole), _) => (Value::Unknown(hole.clone()), Value::Unknown(hole.clone()), Vec::new()),
        (None, Some((conditional, because))) => (Value::Bool(true), Value::Bool(conditional), because),
        (None, None) => (Value::Bool(false), Value::Bool(false), Vec::new()),
    };
    Value::map([
        ("admin", admin),
        ("conditional", conditional),
        ("because", Value::list(because)),
        (DOCUMENTS, Value::List(documents)),
    ])
}

fn full_service(documents: &Value, service: &str) -> Value {
    let Value::List(documents) = documents else { return Value::Null };
    let effective = effective(documents);
    match effective.open.clone() {
        Some(hole) => Value::Unknown(hole),
        None => Value::Bool(effective.full_service(service)),
    }
}

fn effective(documents: &List) -> Effective {
    let named: Vec<(Arc<str>, Value)> =
        documents.items.iter().map(|document| (Arc::from("policy"), document.clone())).collect();
    let mut found = Effective::of(&named);
    found.open = found.open.or_else(|| documents.open.clone());
    found
}
