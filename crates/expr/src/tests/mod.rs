//! Laws, held against random expressions and worlds.

#[path = "../../tests/common/mod.rs"]
mod common;
mod generate;
mod laws;
mod oracle;
