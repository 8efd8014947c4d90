//! Wires the stages of a scan: connect, collect, store, join, facts, checks, summary. Progress, cancellation and
//! resumption live here.
//!
//! It holds no domain logic: what a rule means is `check`'s, what a policy means `identity`'s, what a call means
//! `collect`'s.
//!
//! ```no_run
//! # async fn example(catalog: std::sync::Arc<catalog::Catalog>, store: store::Store) -> Result<(), engine::ScanError> {
//! let request = engine::ScanRequest::new(catalog, store);
//! let summary = engine::scan(request, engine::Meter::default().into(), engine::never()).await?;
//! println!("{} failed", summary.counts.fail);
//! # Ok(())
//! # }
//! ```

mod account;
mod calls;
mod compliance;
mod error;
mod evaluate;
mod explain;
mod facts;
mod meter;
mod proof;
mod proof_reads;
mod proof_rule;
mod proof_whole;
mod scan;
mod summary;
mod world;
mod writing;

pub use account::{AccountScope, Regions};
pub use compliance::{Compliance, compliance};
pub use error::ScanError;
pub use explain::{Prover, with_prover};
pub use facts::Facts;
pub use meter::{Meter, ServiceProgress, Traffic};
pub use proof::{Edit, Fix, Flip, Missing, Proof, Read, Reason, RuleLine};
pub use scan::{ScanRequest, never, plan, scan};
pub use summary::{Counts, ScanSummary, Undecided};
pub use world::World;
