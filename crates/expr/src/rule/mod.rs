//! A check's rule: statements around expressions.

mod judge;
mod message;
mod parse;
mod statements;

use std::ops::Range;
use std::sync::Arc;

use resource::Severity;

use crate::Template;
use crate::ast::Node;

pub use judge::{Explained, Explanation, Judgement};
pub use parse::parse_rule;

/// A rule, ready to be checked and evaluated.
#[derive(Clone, Debug)]
pub struct Rule {
    pub(crate) text: Arc<str>,
    /// In the order of the text; each may use those before it.
    pub(crate) lets: Vec<Let>,
    /// How many of the lets stand before `for`; the others are made anew for each item.
    pub(crate) shared_lets: usize,
    pub(crate) each: Option<ForEach>,
    pub(crate) applies: Option<Node>,
    pub(crate) unknowns: Vec<Attestation>,
    pub(crate) pass: Node,
    pub(crate) severities: Vec<(Node, Severity)>,
    pub(crate) say: Template,
}

#[derive(Clone, Debug)]
pub(crate) struct Let {
    pub(crate) name: Arc<str>,
    pub(crate) name_span: Range<usize>,
    pub(crate) node: Node,
}

/// `for VAR in OVER by KEY`.
#[derive(Clone, Debug)]
pub(crate) struct ForEach {
    pub(crate) var: Arc<str>,
    pub(crate) var_span: Range<usize>,
    pub(crate) over: Node,
    pub(crate) by: Node,
}

/// `unknown when WHEN because "BECAUSE"`.
#[derive(Clone, Debug)]
pub(crate) struct Attestation {
    pub(crate) when: Node,
    pub(crate) because: Arc<str>,
}

impl Rule {
    /// The text it was parsed from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it gives one verdict per item (`for`).
    pub fn is_per_item(&self) -> bool {
        self.each.is_some()
    }

    /// Whether some subjects may be not applicable (`applies when`).
    pub fn has_applies(&self) -> bool {
        self.applies.is_some()
    }
}
