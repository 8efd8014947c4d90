//! Talking to the clouds: credentials, signing, protocols, paging, retries and adaptive rates.
//!
//! Only read operations are called; anything else needs a [`WriteGrant`], which only the remedy can make. This crate
//! knows no resource types, no checks and no SQL, and it never turns an error into an empty list: what could not be
//! read is a [`CallError`] with its class.
//!
//! ```no_run
//! # async fn example(api: std::sync::Arc<catalog::api::ApiIndex>) -> Result<(), Box<dyn std::error::Error>> {
//! use cloud::{AwsClient, AwsOptions, CallTarget};
//! use resource::Value;
//!
//! let client = AwsClient::connect(api, AwsOptions::default()).await?;
//! let target = CallTarget::new("kms", "ListKeys", client.home_region());
//! let mut pages = client.pages(&target, Value::Null);
//! while let Some(page) = pages.next().await {
//!     println!("{}", page?.get("Keys").items().len());
//! }
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

mod aws;
mod clock;
pub mod grant;

pub use aws::{
    Answer, AwsClient, AwsOptions, CallError, CallTarget, ConnectError, Counters, ErrorClass, Identity, Keys,
    NoCredentials, Pages, RegionInfo, Role,
};
pub use clock::Clock;
pub use grant::WriteGrant;
