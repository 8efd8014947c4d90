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
}

/// Live counters of a scan.
#[derive(Debug, Default)]
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
}

impl Meter {
    /// What is going on: `connecting`, `reading`, `joining`, `judging`, `done`.
    pub fn stage(&self) -> &'static str {
        self.stage.lock().map_or("", |stage| *stage)
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
