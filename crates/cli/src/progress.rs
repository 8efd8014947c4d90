//! Progress on standard error: a live region in a terminal, single lines elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use console::Term;
use engine::Meter;

use crate::style::{Style, duration, number};

/// Draws until dropped.
pub(crate) struct Progress {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Nothing is drawn with `quiet`.
    pub(crate) fn start(meter: &Arc<Meter>, style: &Style, quiet: bool) -> Progress {
        let stop = Arc::new(AtomicBool::new(false));
        if quiet {
            return Progress { stop, thread: None };
        }
        let (meter, ended, live, unicode) = (meter.clone(), stop.clone(), style.live, style.unicode);
        let thread =
            std::thread::spawn(move || if live { draw(&meter, &ended, unicode) } else { lines(&meter, &ended) });
        Progress { stop, thread: Some(thread) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

fn value(counter: &std::sync::atomic::AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// Redrawn four times a second, at most twelve lines.
fn draw(meter: &Meter, ended: &AtomicBool, unicode: bool) {
    let term = Term::stderr();
    let began = Instant::now();
    let mut drawn = 0;
    let mut notes: Vec<String> = Vec::new();
    loop {
        let last = ended.load(Ordering::Relaxed);
        notes.extend(meter.take_notes());
        let _ = term.clear_last_lines(drawn);
        if last {
            return;
        }
        let width = usize::from(term.size().1).max(40);
        let region = region(meter, &notes, began.elapsed(), width, unicode);
        drawn = region.len();
        for line in region {
            let _ = term.write_line(&console::truncate_str(&line, width - 1, "…"));
        }
        std::thread::park_timeout(Duration::from_millis(250));
    }
}

fn region(meter: &Meter, notes: &[String], elapsed: Duration, width: usize, unicode: bool) -> Vec<String> {
    let (units, done) = (value(&meter.units), value(&meter.units_done));
    let share = (done * 100).checked_div(units).unwrap_or(0);
    let bar_width = width.saturating_sub(60).clamp(10, 40);
    let full = bar_width * share as usize / 100;
    let (on, off) = if unicode { ("█", "░") } else { ("#", "-") };
    let micros = i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX);
    let traffic = meter.traffic();
    let rate = traffic.requests * 1000 / u64::try_from(elapsed.as_millis()).unwrap_or(1).max(1);
    let heading = meter.heading();
    let mut lines: Vec<String> = if heading.is_empty() { Vec::new() } else { vec![heading] };
    lines.push(format!(
        "{}{} {share:>3}%  {} of {} listings   {} calls   {}/s   {} elapsed",
        on.repeat(full),
        off.repeat(bar_width - full),
        number(done),
        number(units),
        number(traffic.requests),
        number(rate),
        duration(micros)
    ));
    if meter.stage() == "judging" {
        lines.push(format!("  judging   {} resources", number(value(&meter.judged))));
        return lines;
    }
    let services = meter.services();
    let (ready, working): (Vec<_>, Vec<_>) = services.iter().partition(|(_, service)| service.done >= service.units);
    let mut busy: Vec<_> = working.iter().filter(|(_, service)| service.done > 0 || service.resources > 0).collect();
    busy.sort_by_key(|(_, service)| std::cmp::Reverse(service.resources));
    for (name, service) in busy.iter().take(6) {
        let read = match service.listed.max(service.resources) {
            listed if listed > service.resources => format!("{} of {}", number(service.resources), number(listed)),
            _ => number(service.resources),
        };
        lines.push(format!("  {name:<12} {read} resources   {} of {} listings", service.done, service.units));
    }
    lines.push(format!("  {} services done · {} going on", ready.len(), working.len()));
    if traffic.throttles > 0 {
        lines.push(format!("  slowed       {} times, nothing lost", number(traffic.throttles)));
    }
    for note in notes.iter().rev().take(2) {
        lines.push(format!("  {note}"));
    }
    lines
}

/// One line at the start, each 10 s or 5 %, and each first denial.
fn lines(meter: &Meter, ended: &AtomicBool) {
    let began = Instant::now();
    let (mut said, mut said_at, mut begun) = (0, Instant::now(), false);
    loop {
        let last = ended.load(Ordering::Relaxed);
        for note in meter.take_notes() {
            eprintln!("plumb: {note}");
        }
        let (units, done) = (value(&meter.units), value(&meter.units_done));
        if units > 0 && !begun {
            begun = true;
            eprintln!("plumb: {} · {units} listings", meter.heading());
        }
        if last {
            return;
        }
        let share = (done * 100).checked_div(units).unwrap_or(0);
        if begun && share < 100 && (share >= said + 5 || said_at.elapsed() >= Duration::from_secs(10)) {
            (said, said_at) = (share, Instant::now());
            let micros = i64::try_from(began.elapsed().as_micros()).unwrap_or(i64::MAX);
            let (resources, traffic) = (value(&meter.resources), meter.traffic());
            let (calls, slowed) = (traffic.requests, traffic.throttles);
            let time = duration(micros);
            eprintln!(
                "plumb: {share}% {done}/{units} listings {time} resources={resources} calls={calls} slowed={slowed}"
            );
        }
        std::thread::park_timeout(Duration::from_millis(250));
    }
}
