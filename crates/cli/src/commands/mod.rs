//! One file per command.

pub(crate) mod check;
pub(crate) mod check_new;
pub(crate) mod compliance;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod findings;
pub(crate) mod framework;
pub(crate) mod inventory;
pub(crate) mod scan;
pub(crate) mod show;
pub(crate) mod summary;
pub(crate) mod types;
