//! From the environment and the user's choices to a client.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use catalog::api::ApiIndex;

use super::client::{AwsClient, Shared};
use super::counters::Tallies;
use super::credentials::{NoCredentials, Source};
use super::options::{AwsOptions, Keys};
use super::place::{BadEndpoint, NoPlace, Places};
use super::{http, s3};

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be set up: {0}; check the proxy variables")]
    Http(String),
    /// `AWS_CA_BUNDLE` cannot be used.
    #[error("the certificates of AWS_CA_BUNDLE, `{path}`, cannot be used: {why}; point it at a PEM file or unset it")]
    Bundle {
        /// The file.
        path: String,
        /// What the reader said.
        why: String,
    },
    /// The user set an endpoint that is none.
    #[error("{0}; {help}", help = BadEndpoint::HINT)]
    Endpoint(String),
    /// No credentials, or a role that was not given.
    #[error(transparent)]
    Credentials(#[from] NoCredentials),
    /// The chosen region is of no partition.
    #[error(transparent)]
    Region(#[from] catalog::api::ApiError),
}

impl AwsClient {
    /// Connects: reads the environment and the shared configuration, loads credentials, assumes the roles.
    ///
    /// # Errors
    /// When there are no credentials, a role is not given, or the home region does not exist.
    pub async fn connect(api: Arc<ApiIndex>, options: AwsOptions) -> Result<AwsClient, ConnectError> {
        let sdk = settings(&options).await;
        let home_region: Arc<str> = sdk.region().map_or("us-east-1", |region| region.as_ref()).into();
        if api.endpoints()?.partition_of(&home_region).is_none() {
            return Err(catalog::api::ApiError::Region { region: home_region.to_string() }.into());
        }
        let profile =
            options.profile.clone().or_else(|| std::env::var("AWS_PROFILE").ok()).filter(|name| !name.is_empty());
        let profile = profile.unwrap_or_else(|| "default".to_owned());
        let none = || NoCredentials::None { profile: profile.clone(), imds: "" };
        let provider = match &options.keys {
            Some(Keys { access_key_id, secret_access_key }) => {
                let keys = Credentials::new(access_key_id, secret_access_key, None, None, "AwsOptions");
                SharedCredentialsProvider::new(keys)
            }
            None => sdk.credentials_provider().ok_or_else(none)?,
        };
        let roles = options.roles.clone();
        let shared = Arc::new(Shared {
            api,
            http: http::client()?,
            tallies: Tallies::default(),
            buckets: s3::BucketRegions::default(),
            scan_ends: options.scan_limit.map(|limit| options.clock.now() + limit),
            skew: AtomicI64::new(0),
            places: Places::new(sdk, options.endpoint_url.clone()),
            options,
            home_region,
        });
        let sts = shared.api.service("sts")?;
        match shared.places.of(&shared.api, &sts, &shared.home_region) {
            Err(NoPlace::Bad(error)) => return Err(ConnectError::Endpoint(error.to_string())),
            Err(NoPlace::Api(error)) => return Err(error.into()),
            Ok(_) => {}
        }
        let mut client = AwsClient::new(shared.clone(), Source::Chain { provider, profile });
        client.vault().current().await?;
        for role in roles {
            client = AwsClient::new(shared.clone(), Source::Role { base: Box::new(client), role });
            client.vault().current().await?;
        }
        Ok(client)
    }
}

/// The environment's and the configuration files' settings, under the user's choices.
async fn settings(options: &AwsOptions) -> SdkConfig {
    if options.keys.is_some() && options.endpoint_url.is_some() {
        return SdkConfig::builder().region(options.region.clone().map(Region::new)).build();
    }
    let mut loader = aws_config::defaults(BehaviorVersion::latest());
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = &options.region {
        loader = loader.region(Region::new(region.clone()));
    }
    loader.load().await
}
