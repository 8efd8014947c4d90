//! A single expression, as type files hold them.

use std::sync::Arc;

use crate::ast::Node;
use crate::eval::{Budget, Ctx, Env};
use crate::{Diagnostic, Scope, Val};

/// An expression, ready to be checked and evaluated.
#[derive(Clone, Debug)]
pub struct Expr {
    text: Arc<str>,
    pub(crate) node: Node,
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
}
