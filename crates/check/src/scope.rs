//! Scopes laid over another.

use std::sync::Arc;

use expr::{Entity, EntitySet, Scope, Val};
use resource::{Map, Span, Value};

macro_rules! passed_through {
    () => {
        fn now(&self) -> i64 {
            self.inner.now()
        }
        passed_through!(but now);
    };
    (but now) => {
        fn refs(&self, from: &Entity, edge: &str) -> Arc<EntitySet> {
            self.inner.refs(from, edge)
        }
        fn refs_in(&self, to: &Entity, edge: &str) -> Arc<EntitySet> {
            self.inner.refs_in(to, edge)
        }
        fn list(&self, type_id: &str, span: Span) -> Arc<EntitySet> {
            self.inner.list(type_id, span)
        }
        fn call(&self, name: &str, args: &[Val]) -> Option<Val> {
            self.inner.call(name, args)
        }
    };
}

/// A scope whose `params` are a check's.
pub struct WithParams<'a> {
    inner: &'a dyn Scope,
    params: Val,
}

impl<'a> WithParams<'a> {
    /// Lays parameters over a scope.
    pub fn new(inner: &'a dyn Scope, params: &Map) -> Self {
        WithParams { inner, params: Val::from(Value::Map(params.clone())) }
    }
}

impl Scope for WithParams<'_> {
    fn root(&self, name: &str) -> Option<Val> {
        if name == "params" { Some(self.params.clone()) } else { self.inner.root(name) }
    }
    passed_through!();
}

/// A scope for a single expression about a resource: `self`, `facts` and `norm` are its own.
pub struct OnSubject<'a> {
    inner: &'a dyn Scope,
    subject: &'a Entity,
}

impl<'a> OnSubject<'a> {
    /// Lays a subject over a scope.
    pub fn new(inner: &'a dyn Scope, subject: &'a Entity) -> Self {
        OnSubject { inner, subject }
    }
}

impl Scope for OnSubject<'_> {
    fn root(&self, name: &str) -> Option<Val> {
        match name {
            "self" => Some(Val::from(self.subject.clone())),
            "facts" => Some(Val::from(self.subject.facts.clone())),
            "norm" => Some(Val::from(self.subject.norm.clone())),
            other => self.inner.root(other),
        }
    }
    passed_through!();
}

/// A scope at a later moment.
pub(crate) struct Later<'a> {
    pub(crate) inner: &'a dyn Scope,
    pub(crate) now: i64,
}

impl Scope for Later<'_> {
    fn root(&self, name: &str) -> Option<Val> {
        self.inner.root(name)
    }
    fn now(&self) -> i64 {
        self.now
    }
    passed_through!(but now);
}
