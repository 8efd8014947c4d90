//! A single expression, as type files hold them.

use std::sync::Arc;

use crate::ast::Node;
use crate::eval::{Budget, Ctx, Env, Read, Step};
use crate::{Diagnostic, Entity, Scope, Val};

/// An expression, ready to be checked and evaluated.
#[derive(Clone, Debug)]
pub struct Expr {
    text: Arc<str>,
    pub(crate) node: Node,
}

/// The value of an expression and how it came about.
#[derive(Clone, Debug)]
pub struct Traced {
    /// The value.
    pub value: Val,
    /// The tree of values; spans count bytes of the expression's text. `None` for a literal.
    pub step: Option<Step>,
    /// The fields that decided.
    pub reads: Vec<Read>,
}

/// Parses one expression.
///
/// # Errors
/// When the text is not an expression, is longer than 8 KiB, or nests too deeply. Spans count bytes of `text`.
pub fn parse(text: &str) -> Result<Expr, Diagnostic> {
    Ok(Expr { node: crate::parse::node(text, 0)?, text: text.into() })
}

impl Expr {
    /// The text it was parsed from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its value. Every root comes from the scope, `self` too.
    pub fn evaluate(&self, scope: &dyn Scope) -> Val {
        Ctx::new(scope, None, Budget::default()).eval(&self.node, &Env::EMPTY)
    }

    /// Its value about a resource, and what that rests on: `self`, `facts` and `norm` are the subject's.
    pub fn trace(&self, subject: &Entity, scope: &dyn Scope) -> Traced {
        let ctx = Ctx::new(scope, Some(subject), Budget::default()).recording(true);
        let value = ctx.eval(&self.node, &Env::EMPTY);
        Traced { value, step: ctx.take_steps().into_iter().next(), reads: ctx.take_reads() }
    }
}
