//! A proof on the terminal.

use engine::{Proof, Read, RuleLine};
use resource::Value;

use crate::output::say;
use crate::style::{Style, printable};

/// Where the text begins that stands beside a label.
const INDENT: usize = 10;
/// A value as short as this needs no line of its own.
const SHORT: usize = 40;

/// Lines with a label at the left; what is longer than the terminal is wide goes on below, nothing is cut.
pub(crate) struct Page<'s> {
    pub(crate) style: &'s Style,
    last: String,
}

impl<'s> Page<'s> {
    pub(crate) fn new(style: &'s Style) -> Self {
        Page { style, last: String::new() }
    }

    fn room(&self) -> usize {
        self.style.width.map_or(usize::MAX, |width| width.saturating_sub(INDENT).max(30))
    }

    /// The label, or nothing where it repeats the one before.
    fn label<'l>(&mut self, label: &'l str) -> &'l str {
        let shown = if self.last == label { "" } else { label };
        label.clone_into(&mut self.last);
        shown
    }

    /// One of several things under a label: what goes on below stands a little further in.
    pub(crate) fn line(&mut self, label: &str, text: &str) {
        self.indented(label, 0, text);
    }

    /// A line that stands `deep` columns further in.
    pub(crate) fn indented(&mut self, label: &str, deep: usize, text: &str) {
        self.lines(label, deep, deep + 2, text);
    }

    /// Prose.
    pub(crate) fn prose(&mut self, label: &str, text: &str) {
        self.lines(label, 0, 0, text);
    }

    /// What people copy: never broken.
    pub(crate) fn code(&mut self, label: &str, text: &str) {
        let label = self.label(label);
        say!("{}", format!("{label:<INDENT$}{text}").trim_end());
    }

    fn lines(&mut self, label: &str, first: usize, others: usize, text: &str) {
        let mut label = self.label(label);
        let mut deep = first;
        for part in wrapped(text, self.room().saturating_sub(others).max(20)) {
            say!("{}", format!("{label:<INDENT$}{}{part}", " ".repeat(deep)).trim_end());
            (label, deep) = ("", others);
        }
    }

    /// Two columns, the second in words of its own: beside the first where that fits, else below.
    fn columns(&mut self, label: &str, deep: usize, first: &str, second: &str, at: usize) {
        let width = console::measure_text_width(first);
        let room = self.room();
        let beside = at.max(width + 2);
        if second.is_empty() {
            self.indented(label, deep, first);
        } else if deep + beside + console::measure_text_width(second) <= room {
            let pad = " ".repeat(beside.saturating_sub(width));
            let label = self.label(label);
            say!("{label:<INDENT$}{}{first}{pad}{second}", " ".repeat(deep));
        } else if console::measure_text_width(second) <= SHORT {
            self.indented(label, deep, &format!("{first}  {second}"));
        } else {
            self.indented(label, deep, first);
            self.indented(label, deep + 4, second);
        }
    }

    /// Rule, fields, reasons, what is missing, and what would change the verdict.
    pub(crate) fn proof(&mut self, proof: &Proof) {
        self.rule(&proof.rule);
        self.reads(&proof.reads);
        for reason in &proof.because {
            let whose = reason.resource.as_ref().map_or_else(String::new, |uid| format!(" of {uid}"));
            let place = match (reason.policy.as_str(), reason.statement.as_str()) {
                ("", _) => reason.fact.clone(),
                (policy, "") => policy.to_owned(),
                (policy, statement) => format!("{policy} {statement}"),
            };
            self.line("because", &printable(&format!("{place}{whose}: {}", reason.text)));
        }
        for missing in &proof.unknown {
            self.line("missing", &printable(&missing.text));
        }
        for (at, flip) in proof.flips.iter().enumerate() {
            let or = if at == 0 { "" } else { "or " };
            let proven = match (flip.proven, flip.then) {
                (true, _) => "",
                (_, Some("UNKNOWN")) => " (then undecided: what could not be read, or a person, decides)",
                (_, Some("NOT_APPLICABLE")) => " (then the check no longer applies)",
                _ => " (not proven: more may be needed)",
            };
            self.line("flips", &printable(&format!("{or}if {}{proven}", flip.text)));
        }
    }

    fn rule(&mut self, lines: &[RuleLine]) {
        let text = |line: &RuleLine| match line.statement {
            "" => printable(&line.text),
            statement => format!("{statement} {}", printable(&line.text)),
        };
        let deep = |line: &RuleLine| 2 * line.depth;
        let widest = lines.iter().map(|line| deep(line) + console::measure_text_width(&text(line)));
        let column = widest.filter(|width| width + 8 <= self.room().min(90)).max().unwrap_or(0) + 2;
        for line in lines {
            let value = printable(&line.value);
            let value = if line.decisive { self.style.bold(&value) } else { self.style.dim(&value) };
            self.columns("rule", deep(line), &text(line), &value, column.saturating_sub(deep(line)));
        }
    }

    fn reads(&mut self, reads: &[Read]) {
        const ALIKE: usize = 3;
        let earlier = |at: usize| {
            reads[..at].iter().filter(|other| other.path == reads[at].path && other.call == reads[at].call).count()
        };
        let shown: Vec<&Read> = (0..reads.len()).filter(|at| earlier(*at) < ALIKE).map(|at| &reads[at]).collect();
        let more: usize = reads.len() - shown.len();
        let reads = &shown;
        let first: Vec<String> = reads.iter().map(|read| field(read)).collect();
        let second: Vec<String> = reads.iter().map(|read| origin(read)).collect();
        let widest = first.iter().zip(&second).filter(|(first, second)| {
            let both = console::measure_text_width(first) + 2 + console::measure_text_width(second);
            both <= self.room().min(140)
        });
        let column = widest.map(|(first, _)| console::measure_text_width(first)).max().unwrap_or(0) + 2;
        for (first, second) in first.iter().zip(&second) {
            let second = self.style.dim(second);
            self.columns("read", 0, first, &second, column);
        }
        if more > 0 {
            self.line("read", &format!("and {more} more like these (--format json)"));
        }
    }
}

fn field(read: &Read) -> String {
    match (&read.note, &read.value) {
        (Some(note), _) => printable(note),
        (None, Value::Null) => format!("{} is absent", printable(&read.path)),
        (None, Value::Unknown(hole)) => {
            format!("{} is unknown: {}", printable(&read.path), printable(&hole.to_string()))
        }
        (None, value) => format!("{} = {}", printable(&read.path), printable(&value.to_json())),
    }
}

fn origin(read: &Read) -> String {
    let whose = read.resource.as_ref().map(|uid| format!("of {}", printable(uid)));
    let parts = [whose, read.call.clone(), read.at.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

/// Text in lines of at most `room` columns, broken at spaces; a word that is longer stays whole.
pub(crate) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let fits = console::measure_text_width(&line) + 1 + console::measure_text_width(word) <= room;
        if !line.is_empty() && !fits {
            lines.push(std::mem::take(&mut line));
        } else if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests;
