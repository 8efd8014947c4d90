//! What expressions of a type file see.

use std::sync::Arc;

use catalog::{Argument, Input};
use expr::{Entity, EntityData, Expr, Scope, Template, Truth, Val};
use resource::{Hole, List, Map, Value};

/// What is the same for every resource of a unit.
pub(crate) struct Surroundings {
    account: Entity,
    region: Entity,
    partition: Arc<str>,
}

impl Surroundings {
    /// An empty region leaves `region.name` absent, so that no account-wide id can be made of it.
    pub(crate) fn new(account: &Arc<str>, region: &Arc<str>, partition: &Arc<str>) -> Self {
        let known = |name: &str, text: &Arc<str>| {
            let mut extra = Map::new();
            if !text.is_empty() {
                extra.insert(name.into(), Value::Str(Arc::clone(text)));
            }
            Arc::new(EntityData { extra, document: Value::Map(Map::new()), ..EntityData::default() })
        };
        Surroundings { account: known("id", account), region: known("name", region), partition: Arc::clone(partition) }
    }

    /// The roots without a resource.
    pub(crate) fn roots(&self) -> Roots<'_> {
        Roots { around: self, own: None, parent: None, item: None }
    }
}

/// The roots of an expression: `self`, `parent`, `item`, `account`, `region`, `partition`, and by their bare names the
/// members of `self`.
#[derive(Clone)]
pub(crate) struct Roots<'a> {
    around: &'a Surroundings,
    own: Option<&'a Entity>,
    parent: Option<&'a Entity>,
    item: Option<Val>,
}

/// Roots that are no members of the document.
pub(crate) const RESERVED: [&str; 6] = ["self", "parent", "item", "account", "region", "partition"];

impl<'a> Roots<'a> {
    pub(crate) fn of(mut self, own: &'a Entity) -> Self {
        self.own = Some(own);
        self
    }

    pub(crate) fn under(mut self, parent: Option<&'a Entity>) -> Self {
        self.parent = parent;
        self
    }

    pub(crate) fn item(mut self, item: Val) -> Self {
        self.item = Some(item);
        self
    }

    /// An expression as a plain value.
    pub(crate) fn value(&self, expr: &Expr) -> Value {
        expr.evaluate(self).to_value()
    }

    /// An expression in Boolean position.
    pub(crate) fn holds(&self, expr: &Expr) -> Truth {
        expr.evaluate(self).truth()
    }

    /// A text; `None` when absent, unknown or something else.
    pub(crate) fn text(&self, expr: &Expr) -> Option<Arc<str>> {
        match expr.evaluate(self).to_value() {
            Value::Str(text) if !text.is_empty() => Some(text),
            Value::Int(number) => Some(number.to_string().into()),
            _ => None,
        }
    }

    /// A template's text, when every part of it is known.
    pub(crate) fn fill(&self, template: &Template) -> Option<Arc<str>> {
        match template.evaluate(self) {
            Val::Str(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The input of a call.
    ///
    /// # Errors
    /// The hole of the first part that is unknown: such a call cannot be made.
    pub(crate) fn input(&self, with: &Input) -> Result<Map, Arc<Hole>> {
        let mut members = Map::new();
        for (name, argument) in &with.0 {
            let value = self.argument(argument)?;
            if !value.is_null() {
                members.insert(Arc::clone(name), value);
            }
        }
        Ok(members)
    }

    pub(crate) fn argument(&self, argument: &Argument) -> Result<Value, Arc<Hole>> {
        Ok(match argument {
            Argument::Constant(value) => value.clone(),
            Argument::Expression(expr) => {
                let value = self.value(expr);
                match value.first_hole() {
                    Some(hole) => return Err(Arc::clone(hole)),
                    None => value,
                }
            }
            Argument::List(arguments) => {
                let items: Result<Vec<Value>, _> = arguments.iter().map(|argument| self.argument(argument)).collect();
                Value::List(List { items: items?.into_iter().filter(|item| !item.is_null()).collect(), open: None })
            }
            Argument::Map(arguments) => {
                let mut members = Map::new();
                for (name, argument) in arguments {
                    members.insert(Arc::clone(name), self.argument(argument)?);
                }
                members.retain(|_, value| !value.is_null());
                Value::Map(members)
            }
        })
    }
}

impl Scope for Roots<'_> {
    fn root(&self, name: &str) -> Option<Val> {
        match name {
            "self" => self.own.cloned().map(Val::from),
            "parent" => self.parent.cloned().map(Val::from),
            "item" => self.item.clone(),
            "account" => Some(Val::from(Arc::clone(&self.around.account))),
            "region" => Some(Val::from(Arc::clone(&self.around.region))),
            "partition" => Some(Val::Str(Arc::clone(&self.around.partition))),
            member => self.own.map(|own| Val::from(own.document.get(member).clone())),
        }
    }

    /// Nothing that is collected depends on the clock.
    fn now(&self) -> i64 {
        0
    }
}
