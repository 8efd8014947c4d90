//! The whole product: the built program against a simulated account.

mod bad_input;
mod denials;
mod disturbances;
mod kills;
mod stage;
