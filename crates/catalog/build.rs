//! Embeds `catalog/` as a sorted table of (path, text): adding a file to the folder is all that a new check or type needs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../catalog").canonicalize()?;
    let mut files = Vec::new();
    walk(&root, &mut files)?;
    let name = |file: &PathBuf| file.strip_prefix(&root).unwrap_or(file).to_string_lossy().replace('\\', "/");
    // By text, as the look-up searches: `a-b/c` stands before `a/b`.
    files.sort_by_key(name);
    let mut table = String::from("&[\n");
    for file in &files {
        let _ = writeln!(table, "({:?}, include_str!({:?})),", name(file), file.to_string_lossy());
    }
    table.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("embedded.rs");
    fs::write(out, table)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|kind| kind == "toml" || kind == "md" || kind == "json") {
            files.push(path);
        }
    }
    Ok(())
}
