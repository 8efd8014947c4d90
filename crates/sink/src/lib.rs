//! Findings out of the house: one file per format, streamed, in place only when whole.
//!
//! A sink never queries a store and holds no credentials: findings are handed to it one by one. CSV and JSON keep none of
//! them; JUnit and Markdown group by check and keep their own text until the end; the HTML report says what it keeps.
//!
//! ```no_run
//! use sink::{Destination, Format, Selection};
//!
//! let destination = Destination::parse("findings.csv");
//! sink::check_writable(&destination)?; // before the scan: an hour of reading must not end in a full stop
//! let findings = std::iter::empty::<Result<finding::Finding, sink::SinkError>>();
//! let rows = sink::write(Format::Csv, &destination, &Selection::default(), findings)?;
//! assert_eq!(rows, 0);
//! # Ok::<(), sink::SinkError>(())
//! ```
#![deny(missing_docs)]

mod destination;
mod format;
pub mod html;
mod junit;
mod markdown;
mod numbers;
mod selection;

use std::fmt::Display;
use std::io::Write;

use finding::Finding;
use thiserror::Error;

pub use destination::{Destination, check_writable};
pub use format::{Format, write_rows};
pub use numbers::{counted, number};
pub use selection::Selection;

/// Why an export was not written.
#[derive(Debug, Error)]
pub enum SinkError {
    /// The folder that would hold the file does not exist.
    #[error("the folder `{folder}` does not exist; create it, or give another path to --out")]
    NoFolder {
        /// The folder.
        folder: String,
    },
    /// The path names a folder.
    #[error("`{path}` is a folder; give --out the path of a file, as in `--out csv={path}/findings.csv`")]
    IsFolder {
        /// The path.
        path: String,
    },
    /// The file cannot be written.
    #[error("cannot write `{path}`: {reason}; make it writable, or give another path to --out")]
    NotWritable {
        /// The path.
        path: String,
        /// The operating system's words.
        reason: String,
    },
    /// Writing stopped half way; nothing was left in place.
    #[error(
        "could not finish `{path}`: {reason}; free some space or give another path to --out, then run the export again"
    )]
    Broken {
        /// The path.
        path: String,
        /// The operating system's words.
        reason: String,
    },
    /// The findings could not be read.
    #[error("{0}")]
    Source(String),
    /// No such format.
    #[error("`{0}` is not a format; choose one of: csv, json, jsonl, junit, md, html")]
    Format(String),
}

/// Writes findings to a destination and returns how many there were; summaries say what of the store they are of. A file appears under its name only when it is
/// whole: it is written beside it under a temporary name and renamed.
///
/// # Errors
/// When the findings cannot be read or the destination cannot be written; a file that stood there before is kept.
pub fn write<E: Display>(
    format: Format,
    destination: &Destination,
    selection: &Selection,
    findings: impl IntoIterator<Item = Result<Finding, E>>,
) -> Result<u64, SinkError> {
    match destination {
        Destination::Stdout => {
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            let rows = format::write(format, &mut out, selection, findings);
            let flushed = out.flush();
            finish_stdout(rows, flushed)
        }
        Destination::File(path) => destination::replace(path, |out| format::write(format, out, selection, findings)),
    }
    .map_err(|failure| failure.named(destination))
}

/// What went wrong inside a writer, before the path is known.
#[derive(Debug)]
pub(crate) enum Failure {
    Io(std::io::Error),
    Source(String),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::Io(error)
    }
}

impl Failure {
    fn named(self, destination: &Destination) -> SinkError {
        match self {
            Failure::Source(reason) => SinkError::Source(reason),
            Failure::Io(error) => SinkError::Broken { path: destination.to_string(), reason: error.to_string() },
        }
    }
}

/// A reader that closed the pipe (`| head`) has what it wanted.
fn finish_stdout(rows: Result<u64, Failure>, flushed: std::io::Result<()>) -> Result<u64, Failure> {
    let closed = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
    match (rows, flushed) {
        (Err(Failure::Io(error)), _) if closed(&error) => Ok(0),
        (Ok(rows), Err(error)) if closed(&error) => Ok(rows),
        (rows, flushed) => rows.and_then(|rows| Ok(flushed.map(|()| rows)?)),
    }
}

/// Whether a character cannot be seen or reorders what stands around it: outputs that people read write its number, so
/// that no name looks like another.
pub(crate) fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests;
