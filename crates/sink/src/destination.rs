//! Where an export goes.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::{Failure, SinkError};

/// Standard output or a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Destination {
    /// Standard output.
    Stdout,
    /// A file, replaced as a whole.
    File(PathBuf),
}

impl Destination {
    /// `-` is standard output, anything else a path.
    pub fn parse(text: &str) -> Destination {
        if text == "-" { Destination::Stdout } else { Destination::File(text.into()) }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Destination::Stdout => f.write_str("standard output"),
            Destination::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Checks that a destination can be written, by making and removing the temporary file that a write would use.
///
/// # Errors
/// When the folder is missing or closed to us, or the path names a folder or a file that may not be replaced.
pub fn check_writable(destination: &Destination) -> Result<(), SinkError> {
    let Destination::File(path) = destination else { return Ok(()) };
    let shown = || path.display().to_string();
    if path.is_dir() {
        return Err(SinkError::IsFolder { path: shown() });
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(SinkError::NoFolder { folder: folder.display().to_string() });
    }
    let refused = |error: std::io::Error| SinkError::NotWritable { path: shown(), reason: error.to_string() };
    if path.exists() && !is_special(path) {
        // A rename would replace a read-only file; that the owner locked it is a wish to keep it.
        OpenOptions::new().append(true).open(path).map_err(refused)?;
    }
    if is_special(path) {
        return OpenOptions::new().write(true).open(path).map(|_| ()).map_err(refused);
    }
    let (_, temporary) = create_beside(path).map_err(refused)?;
    fs::remove_file(temporary).map_err(refused)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A device or a pipe (`/dev/stderr`, `>(…)`) is written in place: a rename would replace it by a file.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// A new file in the same folder, hence on the same file system, under a name that nobody else uses.
fn create_beside(path: &Path) -> std::io::Result<(File, PathBuf)> {
    let name = path.file_name().ok_or_else(|| std::io::Error::other("it has no file name"))?.to_string_lossy();
    let process = std::process::id();
    for attempt in 0..1000 {
        let temporary = folder_of(path).join(format!(".{name}.{process}-{attempt}.part"));
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) => return Ok((file, temporary)),
        }
    }
    Err(std::io::Error::other("every temporary name beside it is taken"))
}

/// Writes a file through `fill` and puts it in place; on any failure the old file stays and nothing is left behind.
pub(crate) fn replace(path: &Path, fill: impl FnOnce(&mut dyn Write) -> Result<u64, Failure>) -> Result<u64, Failure> {
    if is_special(path) {
        let mut out = BufWriter::new(OpenOptions::new().write(true).open(path)?);
        let rows = fill(&mut out)?;
        out.flush()?;
        return Ok(rows);
    }
    // A link stays a link: its target is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (file, temporary) = create_beside(&target)?;
    let filled = fill_and_sync(file, fill).and_then(|rows| Ok(fs::rename(&temporary, &target).map(|()| rows)?));
    if filled.is_err() {
        // The failure being reported matters more than one of clearing up after it.
        let _ = fs::remove_file(&temporary);
    }
    filled
}

fn fill_and_sync(file: File, fill: impl FnOnce(&mut dyn Write) -> Result<u64, Failure>) -> Result<u64, Failure> {
    let mut out = BufWriter::with_capacity(1 << 16, file);
    let rows = fill(&mut out)?;
    out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    Ok(rows)
}
