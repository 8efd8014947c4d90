//! `cargo xtask generate [--check]`: what follows from the catalogue. Reference pages, the read-only policy, and planned
//! checks of the frameworks that have been written.

mod actions;
mod calls;
mod checks;
mod frameworks;
mod policy;
#[cfg(test)]
mod tests;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, bail};
use catalog::Catalog;

/// Folders in which every file is ours to write; a file that nothing generates any more is removed.
const FOLDERS: [&str; 2] = ["docs/reference", "deploy/aws"];

/// A generated file: path below the root, text.
type Files = BTreeMap<&'static str, String>;

/// Writes the files; with `check`, writes nothing and fails when one differs.
pub(crate) fn run(root: &Path, check: bool) -> anyhow::Result<()> {
    let catalog = Catalog::embedded().map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the catalogue does not load:\n{}", lines.join("\n"))
    })?;
    let files = files(&catalog)?;
    let moved = frameworks::moved(root, &catalog)?;
    let mut stale = differences(root, &files)?;
    stale.extend(moved.keys().cloned());
    if check {
        if stale.is_empty() {
            println!("generate: {} files are current", files.len());
            return Ok(());
        }
        bail!("not current: {}; run `cargo xtask generate` and commit what it writes", stale.join(", "));
    }
    for name in &stale {
        let path = root.join(name);
        match files.get(name.as_str()).or_else(|| moved.get(name)) {
            Some(text) => {
                std::fs::create_dir_all(path.parent().unwrap_or(root))?;
                std::fs::write(&path, text).with_context(|| format!("`{name}` cannot be written"))?;
                println!("wrote {name}");
            }
            None => {
                std::fs::remove_file(&path).with_context(|| format!("`{name}` cannot be removed"))?;
                println!("removed {name}");
            }
        }
    }
    Ok(())
}

fn files(catalog: &Catalog) -> anyhow::Result<Files> {
    Ok(Files::from([
        ("docs/reference/actions.md", actions::page(catalog)),
        ("docs/reference/calls.md", calls::page(catalog)),
        ("docs/reference/checks.md", checks::page(catalog)?),
        ("docs/reference/frameworks.md", frameworks::page(catalog)?),
        ("docs/reference/types.md", types::page(catalog)),
        ("docs/reference/permissions.md", policy::page(catalog)),
        ("deploy/aws/read-only-policy.json", policy::for_checks(catalog)?),
        ("deploy/aws/read-only-inventory-policy.json", policy::for_inventory(catalog)?),
    ]))
}

/// Files that are missing, differ, or are generated no more.
fn differences(root: &Path, files: &Files) -> anyhow::Result<Vec<String>> {
    let mut stale: BTreeSet<String> = files
        .iter()
        .filter(|(name, text)| std::fs::read_to_string(root.join(name)).ok().as_deref() != Some(text))
        .map(|(name, _)| (*name).to_owned())
        .collect();
    for folder in FOLDERS {
        let Ok(entries) = std::fs::read_dir(root.join(folder)) else { continue };
        for entry in entries {
            let name = format!("{folder}/{}", entry?.file_name().to_string_lossy());
            if !files.contains_key(name.as_str()) {
                stale.insert(name);
            }
        }
    }
    Ok(stale.into_iter().collect())
}

/// A cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
