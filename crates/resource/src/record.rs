//! What collection emits: resources and coverage.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Hole, Path, Value};

/// The smallest piece of a scan that is finished or not: one listing in one account and region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Unit {
    /// `aws`, `azure` or `gcp`.
    pub cloud: Arc<str>,
    /// The account, subscription or project.
    pub account: Arc<str>,
    /// The region; empty for account-wide types.
    pub region: Arc<str>,
    /// The resource type, `aws.s3.bucket`.
    pub type_id: Arc<str>,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let region = if self.region.is_empty() { "global" } else { &self.region };
        write!(f, "{} {} {}", self.account, region, self.type_id)
    }
}

/// Whether a unit's listing is complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// Every page was read: what is not listed does not exist.
    Complete,
    /// Some or nothing was read: what is not listed may exist.
    Incomplete(Arc<Hole>),
}

impl Coverage {
    /// The hole of an incomplete listing.
    pub fn hole(&self) -> Option<&Arc<Hole>> {
        match self {
            Coverage::Complete => None,
            Coverage::Incomplete(hole) => Some(hole),
        }
    }
}

/// The end of a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitReport {
    /// Which unit.
    pub unit: Unit,
    /// Whether its listing is complete.
    pub coverage: Coverage,
    /// How many resources it emitted.
    pub resources: u64,
    /// How many requests it sent, retries included.
    pub requests: u64,
    /// Members of every resource of the unit that no call was made for in this scan.
    pub not_collected: Vec<HoleRecord>,
}

/// Members that could not be read, of one resource or of every resource of a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct HoleRecord {
    /// The resource; `None` means every resource of the unit.
    pub resource: Option<Arc<str>>,
    /// The members that the call would have given.
    pub members: Vec<Path>,
    /// Lists at these members keep their known items and are marked incomplete.
    pub partial: bool,
    /// Why.
    pub hole: Arc<Hole>,
}

impl HoleRecord {
    /// Lays the hole over a document.
    pub fn lay_over(&self, document: &mut Value) {
        for member in &self.members {
            document.lay_hole(member, &self.hole, self.partial);
        }
    }
}

/// What an edge's expression said about where it leads.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The edge's name, a verb: `encrypted_by`.
    pub edge: Arc<str>,
    /// The type it leads to.
    pub to: Arc<str>,
    /// An id or key of the target, or why it is unknown.
    pub target: Result<Arc<str>, Arc<Hole>>,
}

/// Where an edge leads once every account of the run is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The resource of that global id.
    Resource(Arc<str>),
    /// Nothing has that name, and the listing that would hold it is complete.
    Missing(Arc<str>),
    /// It belongs to an account that is not in the store.
    Foreign(Arc<str>),
    /// The reference or the listing that would hold it could not be read.
    Unread(Arc<Hole>),
}

/// One resource as collected. The document holds known values only; [`Resource::holes`] say what is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// The provider's global id (ARN, ARM id, `//service/full/name`).
    pub uid: Arc<str>,
    /// The unit that listed it.
    pub unit: Unit,
    /// The account that owns it where that is not the unit's: then this is a view of another account's resource.
    pub owner: Option<Arc<str>>,
    /// The region it lives in (a bucket's own), or empty.
    pub region: Arc<str>,
    /// Its name as people know it.
    pub name: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Further names that it answers to.
    pub keys: Vec<Arc<str>>,
    /// Where its edges lead, unresolved.
    pub references: Vec<Reference>,
    /// The provider's own document, known values only.
    pub document: Value,
    /// What could not be read of it.
    pub holes: Vec<HoleRecord>,
}

/// How far a set reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// The subject's region in its account.
    Region,
    /// The subject's account, every region in scope.
    Account,
    /// Every account of the store's organisation.
    Organisation,
}
