//! What a scan prints at its end.

use collect::Estimate;
use engine::{AccountScope, ScanSummary};
use resource::{Hole, Severity};
use store::Store;

use crate::args::{Shared, Unknown};
use crate::output::{self, say};
use crate::style::{Style, counted, duration, number, printable};

/// The summary on standard output.
pub(crate) fn print(
    summary: &ScanSummary,
    store: &Store,
    shared: &Shared,
    style: &Style,
    unknown: Unknown,
) -> anyhow::Result<()> {
    let regions = summary.scope.regions.scanned.len() as u64;
    let throttled = match summary.throttles {
        0 => String::new(),
        count => format!(" · asked to slow down {} times, nothing lost", number(count)),
    };
    say!(
        "{}      account {}, {}, {} in {} · {}{throttled}",
        style.bold("read"),
        summary.scope.account,
        counted(regions, "region", "regions"),
        counted(summary.resources, "resource", "resources"),
        duration(summary.elapsed),
        counted(summary.requests, "API call", "API calls"),
    );
    let counts = summary.counts;
    say!(
        "{}  {} pass   {} fail   {} unknown   {} not applicable",
        style.bold("verdicts"),
        number(counts.pass),
        number(counts.fail),
        number(counts.unknown),
        number(counts.not_applicable)
    );
    let by_severity: Vec<String> = Severity::ALL
        .into_iter()
        .map(|severity| {
            let count = summary.failures.get(&severity).copied().unwrap_or(0);
            format!("{} {}", style.severity(severity), number(count))
        })
        .collect();
    say!("{}      {}", style.bold("open"), by_severity.join("   "));
    let first = print_worst(summary, store, style)?;
    if unknown != Unknown::Hide {
        print_undecided(summary, style);
    }
    if !shared.quiet {
        print_next(shared, style, first.as_deref());
    }
    Ok(())
}

/// The worst failures; gives the first one's id.
fn print_worst(summary: &ScanSummary, store: &Store, style: &Style) -> anyhow::Result<Option<String>> {
    if summary.worst.is_empty() {
        return Ok(None);
    }
    say!("{}", style.bold("worst"));
    let filter = finding::Filter {
        verdicts: vec![resource::Verdict::Fail],
        accounts: vec![summary.scope.account.to_string()],
        ..finding::Filter::default()
    };
    let mut first = None;
    for found in store.reader()?.findings(&filter).take(5) {
        let found = found?;
        let width = style.width.unwrap_or(usize::MAX).saturating_sub(24).max(40);
        let message = output::cut(&printable(&found.message), width);
        say!("  {}  {:<9} {message}", style.severity(found.severity), found.short_id);
        first.get_or_insert(found.short_id);
    }
    let shown = summary.counts.fail.min(5);
    if summary.counts.fail > shown {
        say!("  {}", style.dim(&format!("and {} more", number(summary.counts.fail - shown))));
    }
    Ok(first)
}

/// What could not be read and what that leaves undecided.
fn print_undecided(summary: &ScanSummary, style: &Style) {
    let holes: Vec<_> = summary.undecided.iter().filter(|one| one.hole.why.is_coverage_hole()).collect();
    if !holes.is_empty() {
        say!("{}", style.bold("could not read"));
    }
    for one in holes {
        let call = one.hole.call.as_deref().or(one.hole.detail.as_deref()).unwrap_or("a value");
        let needs = match one.hole.permission.as_deref() {
            Some(permission) if permission != call => format!(" (needs {permission})"),
            _ => String::new(),
        };
        let mut hidden = Vec::new();
        if one.units > 0 {
            hidden.push(counted(one.units, "listing", "listings"));
        }
        if one.resources > 0 {
            hidden.push(counted(one.resources, "resource", "resources"));
        }
        hidden.push(format!("{} undecided", counted(one.checks.len() as u64, "check", "checks")));
        say!("  {:<9} {call}{needs}   {}", one.hole.why.as_str(), hidden.join("   "));
    }
    let others: u64 = summary.undecided.iter().filter(|one| !one.hole.why.is_coverage_hole()).count() as u64;
    if others > 0 {
        let whys: std::collections::BTreeSet<&str> = summary
            .undecided
            .iter()
            .map(|one| one.hole.why)
            .filter(|why| !why.is_coverage_hole())
            .map(|why| why.as_str())
            .collect();
        let whys: Vec<&str> = whys.into_iter().collect();
        say!("  {}", style.dim(&format!("also undecided: {}", whys.join(", "))));
    }
}

fn print_next(shared: &Shared, style: &Style, first: Option<&str>) {
    let db = shared.db.as_ref().map(|db| format!(" --db {db}")).unwrap_or_default();
    let mut next = vec![format!("plumb findings{db}")];
    if let Some(first) = first {
        next.push(format!("plumb explain {first}{db}"));
    }
    next.push(format!("plumb inventory{db}"));
    say!("{}      {}", style.bold("next"), next.join(" · "));
}

/// A hole in words, with the provider's own.
pub(crate) fn detail(hole: &Hole) -> String {
    match &hole.detail {
        Some(detail) => format!("{hole}: {}", printable(detail)),
        None => hole.to_string(),
    }
}

/// `--plan`: calls before anything is read.
pub(crate) fn print_plan(scope: &AccountScope, estimate: &Estimate, checks: usize) {
    say!(
        "account {} · {} · {}",
        scope.account,
        counted(scope.regions.scanned.len() as u64, "region", "regions"),
        counted(checks as u64, "check", "checks")
    );
    say!("{:<16} {:>9} {:>9}   calls per resource once it is listed", "service", "listings", "calls");
    for (service, one) in &estimate.services {
        let details: Vec<String> = one
            .per_resource
            .iter()
            .filter(|(_, calls)| **calls > 0)
            .map(|(of, calls)| format!("{of} {calls}"))
            .collect();
        say!("{service:<16} {:>9} {:>9}   {}", number(one.units), number(one.calls), details.join(", "));
    }
    let calls: u64 = estimate.services.values().map(|one| one.calls).sum();
    say!("{} before details; nothing was read but the account's regions", counted(calls, "call", "calls"));
}
