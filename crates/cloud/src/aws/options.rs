//! What a user can choose about a connection.

use std::fmt;
use std::time::Duration;

use crate::Clock;

/// How to connect. The default follows the environment and the shared configuration files.
#[derive(Clone, Debug)]
pub struct AwsOptions {
    /// The profile of the shared configuration files; `None`: `AWS_PROFILE` or `default`.
    pub profile: Option<String>,
    /// The home region; `None`: the chain's, else `us-east-1`.
    pub region: Option<String>,
    /// Roles to assume, each with the credentials of the one before.
    pub roles: Vec<Role>,
    /// Requests a second at most, for each account, region and service.
    pub max_rate: Option<f64>,
    /// How long one call may take, retries and waiting included.
    pub call_limit: Duration,
    /// How long every call of this connection together may take.
    pub scan_limit: Option<Duration>,
    /// How often one call is sent again after server errors and broken connections.
    pub attempts: u32,
    /// How many pages a listing may have.
    pub page_limit: usize,
    /// One address for every service instead of the provider's and the environment's: a simulator's.
    pub endpoint_url: Option<String>,
    /// Keys instead of the credential chain's. With `endpoint_url` too, nothing is read from the environment.
    pub keys: Option<Keys>,
    /// Where the time comes from.
    pub clock: Clock,
}

/// An access key.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    /// The public half.
    pub access_key_id: String,
    /// The secret half.
    pub secret_access_key: String,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

impl Default for AwsOptions {
    fn default() -> Self {
        AwsOptions {
            profile: None,
            region: None,
            roles: Vec::new(),
            max_rate: None,
            call_limit: Duration::from_secs(120),
            scan_limit: None,
            attempts: 10,
            page_limit: 100_000,
            endpoint_url: None,
            keys: None,
            clock: Clock::default(),
        }
    }
}

/// A role to assume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The role's ARN.
    pub arn: String,
    /// The external id that its trust policy asks for.
    pub external_id: Option<String>,
}
