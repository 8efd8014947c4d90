//! The formats that are lists of findings.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::Write;
use std::str::FromStr;

use finding::{COLUMNS, Finding};

use crate::{Failure, Selection, SinkError, junit, markdown};

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// A header and one row per finding; RFC 4180.
    Csv,
    /// One array, one finding a line.
    Json,
    /// One object a line.
    Jsonl,
    /// JUnit's XML: a suite per check, a case per resource.
    Junit,
    /// A summary in Markdown to paste into a pull request or a wiki.
    Markdown,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 5] = [Format::Csv, Format::Json, Format::Jsonl, Format::Junit, Format::Markdown];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Junit => "junit",
            Format::Markdown => "md",
        }
    }
}

impl Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = SinkError;
    fn from_str(text: &str) -> Result<Format, SinkError> {
        Format::ALL.into_iter().find(|format| format.as_str() == text).ok_or_else(|| SinkError::Format(text.to_owned()))
    }
}

pub(crate) fn write<E: Display>(
    format: Format,
    out: &mut dyn Write,
    selection: &Selection,
    findings: impl IntoIterator<Item = Result<Finding, E>>,
) -> Result<u64, Failure> {
    let findings = findings.into_iter().map(|finding| finding.map_err(|error| Failure::Source(error.to_string())));
    match format {
        Format::Csv => write_csv(out, findings),
        Format::Json => write_json(out, findings),
        Format::Jsonl => write_lines(out, findings),
        Format::Junit => junit::write(out, selection, findings),
        Format::Markdown => markdown::write(out, selection, findings),
    }
}

fn write_csv(out: &mut dyn Write, findings: impl Iterator<Item = Result<Finding, Failure>>) -> Result<u64, Failure> {
    let mut csv = csv::WriterBuilder::new().from_writer(out);
    let broken = |error: csv::Error| Failure::Io(error.into());
    csv.write_record(COLUMNS).map_err(broken)?;
    let mut rows = 0;
    for finding in findings {
        let finding = finding?;
        let record = finding.record();
        csv.write_record(record.cells().into_iter().map(|cell| defuse(cell).into_owned())).map_err(broken)?;
        rows += 1;
    }
    csv.flush()?;
    Ok(rows)
}

/// Writes rows of any listing as CSV, formula characters defused.
///
/// # Errors
/// When the output cannot be written.
pub fn write_rows<'a>(out: &mut dyn Write, rows: impl IntoIterator<Item = &'a [String]>) -> std::io::Result<()> {
    let mut csv = csv::WriterBuilder::new().from_writer(out);
    for row in rows {
        csv.write_record(row.iter().map(|cell| defuse(cell.as_str().into()).into_owned()))?;
    }
    csv.flush()
}

/// A spreadsheet would run a cell that begins with one of these as a formula (OWASP, CSV injection).
fn defuse(cell: Cow<'_, str>) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{cell}").into() } else { cell }
}

fn write_json(out: &mut dyn Write, findings: impl Iterator<Item = Result<Finding, Failure>>) -> Result<u64, Failure> {
    let mut rows = 0;
    for finding in findings {
        out.write_all(if rows == 0 { b"[\n" } else { b",\n" })?;
        write_record(out, &finding?)?;
        rows += 1;
    }
    out.write_all(if rows == 0 { b"[]\n" } else { b"\n]\n" })?;
    Ok(rows)
}

fn write_lines(out: &mut dyn Write, findings: impl Iterator<Item = Result<Finding, Failure>>) -> Result<u64, Failure> {
    let mut rows = 0;
    for finding in findings {
        write_record(out, &finding?)?;
        out.write_all(b"\n")?;
        rows += 1;
    }
    Ok(rows)
}

fn write_record(out: &mut dyn Write, finding: &Finding) -> Result<(), Failure> {
    serde_json::to_writer(out, &finding.record()).map_err(|error| Failure::Io(error.into()))
}
