//! `plumb demo`: the bundled sample account behind the simulator, scanned by the very command that scans a real one.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use anyhow::Context;

use crate::args::{Form, Format, LogForm, Output, ScanArgs, Shared, Unknown};
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
    let report = default_report(shared, args);
    if !shared.quiet {
        eprintln!("plumb: simulated AWS at {} with the bundled sample account", simulator.url());
    }
    let status = Command::new(std::env::current_exe().context("the program's own path is not known")?)
        .args(["scan", "aws", "--db", &location])
        .args(scan_flags(shared, args))
        .args(report.iter().flat_map(|path| ["--out".to_owned(), format!("html={path}")]))
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_DEFAULT_REGION")
        .envs(simulator.environment())
        .env("NO_PROXY", "127.0.0.1,localhost")
        .status()
        .context("the scan cannot start")?;
    runtime.block_on(simulator.stop());
    if status.code() == Some(4) && !shared.quiet {
        eprintln!("plumb: those calls are denied on purpose; the demo itself ends with 0");
    }
    // A report that lies there after a scan that failed is an older one.
    let written = matches!(status.code(), Some(0 | 3 | 4));
    if let Some(path) = report.filter(|path| written && !shared.quiet && Path::new(path).exists()) {
        eprintln!("plumb: open {path} in a browser: every finding with its proof and its fix, offline");
    }
    Ok(match status.code() {
        Some(0) => Exit::Clean,
        Some(3) => Exit::Findings,
        // The sample account denies some reads on purpose: for a demonstration that is success.
        Some(4) => Exit::Clean,
        Some(5) => Exit::Cancelled,
        _ => Exit::Error,
    })
}

/// The report that the demonstration writes unless told where: in the working folder, and never over a file that is not
/// a report of ours.
fn default_report(shared: &Shared, args: &ScanArgs) -> Option<String> {
    const NAME: &str = "plumb-report.html";
    if args.plan || args.outputs.iter().any(|output| output.form == Form::Html) {
        return None;
    }
    let refused = if sink::html::may_replace(Path::new(NAME)) {
        sink::check_writable(&sink::Destination::File(NAME.into())).err().map(|error| error.to_string())
    } else {
        Some(format!("`{NAME}` in this folder was not written by plumb and is kept"))
    };
    match refused {
        None => Some(NAME.to_owned()),
        Some(why) => {
            if !shared.quiet {
                eprintln!("plumb: no report: {why}\n  help: say where with `--out html=FILE`");
            }
            None
        }
    }
}

/// The given flags again, for the scan.
fn scan_flags(shared: &Shared, args: &ScanArgs) -> Vec<String> {
    let mut flags = Vec::new();
    let mut flag = |name: &str, value: String| flags.extend([name.to_owned(), value]);
    args.regions.iter().for_each(|region| flag("--region", region.clone()));
    args.services.iter().for_each(|service| flag("--service", service.clone()));
    args.checks.iter().for_each(|check| flag("--check", check.clone()));
    args.frameworks.iter().for_each(|framework| flag("--framework", framework.clone()));
    args.skip_checks.iter().for_each(|check| flag("--skip-check", check.clone()));
    shared.catalogs.iter().for_each(|folder| flag("--catalog", folder.display().to_string()));
    for Output { form, destination } in &args.outputs {
        let place = match destination {
            sink::Destination::Stdout => "-".to_owned(),
            sink::Destination::File(path) => path.display().to_string(),
        };
        flag("--out", format!("{form}={place}"));
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
        (args.inventory, "--inventory"),
        (shared.verbose > 0, "-v"),
        (shared.verbose > 1, "-v"),
    ];
    flags.extend(switches.iter().filter(|(on, _)| *on).map(|(_, name)| (*name).to_owned()));
    flags
}
