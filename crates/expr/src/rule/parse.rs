//! From statements to a rule.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use resource::Severity;

use super::statements::{Keyword, Statement, statements};
use super::{Attestation, ForEach, Let, Rule};
use crate::ast::Node;
use crate::parse::{MOST_DEPTH, node};
use crate::scan::{last_word, without_comments};
use crate::{Diagnostic, Template};

/// The longest rule, in bytes.
const MOST_BYTES: usize = 32 * 1024;
const MOST_LETS: usize = 64;
/// What every rule can name already.
const TAKEN: [&str; 8] = ["self", "facts", "norm", "account", "region", "params", "settings", "now"];

/// Parses a rule: one `pass when`, one `say`, and what goes before them. Spans count bytes of `text`.
///
/// # Errors
/// Every fault found, in the order of the text.
pub fn parse_rule(text: &str) -> Result<Rule, Vec<Diagnostic>> {
    if text.len() > MOST_BYTES {
        let message = format!("the rule has {} bytes; {MOST_BYTES} are allowed", text.len());
        return Err(vec![Diagnostic::new(MOST_BYTES..text.len(), message, "split the check in two")]);
    }
    let plain = without_comments(text);
    let found = statements(&plain)?;
    let mut parts = Parts { text: &plain, ..Parts::default() };
    for statement in &found {
        if let Err(fault) = parts.take(statement) {
            parts.faults.push(fault);
        }
    }
    parts.finish(text)
}

/// A name, where it stands, and where the rest of its statement stands.
type Named = (Arc<str>, Range<usize>, Range<usize>);

#[derive(Default)]
struct Parts<'t> {
    text: &'t str,
    lets: Vec<Let>,
    shared_lets: Option<usize>,
    each: Option<ForEach>,
    applies: Option<Node>,
    unknowns: Vec<Attestation>,
    pass: Option<Node>,
    severities: Vec<(Node, Severity)>,
    say: Option<Template>,
    faults: Vec<Diagnostic>,
    /// The nesting of each `let`, with what it names.
    depths: BTreeMap<Arc<str>, usize>,
}

impl Parts<'_> {
    fn slice(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    fn node(&self, range: &Range<usize>) -> Result<Node, Diagnostic> {
        let node = node(self.slice(range), range.start)?;
        if node.depth(&|name| self.depths.get(name).copied().unwrap_or(0)) > MOST_DEPTH {
            return Err(Diagnostic::new(range.clone(), "the lets nest too deeply in one another", "use fewer steps"));
        }
        Ok(node)
    }

    fn take(&mut self, statement: &Statement) -> Result<(), Diagnostic> {
        let body = statement.body.clone();
        let twice = match statement.keyword {
            Keyword::For => self.each.is_some(),
            Keyword::Applies => self.applies.is_some(),
            Keyword::Pass => self.pass.is_some(),
            Keyword::Say => self.say.is_some(),
            Keyword::Let | Keyword::Unknown | Keyword::Severity => false,
        };
        if twice {
            let message = format!("`{}` is there already", statement.keyword.text());
            return Err(Diagnostic::new(statement.at.clone(), message, "join the conditions with `&&` or `||`"));
        }
        match statement.keyword {
            Keyword::Let => self.take_let(&body)?,
            Keyword::For => self.take_for(&body)?,
            Keyword::Applies => self.applies = Some(self.node(&body)?),
            Keyword::Pass => self.pass = Some(self.node(&body)?),
            Keyword::Unknown => self.take_unknown(&body)?,
            Keyword::Severity => self.take_severity(&body)?,
            Keyword::Say => self.say = Some(self.template(&body)?),
        }
        Ok(())
    }

    fn take_let(&mut self, body: &Range<usize>) -> Result<(), Diagnostic> {
        let (name, name_span, rest) = self.name(body, "=", "write `let NAME = EXPRESSION`")?;
        if self.lets.len() >= MOST_LETS {
            return Err(Diagnostic::new(
                name_span,
                format!("a rule has at most {MOST_LETS} lets"),
                "split the check in two",
            ));
        }
        let node = self.node(&rest)?;
        let depth = node.depth(&|name| self.depths.get(name).copied().unwrap_or(0));
        self.depths.insert(Arc::clone(&name), depth);
        self.lets.push(Let { name, name_span, node });
        Ok(())
    }

    fn take_for(&mut self, body: &Range<usize>) -> Result<(), Diagnostic> {
        let form = "write `for NAME in EXPRESSION by KEY`";
        let (var, var_span, rest) = self.name(body, "in", form)?;
        let (over, by) = self.split(&rest, "by", form)?;
        let (over, by) = (self.node(&over)?, self.node(&by)?);
        self.shared_lets = Some(self.lets.len());
        self.each = Some(ForEach { var, var_span, over, by });
        Ok(())
    }

    fn take_unknown(&mut self, body: &Range<usize>) -> Result<(), Diagnostic> {
        let (when, because) = self.split(body, "because", "write `unknown when EXPRESSION because \"REASON\"`")?;
        let because = self.quoted(&because)?;
        let because = self.slice(&because).replace("\\\"", "\"").into();
        self.unknowns.push(Attestation { when: self.node(&when)?, because });
        Ok(())
    }

    fn take_severity(&mut self, body: &Range<usize>) -> Result<(), Diagnostic> {
        let (when, level) = self.split(body, "is", "write `severity when EXPRESSION is critical`")?;
        let severity = self.slice(&level).parse::<Severity>().map_err(|()| {
            let message = format!("`{}` is not a severity", self.slice(&level));
            Diagnostic::new(level.clone(), message, "write critical, high, medium, low or info")
        })?;
        self.severities.push((self.node(&when)?, severity));
        Ok(())
    }

    fn template(&self, body: &Range<usize>) -> Result<Template, Diagnostic> {
        let inside = self.quoted(body)?;
        Template::parse_at(self.slice(&inside), inside.start, true)
    }

    /// The inside of a text in double quotes that takes up the whole range.
    fn quoted(&self, range: &Range<usize>) -> Result<Range<usize>, Diagnostic> {
        let text = self.slice(range);
        let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        match inside {
            Some(inside) if !inside.trim().is_empty() => Ok(range.start + 1..range.end - 1),
            _ => {
                Err(Diagnostic::new(range.clone(), "a text in double quotes is expected", "write `say \"what is so\"`"))
            }
        }
    }

    /// A new name, the sign or word after it, and the rest.
    fn name(&self, body: &Range<usize>, then: &str, form: &str) -> Result<Named, Diagnostic> {
        let text = self.slice(body);
        let length = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let (name, rest) = text.split_at_checked(length).unwrap_or((text, ""));
        let after = rest.trim_start().strip_prefix(then).filter(|after| then != "=" || !after.starts_with('='));
        let span = body.start..body.start + length;
        let Some(after) = after.filter(|_| name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_'))
        else {
            return Err(Diagnostic::new(
                body.start..body.end.min(body.start + length.max(1)),
                "a name is expected",
                form,
            ));
        };
        if TAKEN.contains(&name) || self.lets.iter().any(|known| *known.name == *name) || self.is_item(name) {
            let message = format!("`{name}` already means something");
            return Err(Diagnostic::new(span, message, "choose another name"));
        }
        Ok((name.into(), span, body.end - after.trim_start().len()..body.end))
    }

    fn is_item(&self, name: &str) -> bool {
        self.each.as_ref().is_some_and(|each| *each.var == *name)
    }

    /// What stands before and after the last `word` outside of brackets.
    fn split(&self, body: &Range<usize>, word: &str, form: &str) -> Result<(Range<usize>, Range<usize>), Diagnostic> {
        let text = self.slice(body);
        let found =
            last_word(text, word).ok_or_else(|| Diagnostic::new(body.clone(), format!("`{word}` is missing"), form))?;
        let trimmed = |range: Range<usize>| {
            let part = self.slice(&range);
            let start = range.start + (part.len() - part.trim_start().len());
            start..start + part.trim().len()
        };
        Ok((trimmed(body.start..body.start + found.start), trimmed(body.start + found.end..body.end)))
    }

    fn finish(mut self, source: &str) -> Result<Rule, Vec<Diagnostic>> {
        let end = source.len()..source.len();
        if self.pass.is_none() && self.faults.is_empty() {
            self.faults.push(Diagnostic::new(
                end.clone(),
                "`pass when` is missing",
                "say when the subject is in order",
            ));
        }
        if self.say.is_none() && self.faults.is_empty() {
            self.faults.push(Diagnostic::new(
                end,
                "`say` is missing",
                "add `say \"{self.Name} …\"`, what is so when it fails",
            ));
        }
        match (self.pass, self.say) {
            (Some(pass), Some(say)) if self.faults.is_empty() => Ok(Rule {
                text: source.into(),
                shared_lets: self.shared_lets.unwrap_or(self.lets.len()),
                lets: self.lets,
                each: self.each,
                applies: self.applies,
                unknowns: self.unknowns,
                pass,
                severities: self.severities,
                say,
            }),
            _ => Err(self.faults),
        }
    }
}
