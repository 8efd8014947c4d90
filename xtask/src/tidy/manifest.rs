//! Dependencies: one place for versions, a reason for each, no registry but the public one.

use super::tree::{Problem, Tree};

const ROOT: &str = "Cargo.toml";
const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Every entry of `[workspace.dependencies]` carries a reason on its line, and no crate states a version of its own.
pub(super) fn reasons(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut section = "";
    for (number, line) in tree.get(ROOT).unwrap_or_default().lines().enumerate() {
        if line.starts_with('[') {
            section = line.trim();
        }
        let entry = line.split_once('=').filter(|_| !line.starts_with(['#', '[', ' ']));
        let Some((name, value)) = entry.filter(|_| section == "[workspace.dependencies]") else { continue };
        if !value.contains("path =") && value.rsplit_once('#').is_none_or(|(_, why)| why.trim().len() <= 3) {
            let text = format!("`{}` says not why we have it; add `# reason` to the line", name.trim());
            problems.push(Problem::at(ROOT, number, text));
        }
    }
    for name in tree.crates() {
        let Some((file, manifest)) = tree.manifest(name) else { continue };
        for (dependency, value) in SECTIONS.iter().filter_map(|s| manifest.get(*s)?.as_table()).flatten() {
            if value.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                let text = format!("`{dependency}` must be `{dependency}.workspace = true`: versions live in {ROOT}");
                problems.push(Problem::new(&file, text));
            }
        }
    }
    problems
}

/// `tests/aws/requirements.txt` pins what `catalog/api/aws/SOURCE.toml` records, and pins everything exactly.
pub(super) fn python_versions(tree: &Tree) -> Vec<Problem> {
    const PINS: &str = "tests/aws/requirements.txt";
    const SOURCE: &str = "catalog/api/aws/SOURCE.toml";
    let pins: Vec<(&str, &str)> = tree.get(PINS).unwrap_or_default().lines().filter_map(pin).collect();
    let source: toml::Table = tree.get(SOURCE).unwrap_or_default().parse().unwrap_or_default();
    let mut problems: Vec<Problem> = source
        .iter()
        .filter_map(|(name, version)| Some((name, version.as_str()?)))
        .filter_map(|(name, version)| match pins.iter().find(|(pinned, _)| pinned == name) {
            Some((_, pinned)) if *pinned == version => None,
            Some((_, pinned)) => Some(format!("pins `{name}` {pinned}, but {SOURCE} records {version}")),
            None => Some(format!("does not pin `{name}`, of which {SOURCE} records {version}")),
        })
        .map(|text| Problem::new(PINS, text))
        .collect();
    problems.extend(
        pins.iter()
            .filter(|(_, version)| version.is_empty())
            .map(|(name, _)| Problem::new(PINS, format!("`{name}` has no exact version; write `{name}==VERSION`"))),
    );
    problems
}

/// `moto[server]==5.2.5` → (`moto`, `5.2.5`); without `==`, the version is empty.
fn pin(line: &str) -> Option<(&str, &str)> {
    let line = line.split('#').next()?.trim();
    let (name, version) = line.split_once("==").unwrap_or((line, ""));
    let name = name.split('[').next()?.trim();
    (!name.is_empty()).then_some((name, version.trim()))
}

/// Lock files name the public index only, and no manifest or configuration names an index at all.
pub(super) fn sources(tree: &Tree) -> Vec<Problem> {
    const INDEX: &str = "registry+https://github.com/rust-lang/crates.io-index";
    let mut problems = Vec::new();
    for (file, text) in tree.iter() {
        let lock = file.ends_with("Cargo.lock");
        let config = file.ends_with("Cargo.toml") || file.starts_with(".cargo/") || file.ends_with("requirements.txt");
        for (number, line) in text.lines().enumerate() {
            let source = line.trim().strip_prefix("source = \"").and_then(|rest| rest.strip_suffix('"'));
            if lock && source.is_some_and(|source| source != INDEX) {
                problems.push(Problem::at(file, number, "this package does not come from the public index"));
            }
            let words = ["index-url", "find-links", "registry =", "replace-with", "[source.", "[registries"];
            if config && words.iter().any(|word| line.contains(word)) {
                let text = "names a package index; that belongs to a person's own configuration";
                problems.push(Problem::at(file, number, text));
            }
        }
    }
    problems
}
