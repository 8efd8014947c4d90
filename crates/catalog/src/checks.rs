//! Checks: `catalog/checks/<cloud>/<service>/<desired-state>.md`.

use std::sync::Arc;

use expr::{Rule, Template};
use resource::{Map, Severity, Value, Verdict};
use serde::Deserialize;

use crate::action::{Fix, OneOrMany};
use crate::data::{self, DataUse};
use crate::error::CatalogError;
use crate::markdown::{Block, blocks};

/// What a check is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Resources of one type.
    Type(Arc<str>),
    /// Resources of every type of a kind.
    Kind(Arc<str>),
}

/// One check.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its id: the path with `-` for `/`.
    pub id: Arc<str>,
    /// The file it was read from, relative to its catalogue folder.
    pub file: String,
    /// What it is about.
    pub subject: Subject,
    /// The severity before context.
    pub severity: Severity,
    /// The severity that the user gave to all its findings, whatever the context.
    pub fixed_severity: Option<Severity>,
    /// Whether scans run it.
    pub enabled: bool,
    /// The objective it serves.
    pub objective: Arc<str>,
    /// The version it came with.
    pub since: String,
    /// Our own former ids, oldest first.
    pub aliases: Vec<Arc<str>>,
    /// Equal checks of other tools, `tool:id`.
    pub peers: Vec<String>,
    /// Defaults that a user may change.
    pub params: Map,
    /// Those of them that are tables of dated data.
    pub(crate) data: std::collections::BTreeMap<Arc<str>, DataUse>,
    /// The actions that fix it, one for each type that it is about; none where a person decides.
    pub fix: Vec<Fix>,
    /// The line of `fix` in the file, from 1.
    pub fix_line: usize,
    /// The desired state in words.
    pub title: String,
    /// What is looked at and why it is decided so.
    pub description: String,
    /// The rule.
    pub rule: Rule,
    /// The rule's text.
    pub rule_text: String,
    /// The line of the file on which the rule's text begins, from 1.
    pub rule_line: usize,
    /// What an attacker does with it.
    pub risk: String,
    /// How to fix it: (`Console`, text), (`Terraform`, text) …
    pub fixes: Vec<(String, String)>,
    examples: Vec<RawExample>,
}

/// A test case of a check.
#[derive(Clone, Debug)]
pub struct Example {
    /// The verdict it must get.
    pub expected: Verdict,
    /// What it shows.
    pub title: String,
    /// The subject's document, with the reserved roots (`account`, `region`, `refs`, `list`, …) beside its members.
    pub given: Value,
    /// Its line in the file.
    pub line: usize,
}

#[derive(Clone, Debug)]
struct RawExample {
    expected: Verdict,
    title: String,
    language: String,
    text: String,
    line: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[serde(rename = "type")]
    type_id: Option<Arc<str>>,
    kind: Option<Arc<str>>,
    severity: Severity,
    objective: Arc<str>,
    since: String,
    #[serde(default)]
    aliases: Vec<Arc<str>>,
    #[serde(default)]
    peers: Vec<String>,
    #[serde(default)]
    params: std::collections::BTreeMap<String, Value>,
    #[serde(default)]
    fix: OneOrMany<Fix>,
}

impl Check {
    /// Reads a check. `file` is its path below `checks/`, such as `aws/s3/bucket-tls-only.md`.
    ///
    /// # Errors
    /// When a section is missing or malformed; the error names the line and what to write.
    pub fn parse(file: &str, text: &str) -> Result<Check, CatalogError> {
        let mut reader = Reader { file, head: None, fix_line: 1, parts: Parts::default() };
        let mut section = Section::default();
        for block in blocks(text) {
            match block {
                Block::Fence { info, text, line } => reader.fence(info, text, line, &section)?,
                Block::Heading { level, text, line } => reader.heading(level, text, line, &mut section)?,
                Block::Text { text } => reader.prose(text, &section),
            }
        }
        let mut check = reader.finish()?;
        check.data = data::uses(&check.params, text);
        Ok(check)
    }

    /// The table of dated data that a parameter is taken from; none where the check or a user gives it.
    pub fn table_of(&self, param: &str) -> Option<&Arc<str>> {
        self.data.get(param).map(|wanted| &wanted.table)
    }

    /// The id that fingerprints hash: the first the check ever had.
    pub fn first_id(&self) -> &Arc<str> {
        self.aliases.first().unwrap_or(&self.id)
    }

    /// The test cases.
    ///
    /// # Errors
    /// When an example's JSON is malformed.
    pub fn examples(&self) -> Result<Vec<Example>, CatalogError> {
        self.examples
            .iter()
            .filter(|raw| raw.language == "json")
            .map(|raw| {
                let given = Value::from_json(&raw.text).map_err(|error| {
                    let line = raw.line + error.line();
                    CatalogError::at(&self.file, line, format!("example `{}` is not JSON: {error}", raw.title))
                })?;
                Ok(Example { expected: raw.expected, title: raw.title.clone(), given, line: raw.line })
            })
            .collect()
    }

    /// The verdicts that the examples show, in file order, without reading their JSON.
    pub fn example_verdicts(&self) -> Vec<Verdict> {
        self.examples.iter().map(|raw| raw.expected).collect()
    }
}

/// Where in the file the reader is: the `##` section and the `###` heading in it.
#[derive(Default)]
struct Section {
    name: String,
    heading: String,
}

#[derive(Default)]
struct Parts {
    title: String,
    description: String,
    rule: Option<(Rule, String, usize)>,
    risk: String,
    fixes: Vec<(String, String)>,
    examples: Vec<RawExample>,
}

struct Reader<'a> {
    file: &'a str,
    head: Option<Head>,
    fix_line: usize,
    parts: Parts,
}

const SKELETON_HELP: &str = "`plumb check new ID` writes a file with every section";
const NO_HEAD: &str = "a check begins with a ```toml head";

impl Reader<'_> {
    fn error(&self, line: usize, message: impl Into<String>) -> CatalogError {
        CatalogError::at(self.file, line, message).help(SKELETON_HELP)
    }

    fn fence(&mut self, info: &str, text: &str, line: usize, at: &Section) -> Result<(), CatalogError> {
        if self.head.is_none() {
            return self.read_head(info, text, line);
        }
        match (at.name.as_str(), info) {
            (_, "rule") => {
                let rule = expr::parse_rule(text).map_err(|found| rule_error(self.file, text, line + 1, &found))?;
                self.parts.rule = Some((rule, text.to_owned(), line + 1));
            }
            ("Examples", info) => {
                let Some((expected, title)) = example_title(&at.heading) else {
                    let words =
                        "an example's heading is `### pass: what it shows`, with pass, fail, unknown or not applicable";
                    return Err(self.error(line, words));
                };
                let language = info.split(' ').next().unwrap_or_default().to_owned();
                self.parts.examples.push(RawExample { expected, title, language, text: text.to_owned(), line });
            }
            ("Fix", info) => {
                if let Some((_, body)) = self.parts.fixes.last_mut() {
                    body.push_str(&format!("```{info}\n{text}```\n"));
                }
            }
            _ => return Err(self.error(line, format!("a ```{info} block does not belong here"))),
        }
        Ok(())
    }

    fn read_head(&mut self, info: &str, text: &str, line: usize) -> Result<(), CatalogError> {
        if info != "toml" {
            return Err(self.error(line, NO_HEAD));
        }
        let head: Head = toml::from_str(text).map_err(|error| {
            let below = error.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count());
            self.error(line + 1 + below, error.message().to_owned())
        })?;
        if head.type_id.is_some() == head.kind.is_some() {
            return Err(self.error(line, "give either `type` or `kind`"));
        }
        self.fix_line = line + 1 + text.lines().position(|line| line.starts_with("fix")).unwrap_or(0);
        self.head = Some(head);
        Ok(())
    }

    fn heading(&mut self, level: usize, text: &str, line: usize, at: &mut Section) -> Result<(), CatalogError> {
        if self.head.is_none() {
            return Err(self.error(line, NO_HEAD));
        }
        match level {
            1 => self.parts.title = text.to_owned(),
            2 if ["Risk", "Fix", "Examples"].contains(&text) => {
                *at = Section { name: text.to_owned(), heading: String::new() };
            }
            2 => return Err(self.error(line, format!("unknown section `{text}`; sections are Risk, Fix, Examples"))),
            _ => {
                at.heading = text.to_owned();
                if at.name == "Fix" {
                    self.parts.fixes.push((text.to_owned(), String::new()));
                }
            }
        }
        Ok(())
    }

    fn prose(&mut self, text: &str, at: &Section) {
        let target = match at.name.as_str() {
            "" => &mut self.parts.description,
            "Risk" => &mut self.parts.risk,
            "Fix" => match self.parts.fixes.last_mut() {
                Some((_, body)) => body,
                None => return,
            },
            _ => return,
        };
        if !target.is_empty() && !target.ends_with('\n') {
            target.push('\n');
        }
        target.push_str(text);
        target.push('\n');
    }

    fn finish(self) -> Result<Check, CatalogError> {
        let missing = |what: &str| self.error(1, format!("the check has no {what}"));
        for verdict in [Verdict::Pass, Verdict::Fail, Verdict::Unknown] {
            if !self.parts.examples.iter().any(|example| example.expected == verdict) {
                return Err(missing(&format!("example of `{}`", example_word(verdict))));
            }
        }
        if self.parts.title.is_empty() {
            return Err(missing("`# Title`"));
        }
        if self.parts.risk.is_empty() {
            return Err(missing("`## Risk` section"));
        }
        if self.parts.fixes.is_empty() {
            return Err(missing("`## Fix` section with `### Console` or other tabs"));
        }
        let no_rule = missing("```rule block");
        let no_head = self.error(1, NO_HEAD);
        let (head, parts) = (self.head.ok_or(no_head)?, self.parts);
        let (rule, rule_text, rule_line) = parts.rule.ok_or(no_rule)?;
        let subject = match (head.type_id, head.kind) {
            (Some(id), _) => Subject::Type(id),
            (None, kind) => Subject::Kind(kind.unwrap_or_default()),
        };
        Ok(Check {
            id: self.file.trim_end_matches(".md").replace('/', "-").into(),
            file: format!("checks/{}", self.file),
            subject,
            severity: head.severity,
            fixed_severity: None,
            enabled: true,
            objective: head.objective,
            since: head.since,
            aliases: head.aliases,
            peers: head.peers,
            params: head.params.into_iter().map(|(name, value)| (name.into(), value)).collect(),
            data: Default::default(),
            fix: head.fix.0,
            fix_line: self.fix_line,
            title: parts.title,
            description: parts.description.trim_end().to_owned(),
            rule,
            rule_text,
            rule_line,
            risk: parts.risk.trim_end().to_owned(),
            fixes: parts.fixes,
            examples: parts.examples,
        })
    }
}

/// Turns diagnostics of a rule into one error, each with its line of the file and a caret.
pub(crate) fn rule_error(file: &str, rule: &str, first_line: usize, diagnostics: &[expr::Diagnostic]) -> CatalogError {
    let line = diagnostics.first().map_or(0, |first| {
        rule.get(..first.span.start.min(rule.len())).map_or(0, |before| before.matches('\n').count())
    });
    // Empty lines before the rule make the places those of the file.
    let lead = first_line.saturating_sub(1);
    let source = format!("{}{rule}", "\n".repeat(lead));
    let words: Vec<String> =
        diagnostics.iter().map(|one| expr::render(&source, file, &one.clone().shifted(lead))).collect();
    CatalogError::at(file, first_line + line, words.join("\n"))
}

fn example_title(heading: &str) -> Option<(Verdict, String)> {
    let (word, title) = heading.split_once(':')?;
    let verdict = [Verdict::Pass, Verdict::Fail, Verdict::Unknown, Verdict::NotApplicable]
        .into_iter()
        .find(|verdict| example_word(*verdict) == word.trim())?;
    Some((verdict, title.trim().to_owned()))
}

/// The word for a verdict in example headings.
pub fn example_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Unknown => "unknown",
        Verdict::NotApplicable => "not applicable",
    }
}

/// Reads a fix snippet as a template to be filled in with the resource. HCL, YAML and shell use braces themselves, so a
/// brace is literal unless it opens `{self.…}`, `{account.…}`, `{region.…}`, `{params.…}`, `{partition}` or `{last(…)}` that closes
/// on the same line.
///
/// # Errors
/// When such an expression is malformed.
pub fn fix_template(text: &str) -> Result<Template, expr::Diagnostic> {
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        escaped.push_str(before);
        let hole = placeholder(from);
        if hole > 0 {
            escaped.push_str(&from[..hole]);
            rest = &from[hole..];
        } else {
            let brace = if from.starts_with('{') { "{{" } else { "}}" };
            escaped.push_str(brace);
            rest = &from[1..];
        }
    }
    escaped.push_str(rest);
    Template::parse(&escaped)
}

/// The length of the placeholder that the text begins with; 0 when it does not.
fn placeholder(text: &str) -> usize {
    let Some(inside) = text.strip_prefix('{') else { return 0 };
    let opens =
        ["self.", "account.", "region.", "params.", "partition}", "last("].iter().any(|root| inside.starts_with(root));
    match inside.find(['}', '\n']) {
        Some(end) if opens && inside[end..].starts_with('}') => end + 2,
        _ => 0,
    }
}
