//! The schema against which derived facts are checked: nothing but `self` and `facts`.

use std::collections::BTreeSet;
use std::sync::Arc;

use expr::{Expr, Of, Schema, Type, Use};
use resource::Segment;

/// Holds the type of `facts`.
pub(super) struct Table(pub(super) Type);

impl Table {
    /// The facts that an expression uses; the error says what is wrong with it.
    pub(super) fn uses(&self, derive: &Expr, expected: &Type) -> Result<BTreeSet<Arc<str>>, String> {
        let checked = derive.check(self, None, expected);
        if let Some(error) = checked.errors.first() {
            return Err(format!("{}; {}", error.message, error.help));
        }
        let mut used = BTreeSet::new();
        for found in &checked.uses {
            match found {
                Use::Facts { name: Some(name), .. } => {
                    used.insert(name.clone());
                }
                Use::Member { of: Of::Root(root), path, .. } if root.as_ref() == "facts" => {
                    match path.segments().first() {
                        Some(Segment::Member(name)) => {
                            used.insert(name.clone());
                        }
                        _ => used.extend(self.names()),
                    }
                }
                Use::Facts { name: None, .. } => used.extend(self.names()),
                _ => {}
            }
        }
        Ok(used)
    }

    fn names(&self) -> Vec<Arc<str>> {
        match &self.0 {
            Type::Object(object) => object.members.keys().cloned().collect(),
            _ => Vec::new(),
        }
    }
}

impl Schema for Table {
    fn root(&self, name: &str) -> Option<Type> {
        match name {
            "facts" => Some(self.0.clone()),
            "self" => Some(Type::Any),
            _ => None,
        }
    }
    fn roots(&self) -> Vec<Arc<str>> {
        vec!["facts".into(), "self".into()]
    }
    fn entity(&self, _: &str) -> Option<Type> {
        None
    }
    fn entity_names(&self) -> Vec<Arc<str>> {
        Vec::new()
    }
    fn edge(&self, _: &str, _: &str) -> Option<Arc<str>> {
        None
    }
    fn edge_names(&self, _: &str) -> Vec<Arc<str>> {
        Vec::new()
    }
    fn incoming(&self, _: &str, _: &str) -> Vec<Arc<str>> {
        Vec::new()
    }
    fn incoming_names(&self, _: &str) -> Vec<Arc<str>> {
        Vec::new()
    }
    fn facts(&self) -> Type {
        self.0.clone()
    }
    fn norm(&self, _: &str) -> Type {
        Type::Any
    }
}
