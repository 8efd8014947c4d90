//! Why something is not known.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Why a fact is unknown. The wire names are those of the file formats (`not in region`, …).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// The provider refused the read.
    Denied,
    /// The provider kept throttling past the time limit.
    Throttled,
    /// The call failed: server error, broken connection, answer that could not be decoded.
    Failed,
    /// The provider does not offer the operation for this resource.
    Unsupported,
    /// The service does not exist in the region, or the region is not enabled.
    NotInRegion,
    /// Nothing asked for it in this scan, or a flag left it out.
    NotCollected,
    /// It belongs to an account that is not in the store.
    Foreign,
    /// Only a person can say.
    Attestation,
    /// Known after the infrastructure code has been applied.
    AfterApply,
    /// A variable without a value.
    Variable,
}

impl Why {
    /// Every reason, in the order of the documentation.
    pub const ALL: [Why; 10] = [
        Why::Denied,
        Why::Throttled,
        Why::Failed,
        Why::Unsupported,
        Why::NotInRegion,
        Why::NotCollected,
        Why::Foreign,
        Why::Attestation,
        Why::AfterApply,
        Why::Variable,
    ];

    /// The name used in files, exports and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Why::Denied => "denied",
            Why::Throttled => "throttled",
            Why::Failed => "failed",
            Why::Unsupported => "unsupported",
            Why::NotInRegion => "not in region",
            Why::NotCollected => "not collected",
            Why::Foreign => "foreign",
            Why::Attestation => "attestation",
            Why::AfterApply => "after apply",
            Why::Variable => "variable",
        }
    }

    /// Whether the reason is a hole in coverage that the exit code reports (denied, throttled, failed).
    pub fn is_coverage_hole(self) -> bool {
        matches!(self, Why::Denied | Why::Throttled | Why::Failed)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Why {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Why::ALL.into_iter().find(|why| why.as_str() == text).ok_or(())
    }
}

/// Which kind of policy denied a read, as far as the provider says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// No identity-based policy allows the action, or one denies it.
    Identity,
    /// A service control policy denies it.
    Scp,
    /// A permissions boundary denies it.
    Boundary,
    /// A resource-based policy denies it.
    Resource,
    /// The provider did not say.
    Unstated,
}

impl By {
    const ALL: [By; 5] = [By::Identity, By::Scp, By::Boundary, By::Resource, By::Unstated];

    /// The name used in files and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            By::Identity => "identity",
            By::Scp => "scp",
            By::Boundary => "boundary",
            By::Resource => "resource",
            By::Unstated => "unstated",
        }
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for By {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        By::ALL.into_iter().find(|by| by.as_str() == text).ok_or(())
    }
}

/// A place where a value should be but could not be learned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hole {
    /// The reason.
    pub why: Why,
    /// The call that would have given it, `service:Operation`.
    pub call: Option<Arc<str>>,
    /// The permission that the call needs, `service:Action`.
    pub permission: Option<Arc<str>>,
    /// Which policy denied, when denied.
    pub by: Option<By>,
    /// The provider's own words or ours, one line.
    pub detail: Option<Arc<str>>,
}

impl Hole {
    /// A hole that only has a reason.
    pub fn new(why: Why) -> Self {
        Hole { why, call: None, permission: None, by: None, detail: None }
    }

    /// The provider does not have the service in the region: no call was made, and nothing of it exists there.
    pub fn not_offered(service: &str, region: &str) -> Self {
        Hole::new(Why::NotInRegion).detail(&format!("{service} is not offered in {region}"))
    }

    /// Whether the hole is one of [`Hole::not_offered`]. A call that a region refused because it is not enabled is
    /// another matter: what was made before the region was disabled still exists.
    pub fn is_not_offered(&self) -> bool {
        self.why == Why::NotInRegion && self.call.is_none()
    }

    /// The same hole with the call that leaves it.
    #[must_use]
    pub fn call(mut self, call: &str) -> Self {
        self.call = Some(call.into());
        self
    }

    /// The same hole with the permission that would fill it.
    #[must_use]
    pub fn permission(mut self, permission: &str) -> Self {
        self.permission = Some(permission.into());
        self
    }

    /// The same hole with a line of explanation.
    #[must_use]
    pub fn detail(mut self, detail: &str) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

impl fmt::Display for Hole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.why.as_str())?;
        if let Some(call) = &self.call {
            write!(f, " {call}")?;
        }
        if let Some(permission) = self.permission.as_ref().filter(|p| self.call.as_ref() != Some(*p)) {
            write!(f, " (needs {permission})")?;
        }
        Ok(())
    }
}
