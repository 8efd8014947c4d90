//! `cargo xtask bench`: measures the release build and rewrites `docs/performance.md`.
//!
//! The simulator runs as a process of its own, so its work is not in the numbers. The yardstick is
//! `crates/cloud/examples/bare_client.rs`: the same calls, signed, sent and dropped.

mod measure;
mod report;
mod simulator;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use measure::{Sample, median, run_measured};
use simulator::Simulator;

/// Calls at once, for Plumb and for the yardstick.
const CONCURRENCY: &str = "32";

/// What was measured on estates of one size.
pub(crate) struct Load {
    pub(crate) buckets: usize,
    pub(crate) scan: Vec<Sample>,
    pub(crate) rescan: Vec<Sample>,
    pub(crate) bare: Vec<Sample>,
    /// Operation → requests of one scan.
    pub(crate) calls: BTreeMap<String, usize>,
    /// Bytes of the database after one scan, and after a second one that found nothing changed.
    pub(crate) database: (u64, u64),
}

/// Everything that was measured.
pub(crate) struct Results {
    pub(crate) version: Vec<Sample>,
    pub(crate) checks: Vec<Sample>,
    pub(crate) loads: Vec<Load>,
}

/// Measures with estates of these sizes, each `runs` times.
pub(crate) fn run(root: &Path, sizes: &[usize], runs: usize) -> anyhow::Result<()> {
    if runs == 0 {
        bail!("give at least one run, `--runs 3`");
    }
    if !Path::new("/proc/self/stat").exists() {
        bail!("bench reads /proc to measure a process; run it on Linux");
    }
    build(root)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let programs = Programs { folder: target.join("release") };
    let mut results = Results { version: Vec::new(), checks: Vec::new(), loads: Vec::new() };
    for _ in 0..runs.max(11) {
        results.version.push(run_measured(programs.plumb().arg("--version"))?);
        results.checks.push(run_measured(programs.plumb().args(["check", "list"]))?);
    }
    for &buckets in sizes {
        println!("{buckets} buckets, {runs} runs");
        results.loads.push(load(&programs, buckets, runs)?);
    }
    let text = report::page(&results);
    let file = root.join("docs/performance.md");
    std::fs::write(&file, text).context("docs/performance.md cannot be written")?;
    println!("wrote docs/performance.md");
    Ok(())
}

struct Programs {
    folder: PathBuf,
}

impl Programs {
    fn plumb(&self) -> Command {
        Command::new(self.folder.join("plumb"))
    }

    fn bare(&self) -> Command {
        Command::new(self.folder.join("examples/bare_client"))
    }

    fn simulator(&self) -> PathBuf {
        self.folder.join("simcloud")
    }
}

fn build(root: &Path) -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    for arguments in [
        ["build", "--release", "--package=cli", "--package=simcloud", "--bins"].as_slice(),
        ["build", "--release", "--package=cloud", "--example=bare_client"].as_slice(),
    ] {
        let status = Command::new(&cargo).args(arguments).current_dir(root).status()?;
        if !status.success() {
            bail!("`cargo {}` failed", arguments.join(" "));
        }
    }
    Ok(())
}

fn load(programs: &Programs, buckets: usize, runs: usize) -> anyhow::Result<Load> {
    let folder = tempfile::tempdir()?;
    let simulator = Simulator::start(&programs.simulator(), buckets, folder.path())?;
    let mut found = Load {
        buckets,
        scan: Vec::new(),
        rescan: Vec::new(),
        bare: Vec::new(),
        calls: BTreeMap::new(),
        database: (0, 0),
    };
    for run in 0..runs {
        let database = folder.path().join(format!("{run}.db"));
        let scan = |database: &Path| -> anyhow::Result<Sample> {
            let mut command = programs.plumb();
            simulator.environment(&mut command);
            command.args(["scan", "aws", "--check", "aws-s3-*", "--concurrency", CONCURRENCY, "--quiet", "--no-color"]);
            command.arg("--db").arg(format!("sqlite:{}", database.display()));
            command.arg("--out").arg(format!("csv={}", folder.path().join("findings.csv").display()));
            let sample = run_measured(&mut command)?;
            match sample.exit {
                Some(0 | 4) => Ok(sample),
                code => bail!("the scan ended with {code:?}; run it by hand to see why: {command:?}"),
            }
        };
        let before = simulator.calls()?;
        found.scan.push(scan(&database)?);
        if run == 0 {
            found.calls = difference(&simulator.calls()?, &before);
            found.database.0 = size(&database)?;
        }
        found.rescan.push(scan(&database)?);
        if run == 0 {
            found.database.1 = size(&database)?;
        }
        let mut bare = programs.bare();
        simulator.environment(&mut bare);
        bare.args([simulator.url(), simulator.region(), CONCURRENCY]).args(simulator::patterns(&found.calls)?);
        let sample = run_measured(&mut bare)?;
        if sample.exit != Some(0) {
            bail!("the bare client failed; run it by hand to see why: {bare:?}");
        }
        found.bare.push(sample);
    }
    Ok(found)
}

fn difference(after: &BTreeMap<String, usize>, before: &BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    let earlier = |name: &str| before.get(name).copied().unwrap_or(0);
    after.iter().map(|(name, n)| (name.clone(), n - earlier(name))).filter(|(_, n)| *n > 0).collect()
}

fn size(database: &Path) -> anyhow::Result<u64> {
    Ok(std::fs::metadata(database).context("the scan left no database")?.len())
}

/// The middle sample by CPU time.
fn middle(samples: &[Sample]) -> &Sample {
    median(samples, |sample| sample.cpu)
}
