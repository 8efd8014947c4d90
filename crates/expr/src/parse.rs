//! From text to tree. The parser is `cel-core` without macros; its tree is turned into ours at once.

mod convert;

use cel_core::parser::{ParseError, ParseOptions, parse_with_options};

use crate::Diagnostic;
use crate::ast::Node;
use crate::scan::{Weight, guard, without_comments};

use convert::Converter;

/// How deep a tree may nest; the evaluator's stack is made for it.
pub(crate) const MOST_DEPTH: usize = 96;

/// Parses `text`, which stands `offset` bytes into its source.
pub(crate) fn node(text: &str, offset: usize) -> Result<Node, Diagnostic> {
    let parsed = match guard(text) {
        Err(refused) => Err(refused),
        Ok(Weight::Light) => node_here(text, offset),
        Ok(Weight::Heavy) => node_apart(text, offset),
    };
    parsed.map_err(|diagnostic| diagnostic.shifted(offset))
}

fn node_here(text: &str, offset: usize) -> Result<Node, Diagnostic> {
    let text = without_comments(text);
    let parsed = parse_with_options(&text, ParseOptions::without_macros());
    match (parsed.errors.first(), parsed.ast) {
        (None, Some(tree)) => Converter { text: &text, offset }.node(&tree, 0),
        (Some(error), _) => Err(explained(&text, error)),
        (None, None) => Err(nothing(&text)),
    }
}

/// The parser recurses, and aborts the process when the stack ends: what nests deeply (hardly anything does) is
/// parsed on a stack of its own, so that callers may have small ones.
fn node_apart(text: &str, offset: usize) -> Result<Node, Diagnostic> {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(16 << 20);
        let handle = builder.spawn_scoped(scope, || node_here(text, offset));
        match handle.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(parsed)) => parsed,
            _ => {
                Err(Diagnostic::new(0..text.len(), "the expression could not be parsed", "name parts of it with `let`"))
            }
        }
    })
}

fn nothing(text: &str) -> Diagnostic {
    Diagnostic::new(
        text.len()..text.len(),
        "the expression ends too early",
        "close every bracket and give each operator both sides",
    )
}

/// The parser's own words name its types; ours name what stands there.
fn explained(text: &str, error: &ParseError) -> Diagnostic {
    if text.trim().is_empty() {
        return Diagnostic::new(
            0..text.len(),
            "an expression is missing",
            "write a condition such as `self.Enabled == true`",
        );
    }
    let end = text.trim_end().len();
    // A missing member name is reported one token late; the text there is still the best place to look.
    let found = text.get(error.span.clone()).unwrap_or_default();
    if error.span.start >= end || found.trim().is_empty() {
        return nothing(text.get(..end).unwrap_or(text));
    }
    let help = match found {
        "=" => "write `==` to compare",
        "&" | "and" => "write `&&`",
        "|" | "or" => "write `||`",
        "not" => "write `!`",
        _ if error.message.contains("reserved word") => "this word is reserved; use another name",
        _ if error.message.contains("overflows") => "whole numbers have 64 bits",
        _ => "look for a bracket, quote or operator missing before it",
    };
    Diagnostic::new(error.span.clone(), format!("`{found}` is not expected here"), help)
}
