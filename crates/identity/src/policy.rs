//! An IAM policy document as typed statements.
//!
//! Source: "IAM JSON policy elements reference" and "Grammar of the IAM JSON policy language" in the AWS IAM User
//! Guide. Names of elements are taken in any letter case: a document that the provider accepted must never be read as
//! saying less than it says.

use std::sync::Arc;

use resource::{Hole, Value, Why};
use thiserror::Error;

mod parse;
mod principal;
pub use principal::Principal;

/// A policy document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// Its statements, in order.
    pub statements: Vec<Statement>,
    /// Why there may be more statements.
    pub open: Option<Arc<Hole>>,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Allows.
    Allow,
    /// Denies.
    Deny,
}

/// Texts of an element, and why there may be more.
#[derive(Clone, Debug, PartialEq)]
pub struct Elements<T> {
    /// The known ones.
    pub items: Vec<T>,
    /// Why there may be more.
    pub open: Option<Arc<Hole>>,
}

impl<T> Default for Elements<T> {
    fn default() -> Self {
        Elements { items: Vec::new(), open: None }
    }
}

/// An element that comes in two forms, as `Action` and `NotAction`.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice<T> {
    /// Those listed.
    Is(Elements<T>),
    /// All but those listed.
    Not(Elements<T>),
}

impl<T> Choice<T> {
    /// Why the element is not fully known.
    pub fn open(&self) -> Option<&Arc<Hole>> {
        match self {
            Choice::Is(elements) | Choice::Not(elements) => elements.open.as_ref(),
        }
    }
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Its `Sid`, or `#1` for the first, and so on.
    pub label: Arc<str>,
    /// What it does; a hole when that is not known.
    pub effect: Result<Effect, Arc<Hole>>,
    /// Whom it is about; `None` in identity-based policies.
    pub principals: Option<Choice<Principal>>,
    /// Which actions, as written; letter case does not count.
    pub actions: Choice<Arc<str>>,
    /// On which resources; `None` in trust policies.
    pub resources: Option<Choice<Arc<str>>>,
    /// When; all must hold.
    pub conditions: Vec<Condition>,
    /// Why there may be more conditions.
    pub conditions_open: Option<Arc<Hole>>,
}

/// One operator applied to one key.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The operator as written, `ForAnyValue:StringLikeIfExists`.
    pub written: Arc<str>,
    /// The operator without qualifier and suffix, lower case: `stringlike`.
    pub operator: Arc<str>,
    /// `ForAnyValue` or `ForAllValues`.
    pub quantifier: Quantifier,
    /// Whether it holds when the key is absent.
    pub if_exists: bool,
    /// The key as written.
    pub key: Arc<str>,
    /// The values; one must match.
    pub values: Elements<Arc<str>>,
}

/// How an operator treats a key with several values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quantifier {
    /// No qualifier.
    #[default]
    One,
    /// `ForAnyValue:`.
    Any,
    /// `ForAllValues:`, which also holds for a key that is absent.
    All,
}

/// What is wrong with a policy document.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the policy document is malformed: {what}; compare it with the provider's policy grammar")]
pub struct PolicyError {
    /// What, in words.
    pub what: String,
}

impl PolicyError {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        PolicyError { what: what.into() }
    }

    /// The hole that a malformed document leaves.
    pub fn hole(&self) -> Arc<Hole> {
        Arc::new(Hole::new(Why::Failed).detail(&self.to_string()))
    }
}

impl Document {
    /// Reads a document: an object, or JSON text of one.
    ///
    /// # Errors
    /// When it does not follow the policy grammar. An unknown part is not an error but a hole at its place.
    pub fn parse(value: &Value) -> Result<Document, PolicyError> {
        match value {
            Value::Str(text) => {
                let parsed = Value::from_json(text).map_err(|error| PolicyError::new(format!("not JSON: {error}")))?;
                parse::document(&parsed)
            }
            value => parse::document(value),
        }
    }
}

impl Condition {
    /// `StringLike aws:PrincipalArn = a, b`.
    pub fn text(&self) -> String {
        let values: Vec<&str> = self.values.items.iter().map(|value| &**value).collect();
        let more = if self.values.open.is_some() { ", (unknown)" } else { "" };
        format!("{} {} = {}{more}", self.written, self.key, values.join(", "))
    }
}

impl Statement {
    /// The first part that is not known.
    pub(crate) fn hole(&self) -> Option<&Arc<Hole>> {
        self.effect
            .as_ref()
            .err()
            .or_else(|| self.principals.as_ref().and_then(Choice::open))
            .or_else(|| self.actions.open())
            .or_else(|| self.resources.as_ref().and_then(Choice::open))
            .or_else(|| self.condition_hole())
    }

    /// The first part of the conditions that is not known.
    pub(crate) fn condition_hole(&self) -> Option<&Arc<Hole>> {
        let values = self.conditions.iter().find_map(|condition| condition.values.open.as_ref());
        self.conditions_open.as_ref().or(values)
    }

    /// Whether it certainly denies, or may.
    pub(crate) fn may_deny(&self) -> bool {
        self.effect.as_ref().map_or(true, |effect| *effect == Effect::Deny)
    }
}
