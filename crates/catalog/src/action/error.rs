//! Why an action cannot be written out.

use std::sync::Arc;

use thiserror::Error;

/// Why an action cannot be written out for a resource.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ActionError {
    /// It is not meant for this resource.
    #[error("`{action}` does not apply to this resource; decide by hand")]
    NotApplicable {
        /// The action.
        action: Arc<str>,
    },
    /// A part of the document that it needs was not read.
    #[error("`{place}` of `{action}` needs a member that was not read ({why}); grant the permission and scan again")]
    Unknown {
        /// The action.
        action: Arc<str>,
        /// The input member, or `when`.
        place: String,
        /// The call that would have given it, or why not.
        why: String,
    },
    /// A member that the call must have is absent.
    #[error("`{call}` needs `{member}`, which this resource does not have; decide by hand")]
    Absent {
        /// The call.
        call: String,
        /// The input member.
        member: String,
    },
    /// A value that the call's input cannot take.
    #[error("`{call}` cannot take it: {why}; correct the action")]
    Unfit {
        /// The call.
        call: String,
        /// What is wrong, with the member.
        why: String,
    },
    /// A value that must not reach a shell.
    #[error("`{member}` holds {what}, which a command line must not carry; make the change in the console")]
    Unsafe {
        /// The input member.
        member: String,
        /// What it holds.
        what: &'static str,
    },
}
