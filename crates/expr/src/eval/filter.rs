//! CloudWatch Logs filter patterns for JSON events, compared as parsed clauses.
//!
//! Syntax: "Filter pattern syntax for metric filters", Amazon CloudWatch Logs User Guide.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::filter_parse::{Pattern, pattern};

/// A parsed pattern as alternatives, each a set of clauses that must all hold.
#[derive(Clone, Debug)]
pub struct FilterPattern {
    text: Arc<str>,
    branches: Vec<BTreeSet<Clause>>,
}

/// One condition on one property.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Clause {
    pub(crate) selector: String,
    pub(crate) test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Test {
    /// `=`, `!=`, `<`, `<=`, `>`, `>=` and the value without its quotes, numbers in one spelling.
    Compare(&'static str, String),
    IsNull,
    Exists,
    NotExists,
}

impl Clause {
    /// As it is written in a pattern.
    pub(crate) fn text(&self) -> String {
        let selector = &self.selector;
        match &self.test {
            Test::Compare(sign, value) if plain(value) => format!("{selector} {sign} {value}"),
            Test::Compare(sign, value) => format!("{selector} {sign} \"{value}\""),
            Test::IsNull => format!("{selector} IS NULL"),
            Test::Exists => format!("{selector} EXISTS"),
            Test::NotExists => format!("{selector} NOT EXISTS"),
        }
    }
}

/// Whether a value needs no quotes.
fn plain(value: &str) -> bool {
    !value.is_empty() && value.chars().all(|letter| letter.is_ascii_alphanumeric() || "*._-".contains(letter))
}

/// Patterns have at most 1,024 bytes at AWS; alternatives multiply when written out.
const MOST_BRANCHES: usize = 512;

impl FilterPattern {
    /// What is not a JSON pattern has no branches, so it requires nothing that is asked.
    pub(crate) fn parse(text: &str) -> FilterPattern {
        let branches = pattern(text).and_then(|pattern| branches(&pattern)).unwrap_or_default();
        FilterPattern { text: text.into(), branches }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether one alternative of the pattern is exactly these clauses: order, spacing, quotes and repetition aside,
    /// none is missing, and no other narrows it.
    pub(crate) fn requires(&self, clauses: &BTreeSet<Clause>) -> bool {
        !clauses.is_empty() && self.branches.iter().any(|branch| branch == clauses)
    }
}

/// The pattern as alternatives of conjunctions; `None` when these are too many.
fn branches(pattern: &Pattern) -> Option<Vec<BTreeSet<Clause>>> {
    match pattern {
        Pattern::Clause(clause) => Some(vec![BTreeSet::from([clause.clone()])]),
        Pattern::Any(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(branches(part)?);
                if all.len() > MOST_BRANCHES {
                    return None;
                }
            }
            Some(all)
        }
        Pattern::All(parts) => {
            let mut all: Vec<BTreeSet<Clause>> = vec![BTreeSet::new()];
            for part in parts {
                let more = branches(part)?;
                if all.len() * more.len() > MOST_BRANCHES {
                    return None;
                }
                all =
                    all.iter().flat_map(|left| more.iter().map(|right| left.union(right).cloned().collect())).collect();
            }
            Some(all)
        }
    }
}
