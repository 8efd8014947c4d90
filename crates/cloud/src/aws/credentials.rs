//! Credentials: the official chain or an assumed role, kept, and renewed before they expire.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError};
use aws_smithy_runtime_api::client::identity::Identity as Signer;
use jiff::Timestamp;
use resource::Value;

use super::client::{AwsClient, CallTarget};
use super::error::CallError;
use super::options::Role;
use crate::Clock;

/// Renewed when fewer than this remain: a long scan must not meet the end.
const MARGIN: Duration = Duration::from_secs(300);
/// Assumed roles' session name, seen in the account's trail.
const SESSION: &str = "plumb";

/// Why there are no credentials.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NoCredentials {
    /// Every link of the chain was asked and none had any.
    #[error(
        "no AWS credentials were found: asked the environment (AWS_ACCESS_KEY_ID), the profile `{profile}` of the shared \
         configuration files, AWS_WEB_IDENTITY_TOKEN_FILE, the container (AWS_CONTAINER_CREDENTIALS_*) and the instance \
         metadata service{imds}; set AWS_PROFILE to a profile that exists, or sign in with `aws sso login`"
    )]
    None {
        /// The profile looked for.
        profile: String,
        /// Says when the instance metadata service was left out.
        imds: &'static str,
    },
    /// A link of the chain has credentials configured but cannot give them.
    #[error(
        "the AWS credentials of the profile `{profile}` cannot be loaded: {why}; check the profile, or sign in with `aws sso login`"
    )]
    Broken {
        /// The profile.
        profile: String,
        /// What the chain said.
        why: String,
    },
    /// The role was not given.
    #[error("the role `{role}` cannot be assumed: {error}")]
    Role {
        /// The role's ARN.
        role: String,
        /// What STS answered.
        error: Box<CallError>,
    },
}

#[derive(Debug)]
pub(super) enum Source {
    Chain { provider: SharedCredentialsProvider, profile: String },
    Role { base: Box<AwsClient>, role: Role },
}

/// Credentials in use.
#[derive(Clone, Debug)]
pub(super) struct Current {
    pub(super) signer: Signer,
    expiry: Option<SystemTime>,
}

/// A source of credentials and what it gave last.
#[derive(Debug)]
pub(super) struct Vault {
    source: Source,
    clock: Clock,
    current: RwLock<Option<Arc<Current>>>,
    renewing: tokio::sync::Mutex<()>,
}

impl Vault {
    pub(super) fn new(source: Source, clock: Clock) -> Vault {
        Vault { source, clock, current: RwLock::default(), renewing: tokio::sync::Mutex::new(()) }
    }

    fn kept(&self) -> Option<Arc<Current>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn lasts(&self, current: &Current, at_least: Duration) -> bool {
        current.expiry.is_none_or(|expiry| expiry > self.clock.wall() + at_least)
    }

    /// The credentials to sign with; renewed when they end soon. When renewing fails they serve to their end.
    pub(super) async fn current(&self) -> Result<Arc<Current>, NoCredentials> {
        if let Some(current) = self.kept().filter(|current| self.lasts(current, MARGIN)) {
            return Ok(current);
        }
        let _one = self.renewing.lock().await;
        let kept = self.kept();
        if let Some(current) = kept.as_ref().filter(|current| self.lasts(current, MARGIN)) {
            return Ok(current.clone());
        }
        match self.load().await {
            Ok(fresh) => Ok(self.keep(fresh)),
            Err(error) => match kept.filter(|current| self.lasts(current, Duration::ZERO)) {
                Some(current) => {
                    tracing::warn!("the credentials end soon and could not be renewed: {error}");
                    Ok(current)
                }
                None => Err(error),
            },
        }
    }

    /// Credentials other than those that the provider called expired.
    pub(super) async fn renewed(&self, refused: &Arc<Current>) -> Result<Arc<Current>, NoCredentials> {
        let _one = self.renewing.lock().await;
        match self.kept() {
            Some(current) if !Arc::ptr_eq(&current, refused) => Ok(current),
            _ => self.load().await.map(|fresh| self.keep(fresh)),
        }
    }

    fn keep(&self, fresh: Current) -> Arc<Current> {
        let fresh = Arc::new(fresh);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(fresh.clone());
        fresh
    }

    async fn load(&self) -> Result<Current, NoCredentials> {
        let credentials = match &self.source {
            Source::Chain { provider, profile } => {
                provider.provide_credentials().await.map_err(|error| unloaded(profile, &error))?
            }
            // The role's call goes through the same client, which asks a vault again: the box ends the recursion.
            Source::Role { base, role } => Box::pin(assume(base, role))
                .await
                .map_err(|error| NoCredentials::Role { role: role.arn.clone(), error: Box::new(error) })?,
        };
        Ok(Current { expiry: credentials.expiry(), signer: credentials.into() })
    }
}

fn unloaded(profile: &str, error: &CredentialsError) -> NoCredentials {
    let profile = profile.to_owned();
    let why = chain(error);
    match error {
        CredentialsError::CredentialsNotLoaded(_) => {
            let off = std::env::var("AWS_EC2_METADATA_DISABLED").is_ok_and(|value| value.eq_ignore_ascii_case("true"));
            tracing::debug!("no credentials: {why}");
            NoCredentials::None {
                profile,
                imds: if off { " (left out: AWS_EC2_METADATA_DISABLED is set)" } else { "" },
            }
        }
        _ => NoCredentials::Broken { profile, why },
    }
}

/// An error and its causes on one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(found) = cause {
        let more = found.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = found.source();
    }
    super::error::one_line(&text)
}

async fn assume(base: &AwsClient, role: &Role) -> Result<Credentials, CallError> {
    let mut input = vec![("RoleArn", Value::from(role.arn.as_str())), ("RoleSessionName", Value::from(SESSION))];
    if let Some(id) = &role.external_id {
        input.push(("ExternalId", Value::from(id.as_str())));
    }
    let target = CallTarget::new("sts", "AssumeRole", base.home_region());
    let answer = base.call(&target, &Value::map(input)).await?;
    let given = answer.get("Credentials");
    let text = |name: &str| given.get(name).as_str().unwrap_or_default().to_owned();
    let expiry = text("Expiration").parse::<Timestamp>().ok().and_then(|time| SystemTime::try_from(time).ok());
    if text("AccessKeyId").is_empty() {
        return Err(base.failure(&target, "the answer holds no credentials"));
    }
    let token = Some(text("SessionToken")).filter(|token| !token.is_empty());
    Ok(Credentials::new(text("AccessKeyId"), text("SecretAccessKey"), token, expiry, "AssumeRole"))
}
