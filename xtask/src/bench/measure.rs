//! One run of a program: wall time, CPU time, peak memory. From `/proc`, as no safe call of the standard library says.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;

/// What one run took.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) wall: Duration,
    /// User and system time. The kernel counts it in steps of 10 ms.
    pub(crate) cpu: Duration,
    /// Most memory resident at once, in KiB. Sampled: growth in the last two milliseconds may be missed.
    pub(crate) peak: u64,
    pub(crate) exit: Option<i32>,
}

/// `/proc` counts CPU time in hundredths of a second on every Linux that Rust supports.
const TICK: Duration = Duration::from_millis(10);
const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

/// Runs a program to its end and watches it.
pub(crate) fn run_measured(command: &mut Command) -> anyhow::Result<Sample> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    let mut child = command.spawn().with_context(|| format!("{command:?} could not be started"))?;
    let folder = format!("/proc/{}", child.id());
    let mut peak = 0;
    // A process that has ended but was not waited for keeps its CPU times; its memory is gone by then.
    let (wall, cpu) = loop {
        if let Ok(text) = std::fs::read_to_string(format!("{folder}/status")) {
            peak = peak.max(high_water(&text));
        }
        let stat =
            std::fs::read_to_string(format!("{folder}/stat")).context("the process vanished before it was measured")?;
        let (state, ticks) = state_and_ticks(&stat).context("/proc/PID/stat has another form than expected")?;
        if state == 'Z' {
            break (started.elapsed(), TICK * ticks);
        }
        std::thread::park_timeout(BETWEEN_LOOKS);
    };
    Ok(Sample { wall, cpu, peak, exit: child.wait()?.code() })
}

/// `VmHWM:     1234 kB` → 1234.
pub(crate) fn high_water(status: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// State, and user plus system time in ticks. The program's name is in brackets and may itself hold brackets and blanks.
pub(crate) fn state_and_ticks(stat: &str) -> Option<(char, u32)> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let user: u32 = fields.nth(10)?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some((state, user + system))
}

/// The middle of the samples in the order of `key`; the lower middle of an even number.
pub(crate) fn median<T: Ord>(samples: &[Sample], key: impl Fn(&Sample) -> T) -> &Sample {
    let mut sorted: Vec<&Sample> = samples.iter().collect();
    sorted.sort_by_key(|sample| key(sample));
    sorted[(sorted.len() - 1) / 2]
}
