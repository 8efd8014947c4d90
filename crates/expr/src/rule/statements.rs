//! Cutting a rule into its statements.

use std::ops::Range;

use crate::Diagnostic;
use crate::scan::{Piece, pieces};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Let,
    For,
    Applies,
    Unknown,
    Pass,
    Severity,
    Say,
}

impl Keyword {
    pub(super) fn text(self) -> &'static str {
        match self {
            Keyword::Let => "let",
            Keyword::For => "for",
            Keyword::Applies => "applies when",
            Keyword::Unknown => "unknown when",
            Keyword::Pass => "pass when",
            Keyword::Severity => "severity when",
            Keyword::Say => "say",
        }
    }
}

/// A statement: its keyword, where the keyword stands, and where its body stands.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) keyword: Keyword,
    pub(super) at: Range<usize>,
    pub(super) body: Range<usize>,
}

/// The statements of a text whose comments are spaces already.
pub(super) fn statements(text: &str) -> Result<Vec<Statement>, Vec<Diagnostic>> {
    let mut found: Vec<Statement> = Vec::new();
    let mut faults = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let at = start + line.len() - trimmed.len();
        start += line.len();
        match keyword(trimmed) {
            Some(Ok((keyword, length))) => {
                found.push(Statement { keyword, at: at..at + length, body: at + length..text.len() });
            }
            Some(Err(length)) => faults.push(Diagnostic::new(
                at..at + length,
                format!("`{}` is not a statement", trimmed.get(..length).unwrap_or_default()),
                "a rule has `let`, `for`, `applies when`, `unknown when`, `pass when`, `severity when` and `say`",
            )),
            None if found.is_empty() && !trimmed.trim_end().is_empty() => {
                let line = trimmed.trim_end();
                faults.push(Diagnostic::new(
                    at..at + line.len(),
                    "a rule starts with a statement",
                    "begin with `let`, `for`, `applies when` or `pass when`",
                ));
            }
            None => {}
        }
    }
    let starts: Vec<usize> = found.iter().skip(1).map(|statement| statement.at.start).collect();
    for (statement, next) in found.iter_mut().zip(starts) {
        statement.body.end = next;
    }
    for statement in &mut found {
        let body = text.get(statement.body.clone()).unwrap_or_default();
        let start = statement.body.start + (body.len() - body.trim_start().len());
        statement.body = start..start + body.trim().len();
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

/// The statement keyword that a line starts with and its length; `Err` for what looks like one and is not.
fn keyword(line: &str) -> Option<Result<(Keyword, usize), usize>> {
    let mut words = pieces(line);
    let (Piece::Word, first) = words.next()? else { return None };
    let second = words.next().map(|(piece, range)| (piece, line.get(range.clone()).unwrap_or_default(), range.end));
    let when = second.filter(|(piece, word, _)| *piece == Piece::Word && *word == "when").map(|(.., end)| end);
    Some(match (line.get(first.clone())?, when) {
        ("let", _) => Ok((Keyword::Let, first.end)),
        ("for", _) => Ok((Keyword::For, first.end)),
        ("say", _) if second.is_some_and(|(piece, ..)| matches!(piece, Piece::Text { .. })) => {
            Ok((Keyword::Say, first.end))
        }
        ("applies", Some(end)) => Ok((Keyword::Applies, end)),
        ("unknown", Some(end)) => Ok((Keyword::Unknown, end)),
        ("pass", Some(end)) => Ok((Keyword::Pass, end)),
        ("severity", Some(end)) => Ok((Keyword::Severity, end)),
        (_, Some(end)) => Err(end),
        _ => return None,
    })
}
