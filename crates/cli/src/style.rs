//! Colour, marks and width of the terminal.

use std::io::IsTerminal;

use resource::{Severity, Verdict};
pub(crate) use sink::{counted, number};

use crate::args::Shared;

/// What the terminal can show.
pub(crate) struct Style {
    colour: bool,
    /// Redraw a live region on standard error.
    pub(crate) live: bool,
    /// Columns of standard output; `None` when it is no terminal: nothing is cut then.
    pub(crate) width: Option<usize>,
    /// UTF-8 marks; otherwise `#`, `-`, `|`.
    pub(crate) unicode: bool,
}

impl Style {
    pub(crate) fn detect(shared: &Shared) -> Style {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        let terminal = std::io::stdout().is_terminal();
        let live = std::io::stderr().is_terminal() && !dumb && !set("CI") && !shared.quiet;
        let locale =
            ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
        let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        Style {
            colour: terminal && !dumb && !shared.no_color && !set("NO_COLOR"),
            live,
            width: terminal.then(|| columns.or_else(terminal_width).unwrap_or(80)),
            unicode: locale.is_none_or(|name| name.to_ascii_lowercase().replace('-', "").contains("utf8")),
        }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    pub(crate) fn red(&self, text: &str) -> String {
        self.paint("31", text)
    }

    pub(crate) fn green(&self, text: &str) -> String {
        self.paint("32", text)
    }

    /// In the colour of what could not be decided.
    pub(crate) fn unknown(&self, text: &str) -> String {
        self.paint("35", text)
    }

    pub(crate) fn dim(&self, text: &str) -> String {
        self.paint("2", text)
    }

    pub(crate) fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    /// `C`, `H`, `M`, `L`, `I`.
    pub(crate) fn severity(&self, severity: Severity) -> String {
        match severity {
            Severity::Critical => self.paint("1;35", "C"),
            Severity::High => self.paint("31", "H"),
            Severity::Medium => self.paint("33", "M"),
            Severity::Low => self.paint("34", "L"),
            Severity::Info => self.paint("2", "I"),
        }
    }

    /// `FAIL PASS UNKN N/A`.
    pub(crate) fn verdict(&self, verdict: Verdict) -> String {
        match verdict {
            Verdict::Fail => self.paint("31", "FAIL"),
            Verdict::Pass => self.paint("32", "PASS"),
            Verdict::Unknown => self.paint("35", "UNKN"),
            Verdict::NotApplicable => self.paint("2", "N/A"),
        }
    }
}

fn terminal_width() -> Option<usize> {
    let (_, columns) = indicatif_term_size()?;
    Some(columns)
}

fn indicatif_term_size() -> Option<(usize, usize)> {
    let (rows, columns) = console::Term::stdout().size_checked()?;
    Some((rows.into(), columns.into()))
}

/// Control characters of names and messages that come from a cloud must not reach the terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Minutes and seconds, `0:07`.
pub(crate) fn duration(microseconds: i64) -> String {
    let seconds = microseconds.max(0) / 1_000_000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests;
