//! The whole product: the built program against a simulated account.

mod bad_input;
mod denials;
mod disturbances;
mod hostile;
mod kills;
mod stage;
