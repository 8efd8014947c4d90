//! The scope in which derived facts are evaluated.

use std::sync::Arc;

use expr::{Entity, Scope, Val};
use resource::Value;

/// A scope in which `self` and `facts` are those of the resource that facts are derived for.
pub(super) struct WithFacts<'a> {
    pub(super) entity: &'a Entity,
    pub(super) facts: &'a Value,
    pub(super) scope: &'a dyn Scope,
}

impl Scope for WithFacts<'_> {
    fn root(&self, name: &str) -> Option<Val> {
        match name {
            "self" => Some(Val::from(self.entity.clone())),
            "facts" => Some(Val::from(self.facts.clone())),
            _ => self.scope.root(name),
        }
    }
    fn refs(&self, from: &Entity, edge: &str) -> Arc<expr::EntitySet> {
        self.scope.refs(from, edge)
    }
    fn refs_in(&self, to: &Entity, edge: &str) -> Arc<expr::EntitySet> {
        self.scope.refs_in(to, edge)
    }
    fn list(&self, type_id: &str, span: resource::Span) -> Arc<expr::EntitySet> {
        self.scope.list(type_id, span)
    }
    fn now(&self) -> i64 {
        self.scope.now()
    }
    fn call(&self, name: &str, args: &[Val]) -> Option<Val> {
        self.scope.call(name, args)
    }
}
