//! Runs checks over resources, their neighbours and facts, and proves checks by their examples.
//!
//! It does no I/O and reads no clock: the moment to judge for comes with the scope. It does not know where facts come
//! from: a [`FactMaker`] computes them.
//!
//! ```no_run
//! # fn example(check: &catalog::Check, subject: &expr::Entity, scope: &dyn expr::Scope) {
//! for outcome in check::run(check, &check.params, subject, scope) {
//!     println!("{} {}", outcome.verdict, outcome.message);
//! }
//! # }
//! ```
#![deny(missing_docs)]

mod compliance;
mod entity;
mod example;
mod fixes;
mod flip;
mod flipped;
mod locate;
mod run;
mod scope;

pub use compliance::{Line, Rollup, Standing};
pub use entity::{FactMaker, complete};
pub use example::{ExampleError, ExampleResult, run_examples};
pub use fixes::{Fixed, fix_examples};
pub use flip::{Case, Completer, Edited, Flip, flips};
pub use flipped::{FlippedExample, flip_examples};
pub use locate::{Located, locate, ways};
pub use run::{explain, run};
pub use scope::{OnSubject, WithParams};
