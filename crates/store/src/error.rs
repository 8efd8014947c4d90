//! What can go wrong, each with the next step.

use rusqlite::ErrorCode;
use thiserror::Error;

/// Why the store could not do what was asked. Cloneable, because the writing thread's first error is given to everyone
/// who writes after it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum StoreError {
    /// There is no store.
    #[error("there is no store at `{location}`; run `plumb scan aws` first, or name another one with --db")]
    Missing {
        /// Where it was looked for.
        location: String,
    },
    /// The file or its folder cannot be written.
    #[error("cannot write the store `{location}`: {reason}; make the folder writable, or name another place with --db")]
    NotWritable {
        /// Where it should be.
        location: String,
        /// The operating system's words.
        reason: String,
    },
    /// The file is something else.
    #[error("`{location}` is not a plumb store; name another file with --db")]
    NotAStore {
        /// The file.
        location: String,
    },
    /// A later program wrote it.
    #[error(
        "the store `{location}` has schema {found}, this plumb knows up to {known}; update plumb, or name another store with --db"
    )]
    Newer {
        /// The file.
        location: String,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// An earlier program wrote it, and it is only being read.
    #[error("the store `{location}` has schema {found}, this plumb needs {known}; the next scan brings it up to date")]
    Older {
        /// The file.
        location: String,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// Another scan is writing.
    #[error("another scan is writing to `{location}`; wait until it has ended, or name another store with --db")]
    Locked {
        /// The file.
        location: String,
    },
    /// Another process held the store for too long.
    #[error("the store `{location}` is busy; end the other program that uses it, then try again")]
    Busy {
        /// The file.
        location: String,
    },
    /// No room.
    #[error(
        "there is no room left for the store `{location}`; free some space, then continue with --resume: finished units are kept"
    )]
    Full {
        /// The file.
        location: String,
    },
    /// The file is broken.
    #[error("the store `{location}` is damaged: {reason}; move it away and scan again, or restore a backup")]
    Damaged {
        /// The file.
        location: String,
        /// What was found.
        reason: String,
    },
    /// The scan to resume is not there or has ended.
    #[error("scan `{scan}` cannot be resumed: {reason}; `plumb scan aws` starts a new one")]
    NotResumable {
        /// The scan.
        scan: String,
        /// Why.
        reason: String,
    },
    /// Verdicts about a resource that is not in the store.
    #[error("verdicts about `{uid}`, which is not in the store; send its resource first")]
    NoSubject {
        /// The resource.
        uid: String,
    },
    /// A verdict of a check that was not announced.
    #[error("a verdict of the check `{check}`, which the scan did not announce; pass it to `Writer::checks` first")]
    NoCheck {
        /// The check.
        check: String,
    },
    /// A finding's id that is none.
    #[error(transparent)]
    Id(#[from] finding::PrefixError),
    /// The writing thread is gone.
    #[error("the store `{location}` is no longer being written; continue the scan with --resume")]
    Ended {
        /// The file.
        location: String,
    },
    /// Anything else that the database refused.
    #[error("the store `{location}` refused: {reason}; run again with -v, and report it if it persists")]
    Refused {
        /// The file.
        location: String,
        /// Its words.
        reason: String,
    },
}

/// A failure inside, before the location is known.
#[derive(Debug)]
pub(crate) enum Fault {
    Sql(rusqlite::Error),
    Damaged(String),
    NoSubject(String),
    NoCheck(String),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Fault {
        Fault::Sql(error)
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Fault {
        Fault::Damaged(format!("a value is not JSON ({error})"))
    }
}

pub(crate) type Inner<T> = Result<T, Fault>;

impl Fault {
    pub(crate) fn at(self, location: &str) -> StoreError {
        let location = location.to_owned();
        match self {
            Fault::Damaged(reason) => StoreError::Damaged { location, reason },
            Fault::NoSubject(uid) => StoreError::NoSubject { uid },
            Fault::NoCheck(check) => StoreError::NoCheck { check },
            Fault::Sql(error) => {
                let reason = error.to_string();
                match error.sqlite_error_code() {
                    Some(ErrorCode::DiskFull) => StoreError::Full { location },
                    Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { location },
                    Some(ErrorCode::NotADatabase) => StoreError::NotAStore { location },
                    Some(ErrorCode::DatabaseCorrupt | ErrorCode::SystemIoFailure) => {
                        StoreError::Damaged { location, reason }
                    }
                    Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                        StoreError::NotWritable { location, reason }
                    }
                    _ => StoreError::Refused { location, reason },
                }
            }
        }
    }
}
