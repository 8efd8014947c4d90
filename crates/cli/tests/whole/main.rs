//! The whole product: the built program against a simulated account.

mod bad_input;
mod calls;
mod configuration;
mod denials;
mod disturbances;
mod doctor;
mod frameworks;
mod hostile;
mod kills;
mod outputs;
mod proof;
mod stage;
