//! What was asked: counters always, every request when wanted.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::fault::FaultKind;

/// What the counters are kept for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CallKey {
    /// The account that asked.
    pub account: Arc<str>,
    /// The region that the request was signed for.
    pub region: Arc<str>,
    /// The service as botocore names it.
    pub service: Arc<str>,
    /// The operation.
    pub operation: Arc<str>,
}

/// How often a call was made and what came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Requests of any outcome.
    pub requests: u64,
    /// Answered with a document.
    pub answered: u64,
    /// Answered "not configured" or "no such resource".
    pub absent: u64,
    /// Refused for want of a permission.
    pub denied: u64,
    /// Refused as too many.
    pub throttled: u64,
    /// Server errors, cut answers and dropped connections.
    pub failed: u64,
    /// Refused for any other reason.
    pub refused: u64,
}

/// One request.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Account, region and call.
    #[serde(flatten)]
    pub call: CallKey,
    /// The id of the resource it was about; absent for listings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<Arc<str>>,
    /// The input as compact JSON: the same question is the same text.
    pub input: String,
    /// How often the same was asked before.
    pub attempt: u32,
    /// The HTTP status; 0 for a dropped connection.
    pub status: u16,
    /// The error code; absent for an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The answer was cut in the middle.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// What came of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    Answered,
    Broken,
    Fault(FaultKind),
}

#[derive(Debug)]
pub(crate) struct Log(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    counts: BTreeMap<CallKey, Count>,
    entries: Option<Vec<Entry>>,
    file: Option<BufWriter<File>>,
}

impl Log {
    pub(crate) fn new(keep: bool, file: Option<&Path>) -> std::io::Result<Log> {
        let file = file.map(File::create).transpose()?.map(BufWriter::new);
        Ok(Log(Mutex::new(Inner { counts: BTreeMap::new(), entries: keep.then(Vec::new), file })))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anyone wants more than the counters.
    pub(crate) fn is_detailed(&self) -> bool {
        let inner = self.inner();
        inner.entries.is_some() || inner.file.is_some()
    }

    pub(crate) fn count(&self, key: &CallKey, outcome: Outcome) {
        let mut inner = self.inner();
        if !inner.counts.contains_key(key) {
            inner.counts.insert(key.clone(), Count::default());
        }
        let Some(count) = inner.counts.get_mut(key) else { return };
        count.requests += 1;
        *match outcome {
            Outcome::Answered => &mut count.answered,
            Outcome::Broken | Outcome::Fault(FaultKind::Failed) => &mut count.failed,
            Outcome::Fault(FaultKind::Absent | FaultKind::Gone) => &mut count.absent,
            Outcome::Fault(FaultKind::Denied) => &mut count.denied,
            Outcome::Fault(FaultKind::Throttled) => &mut count.throttled,
            Outcome::Fault(FaultKind::Refused) => &mut count.refused,
        } += 1;
    }

    pub(crate) fn keep(&self, entry: Entry) {
        let mut inner = self.inner();
        if let Some(file) = &mut inner.file {
            let line = serde_json::to_string(&entry).unwrap_or_default();
            // A log that cannot be written must not fail the answers.
            if let Err(error) = writeln!(file, "{line}").and_then(|()| file.flush()) {
                tracing::warn!("the request log is given up: {error}");
                inner.file = None;
            }
        }
        if let Some(entries) = &mut inner.entries {
            entries.push(entry);
        }
    }

    pub(crate) fn counts(&self) -> BTreeMap<CallKey, Count> {
        self.inner().counts.clone()
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.inner().entries.clone().unwrap_or_default()
    }

    pub(crate) fn clear(&self) {
        let mut inner = self.inner();
        inner.counts.clear();
        if let Some(entries) = &mut inner.entries {
            entries.clear();
        }
    }
}

#[cfg(test)]
mod tests;
