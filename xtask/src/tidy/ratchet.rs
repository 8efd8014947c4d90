//! Counts of escape hatches. `xtask/tidy.toml` holds what they are; they may fall, never rise.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;

use super::tree::{Problem, Tree, code};

const FILE: &str = "xtask/tidy.toml";
/// In two parts, so that this line does not count itself.
const PANICKING: [[&str; 2]; 2] = [[".unwrap", "()"], [".expect", "(\""]];

/// What is counted, by the name it has in `xtask/tidy.toml`.
pub(super) fn counts(tree: &Tree) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::from([("native", 0), ("allow", 0), ("expect_attribute", 0), ("unwrap", 0)]);
    let mut add = |name: &'static str, n: usize| *counts.entry(name).or_default() += n;
    for (_, text) in tree.under("catalog/types/", ".toml") {
        add("native", text.lines().filter(|line| line.trim_start().starts_with("native")).count());
    }
    for name in tree.crates() {
        for (_, text) in tree.product(name) {
            for line in text.lines().map(code) {
                add("allow", usize::from(line.starts_with("#[allow(") || line.starts_with("#![allow(")));
                add("expect_attribute", usize::from(line.starts_with("#[expect(") || line.starts_with("#![expect(")));
                add("unwrap", PANICKING.iter().map(|call| line.matches(&call.concat()).count()).sum());
            }
        }
    }
    counts
}

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let recorded: toml::Table = tree.get(FILE).unwrap_or_default().parse().unwrap_or_default();
    let problem = |name: &str, now: usize| -> Option<String> {
        let before = recorded.get(name).and_then(toml::Value::as_integer).and_then(|n| usize::try_from(n).ok());
        match before {
            None => Some(format!("has no number for `{name}`, of which there are {now}")),
            Some(before) if now > before => {
                Some(format!("`{name}` rose from {before} to {now}; find a way without, this number may only fall"))
            }
            Some(before) if now < before => Some(format!(
                "`{name}` fell from {before} to {now}; run `cargo xtask tidy --bless` so that it stays there"
            )),
            Some(_) => None,
        }
    };
    counts(tree).into_iter().filter_map(|(name, now)| problem(name, now)).map(|text| Problem::new(FILE, text)).collect()
}

/// Lowers the recorded numbers to what is counted; one that has risen stays, for `check` to report.
pub(super) fn bless(root: &Path, tree: &Tree) -> anyhow::Result<()> {
    let mut text = tree.get(FILE).context("xtask/tidy.toml is missing")?.to_owned();
    for (name, now) in counts(tree) {
        let lowered = text.lines().map(|line| match line.split_once('=') {
            Some((key, rest)) if key.trim() == name => {
                let (number, why) = rest.split_once('#').unwrap_or((rest, ""));
                let before = number.trim().parse().unwrap_or(usize::MAX);
                format!("{name} = {} #{why}", before.min(now)).trim_end_matches(" #").to_owned()
            }
            _ => line.to_owned(),
        });
        text = lowered.collect::<Vec<_>>().join("\n") + "\n";
    }
    std::fs::write(root.join(FILE), text).context("xtask/tidy.toml cannot be written")
}
