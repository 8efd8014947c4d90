//! What was read: the scans, in the overview.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::model::{Report, Scan};
use super::text::{Text, moment};
use crate::numbers::{counted, number};

/// Scans that are told one by one.
const SCANS: usize = 3;

/// The scans that the report rests on, and what made it.
pub(super) fn write(out: &mut dyn Write, report: &Report, resources: usize) -> io::Result<()> {
    out.write_all(b"<h2>What was read</h2>\n<dl class=\"facts\">\n")?;
    if report.scans.len() > SCANS {
        scans_together(out, report)?;
    } else {
        for scan in &report.scans {
            scan_alone(out, scan)?;
        }
    }
    writeln!(out, "<dt>Resources</dt><dd>{}</dd>", number(resources as u64))?;
    writeln!(out, "<dt>Checks</dt><dd>{} ({})</dd>", number(report.checks.len() as u64), Text(&report.catalogue))?;
    writeln!(out, "<dt>Made by</dt><dd>{}, {}</dd>\n</dl>", Text(&report.program), moment(report.made_at))
}

fn scan_alone(out: &mut dyn Write, scan: &Scan) -> io::Result<()> {
    let state = match (scan.cancelled, scan.finished) {
        (true, _) => ", stopped before its end",
        (false, None) => ", not finished",
        (false, Some(_)) => "",
    };
    writeln!(out, "<dt>Account</dt><dd><bdi>{}</bdi> ({})</dd>", Text(&scan.account), Text(&scan.cloud))?;
    let regions = match scan.regions.len() {
        0..=4 => scan.regions.join(", "),
        more => format!("{}: {}", counted(more as u64, "region", "regions"), scan.regions.join(", ")),
    };
    writeln!(out, "<dt>Regions</dt><dd>{}</dd>", Text(&regions))?;
    writeln!(out, "<dt>Read</dt><dd>{}{state}</dd>", moment(scan.finished.unwrap_or(scan.started)))?;
    let took = scan.finished.map(|end| format!(" in {}", duration(end - scan.started))).unwrap_or_default();
    writeln!(out, "<dt>Calls</dt><dd>{}{took}</dd>", number(scan.requests))?;
    Ok(())
}

fn scans_together(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let read = |scan: &Scan| scan.finished.unwrap_or(scan.started);
    let regions: BTreeSet<&String> = report.scans.iter().flat_map(|scan| &scan.regions).collect();
    let early = report.scans.iter().filter(|scan| scan.cancelled || scan.finished.is_none()).count() as u64;
    let (first, last) = (report.scans.iter().map(read).min(), report.scans.iter().map(read).max());
    writeln!(out, "<dt>Accounts</dt><dd>{}</dd>", number(report.scans.len() as u64))?;
    writeln!(out, "<dt>Regions</dt><dd>{}</dd>", number(regions.len() as u64))?;
    let (first, last) = (moment(first.unwrap_or_default()), moment(last.unwrap_or_default()));
    writeln!(out, "<dt>Read</dt><dd>from {first} to {last}</dd>")?;
    if early > 0 {
        writeln!(out, "<dt>Stopped</dt><dd>{} before their end</dd>", counted(early, "scan", "scans"))?;
    }
    let requests = report.scans.iter().map(|scan| scan.requests).sum();
    writeln!(out, "<dt>Calls</dt><dd>{}</dd>", number(requests))
}

fn duration(micros: i64) -> String {
    let seconds = micros.max(0) / 1_000_000;
    match seconds {
        0 => "less than a second".to_owned(),
        1..=119 => format!("{seconds} s"),
        more => format!("{} min {} s", more / 60, more % 60),
    }
}
