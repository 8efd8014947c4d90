//! Evaluating a type's expressions for one document, as the collector does.

use resource::{Map, Value};

use catalog::{Argument, Input};
use expr::{Scope, Val};

/// The world around an expression of a type file.
#[derive(Clone, Copy)]
pub(crate) struct Roots<'a> {
    /// The document; a bare name is one of its members.
    pub document: &'a Value,
    /// The item of the document that a per-item call is about.
    pub item: &'a Value,
    /// The parent's document.
    pub parent: &'a Value,
    pub account: &'a str,
    pub region: &'a str,
    pub partition: &'a str,
}

impl<'a> Roots<'a> {
    pub(crate) fn new(document: &'a Value, account: &'a str, region: &'a str, partition: &'a str) -> Roots<'a> {
        Roots { document, item: Value::null(), parent: Value::null(), account, region, partition }
    }
}

impl Scope for Roots<'_> {
    fn root(&self, name: &str) -> Option<Val> {
        Some(match name {
            "self" => Val::from(self.document.clone()),
            "item" => Val::from(self.item.clone()),
            "parent" => Val::from(self.parent.clone()),
            "account" => Val::from(Value::map([("id", Value::from(self.account))])),
            "region" => Val::from(Value::map([("name", Value::from(self.region))])),
            "partition" => Val::from(Value::from(self.partition)),
            member => Val::from(self.document.get(member).clone()),
        })
    }

    /// Nothing here asks for the time: documents must mean the same whenever they are served.
    fn now(&self) -> i64 {
        0
    }
}

/// An input split into what is always sent and what depends on the resource.
#[derive(Debug, Default)]
pub(crate) struct Split {
    pub constants: Map,
    pub dynamic: Vec<(std::sync::Arc<str>, Argument)>,
}

impl Split {
    pub(crate) fn of(input: &Input) -> Split {
        let mut split = Split::default();
        for (name, argument) in &input.0 {
            if depends(argument) {
                split.dynamic.push((name.clone(), argument.clone()));
            } else {
                split.constants.insert(name.clone(), value_of(argument, &Roots::new(Value::null(), "", "", "")));
            }
        }
        split
    }

    /// The dependent members for one resource.
    pub(crate) fn evaluate(&self, roots: &Roots<'_>) -> Value {
        Value::Map(self.dynamic.iter().map(|(name, argument)| (name.clone(), value_of(argument, roots))).collect())
    }
}

fn depends(argument: &Argument) -> bool {
    match argument {
        Argument::Constant(_) => false,
        Argument::Expression(_) => true,
        Argument::List(items) => items.iter().any(depends),
        Argument::Map(members) => members.values().any(depends),
    }
}

fn value_of(argument: &Argument, roots: &Roots<'_>) -> Value {
    match argument {
        Argument::Constant(value) => value.clone(),
        Argument::Expression(expression) => expression.evaluate(roots).to_value(),
        Argument::List(items) => Value::list(items.iter().map(|item| value_of(item, roots)).collect()),
        Argument::Map(members) => {
            Value::Map(members.iter().map(|(name, member)| (name.clone(), value_of(member, roots))).collect())
        }
    }
}
