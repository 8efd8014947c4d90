//! Text with expressions in it: `"{self.Name} is open"`.

use std::ops::Range;
use std::sync::Arc;

use crate::ast::Node;
use crate::eval::{Budget, Ctx, Env, shown};
use crate::scan::{Piece, pieces};
use crate::{Diagnostic, Holes, Scope, Val};

/// A text with expressions in braces. `{{` and `}}` stand for the braces themselves.
#[derive(Clone, Debug)]
pub struct Template {
    text: Arc<str>,
    pub(crate) parts: Vec<Part>,
}

#[derive(Clone, Debug)]
pub(crate) enum Part {
    Text(String),
    Expr(Node),
}

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    /// When a brace has no partner or what stands between braces is not an expression.
    pub fn parse(text: &str) -> Result<Template, Diagnostic> {
        Template::parse_at(text, 0, false)
    }

    /// Parses a template that stands `offset` bytes into its source; `escapes` when it stood in quotes there.
    pub(crate) fn parse_at(text: &str, offset: usize, escapes: bool) -> Result<Template, Diagnostic> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text.char_indices().peekable();
        while let Some((at, letter)) = rest.next() {
            let next = rest.peek().map(|(_, next)| *next);
            match letter {
                '{' | '}' if next == Some(letter) => {
                    literal.push(letter);
                    rest.next();
                }
                '}' => return Err(unpaired(at + offset, "write `}}` for a brace")),
                '{' => {
                    let inside = inside(text, at + 1)
                        .ok_or_else(|| unpaired(at + offset, "close the brace, or write `{{` for a brace"))?;
                    if !literal.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut literal)));
                    }
                    let source = text.get(inside.clone()).unwrap_or_default();
                    parts.push(Part::Expr(crate::parse::node(source, inside.start + offset)?));
                    while rest.next_if(|(at, _)| *at <= inside.end).is_some() {}
                }
                '\\' if escapes && next.is_some() => {
                    let escaped = rest.next().map_or('\\', |(_, escaped)| escaped);
                    literal.push(if escaped == 'n' { ' ' } else { escaped });
                }
                '\n' | '\r' | '\t' if escapes => literal.push(' '),
                other => literal.push(other),
            }
        }
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        Ok(Template { text: text.into(), parts })
    }

    /// The text it was parsed from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text filled in. Absent when a part is absent, unknown when a part is unknown: an id with a gap is no id.
    pub fn evaluate(&self, scope: &dyn Scope) -> Val {
        let ctx = Ctx::new(scope, None, Budget::default());
        let mut text = String::new();
        let (mut absent, mut unknown) = (false, None::<Holes>);
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Expr(node) => {
                    let val = ctx.eval(node, &Env::EMPTY);
                    match val.inner_hole() {
                        Some(hole) => crate::holes::gather(&mut unknown, &Holes::one(hole)),
                        None if val.is_absent() => absent = true,
                        None => text.push_str(&shown(&val)),
                    }
                }
            }
        }
        match unknown {
            _ if absent => Val::Absent,
            Some(holes) => Val::Unknown(holes),
            None => Val::Str(text.into()),
        }
    }

    /// The text filled in for people: `(absent)` and `(unknown)` where a value is missing. `quote` sees every value
    /// that is put in, for shells and the like.
    pub fn render(&self, scope: &dyn Scope, quote: &dyn Fn(&str) -> String) -> String {
        let ctx = Ctx::new(scope, None, Budget::default());
        self.fill(&ctx, &Env::EMPTY, quote)
    }

    pub(crate) fn fill(&self, ctx: &Ctx<'_>, env: &Env<'_>, quote: &dyn Fn(&str) -> String) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Expr(node) => text.push_str(&quote(&shown(&ctx.eval(node, env)))),
            }
        }
        text
    }

    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.parts.iter().filter_map(|part| match part {
            Part::Expr(node) => Some(node),
            Part::Text(_) => None,
        })
    }
}

fn unpaired(at: usize, help: &str) -> Diagnostic {
    Diagnostic::new(at..at + 1, "the brace has no partner", help)
}

/// The bytes from `start` up to the brace that closes the one before `start`.
fn inside(text: &str, start: usize) -> Option<Range<usize>> {
    let mut nesting = 0_usize;
    for (piece, range) in pieces(text.get(start..)?) {
        match piece {
            Piece::Open => nesting += 1,
            Piece::Close if nesting == 0 => return Some(start..start + range.start),
            Piece::Close => nesting -= 1,
            _ => {}
        }
    }
    None
}
