//! The folder of documents that the simulator answers from.

mod document;
mod generate;
mod settings;
mod times;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use resource::Value;
use thiserror::Error;

pub use generate::Kind;
pub use settings::{Account, Organization, Role, Settings};

pub(crate) use document::{Document, Interner, Members};

/// Accounts, regions and the documents of their resources.
///
/// Folder: `estate.toml` ([`Settings`]) and `<account>/<region or global>/<type id>.jsonl`, one document a line, or
/// `.json` with an array. A document is what a complete collection would end up with: SDK member names, policies
/// decoded, every detail merged. Beyond that
/// - text `@now-3d` (`s m h d w`) becomes that RFC 3339 time when it is read, so that ages stay what they are;
/// - a hole (`{"?": "denied"}`) makes the call that would give the member answer the error;
/// - `"$parent"` names the parent by id where the document itself does not say.
#[derive(Debug)]
pub struct Estate {
    /// Accounts, partition and regions.
    pub settings: Settings,
    pub(crate) documents: Vec<Document>,
}

/// A folder that is not an estate.
#[derive(Debug, Error)]
pub enum EstateError {
    /// A file or folder that cannot be read.
    #[error("`{path}` cannot be read: {source}; give a folder with an `estate.toml`")]
    Read {
        /// The path.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// `estate.toml` with an error.
    #[error("`estate.toml` is wrong: {0}; it needs `partition`, `regions` and one `[[account]]` at least")]
    Settings(String),
    /// A file where none is expected.
    #[error("`{0}` is in no place for documents; write `<account>/<region or global>/<type id>.jsonl`")]
    Place(String),
    /// A document that is not JSON or not an object.
    #[error("`{file}` line {line} is no document: {why}; write one JSON object a line")]
    Document {
        /// The file.
        file: String,
        /// The line, from 1; for `.json` arrays the number of the item.
        line: usize,
        /// What is wrong.
        why: String,
    },
}

impl Estate {
    /// Reads a folder.
    ///
    /// # Errors
    /// When a file cannot be read, lies in the wrong place or holds no documents.
    pub fn load(folder: &Path) -> Result<Estate, EstateError> {
        let mut files = Vec::new();
        walk(folder, folder, &mut files)?;
        files.sort();
        Estate::from_files(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())))
    }

    /// Reads files that are already in memory: (path below the folder, contents). `rules.toml` and notes (`.md`) may
    /// be among them.
    ///
    /// # Errors
    /// As [`Estate::load`].
    pub fn from_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Estate, EstateError> {
        let mut settings = None;
        let mut reader = Reader { documents: Vec::new(), interner: Interner::default(), times: times::Times::now() };
        for (name, bytes) in files {
            match name {
                "estate.toml" => settings = Some(Settings::parse(bytes)?),
                "rules.toml" => {}
                _ if name.ends_with(".md") => {}
                _ => reader.file(name, bytes)?,
            }
        }
        let settings = settings.ok_or_else(|| EstateError::Settings("there is none".to_owned()))?;
        if let Some(stray) = reader.documents.iter().find(|found| settings.account(&found.account).is_none()) {
            return Err(EstateError::Settings(format!("account `{}` has documents but is not in it", stray.account)));
        }
        Ok(Estate { settings, documents: reader.documents })
    }

    /// How many documents it has.
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Whether it has no document.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> Result<(), EstateError> {
    let error = |path: &Path, source| EstateError::Read { path: path.display().to_string(), source };
    for entry in fs::read_dir(folder).map_err(|source| error(folder, source))? {
        let path = entry.map_err(|source| error(folder, source))?.path();
        if path.is_dir() {
            walk(root, &path, files)?;
        } else {
            let bytes = fs::read(&path).map_err(|source| error(&path, source))?;
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push((name, bytes));
        }
    }
    Ok(())
}

struct Reader {
    documents: Vec<Document>,
    interner: Interner,
    times: times::Times,
}

impl Reader {
    fn file(&mut self, name: &str, bytes: &[u8]) -> Result<(), EstateError> {
        let place = || EstateError::Place(name.to_owned());
        let parts: Vec<&str> = name.split('/').collect();
        let [account, region, file] = parts[..] else { return Err(place()) };
        let region: Arc<str> = if region == "global" { "".into() } else { region.into() };
        let wrong = |line, why: String| EstateError::Document { file: name.to_owned(), line, why };
        let text = std::str::from_utf8(bytes).map_err(|error| wrong(1, error.to_string()))?;
        let (type_id, documents) = if let Some(type_id) = file.strip_suffix(".jsonl") {
            (type_id, read_lines(text).map_err(|(line, why)| wrong(line, why))?)
        } else if let Some(type_id) = file.strip_suffix(".json") {
            (type_id, read_array(text).map_err(|why| wrong(1, why))?)
        } else {
            return Err(place());
        };
        let type_id: Arc<str> = type_id.into();
        for (line, mut value) in documents {
            self.times.resolve(&mut value);
            let document = Document::new(&mut self.interner, &type_id, account, region.clone(), value)
                .ok_or_else(|| wrong(line, "it is not an object".to_owned()))?;
            self.documents.push(document);
        }
        Ok(())
    }
}

fn read_lines(text: &str) -> Result<Vec<(usize, Value)>, (usize, String)> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            let value = Value::from_json(line).map_err(|error| (index + 1, error.to_string()))?;
            Ok((index + 1, value))
        })
        .collect()
}

fn read_array(text: &str) -> Result<Vec<(usize, Value)>, String> {
    match Value::from_json(text).map_err(|error| error.to_string())? {
        Value::List(list) => Ok(list.items.into_iter().enumerate().map(|(index, value)| (index + 1, value)).collect()),
        _ => Err("a `.json` file is an array of documents".to_owned()),
    }
}

#[cfg(test)]
mod tests;
