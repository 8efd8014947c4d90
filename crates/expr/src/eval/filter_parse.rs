//! The parser of JSON filter patterns.

use super::filter::{Clause, Test};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pattern {
    Clause(Clause),
    All(Vec<Pattern>),
    Any(Vec<Pattern>),
}

const MOST_BYTES: usize = 4096;
const MOST_NESTING: usize = 32;

/// `{ … }`; `None` when malformed or not a JSON pattern.
pub(super) fn pattern(text: &str) -> Option<Pattern> {
    let inside = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    if inside.len() > MOST_BYTES {
        return None;
    }
    let mut parser = Parser { rest: inside };
    let pattern = parser.any(0)?;
    parser.skip();
    parser.rest.is_empty().then_some(pattern)
}

/// The clause that a rule writes as `"$.selector": "= value"`; a value alone means `=`.
pub(crate) fn clause(selector: &str, test: &str) -> Option<Clause> {
    let written = |test: &str| {
        let text = format!("{selector} {test}");
        let mut parser = Parser { rest: &text };
        let clause = parser.clause()?;
        parser.skip();
        parser.rest.is_empty().then_some(clause)
    };
    written(test).or_else(|| written(&format!("= {test}")))
}

struct Parser<'t> {
    rest: &'t str,
}

impl<'t> Parser<'t> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// A keyword in any case, not followed by more letters.
    fn word(&mut self, word: &str) -> bool {
        self.skip();
        let Some((head, tail)) = self.rest.split_at_checked(word.len()) else { return false };
        if head.eq_ignore_ascii_case(word) && !tail.starts_with(|next: char| next.is_alphanumeric() || next == '_') {
            self.rest = tail;
            return true;
        }
        false
    }

    fn any(&mut self, nesting: usize) -> Option<Pattern> {
        let mut parts = vec![self.all(nesting)?];
        while self.take("||") {
            parts.push(self.all(nesting)?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(Pattern::Any(parts)) }
    }

    fn all(&mut self, nesting: usize) -> Option<Pattern> {
        let mut parts = vec![self.one(nesting)?];
        while self.take("&&") {
            parts.push(self.one(nesting)?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(Pattern::All(parts)) }
    }

    fn one(&mut self, nesting: usize) -> Option<Pattern> {
        if self.take("(") {
            if nesting >= MOST_NESTING {
                return None;
            }
            let inner = self.any(nesting + 1)?;
            return self.take(")").then_some(inner);
        }
        self.clause().map(Pattern::Clause)
    }

    fn clause(&mut self) -> Option<Clause> {
        let selector = self.selector()?.to_owned();
        let test = if self.word("not") {
            self.word("exists").then_some(Test::NotExists)?
        } else if self.word("exists") {
            Test::Exists
        } else if self.word("is") {
            match (self.word("null"), self.word("true"), self.word("false")) {
                (true, ..) => Test::IsNull,
                (_, true, _) => Test::Compare("=", "true".to_owned()),
                (.., true) => Test::Compare("=", "false".to_owned()),
                _ => return None,
            }
        } else {
            let operators = ["!=", "<=", ">=", "=", "<", ">"];
            let operator = operators.into_iter().find(|operator| self.take(operator))?;
            Test::Compare(operator, self.value()?)
        };
        Some(Clause { selector, test })
    }

    fn selector(&mut self) -> Option<&'t str> {
        self.skip();
        let ends = |letter: char| letter.is_whitespace() || "=!<>()&|{}\"".contains(letter);
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (selector, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        let path = selector.strip_prefix('$')?;
        (path.len() > 1 && path.starts_with(['.', '['])).then_some(selector)
    }

    fn value(&mut self) -> Option<String> {
        self.skip();
        if let Some(quoted) = self.rest.strip_prefix('"') {
            let mut text = String::new();
            let mut letters = quoted.char_indices();
            while let Some((at, letter)) = letters.next() {
                match letter {
                    '"' => {
                        self.rest = quoted.get(at + 1..)?;
                        return Some(number(&text));
                    }
                    '\\' => text.push(letters.next()?.1),
                    other => text.push(other),
                }
            }
            return None;
        }
        if let Some(inside) = self.rest.strip_prefix('%') {
            let (regex, rest) = inside.split_once('%')?;
            self.rest = rest;
            return Some(format!("%{regex}%"));
        }
        let ends = |letter: char| letter.is_whitespace() || "()&|{}\"<>=!".contains(letter);
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (value, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!value.is_empty()).then(|| number(value))
    }
}

/// `1`, `1.0` and `"1"` are one value.
fn number(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && text.starts_with(|first: char| first.is_ascii_digit() || first == '-') => {
            number.to_string()
        }
        _ => text.to_owned(),
    }
}
