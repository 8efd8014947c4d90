//! A simulated AWS on loopback: a folder of resource documents, answered as the provider's API would answer, with the
//! faults that a rule file asks for. It knows no operation by heart: the catalogue's types and the provider's models
//! are read backwards, so a new type is simulated the moment its file exists.
//!
//! It serves tests, the demo and load. It is evidence of what a client does under faults, never of what the provider
//! does: that comes from the provider's own samples and from independent emulators. It must not be linked into
//! collection code, and nothing but `resource`, `expr` and `catalog` of this project may be linked into it.
//!
//! ```no_run
//! # async fn demo() -> Result<(), Box<dyn std::error::Error>> {
//! use simcloud::{Estate, Options, Rules, Simulator};
//!
//! let catalog = std::sync::Arc::new(catalog::Catalog::embedded().expect("the embedded catalogue loads"));
//! let estate = Estate::load(std::path::Path::new("crates/cli/demo/aws"))?;
//! let rules = Rules::parse("[[deny]]\non = { calls = ['kms:GetKeyPolicy'] }")?;
//! let cloud = Simulator::start(catalog, estate, rules, Options::default()).await?;
//! println!("export AWS_ENDPOINT_URL={}", cloud.url());
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

mod answer;
mod auth;
mod builtin;
mod desk;
mod estate;
mod evaluate;
mod fault;
mod log;
mod page;
mod project;
mod rules;
mod s3;
mod server;
mod world;

pub use estate::{Account, Estate, EstateError, Kind, Organization, Role, Settings};
pub use log::{CallKey, Count, Entry};
pub use rules::{Cut, DeniedBy, Deny, Glob, Latency, Rules, RulesError, ServerError, Target, Throttle, Vanish};
pub use server::{Handle, Options, SimError, Simulator};
pub use world::WorldError;
