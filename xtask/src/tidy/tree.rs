//! The repository as text, and what a rule says about it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

/// Every file that is or would be committed and is text, by its path with `/`.
pub(super) struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// Reads what git tracks or would track below `root`.
    pub(super) fn read(root: &Path) -> anyhow::Result<Tree> {
        let listing = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .context("`git` could not be started; tidy asks it which files belong to the project")?;
        if !listing.status.success() {
            bail!("`git ls-files` failed: {}", String::from_utf8_lossy(&listing.stderr).trim());
        }
        let mut files = BTreeMap::new();
        for name in String::from_utf8(listing.stdout)?.split('\0').filter(|name| !name.is_empty()) {
            // A file that was removed but not yet committed is listed and cannot be read; a binary file is not text.
            let Ok(bytes) = std::fs::read(root.join(name)) else { continue };
            if let Ok(text) = String::from_utf8(bytes) {
                files.insert(name.to_owned(), text);
            }
        }
        Ok(Tree { files })
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Tree {
        Tree { files: files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(String::as_str)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Files below a folder (`catalog/checks/`) with an ending (`.md`).
    pub(super) fn under<'a>(&'a self, folder: &'a str, ending: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.iter().filter(move |(name, _)| name.starts_with(folder) && name.ends_with(ending))
    }

    /// Rust files of one crate's product code: `src/` without its tests.
    pub(super) fn product<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let folder = if name == "xtask" { "xtask/src/".to_owned() } else { format!("crates/{name}/src/") };
        self.iter().filter(move |(file, _)| file.starts_with(&folder) && file.ends_with(".rs") && !is_test(file))
    }

    /// The names of the workspace's crates.
    pub(super) fn crates(&self) -> Vec<&str> {
        let inner = |name: &'_ str| -> bool { name.starts_with("crates/") && name.matches('/').count() == 2 };
        let mut names: Vec<&str> = self
            .iter()
            .filter(|(name, _)| name.ends_with("/Cargo.toml") && inner(name))
            .filter_map(|(name, _)| name.split('/').nth(1))
            .collect();
        if self.get("xtask/Cargo.toml").is_some() {
            names.push("xtask");
        }
        names
    }

    /// The manifest of a crate of the workspace.
    pub(super) fn manifest(&self, name: &str) -> Option<(String, toml::Table)> {
        let file = if name == "xtask" { "xtask/Cargo.toml".to_owned() } else { format!("crates/{name}/Cargo.toml") };
        let table = self.get(&file)?.parse().ok()?;
        Some((file, table))
    }
}

/// Whether a Rust file holds tests.
pub(super) fn is_test(file: &str) -> bool {
    file.split('/').any(|part| part == "tests" || part == "benches" || part == "examples" || part == "tests.rs")
        || file.ends_with("_tests.rs")
}

/// A line of Rust without its comment; empty for lines that are comments.
///
/// A `//` inside a text ends the line as well: a rule then sees less, never something that is not there.
pub(super) fn code(line: &str) -> &str {
    line.split_once("//").map_or(line, |(code, _)| code).trim()
}

/// One thing that is wrong, with what to do.
#[derive(Debug, PartialEq)]
pub(super) struct Problem {
    file: String,
    line: Option<usize>,
    text: String,
}

impl Problem {
    pub(super) fn new(file: impl Into<String>, text: impl Into<String>) -> Problem {
        Problem { file: file.into(), line: None, text: text.into() }
    }

    /// `line` counts from 0.
    pub(super) fn at(file: impl Into<String>, line: usize, text: impl Into<String>) -> Problem {
        Problem { line: Some(line + 1), ..Problem::new(file, text) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.text),
            None => write!(f, "{}: {}", self.file, self.text),
        }
    }
}
