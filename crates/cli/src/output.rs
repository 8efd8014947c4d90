//! Findings to a sink, tables, and small things that every listing needs.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::sync::Arc;

use anyhow::Context;
use catalog::Catalog;
use finding::{Filter, Finding};
use resource::{Map, Value, Verdict};
use sink::Destination;
use store::Store;

/// The user's settings and parameters: evidence is computed with them.
pub(crate) struct Settings {
    pub(crate) values: Value,
    pub(crate) params: BTreeMap<String, Map>,
}

/// Findings to write.
pub(crate) struct Wanted<'a> {
    pub(crate) catalog: &'a Arc<Catalog>,
    pub(crate) store: &'a Store,
    pub(crate) settings: &'a Settings,
    pub(crate) filter: &'a Filter,
}

impl Wanted<'_> {
    /// Writes to a file or standard output; gives the number of rows.
    pub(crate) fn write(&self, format: sink::Format, to: &Destination) -> anyhow::Result<u64> {
        let reader = self.store.reader()?;
        let rows = reader.findings(self.filter);
        if format == sink::Format::Csv {
            return Ok(sink::write(format, to, rows)?);
        }
        self.with_evidence(|prove| Ok(sink::write(format, to, rows.map(|row| row.map(&mut *prove)))?))
    }

    /// One JSON document: `{"summary": …, "findings": […]}`.
    pub(crate) fn write_document(&self, summary: &serde_json::Value) -> anyhow::Result<()> {
        let reader = self.store.reader()?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        write!(out, "{{\"summary\":{summary},\"findings\":[")?;
        self.with_evidence(|prove| {
            for (index, row) in reader.findings(self.filter).enumerate() {
                let finding = prove(row?);
                if index > 0 {
                    out.write_all(b",")?;
                }
                out.write_all(b"\n")?;
                serde_json::to_writer(&mut out, &finding.record()).context("cannot write findings")?;
            }
            Ok(())
        })?;
        out.write_all(b"\n]}\n")?;
        out.flush()?;
        Ok(())
    }

    /// Evidence is not stored: it is computed again from what is.
    fn with_evidence<T>(
        &self,
        use_it: impl FnOnce(&mut dyn FnMut(Finding) -> Finding) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let now = jiff::Timestamp::now().as_microsecond();
        engine::with_prover(self.catalog, self.store, &self.settings.values, now, |prover| {
            let mut known: HashMap<(Arc<str>, Arc<str>), Vec<resource::Outcome>> = HashMap::new();
            let mut prove = |mut finding: Finding| {
                if matches!(finding.verdict, Verdict::Fail | Verdict::Unknown) {
                    let key = (finding.check.clone(), finding.uid.clone());
                    if !known.contains_key(&key) {
                        known.clear();
                    }
                    let params = self.settings.params.get(&*finding.check);
                    let outcomes =
                        known.entry(key).or_insert_with(|| prover.outcomes(&finding.check, &finding.uid, params));
                    if let Some(found) = outcomes.iter().find(|found| found.discriminator == finding.discriminator) {
                        finding.evidence.clone_from(&found.evidence);
                    }
                }
                finding
            };
            use_it(&mut prove)
        })?
    }
}

/// Writes a line to standard output. A reader that has gone away (`plumb findings | head`) has what it wanted: the
/// program ends quietly.
pub(crate) fn line(text: std::fmt::Arguments<'_>) {
    if let Err(error) = writeln!(std::io::stdout().lock(), "{text}") {
        let gone = error.kind() == std::io::ErrorKind::BrokenPipe;
        if !gone {
            eprintln!("error: cannot write to standard output: {error}");
        }
        std::process::exit(if gone { 0 } else { 1 });
    }
}

/// `println!` that minds a closed pipe.
macro_rules! say {
    ($($words:tt)*) => { $crate::output::line(format_args!($($words)*)) };
}
pub(crate) use say;

/// A name for a destination.
pub(crate) fn describe(destination: &Destination) -> String {
    match destination {
        Destination::Stdout => "standard output".to_owned(),
        Destination::File(path) => path.display().to_string(),
    }
}

/// `*` stands for any text.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// Text cut to a number of columns.
pub(crate) fn cut(text: &str, width: usize) -> String {
    console::truncate_str(text, width, "…").into_owned()
}

/// A table fitted to the terminal: where it is too narrow, columns are dropped from the right and counted. Piped
/// output is never cut.
pub(crate) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(headings: &[&'static str]) -> Table {
        Table { headings: headings.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Prints the rows as CSV, whole.
    pub(crate) fn print_csv(&self) -> std::io::Result<()> {
        let headings: Vec<String> = self.headings.iter().map(|heading| heading.to_lowercase()).collect();
        let rows = std::iter::once(&headings).chain(&self.rows).map(Vec::as_slice);
        sink::write_rows(&mut std::io::stdout().lock(), rows)
    }

    /// Prints the table; the column `flexible` takes what room is left.
    pub(crate) fn print(&self, width: Option<usize>, flexible: usize) -> std::io::Result<()> {
        let mut widths: Vec<usize> = self.headings.iter().map(|heading| heading.len()).collect();
        for row in &self.rows {
            for (column, cell) in row.iter().enumerate() {
                widths[column] = widths[column].max(console::measure_text_width(cell));
            }
        }
        let mut shown = widths.len();
        if let Some(limit) = width {
            let fixed = |shown: usize, widths: &[usize]| -> usize {
                widths[..shown]
                    .iter()
                    .enumerate()
                    .map(|(at, width)| 2 + if at == flexible { 20.min(*width) } else { *width })
                    .sum()
            };
            while shown > flexible + 1 && fixed(shown, &widths) > limit {
                shown -= 1;
            }
            let others: usize =
                widths[..shown].iter().enumerate().filter(|(at, _)| *at != flexible).map(|(_, width)| width + 2).sum();
            widths[flexible] = widths[flexible].min(limit.saturating_sub(others + 2).max(20));
        }
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let headings: Vec<String> = self.headings.iter().map(|heading| (*heading).to_owned()).collect();
        for row in std::iter::once(&headings).chain(&self.rows) {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate().take(shown) {
                let cell = if width.is_some() { cut(cell, widths[column]) } else { cell.clone() };
                let pad = widths[column].saturating_sub(console::measure_text_width(&cell));
                line.push_str(&cell);
                line.push_str(&" ".repeat(pad + 2));
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        let hidden = self.headings.len() - shown;
        if hidden > 0 {
            writeln!(out, "{hidden} columns hidden; a wider terminal or --format csv shows all")?;
        }
        out.flush()
    }
}

#[cfg(test)]
mod tests;
