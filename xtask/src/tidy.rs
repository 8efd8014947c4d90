//! `cargo xtask tidy`: the rules of the house that no compiler checks.
//!
//! Each rule reads the tree of files and returns what is wrong with it; none writes. The numbers that may only fall are
//! in `xtask/tidy.toml`.

mod catalogue;
mod edges;
mod manifest;
mod ratchet;
mod size;
#[cfg(test)]
mod tests;
mod text;
mod tree;

use std::path::Path;

use anyhow::bail;
use tree::{Problem, Tree};

type Rule = (&'static str, fn(&Tree) -> Vec<Problem>);

const RULES: &[Rule] = &[
    ("crates depend only on what ARCHITECTURE.md's table allows", edges::check),
    ("dependencies: versions in the root manifest only, each with its reason", manifest::reasons),
    ("the tests' Python packages are the ones the models come from", manifest::python_versions),
    ("nothing comes from an unnamed registry", manifest::sources),
    ("numbers that may only fall", ratchet::check),
    ("files of at most 400 lines, functions of at most 120, tests apart", size::check),
    ("pure crates do no I/O, read no clock, document what is public", text::pure),
    ("library crates print nothing", text::silent),
    ("no test sleeps", text::sleepless),
    ("leave to write to a cloud is made by remedy only", text::write_grants),
    ("no machine's paths, no leftovers", text::leftovers),
    ("catalogue ids are unique and once published are kept", catalogue::ids),
    ("every check has its examples", catalogue::examples),
    ("objectives are defined and used", catalogue::objectives),
];

/// Runs every rule over the repository at `root`; with `bless`, first lowers the numbers that have fallen.
pub(crate) fn run(root: &Path, bless: bool) -> anyhow::Result<()> {
    let tree = Tree::read(root)?;
    if bless {
        ratchet::bless(root, &tree)?;
        return run(root, false);
    }
    let mut found = 0;
    for (title, rule) in RULES {
        let problems = rule(&tree);
        if !problems.is_empty() {
            println!("{title}:");
        }
        for problem in &problems {
            println!("  {problem}");
        }
        found += problems.len();
    }
    match found {
        0 => {
            println!("tidy: {} rules over {} files, nothing found", RULES.len(), tree.len());
            Ok(())
        }
        1 => bail!("tidy found 1 problem, listed above"),
        n => bail!("tidy found {n} problems, listed above"),
    }
}
