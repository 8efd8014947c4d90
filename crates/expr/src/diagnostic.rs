//! Faults of a text, with the place and the next step.

use std::fmt::Write;
use std::ops::Range;

/// A fault in a rule, an expression or a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong: lower case, no full stop, input in backticks.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// The bytes of the source that it is about.
    pub span: Range<usize>,
}

impl Diagnostic {
    /// A fault at `span`.
    pub fn new(span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Diagnostic { message: message.into(), help: help.into(), span }
    }

    /// The same fault in a text that starts `by` bytes earlier.
    #[must_use]
    pub fn shifted(mut self, by: usize) -> Self {
        self.span = self.span.start + by..self.span.end + by;
        self
    }
}

/// The fault as shown to a person: message, `file:line:column`, the line with a caret, the help.
///
/// `span` counts bytes of `source`; what lies outside of it points at the end.
pub fn render(source: &str, file: &str, diagnostic: &Diagnostic) -> String {
    let start = floor(source, diagnostic.span.start);
    let end = floor(source, diagnostic.span.end).max(start);
    let before = source.get(..start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line_end = source.get(start..).and_then(|rest| rest.find('\n')).map_or(source.len(), |at| start + at);
    let line_number = before.matches('\n').count() + 1;
    let line = source.get(line_start..line_end).unwrap_or_default();
    let lead: String = source
        .get(line_start..start)
        .unwrap_or_default()
        .chars()
        .map(|letter| if letter == '\t' { '\t' } else { ' ' })
        .collect();
    let marked = source.get(start..end.min(line_end)).unwrap_or_default().chars().count().max(1);
    let column = lead.chars().count() + 1;
    let margin = " ".repeat(line_number.to_string().len());
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", diagnostic.message);
    let _ = writeln!(out, "{margin}--> {file}:{line_number}:{column}");
    let _ = writeln!(out, "{margin} |");
    let _ = writeln!(out, "{line_number} | {line}");
    let _ = writeln!(out, "{margin} | {lead}{}", "^".repeat(marked));
    if !diagnostic.help.is_empty() {
        let _ = writeln!(out, "{margin} = help: {}", diagnostic.help);
    }
    out
}

fn floor(source: &str, at: usize) -> usize {
    (0..=at.min(source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0)
}
