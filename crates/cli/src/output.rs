//! Findings to a sink, tables, and small things that every listing needs.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use anyhow::Context;
use catalog::Catalog;
use finding::{Filter, Finding};
use resource::{Value, Verdict};
use sink::Destination;
use store::Store;

use crate::args::Form;
use crate::report;

/// Findings to write.
pub(crate) struct Wanted<'a> {
    pub(crate) catalog: &'a Arc<Catalog>,
    pub(crate) store: &'a Store,
    /// The user's settings: evidence is computed with them.
    pub(crate) settings: &'a Value,
    pub(crate) filter: &'a Filter,
}

impl Wanted<'_> {
    /// Writes what an `--out` asks for; gives the number of rows.
    pub(crate) fn export(&self, form: Form, to: &Destination) -> anyhow::Result<u64> {
        match form {
            Form::List(format) => self.write(format, to),
            Form::Html => report::write(self, to),
        }
    }

    /// Writes to a file or standard output; gives the number of rows.
    pub(crate) fn write(&self, format: sink::Format, to: &Destination) -> anyhow::Result<u64> {
        let reader = self.store.reader()?;
        let labels = labels(self.catalog)?;
        let rows = reader.findings(self.filter).map(|row| row.map(|finding| labels.on(finding)));
        let selection = report::selection(self.filter);
        // Only JSON carries evidence, which takes far longer than the writing.
        if !matches!(format, sink::Format::Json | sink::Format::Jsonl) {
            return Ok(sink::write(format, to, &selection, rows)?);
        }
        self.with_evidence(|prove| Ok(sink::write(format, to, &selection, rows.map(|row| row.map(&mut *prove)))?))
    }

    /// One JSON document: `{"summary": …, "findings": […]}`.
    pub(crate) fn write_document(&self, summary: &serde_json::Value) -> anyhow::Result<()> {
        let reader = self.store.reader()?;
        let labels = labels(self.catalog)?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        write!(out, "{{\"summary\":{summary},\"findings\":[")?;
        self.with_evidence(|prove| {
            for (index, row) in reader.findings(self.filter).enumerate() {
                let finding = prove(labels.on(row?));
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
        engine::with_prover(self.catalog, self.store, self.settings, now, |prover| {
            let mut known: HashMap<(Arc<str>, Arc<str>), Vec<resource::Outcome>> = HashMap::new();
            let mut prove = |mut finding: Finding| {
                if matches!(finding.verdict, Verdict::Fail | Verdict::Unknown) {
                    let key = (finding.check.clone(), finding.uid.clone());
                    if !known.contains_key(&key) {
                        known.clear();
                    }
                    let outcomes = known.entry(key).or_insert_with(|| prover.outcomes(&finding.check, &finding.uid));
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

/// Check → the requirements that it serves, `cis-aws-5.0:2.1.4`.
pub(crate) struct Labels(HashMap<Arc<str>, Arc<[String]>>);

/// The requirements as the catalogue has them now: they are not stored with the findings, which may be older.
pub(crate) fn labels(catalog: &Catalog) -> anyhow::Result<Labels> {
    let of = |check: &Arc<catalog::Check>| -> anyhow::Result<(Arc<str>, Arc<[String]>)> {
        let served = catalog.requirements_of(&check.id)?;
        Ok((check.id.clone(), served.iter().map(catalog::Served::label).collect()))
    };
    Ok(Labels(catalog.checks().map(of).collect::<anyhow::Result<_>>()?))
}

impl Labels {
    /// The finding with the requirements of its check.
    pub(crate) fn on(&self, finding: Finding) -> Finding {
        match self.0.get(&finding.check) {
            Some(labels) => Finding { frameworks: labels.clone(), ..finding },
            None => finding,
        }
    }
}

/// Writes a line to standard output. A reader that has gone away (`plumb findings | head`) has what it wanted: the
/// program ends quietly.
pub(crate) fn line(text: std::fmt::Arguments<'_>) {
    minded(writeln!(std::io::stdout().lock(), "{text}"));
}

/// The same for a text as it stands.
pub(crate) fn bytes(text: &[u8]) {
    let mut out = std::io::stdout().lock();
    minded(out.write_all(text).and_then(|()| out.flush()));
}

fn minded(written: std::io::Result<()>) {
    if let Err(error) = written {
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
