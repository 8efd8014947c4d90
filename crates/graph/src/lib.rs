//! What network rules let in. Its facts carry reason chains; checks never read a port range themselves.
//!
//! It does no I/O, does not know where resources came from and parses no policies.
//!
//! ```
//! use graph::Protocol;
//!
//! assert_eq!(Protocol::parse("6"), Protocol::parse("tcp"));
//! assert_eq!(Protocol::parse("-1"), Some(Protocol::All));
//! ```
#![deny(missing_docs)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod addresses;
mod open;
mod protocol;
mod rules;

pub use open::facts;
pub use protocol::Protocol;
