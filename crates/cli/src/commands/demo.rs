//! `plumb demo`: the bundled sample account behind the simulator, scanned by the very command that scans a real one.

use std::process::Command;
use std::sync::Arc;

use anyhow::Context;

use crate::args::{Format, LogForm, Output, ScanArgs, Shared, Unknown};
use crate::config;
use crate::exit::Exit;
use crate::style::Style;

include!(concat!(env!("OUT_DIR"), "/demo.rs"));

pub(crate) fn run(shared: &Shared, args: &ScanArgs, _: &Style) -> anyhow::Result<Exit> {
    let catalog = config::catalog(shared)?;
    let estate = simcloud::Estate::from_files(FILES.iter().copied())?;
    let rules = match FILES.iter().find(|(name, _)| *name == "rules.toml") {
        Some((_, text)) => simcloud::Rules::parse(std::str::from_utf8(text)?)?,
        None => simcloud::Rules::default(),
    };
    let location = match &shared.db {
        Some(_) => config::store_location(shared)?,
        None => config::store_location(shared)?.replace("plumb.db", "demo.db"),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    let simulator = runtime
        .block_on(simcloud::Simulator::start(Arc::clone(&catalog), estate, rules, simcloud::Options::default()))
        .context("the simulated provider cannot start on the loopback address")?;
    if !shared.quiet {
        eprintln!("plumb: simulated AWS at {} with the bundled sample account", simulator.url());
    }
    let status = Command::new(std::env::current_exe().context("the program's own path is not known")?)
        .args(["scan", "aws", "--db", &location])
        .args(scan_flags(shared, args))
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_DEFAULT_REGION")
        .envs(simulator.environment())
        .env("NO_PROXY", "127.0.0.1,localhost")
        .status()
        .context("the scan cannot start")?;
    runtime.block_on(simulator.stop());
    Ok(match status.code() {
        Some(0) => Exit::Clean,
        Some(3) => Exit::Findings,
        // The sample account denies some reads on purpose: for a demonstration that is success.
        Some(4) => Exit::Clean,
        Some(5) => Exit::Cancelled,
        _ => Exit::Error,
    })
}

/// The given flags again, for the scan.
fn scan_flags(shared: &Shared, args: &ScanArgs) -> Vec<String> {
    let mut flags = Vec::new();
    let mut flag = |name: &str, value: String| flags.extend([name.to_owned(), value]);
    args.regions.iter().for_each(|region| flag("--region", region.clone()));
    args.services.iter().for_each(|service| flag("--service", service.clone()));
    args.checks.iter().for_each(|check| flag("--check", check.clone()));
    args.skip_checks.iter().for_each(|check| flag("--skip-check", check.clone()));
    shared.catalogs.iter().for_each(|folder| flag("--catalog", folder.display().to_string()));
    for Output { format, destination } in &args.outputs {
        let place = match destination {
            sink::Destination::Stdout => "-".to_owned(),
            sink::Destination::File(path) => path.display().to_string(),
        };
        flag("--out", format!("{format}={place}"));
    }
    if let Some(severity) = args.severity {
        flag("--severity", severity.to_string());
    }
    if let Some(severity) = args.fail_on {
        flag("--fail-on", severity.to_string());
    }
    if let Some(config) = &shared.config {
        flag("--config", config.display().to_string());
    }
    if let Some(format) = shared.format {
        let name = match format {
            Format::Table => "table",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
        };
        flag("--format", name.to_owned());
    }
    let how = match args.unknown {
        Unknown::Fail => "fail",
        Unknown::Warn => "warn",
        Unknown::Hide => "hide",
    };
    flag("--unknown", how.to_owned());
    if shared.log == LogForm::Json {
        flag("--log", "json".to_owned());
    }
    let switches = [
        (shared.quiet, "--quiet"),
        (shared.no_color, "--no-color"),
        (args.plan, "--plan"),
        (args.resume, "--resume"),
        (args.tags, "--tags"),
        (shared.verbose > 0, "-v"),
        (shared.verbose > 1, "-v"),
    ];
    flags.extend(switches.iter().filter(|(on, _)| *on).map(|(_, name)| (*name).to_owned()));
    flags
}
