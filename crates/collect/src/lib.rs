//! The collector: interprets resource types over a cloud's API and emits resources **and coverage**.
//!
//! A failed call never becomes an empty answer: it leaves a hole at exactly the members that it would have given, or
//! an incomplete listing. This crate knows no check and no SQL, and no habit of one cloud that is not in a type file.
//!
//! ```no_run
//! # async fn scan(request: collect::Request) -> Result<(), collect::CollectError> {
//! let (sender, mut events) = tokio::sync::mpsc::channel(64);
//! let collecting = tokio::spawn(collect::collect(request, sender));
//! while let Some(event) = events.recv().await {
//!     if let collect::Event::Resource(resource) = event {
//!         println!("{} with {} holes", resource.uid, resource.holes.len());
//!     }
//! }
//! # Ok(())
//! # }
//! ```

#![deny(missing_docs)]

mod assemble;
mod aws;
mod batch;
mod caller;
mod decode;
mod detail;
mod document;
mod draft;
mod estimate;
mod knowledge;
mod list;
mod needs;
mod plan;
mod reads;
mod request;
mod rows;
mod run;
mod scope;
mod source;
mod unit;
mod world;

pub use aws::AwsCaller;
pub use caller::{Answer, Caller, Failure, Pages, Target};
pub use estimate::{Estimate, ServiceEstimate, estimate};
pub use knowledge::Knowledge;
pub use reads::key_members;
pub use request::{CollectError, Ended, Event, Finished, Note, Request, Seen};
pub use run::{collect, units};
