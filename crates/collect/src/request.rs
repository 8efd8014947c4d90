//! What a collection is asked for and what it reports.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use resource::{Coverage, Hole, Resource, Unit, UnitReport, Value};
use thiserror::Error;
use tokio::sync::watch;

use crate::{Caller, Knowledge};

/// One account to read.
#[derive(Clone)]
pub struct Request {
    /// Types and sources.
    pub knowledge: Arc<dyn Knowledge>,
    /// The way to the account.
    pub caller: Arc<dyn Caller>,
    /// `aws`, `azure` or `gcp`.
    pub cloud: Arc<str>,
    /// The partition that ids carry: `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: Arc<str>,
    /// The account's id.
    pub account: Arc<str>,
    /// Where account-wide calls go that name no place.
    pub home_region: Arc<str>,
    /// The regions in scope.
    pub regions: Vec<Arc<str>>,
    /// Type id → indexes of its details that are needed. Parents, and details that others need first, are added.
    pub demand: Arc<BTreeMap<Arc<str>, BTreeSet<usize>>>,
    /// What an earlier run of the scan has finished.
    pub finished: Arc<dyn Finished>,
    /// How many calls may be in flight.
    pub concurrency: usize,
    /// Turns true to stop: units not finished by then are not reported.
    pub cancel: watch::Receiver<bool>,
}

/// The units that an earlier run of the scan has finished.
pub trait Finished: Send + Sync + 'static {
    /// Whether the unit is finished.
    fn contains(&self, unit: &Unit) -> bool;

    /// The resources of a finished unit, asked when a child's listing needs them, and the unit's coverage.
    /// `None`: they are read from the provider again, without being reported.
    fn resources(&self, unit: &Unit) -> Option<(Vec<Seen>, Coverage)> {
        let _ = unit;
        None
    }
}

impl Finished for HashSet<Unit> {
    fn contains(&self, unit: &Unit) -> bool {
        HashSet::contains(self, unit)
    }
}

/// A resource that an earlier run has emitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Its global id.
    pub uid: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// The region it lives in.
    pub region: Arc<str>,
    /// Its document, holes laid over it.
    pub document: Value,
}

/// What happens while collecting.
#[derive(Debug)]
pub enum Event {
    /// A unit's listing begins.
    UnitStarted(Unit),
    /// A page of a unit's listing is in.
    Listed {
        /// The unit.
        unit: Unit,
        /// Resources listed so far.
        resources: u64,
        /// Detail calls that these need, about: conditional and per-item calls are not counted.
        calls: u64,
    },
    /// A resource with every detail that was asked for, or the holes in their place.
    Resource(Box<Resource>),
    /// A unit is done; all its resources came before.
    UnitFinished(UnitReport),
    /// Something that people want to see at once.
    Note(Note),
}

/// Something that people want to see at once.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// The first denial of a call.
    Denied {
        /// Where.
        region: Arc<str>,
        /// The call and the permission.
        hole: Arc<Hole>,
    },
    /// The first time that a call was given up because of throttling.
    Throttled {
        /// Where.
        region: Arc<str>,
        /// The call.
        hole: Arc<Hole>,
    },
    /// The provider does not have the service in the region: its unit is empty, and questions about the region alone are unknown.
    NotOffered {
        /// The unit.
        unit: Unit,
        /// The service.
        service: Arc<str>,
    },
}

/// How a collection ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// Every unit was reported.
    Finished,
    /// It was stopped; what was not reported can be resumed.
    Cancelled,
    /// The credentials were rejected or expired on the way; what was not reported can be resumed.
    Credentials(Arc<Hole>),
}

/// A request that cannot be carried out. Each is an error in a catalogue file.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CollectError {
    /// No such type.
    #[error("no resource type is called `{0}`; `plumb type list` shows them all")]
    UnknownType(String),
    /// No such source.
    #[error("type `{of}` names the source `{source_id}`, which does not exist; add its file under `catalog/sources`")]
    UnknownSource {
        /// The type.
        of: String,
        /// The source.
        source_id: String,
    },
    /// A regional source or parent cannot feed an account-wide type.
    #[error(
        "type `{of}` is listed once per account but depends on `{on}`, which is per region; make its scope `region`"
    )]
    Scope {
        /// The type.
        of: String,
        /// The source or parent.
        on: String,
    },
    /// Parents in a circle.
    #[error("type `{0}` is its own ancestor through `for`; name a parent that can be listed without it")]
    Circle(String),
    /// A combination that has no meaning.
    #[error("detail {index} of type `{of}` has `{first}` and `{second}`, which exclude each other; remove one")]
    Excluded {
        /// The type.
        of: String,
        /// Its index.
        index: usize,
        /// One key.
        first: &'static str,
        /// The other key.
        second: &'static str,
    },
    /// Nothing says where resources come from.
    #[error("type `{0}` has no `[list]`, `[singleton]` or `[source]`; add one of them")]
    NoListing(String),
}
