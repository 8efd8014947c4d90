//! The static types of what an action's expressions see.

use std::collections::BTreeMap;
use std::sync::Arc;

use expr::{Schema, Signature, Type};

use super::Action;
use crate::schema::{TypeSchema, type_of};

/// The schema of the action's type with `args`, `discriminator` and `item`.
pub(super) struct ActionSchema<'a> {
    pub(super) of: TypeSchema<'a>,
    pub(super) action: &'a Action,
    pub(super) item: Type,
    /// The types of the action's names for expressions.
    pub(super) lets: &'a BTreeMap<Arc<str>, Type>,
}

impl Schema for ActionSchema<'_> {
    fn root(&self, name: &str) -> Option<Type> {
        match name {
            "args" => {
                let args = self.action.args.iter().map(|(name, value)| (name.clone(), type_of(value)));
                Some(Type::object("args", args))
            }
            "discriminator" => Some(Type::String),
            "item" => Some(self.item.clone()),
            other => self.lets.get(other).cloned().or_else(|| self.of.root(other)),
        }
    }
    fn roots(&self) -> Vec<Arc<str>> {
        let own = ["args", "discriminator", "item"].map(Arc::from);
        self.of.roots().into_iter().chain(own).chain(self.lets.keys().cloned()).collect()
    }
    fn entity(&self, type_id: &str) -> Option<Type> {
        self.of.entity(type_id)
    }
    fn entity_names(&self) -> Vec<Arc<str>> {
        self.of.entity_names()
    }
    fn edge(&self, type_id: &str, name: &str) -> Option<Arc<str>> {
        self.of.edge(type_id, name)
    }
    fn edge_names(&self, type_id: &str) -> Vec<Arc<str>> {
        self.of.edge_names(type_id)
    }
    fn incoming(&self, type_id: &str, name: &str) -> Vec<Arc<str>> {
        self.of.incoming(type_id, name)
    }
    fn incoming_names(&self, type_id: &str) -> Vec<Arc<str>> {
        self.of.incoming_names(type_id)
    }
    fn facts(&self) -> Type {
        self.of.facts()
    }
    fn norm(&self, type_id: &str) -> Type {
        self.of.norm(type_id)
    }
    fn function(&self, name: &str) -> Option<Signature> {
        self.of.function(name)
    }
}
