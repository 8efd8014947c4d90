//! `docs/performance.md`.

use std::fmt::Write as _;
use std::time::Duration;

use super::measure::median;
use super::{CONCURRENCY, Load, Results, middle};

pub(super) fn page(results: &Results) -> String {
    let mut text = String::from(
        "# Performance\n\nMeasured and written by `cargo xtask bench` on the release build; nothing here is typed by hand. Medians. The simulator \
         answers on loopback from a process of its own, so its work is not counted, but it shares the machine's cores, so wall \
         time is the worse measure. CPU is user plus system time.\n\n",
    );
    let _ = writeln!(text, "Machine: {}.\n", machine());
    start(&mut text, results);
    for load in &results.loads {
        estate(&mut text, load);
    }
    text
}

fn start(text: &mut String, results: &Results) {
    let _ = writeln!(text, "## Start\n\n| | wall |\n|---|---|");
    for (name, samples) in
        [("`plumb --version`", &results.version), ("`plumb check list` (loads the catalogue)", &results.checks)]
    {
        let _ = writeln!(text, "| {name} | {} |", milliseconds(median(samples, |sample| sample.wall).wall));
    }
    let _ = writeln!(
        text,
        "\n{} runs, starting the process included. They end sooner than the kernel counts CPU time in.",
        results.version.len()
    );
}

fn estate(text: &mut String, load: &Load) {
    let calls: usize = load.calls.values().sum();
    let _ = writeln!(
        text,
        "\n## {} buckets, every S3 check\n\n{calls} requests, {:.2} a bucket; {CONCURRENCY} at once; {} runs.\n\n\
         | | CPU | wall | peak memory | against the bare client |\n|---|---|---|---|---|",
        load.buckets,
        calls as f64 / load.buckets as f64,
        load.scan.len(),
    );
    let yardstick = middle(&load.bare).cpu.as_secs_f64();
    let rows =
        [("bare signed client", &load.bare), ("scan", &load.scan), ("scan again, nothing changed", &load.rescan)];
    for (name, samples) in rows {
        let sample = middle(samples);
        let _ = writeln!(
            text,
            "| {name} | {:.2} s | {:.2} s | {} | {:.2} |",
            sample.cpu.as_secs_f64(),
            sample.wall.as_secs_f64(),
            mebibytes(median(samples, |sample| sample.peak).peak),
            sample.cpu.as_secs_f64() / yardstick,
        );
    }
    let _ = writeln!(
        text,
        "\nDatabase: {} KiB after the scan, {} KiB after the second.",
        load.database.0 / 1024,
        load.database.1 / 1024
    );
    let _ = writeln!(text, "\n| call | requests |\n|---|---|");
    for (name, count) in &load.calls {
        let _ = writeln!(text, "| `{name}` | {count} |");
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

fn mebibytes(kibibytes: u64) -> String {
    format!("{:.1} MiB", kibibytes as f64 / 1024.0)
}

/// Cores, memory, compiler: what a reader needs to compare, and nothing that names this machine.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total =
        memory.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse::<u64>().ok());
    let gibibytes = (total.unwrap_or(0) as f64 / f64::from(1 << 20)).round();
    let version = std::process::Command::new("rustc").arg("--version").output().ok();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    format!("{cores} cores, {gibibytes} GiB, {}, {version}", std::env::consts::ARCH)
}
