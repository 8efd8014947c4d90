//! The predicate language of checks and resource types: parsing, static types, Kleene evaluation, explanation.
//!
//! Values are known, absent or unknown with a reason, and sets know whether they are complete. So a condition is true,
//! false or undecided, and an undecided one names the reads that would decide it.
//!
//! This crate does no I/O and reads no clock: documents, neighbours and the moment come from a [`Scope`], types from a
//! [`Schema`]. Evaluation cannot fail, cannot panic and cannot run without bound.
//!
//! ```
//! use std::sync::Arc;
//! use expr::{EntityData, Scope, Val, parse_rule};
//! use resource::{Value, Verdict};
//!
//! struct Nothing;
//! impl Scope for Nothing {
//!     fn root(&self, _name: &str) -> Option<Val> { None }
//!     fn now(&self) -> i64 { 0 }
//! }
//!
//! let rule = parse_rule("pass when self.Encrypted || has(self.KeyId)\nsay \"{self.Name} is not encrypted\"").unwrap();
//! let document = Value::from_json(r#"{"Name": "q", "KeyId": {"?": "denied", "call": "sqs:GetQueueAttributes"}}"#).unwrap();
//! let queue = Arc::new(EntityData { document, ..EntityData::default() });
//! let judgement = rule.evaluate(&queue, &Nothing).remove(0);
//! assert_eq!(judgement.verdict, Verdict::Unknown);
//! assert_eq!(judgement.message, "could not read self.KeyId (sqs:GetQueueAttributes denied)");
//! ```
#![deny(missing_docs)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

#[cfg(test)]
extern crate self as expr;

mod ast;
mod check;
mod diagnostic;
mod eval;
mod expression;
mod holes;
pub mod network;
mod parse;
mod place;
mod rule;
mod scan;
mod scope;
mod span;
mod spot;
mod template;
#[cfg(test)]
mod tests;
mod types;
mod uses;
mod val;
mod wish;

pub use check::{Absence, Checked, nearest};
pub use diagnostic::{Diagnostic, render};
pub use eval::{FilterPattern, Read, Release, Shape, Step, TlsVersion};
pub use expression::{Expr, Traced, parse};
pub use holes::Holes;
pub use place::Place;
pub use rule::{Explained, Explanation, Judgement, Rule, parse_rule};
pub use scope::{Entity, EntityData, EntitySet, Scope};
pub use span::whole;
pub use spot::{Part, Spot, Stop, follow};
pub use template::Template;
pub use types::{ObjectType, Opaque, Schema, Signature, Type, Words};
pub use uses::{Of, Use};
pub use val::{Items, Label, Moving, OpaqueValue, Truth, Val};
pub use wish::{ANY, NEW, Plan, SetOf, To, Wish, best, every, without_allows};
