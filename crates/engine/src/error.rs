//! Why a scan could not be made.

use thiserror::Error;

/// Why a scan ended without a result.
#[derive(Debug, Error)]
pub enum ScanError {
    /// No usable credentials or no connection.
    #[error(transparent)]
    Connect(#[from] cloud::ConnectError),
    /// The provider did not say who we are.
    #[error("{0}\n  help: {1}")]
    Identity(String, &'static str),
    /// A region that the partition does not have.
    #[error(
        "`{region}` is no region that account {account} has enabled\n  help: {nearest}; a region that you opted out of must be enabled first"
    )]
    Region {
        /// What was given.
        region: String,
        /// The account.
        account: String,
        /// The nearest name, or some.
        nearest: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The collector could not begin.
    #[error(transparent)]
    Collect(#[from] collect::CollectError),
    /// A member path of a type file.
    #[error("catalogue: {0}")]
    Path(#[from] resource::PathError),
    /// There is nothing to resume.
    #[error("there is no unfinished scan to resume\n  help: start one without `--resume`")]
    NothingToResume,
    /// A scan that another catalogue began.
    #[error(
        "the unfinished scan was begun with other checks or another version ({0})\n  help: start a new one without `--resume`"
    )]
    ResumeDiffers(String),
    /// A worker thread ended early.
    #[error(
        "internal: {0}\n  help: this is a fault of plumb; the store keeps what was read, `plumb scan --resume` goes on"
    )]
    Internal(String),
}
