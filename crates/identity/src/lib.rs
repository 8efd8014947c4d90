//! Who may do what: IAM policies, ACLs and sharing lists as grants, identity policies as effective rights, and secrets
//! in clear text. What it finds are facts with reason chains; checks never parse a policy themselves.
//!
//! It does no I/O, reads no clock and never returns a secret's value.
//!
//! ```
//! use identity::policy::{Document, Effect};
//! use resource::Value;
//!
//! let text = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}}"#;
//! let document = Document::parse(&Value::from_json(text)?)?;
//! assert!(document.statements.iter().all(|statement| statement.effect == Ok(Effect::Allow)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(missing_docs)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod condition;
mod coverage;
mod effective;
mod facts;
mod federation;
mod grants;
mod host;
mod party;
mod pattern;
mod places;
pub mod policy;
mod secrets;
mod settings;
mod transport;

pub use facts::{World, facts, policy_grants};
pub use host::call;
pub use secrets::{SecretFound, detectors, scrub};
pub use settings::Settings;
