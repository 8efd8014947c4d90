//! The whole product: the built program against a simulated account.

mod bad_input;
mod configuration;
mod denials;
mod disturbances;
mod frameworks;
mod hostile;
mod kills;
mod outputs;
mod proof;
mod stage;
