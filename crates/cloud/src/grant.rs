//! The right to change a cloud.
//!
//! A scan never holds one. `remedy` makes one for a plan that a person approved, by [`approve`], and hands it to
//! [`crate::AwsClient::write`] call by call; nothing else in the program may call this module (`cargo xtask tidy`
//! compares who depends on what).

use std::sync::Arc;

/// Leave to make the calls of one approved plan.
#[derive(Debug)]
pub struct WriteGrant {
    calls: Vec<Arc<str>>,
}

/// The grant for an approved plan: exactly its calls, `s3:PutPublicAccessBlock`.
pub fn approve(calls: impl IntoIterator<Item = Arc<str>>) -> WriteGrant {
    WriteGrant { calls: calls.into_iter().collect() }
}

impl WriteGrant {
    /// Whether the plan holds the call.
    pub(crate) fn allows(&self, call: &str) -> bool {
        self.calls.iter().any(|known| **known == *call)
    }
}
