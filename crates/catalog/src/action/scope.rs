//! What an action's expressions see.

use std::collections::BTreeMap;
use std::sync::Arc;

use expr::{Expr, Scope, Val};
use resource::Value;

/// Roots that are not members of the document.
pub(super) const ROOTS: [&str; 11] = [
    "self",
    "facts",
    "norm",
    "account",
    "region",
    "partition",
    "params",
    "settings",
    "parent",
    "discriminator",
    "args",
];

/// A finding's scope with `args`, `discriminator`, `item`, and the document's members by their bare names.
pub(super) struct ActionScope<'a> {
    pub(super) inner: &'a dyn Scope,
    pub(super) args: Val,
    pub(super) discriminator: &'a str,
    pub(super) item: Val,
    /// Names for expressions, each seen by the others' users but not by one another.
    pub(super) lets: Option<&'a BTreeMap<Arc<str>, Expr>>,
}

impl ActionScope<'_> {
    pub(super) fn with_item(&self, item: Val) -> ActionScope<'_> {
        ActionScope { item, ..self.again(self.lets) }
    }

    fn again<'s>(&'s self, lets: Option<&'s BTreeMap<Arc<str>, Expr>>) -> ActionScope<'s> {
        let (args, item) = (self.args.clone(), self.item.clone());
        ActionScope { inner: self.inner, args, discriminator: self.discriminator, item, lets }
    }
}

impl Scope for ActionScope<'_> {
    fn root(&self, name: &str) -> Option<Val> {
        match name {
            "args" => Some(self.args.clone()),
            "item" => Some(self.item.clone()),
            "discriminator" if self.discriminator.is_empty() => None,
            "discriminator" => Some(Val::from(self.discriminator)),
            named if self.lets.is_some_and(|lets| lets.contains_key(named)) => {
                self.lets.and_then(|lets| lets.get(named)).map(|found| found.evaluate(&self.again(None)))
            }
            known if ROOTS.contains(&known) => self.inner.root(known),
            member => {
                let document = self.inner.root("self")?;
                let entity = document.as_entity()?;
                let found = entity.extra.get(member).unwrap_or_else(|| entity.document.get(member));
                Some(match (found, &entity.document) {
                    (Value::Null, Value::Unknown(hole)) => Val::unknown(hole.clone()),
                    (found, _) => Val::from(found.clone()),
                })
            }
        }
    }
    expr::pass_through!();
}
