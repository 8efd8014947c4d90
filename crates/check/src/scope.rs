//! Scopes laid over another.

use expr::{Entity, Scope, Val};
use resource::{Map, Value};

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
    expr::pass_through!();
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
    expr::pass_through!();
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
    expr::pass_through!(but now);
}
