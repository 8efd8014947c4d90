//! Counters that a display reads while the scan runs.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use resource::Hole;

/// How far one service is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceProgress {
    /// Units to do.
    pub units: u64,
    /// Units done.
    pub done: u64,
    /// Resources read.
    pub resources: u64,
    /// Resources listed so far; their details may be waiting.
    pub listed: u64,
}

/// Calls of a scan so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests sent, retries included.
    pub requests: u64,
    /// Answers that asked us to slow down.
    pub throttles: u64,
}

type CountTraffic = Box<dyn Fn() -> Traffic + Send + Sync>;

/// Live counters of a scan.
#[derive(Default)]
pub struct Meter {
    /// Units to do, finished ones of a resumed scan left out.
    pub units: AtomicU64,
    /// Units done.
    pub units_done: AtomicU64,
    /// Resources read.
    pub resources: AtomicU64,
    /// Requests answered in finished units, retries included, and detail calls known to be waiting.
    pub requests: AtomicU64,
    /// Resources judged.
    pub judged: AtomicU64,
    services: Mutex<BTreeMap<String, ServiceProgress>>,
    notes: Mutex<Vec<String>>,
    stage: Mutex<&'static str>,
    heading: Mutex<String>,
    traffic: Mutex<Option<CountTraffic>>,
}

impl Meter {
    /// What is going on: `connecting`, `reading`, `joining`, `judging`, `done`.
    pub fn stage(&self) -> &'static str {
        self.stage.lock().map_or("", |stage| *stage)
    }

    /// What is scanned: account, regions, checks, scan; empty until it is known.
    pub fn heading(&self) -> String {
        self.heading.lock().map(|text| text.clone()).unwrap_or_default()
    }

    /// Calls so far.
    pub fn traffic(&self) -> Traffic {
        self.traffic.lock().ok().and_then(|count| count.as_ref().map(|count| count())).unwrap_or_default()
    }

    pub(crate) fn begin(&self, heading: String, traffic: CountTraffic) {
        if let Ok(mut place) = self.heading.lock() {
            *place = heading;
        }
        if let Ok(mut place) = self.traffic.lock() {
            *place = Some(traffic);
        }
    }

    /// Progress by service.
    pub fn services(&self) -> BTreeMap<String, ServiceProgress> {
        self.services.lock().map(|services| services.clone()).unwrap_or_default()
    }

    /// Takes the lines noted since the last call, such as a first denial.
    pub fn take_notes(&self) -> Vec<String> {
        self.notes.lock().map(|mut notes| std::mem::take(&mut *notes)).unwrap_or_default()
    }

    pub(crate) fn enter(&self, name: &'static str) {
        if let Ok(mut stage) = self.stage.lock() {
            *stage = name;
        }
    }

    pub(crate) fn note(&self, line: String) {
        if let Ok(mut notes) = self.notes.lock() {
            notes.push(line);
        }
    }

    pub(crate) fn denied(&self, place: &str, hole: &Hole) {
        self.note(format!("{hole} · {place}"));
    }

    pub(crate) fn service(&self, type_id: &str, change: impl FnOnce(&mut ServiceProgress)) {
        let service = type_id.split('.').nth(1).unwrap_or(type_id);
        if let Ok(mut services) = self.services.lock() {
            change(services.entry(service.to_owned()).or_default());
        }
    }

    pub(crate) fn add(counter: &AtomicU64, by: u64) {
        counter.fetch_add(by, Ordering::Relaxed);
    }
}
