//! The lines of a rule that decided.

use std::ops::Range;

use expr::{Explanation, Shape, Step, whole};
use resource::Value;

use crate::proof::RuleLine;

/// More lines than this prove nothing more to a reader.
const MOST_LINES: usize = 40;
const MOST_DEPTH: usize = 7;
/// Of the items that did not decide, this many show how.
const MOST_ITEMS: usize = 3;
const MOST_LETTERS: usize = 120;

/// The statements evaluated, each with what of it decided.
pub(crate) fn lines(rule: &str, explanation: &Explanation, derived: &dyn Fn(&str) -> Option<Derived>) -> Vec<RuleLine> {
    let mut lines = Vec::new();
    let last = explanation.statements.len().saturating_sub(1);
    for (at, explained) in explanation.statements.iter().enumerate() {
        let mut writer = Writer { text: rule, derived, lines: &mut lines };
        let decisive = at == last;
        writer.push(explained.statement, writer.slice(&explained.step.span), shown(&explained.step.value), 0, decisive);
        if decisive {
            writer.below(&explained.step, 1);
        }
    }
    lines.truncate(MOST_LINES);
    if let Some((explained, _)) = &explanation.severity {
        let writer = Writer { text: rule, derived, lines: &mut lines };
        let level = explanation.judgement.severity.map_or_else(String::new, |severity| format!(" is {severity}"));
        let text = format!("{}{level}", writer.slice(&explained.step.span));
        lines.push(RuleLine::statement(explained.statement, text, shown(&explained.step.value)));
    }
    lines
}

impl RuleLine {
    /// A statement on which the verdict does not rest.
    pub(crate) fn statement(statement: &'static str, text: String, value: String) -> RuleLine {
        RuleLine { statement, text, value, depth: 0, decisive: false }
    }
}

/// A derived fact's expression, and how it came about.
pub(crate) struct Derived {
    pub(crate) text: String,
    pub(crate) step: Step,
}

struct Writer<'w> {
    text: &'w str,
    derived: &'w dyn Fn(&str) -> Option<Derived>,
    lines: &'w mut Vec<RuleLine>,
}

impl Writer<'_> {
    fn slice(&self, span: &Range<usize>) -> String {
        one_line(whole(self.text, span))
    }

    fn push(&mut self, statement: &'static str, text: String, value: String, depth: usize, decisive: bool) {
        self.lines.push(RuleLine { statement, text, value, depth, decisive });
    }

    /// What stands under a step.
    fn below(&mut self, step: &Step, depth: usize) {
        // What a filter went through is in its result; of conditions that all hold inside an item each is plain.
        let passed = step.shape == Shape::Each && !matches!(step.value, Value::Bool(_) | Value::Unknown(_));
        let plain = step.shape == Shape::And && step.value == Value::Bool(true) && depth > 2;
        if passed || plain || depth > MOST_DEPTH || self.lines.len() >= MOST_LINES {
            return;
        }
        let items = step.children.iter().filter(|child| child.shape == Shape::Item).count();
        let mut seen = 0;
        for child in &step.children {
            if child.shape == Shape::Item {
                seen += 1;
                if seen > MOST_ITEMS {
                    let text = format!("… and {} more", items - MOST_ITEMS);
                    return self.push("", text, String::new(), depth, true);
                }
            }
            self.child(step, child, depth);
        }
    }

    fn child(&mut self, parent: &Step, child: &Step, depth: usize) {
        match (child.shape, child.children.first()) {
            // A `let`, where it is used first.
            (Shape::Name, Some(expression)) => {
                let text = format!("{} = {}", self.slice(&child.span), elided(&self.slice(&expression.span)));
                self.push("", text, shown(&child.value), depth, true);
                self.below(expression, depth + 1);
            }
            (Shape::Name, None) if matches!(parent.shape, Shape::And | Shape::Or) => {
                self.push("", self.slice(&child.span), shown(&child.value), depth, true);
            }
            (Shape::Name, None) => {}
            (Shape::Item, _) => self.push("", self.slice(&child.span), item(&child.value), depth, true),
            (Shape::Field, _) => self.field(parent, child, depth),
            // `refs("x")`, `list("x")` that is gone through.
            (Shape::Value, _) if parent.shape == Shape::Each && !matches!(child.value, Value::Bool(_)) => {
                self.below(child, depth);
            }
            // The opposite of what stands above.
            _ if parent.shape == Shape::Negation => self.below(child, depth),
            // Literals explain themselves.
            (Shape::Value, _) if self.slice(&child.span).starts_with(['{', '[', '"']) => {}
            _ => {
                self.push("", elided(&self.slice(&child.span)), shown(&child.value), depth, true);
                self.below(child, depth + 1);
            }
        }
    }

    fn field(&mut self, parent: &Step, child: &Step, depth: usize) {
        let text = self.slice(&child.span);
        let derived = (self.derived)(&text);
        let is_list = matches!(child.value, Value::List(_) | Value::Map(_) | Value::Str(_));
        let above = self.slice(&parent.span);
        let told = match (parent.shape, &parent.value) {
            // A list that is gone through shows in its items.
            (Shape::Each, _) => is_list,
            (Shape::Negation, _) => true,
            (Shape::Comparison, Value::Bool(true)) => above.contains(" == ") || above.starts_with("has("),
            (Shape::Comparison, Value::Bool(false)) => above.contains(" != ") || above.starts_with("has("),
            // A function that says no more than what it was given.
            (Shape::Value, value) => shown(value).contains(shown(&child.value).trim_matches('"')),
            _ => false,
        };
        if !told {
            self.push("", text, shown(&child.value), depth, true);
        }
        match derived {
            Some(Derived { text, step }) => {
                let mut inner = Writer { text: &text, derived: self.derived, lines: &mut *self.lines };
                inner.push("", inner.slice(&step.span), shown(&step.value), depth + usize::from(!told), true);
                inner.below(&step, depth + 1 + usize::from(!told));
            }
            None => self.below(child, depth + usize::from(!told)),
        }
    }
}

/// The rule's text of a span, on one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "absent".to_owned(),
        Value::Unknown(_) => "unknown".to_owned(),
        // What was too long for a line is text already.
        Value::Str(text) if text.starts_with(['{', '[']) => cut(text),
        Value::List(_) | Value::Map(_) => cut(&value.to_json()),
        other => crate::proof::brief(other).to_json(),
    }
}

fn cut(text: &str) -> String {
    crate::proof::cut(text, MOST_LETTERS)
}

/// An item, by what tells it from others.
fn item(value: &Value) -> String {
    const NAMES: [&str; 11] = [
        "Sid",
        "AccessKeyId",
        "SerialNumber",
        "ParameterName",
        "GroupId",
        "CidrIp",
        "Id",
        "Name",
        "name",
        "Key",
        "repositoryName",
    ];
    if let Some(reason) = value.get("because").items().first() {
        let part = |name: &str| reason.get(name).as_str().unwrap_or_default();
        let place = format!("{} {}", part("policy"), part("statement"));
        return format!("{}: {}", place.trim_end(), part("text"));
    }
    let named = NAMES.iter().find_map(|name| value.get(name).as_str());
    named.map_or_else(|| shown(value), |name| Value::from(name).to_json())
}

/// A long condition without the insides of its `exists` and `all`: they stand below it.
fn elided(text: &str) -> String {
    if text.len() <= MOST_LETTERS {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut rest = text;
    while let Some((at, body)) = first_each(rest) {
        let (before, from) = rest.split_at(at);
        short.push_str(before);
        let end = end_of(from);
        let inside = from.get(..end).unwrap_or(from);
        short.push_str(if body && inside.len() > 30 { "…" } else { inside });
        rest = from.get(end..).unwrap_or_default();
    }
    short.push_str(rest);
    shortened_lists(&short)
}

/// Long lists of literals by their first item.
fn shortened_lists(text: &str) -> String {
    const MOST: usize = 60;
    let mut short = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("[\"") {
        let (before, from) = rest.split_at(at);
        let end = from.find(']').map_or(from.len(), |end| end + 1);
        let list = from.get(..end).unwrap_or(from);
        short.push_str(before);
        match list.split_once(", ").filter(|_| list.len() > MOST) {
            Some((first, others)) => {
                let more = others.matches(", ").count() + 1;
                short.push_str(&format!("{first}, {more} more]"));
            }
            None => short.push_str(list),
        }
        rest = from.get(end..).unwrap_or_default();
    }
    short.push_str(rest);
    short
}

/// Where the body of the first `exists(x, BODY)` or `all(x, BODY)` begins.
fn first_each(text: &str) -> Option<(usize, bool)> {
    [".exists(", ".all("]
        .iter()
        .filter_map(|name| {
            let open = text.find(name)? + name.len();
            let comma = text.get(open..)?.find(", ")?;
            Some((open + comma + 2, true))
        })
        .min()
}

/// The length up to the bracket that closes what is open.
fn end_of(text: &str) -> usize {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, letter) in text.char_indices() {
        match (letter, quote) {
            (_, Some(mark)) => quote = (letter != mark).then_some(mark),
            ('"' | '\'', None) => quote = Some(letter),
            ('(', None) => depth += 1,
            (')', None) if depth == 0 => return at,
            (')', None) => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests;
