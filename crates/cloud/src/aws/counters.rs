//! How much was asked of which operation.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// What happened to one operation so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Calls begun.
    pub calls: u64,
    /// Requests sent, retries included.
    pub requests: u64,
    /// Answers that said "slower".
    pub throttles: u64,
    /// Requests sent again after a server error or a broken connection.
    pub retries: u64,
    /// Bytes of answers' bodies, uncompressed.
    pub bytes: u64,
}

#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) calls: AtomicU64,
    pub(super) requests: AtomicU64,
    pub(super) throttles: AtomicU64,
    pub(super) retries: AtomicU64,
    pub(super) bytes: AtomicU64,
}

impl Tally {
    fn read(&self) -> Counters {
        Counters {
            calls: self.calls.load(Ordering::Relaxed),
            requests: self.requests.load(Ordering::Relaxed),
            throttles: self.throttles.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }
}

pub(super) fn add(counter: &AtomicU64, number: u64) {
    counter.fetch_add(number, Ordering::Relaxed);
}

type Name = (Arc<str>, Arc<str>);

/// The tallies of every operation.
#[derive(Debug, Default)]
pub(super) struct Tallies(RwLock<HashMap<Name, Arc<Tally>>>);

impl Tallies {
    pub(super) fn of(&self, service: &Arc<str>, operation: &Arc<str>) -> Arc<Tally> {
        let name = (service.clone(), operation.clone());
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
        kept.unwrap_or_else(|| self.0.write().unwrap_or_else(PoisonError::into_inner).entry(name).or_default().clone())
    }

    pub(super) fn read(&self) -> BTreeMap<Name, Counters> {
        let tallies = self.0.read().unwrap_or_else(PoisonError::into_inner);
        tallies.iter().map(|(name, tally)| (name.clone(), tally.read())).collect()
    }
}
