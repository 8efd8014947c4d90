//! Amazon Web Services.

mod attempt;
mod class;
mod client;
mod connect;
mod counters;
mod credentials;
mod error;
mod guard;
mod http;
mod options;
mod pages;
mod place;
mod rate;
mod regions;
mod retry;
mod s3;
mod sign;

#[cfg(test)]
mod tests;

pub use client::{Answer, AwsClient, CallTarget, Identity};
pub use connect::ConnectError;
pub use counters::Counters;
pub use credentials::NoCredentials;
pub use error::{CallError, ErrorClass};
pub use options::{AwsOptions, Keys, Role};
pub use pages::Pages;
pub use regions::RegionInfo;
