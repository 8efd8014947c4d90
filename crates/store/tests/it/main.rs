//! The store through its public functions.

mod common;
mod edges;
mod faults;
mod model;
mod resources;
mod scans;
mod size;
mod verdicts;
