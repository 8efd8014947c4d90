//! What can be wrong with a catalogue.

use thiserror::Error;

/// One thing that is wrong in one file.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{file}:{line}: {message}{}", .help.as_deref().map(|help| format!("\n  help: {help}")).unwrap_or_default())]
pub struct CatalogError {
    /// The file, relative to its catalogue folder.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// The next step.
    pub help: Option<String>,
}

impl CatalogError {
    /// An error at a place.
    pub fn at(file: &str, line: usize, message: impl Into<String>) -> Self {
        CatalogError { file: file.to_owned(), line, message: message.into(), help: None }
    }

    /// The same error with the next step.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
