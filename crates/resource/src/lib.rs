//! The vocabulary of Plumb: documents whose members may be known, absent or unknown, the reasons
//! why something is unknown, resources, coverage and verdicts.
//!
//! This crate does no I/O, reads no clock and knows no cloud.
//!
//! ```
//! use resource::{Path, Value, Why};
//!
//! let bucket = Value::from_json(r#"{"Name":"logs","Policy":{"?":"denied","call":"s3:GetBucketPolicy"}}"#).unwrap();
//! let policy = Path::parse("Policy").unwrap();
//! assert_eq!(bucket.at(&policy).unknown().map(|hole| hole.why), Some(Why::Denied));
//! ```
#![deny(missing_docs)]

mod hole;
mod json;
mod path;
mod record;
mod value;
mod verdict;

pub use hole::{By, Hole, Why};
pub use path::{Path, PathError, Segment};
pub use record::{Coverage, HoleRecord, Reference, Resource, Span, Target, Unit, UnitReport};
pub use value::{List, Map, Value};
pub use verdict::{Evidence, Outcome, Severity, Verdict};
