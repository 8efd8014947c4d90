//! The HTML report: one file that needs no server, no network and no other file.
//!
//! What people read first is plain HTML; the whole list of findings is embedded as compressed columns that the file's own
//! script unpacks. Everything that came from a cloud is either escaped text or inside those blocks, which are base64: no
//! name can become markup. Rows are written as they come. What stays in memory is one block of rows, one entry per
//! resource (its global id and position), counts, and the fifty worst failures.

mod assets;
mod blocks;
mod columns;
mod fill;
mod model;
mod overview;
mod page;
mod scanned;
mod squeeze;
mod tally;
mod text;
mod unread;
mod words;

use std::fmt::Display;
use std::io::{Read, Write};
use std::path::Path;

pub use assets::{SCRIPT, STYLE, content_security_policy};
pub use model::{CheckText, Detail, Flip, Read as FieldRead, Reason, Report, Requirement, ResourceText, Row, RuleLine};
pub use model::{Scan, TypeText, Unread};

use crate::destination::Destination;
use crate::{Failure, SinkError, destination, finish_stdout};
use columns::Columns;
use tally::Tally;

/// How a file begins that is ours to replace.
pub const MARKER: &str = "<!doctype html><!-- plumb report -->";

/// Writes the report and returns the number of findings in it.
///
/// # Errors
/// When the resources or the findings cannot be read, or the destination cannot be written; a file that stood there
/// before is kept.
pub fn write<E: Display>(
    destination: &Destination,
    report: &Report,
    resources: impl IntoIterator<Item = Result<ResourceText, E>>,
    rows: impl IntoIterator<Item = Result<Row, E>>,
) -> Result<u64, SinkError> {
    match destination {
        Destination::Stdout => {
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            let written = fill(&mut out, report, resources, rows);
            let flushed = out.flush();
            finish_stdout(written, flushed)
        }
        Destination::File(path) => destination::replace(path, |out| fill(out, report, resources, rows)),
    }
    .map_err(|failure| failure.named(destination))
}

/// Whether a report may take this place without a word: nothing is there, or a report of ours.
pub fn may_replace(path: &Path) -> bool {
    if path.symlink_metadata().is_err() {
        return true;
    }
    let mut beginning = vec![0; MARKER.len()];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut beginning));
    read.is_ok() && beginning == MARKER.as_bytes()
}

fn fill<E: Display>(
    out: &mut dyn Write,
    report: &Report,
    resources: impl IntoIterator<Item = Result<ResourceText, E>>,
    rows: impl IntoIterator<Item = Result<Row, E>>,
) -> Result<u64, Failure> {
    let broken = |error: E| Failure::Source(error.to_string());
    page::begin(out, report)?;
    let mut columns = Columns::new(report);
    let mut tally = Tally::new(report);
    for resource in resources {
        columns.resource(out, &resource.map_err(broken)?)?;
    }
    for row in rows {
        let row = row.map_err(broken)?;
        let unread = tally.add(&row.finding);
        columns.row(out, &row, &unread)?;
    }
    let resources = columns.finish(out, report, &tally)?;
    page::views(out, report, &tally, resources)?;
    page::end(out)?;
    Ok(tally.total())
}
