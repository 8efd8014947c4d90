//! `plumb scan aws`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use catalog::{Catalog, Check};
use engine::{Meter, ScanRequest, ScanSummary};
use resource::{Value, Verdict};
use store::Store;
use tokio::sync::watch;

use crate::args::{Format, Output, ScanArgs, Shared, Unknown};
use crate::commands::framework::find;
use crate::commands::summary;
use crate::config::{self, Config};
use crate::exit::{Exit, UsageError, unknown_name};
use crate::output::{self, Wanted};
use crate::progress::Progress;
use crate::style::{Style, number};

pub(crate) fn run(shared: &Shared, args: &ScanArgs, style: &Style) -> anyhow::Result<Exit> {
    let config = Config::load(shared)?;
    let catalog = config.catalog(shared)?;
    let checks = enabled_checks(&catalog, args)?;
    for output in &args.outputs {
        sink::check_writable(&output.destination)?;
    }
    if args.outputs.iter().any(|output| matches!(output.destination, sink::Destination::Stdout))
        && shared.format.is_some()
    {
        bail!(UsageError(
            "both `--format` and `--out …=-` would write to standard output\n  help: give one of them".to_owned()
        ));
    }
    // One thread asks and decodes, another writes to the store. Measured: more threads spend their time waking each
    // other, which doubled the CPU of a scan, and one alone is far faster than any provider's rates.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start threads")?;
    // Held until the end: dropping it deletes the store of a scan that keeps nothing.
    let folder =
        if args.no_store || args.plan { Some(tempfile::tempdir().context("no temporary folder")?) } else { None };
    let location = match &folder {
        Some(folder) => folder.path().join("plumb.db").to_string_lossy().into_owned(),
        None => config::store_location(shared)?,
    };
    let store = Store::open(&location)?;
    let request = scan_request(args, &config, &catalog, checks, store.clone());
    if args.plan {
        let (scope, estimate) = runtime.block_on(engine::plan(&request))?;
        summary::print_plan(&scope, &estimate, request.checks.len());
        return Ok(Exit::Clean);
    }
    let (cancel, cancelled) = watch::channel(false);
    runtime.spawn(listen_for_interrupt(cancel));
    let meter = Arc::new(Meter::default());
    let progress = Progress::start(&meter, style, shared.quiet);
    let settings = config.settings();
    let result = runtime.block_on(engine::scan(request, meter, cancelled));
    drop(progress);
    let scanned = result?;
    report(shared, args, style, &Scanned { catalog, store, settings, summary: scanned })
}

struct Scanned {
    catalog: Arc<Catalog>,
    store: Store,
    settings: Value,
    summary: ScanSummary,
}

fn scan_request(
    args: &ScanArgs,
    config: &Config,
    catalog: &Arc<Catalog>,
    checks: Vec<Arc<Check>>,
    store: Store,
) -> ScanRequest {
    let mut request = ScanRequest::new(catalog.clone(), store);
    request.checks = checks;
    request.regions.clone_from(&args.regions);
    request.profile.clone_from(&args.profile);
    let last = args.roles.len().saturating_sub(1);
    let roles = args.roles.iter().enumerate().map(|(index, arn)| cloud::Role {
        arn: arn.clone(),
        external_id: args.external_id.clone().filter(|_| index == last),
    });
    request.roles = roles.collect();
    request.max_rate = args.max_rate;
    request.concurrency = args.concurrency.into();
    request.time_limit = args.time_limit.map(|minutes| Duration::from_secs(minutes.saturating_mul(60)));
    request.resume = args.resume;
    request.tags = args.tags;
    request.inventory = args.inventory;
    request.settings = config.settings();
    request
}

/// The error for a check that does not exist.
pub(crate) fn no_check(catalog: &Catalog, id: &str) -> anyhow::Error {
    unknown_name("check", id, catalog.checks().map(|check| &*check.id), "plumb check list")
}

/// The checks that the flags and the configuration leave.
fn enabled_checks(catalog: &Catalog, args: &ScanArgs) -> anyhow::Result<Vec<Arc<Check>>> {
    for pattern in args.checks.iter().chain(&args.skip_checks).filter(|pattern| !pattern.contains('*')) {
        if catalog.check(pattern).is_none() {
            return Err(no_check(catalog, pattern));
        }
    }
    let mut framed = BTreeSet::new();
    for id in &args.frameworks {
        let requirements = find(catalog, id)?.requirements.iter().filter(|found| found.current);
        framed.extend(requirements.flat_map(|found| found.checks.iter().cloned()));
    }
    let named = |patterns: &[String], check: &Check| {
        patterns.iter().any(|pattern| {
            finding::glob(pattern, &check.id) || check.aliases.iter().any(|alias| finding::glob(pattern, alias))
        })
    };
    let checks: Vec<Arc<Check>> = catalog
        .checks()
        .filter(|check| check.id.starts_with("aws-") && check.enabled)
        .filter(|check| args.checks.is_empty() || named(&args.checks, check))
        .filter(|check| args.frameworks.is_empty() || framed.contains(&check.id))
        .filter(|check| !named(&args.skip_checks, check))
        .filter(|check| args.severity.is_none_or(|severity| check.severity >= severity))
        .filter(|check| {
            args.services.is_empty() || args.services.iter().any(|name| check.id.split('-').nth(1) == Some(name))
        })
        .cloned()
        .collect();
    if checks.is_empty() {
        bail!(UsageError("no check is left after `--check`, `--framework`, `--skip-check`, `--service` and `--severity`\n  help: `plumb check list` shows all".to_owned()));
    }
    Ok(checks)
}

/// Once stops and keeps what was read, twice ends at once.
async fn listen_for_interrupt(cancel: watch::Sender<bool>) {
    if tokio::signal::ctrl_c().await.is_ok() {
        eprintln!("plumb: stopping; what was read is kept (interrupt again to end at once)");
        let _ = cancel.send(true);
    }
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(Exit::Cancelled.number().into());
    }
}

fn report(shared: &Shared, args: &ScanArgs, style: &Style, scanned: &Scanned) -> anyhow::Result<Exit> {
    let exit = exit_of(args, &scanned.summary);
    let verdicts = match args.unknown {
        Unknown::Hide => vec![Verdict::Fail, Verdict::Pass, Verdict::NotApplicable],
        _ => vec![Verdict::Fail, Verdict::Unknown, Verdict::Pass, Verdict::NotApplicable],
    };
    let filter = finding::Filter {
        verdicts,
        accounts: vec![scanned.summary.scope.account.to_string()],
        without_checks: config::switched_off(&scanned.catalog, None),
        ..finding::Filter::default()
    };
    let wanted =
        Wanted { catalog: &scanned.catalog, store: &scanned.store, settings: &scanned.settings, filter: &filter };
    for Output { form, destination } in &args.outputs {
        let rows = wanted.export(*form, destination)?;
        if !shared.quiet {
            eprintln!("wrote     {} findings to {}", number(rows), output::describe(destination));
        }
    }
    match shared.format {
        None | Some(Format::Table) => summary::print(&scanned.summary, &scanned.store, shared, style, args.unknown)?,
        Some(Format::Json) => wanted.write_document(&scanned.summary.to_json())?,
        Some(Format::Jsonl) => drop(wanted.write(sink::Format::Jsonl, &sink::Destination::Stdout)?),
        Some(Format::Csv) => drop(wanted.write(sink::Format::Csv, &sink::Destination::Stdout)?),
    }
    if !shared.quiet {
        eprintln!("exit {}: {}", exit.number(), reason(exit, args, &scanned.summary));
    }
    Ok(exit)
}

fn exit_of(args: &ScanArgs, summary: &ScanSummary) -> Exit {
    if summary.cancelled || summary.stopped.is_some() {
        return Exit::Cancelled;
    }
    if let Some(limit) = args.fail_on {
        let unknown = args.unknown == Unknown::Fail && summary.counts.unknown > 0;
        if unknown || summary.worst_severity().is_some_and(|worst| worst >= limit) {
            return Exit::Findings;
        }
    }
    if summary.has_holes() { Exit::Holes } else { Exit::Clean }
}

fn reason(exit: Exit, args: &ScanArgs, summary: &ScanSummary) -> String {
    match exit {
        Exit::Clean if args.fail_on.is_some() => "finished, nothing at or above --fail-on".to_owned(),
        Exit::Clean => "finished".to_owned(),
        Exit::Error | Exit::Usage => "nothing usable".to_owned(),
        Exit::Findings => match args.fail_on {
            Some(limit) => format!("findings at or above {limit}"),
            None => "findings".to_owned(),
        },
        Exit::Holes => {
            let holes = summary.undecided.iter().filter(|one| one.hole.why.is_coverage_hole());
            let mut whys: Vec<&str> = holes.map(|one| one.hole.why.as_str()).collect();
            whys.sort_unstable();
            whys.dedup();
            format!("finished with holes in coverage ({})", whys.join(", "))
        }
        Exit::Cancelled => match &summary.stopped {
            Some(hole) => {
                format!("stopped: {}; renew the credentials and run the scan with --resume", summary::detail(hole))
            }
            None => "cancelled; the same command with --resume goes on".to_owned(),
        },
    }
}
