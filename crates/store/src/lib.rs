//! The store: the only SQL. What was read is kept as intervals that are written when something changes, so an
//! unchanged estate costs almost nothing, and every table can say what was true when and when we knew it.
//!
//! This crate knows neither checks nor HTTP. It never turns a failed read into a deletion: only a complete listing marks
//! a resource as gone. There is one writer at a time, a thread fed by a [`Writer`]; any number of [`Reader`]s work
//! beside it.
//!
//! ```
//! use std::sync::Arc;
//! use resource::{Coverage, Resource, Unit, UnitReport, Value};
//! use store::{ResourceFilter, ResourceRules, ScanEnd, ScanOptions, Store};
//!
//! let store = Store::open(":memory:")?;
//! let writer = store.begin_scan(&ScanOptions::default())?;
//! let unit = Unit { cloud: "aws".into(), account: "111122223333".into(), region: "".into(), type_id: "aws.s3.bucket".into() };
//! writer.unit_started(&unit)?;
//! let bucket = Resource {
//!     uid: "arn:aws:s3:::logs".into(),
//!     unit: unit.clone(),
//!     owner: None,
//!     region: "eu-west-1".into(),
//!     name: "logs".to_owned(),
//!     tags: Default::default(),
//!     keys: vec!["logs".into()],
//!     references: vec![],
//!     document: Value::map([("Name", Value::from("logs"))]),
//!     holes: vec![],
//! };
//! writer.resource(Box::new(bucket), &Arc::new(ResourceRules::default()))?;
//! writer.unit_finished(&UnitReport {
//!     unit,
//!     coverage: Coverage::Complete,
//!     resources: 1,
//!     requests: 1,
//!     not_collected: vec![],
//! })?;
//! writer.finish_scan(ScanEnd::Finished, &serde_json::json!({ "resources": 1 }))?;
//!
//! let reader = store.reader()?;
//! let buckets = reader.load_type("aws.s3.bucket", &ResourceFilter::default()).collect::<Result<Vec<_>, _>>()?;
//! assert_eq!(buckets[0].name, "logs");
//! # Ok::<(), store::StoreError>(())
//! ```
#![deny(missing_docs)]

mod answers;
mod canonical;
mod checks;
mod closed;
mod connect;
mod covered;
mod document;
mod edges;
mod error;
mod findings;
mod ingest;
mod join;
mod links;
mod overlay;
mod passed;
mod paths;
mod reader;
mod resources;
mod scan;
mod session;
mod settle;
mod store;
mod unit;
mod vector;
mod verdict;
mod writer;

pub use answers::Answers;
pub use canonical::ResourceRules;
pub use closed::ClosedFinding;
pub use edges::{Edge, Edges};
pub use error::StoreError;
pub use findings::Findings;
pub use join::{JoinReport, Namespace, Scope, TargetRule};
pub use passed::Places;
pub use reader::{Counts, HoleFilter, HoleSummary, Reader, ResourceName, StoredHole, TypeCount};
pub use resources::{ResourceFilter, Resources, StoredResource};
pub use scan::{ScanEnd, ScanId, ScanOptions, ScanState, ScanSummary, UnitCoverage};
pub use store::{Clock, Store};
pub use writer::{CheckEntry, SubjectVerdicts, TargetRules, Writer};
