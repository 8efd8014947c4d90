//! Where requests go: the provider's endpoints, or those that the user set.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock};

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use catalog::api::{ApiError, ApiIndex, ServiceModel, Variant};

/// Where one service is found from one region.
#[derive(Debug)]
pub(super) struct Place {
    /// `https`.
    pub(super) scheme: String,
    /// `s3.eu-west-1.amazonaws.com`, with the port where it is not the usual one.
    pub(super) authority: String,
    /// What stands before every path; no slash at the end.
    pub(super) path: String,
    /// The region of signatures.
    pub(super) signing_region: Arc<str>,
    /// The user set it: path style, no host prefixes.
    pub(super) custom: bool,
    /// The table knows the service in the region.
    pub(super) listed: bool,
    /// An answer has come from there in this run.
    pub(super) reached: AtomicBool,
}

/// An endpoint that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`{url}` is not an endpoint address ({why})")]
pub(super) struct BadEndpoint {
    url: String,
    why: String,
}

impl BadEndpoint {
    pub(super) const HINT: &'static str =
        "write it as `https://host:port` in AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_<SERVICE> or the profile's endpoint_url";
}

type Name = (Arc<str>, Arc<str>);

/// What the user set about endpoints, and what has been resolved.
pub(super) struct Places {
    sdk: SdkConfig,
    everywhere: Option<String>,
    variant: Variant,
    /// By service and region.
    known: RwLock<HashMap<Name, Arc<Place>>>,
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Places").field("variant", &self.variant).finish_non_exhaustive()
    }
}

/// Why there is no place to send a request to.
#[derive(Debug)]
pub(super) enum NoPlace {
    Api(ApiError),
    Bad(BadEndpoint),
}

impl fmt::Display for NoPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoPlace::Api(error) => error.fmt(f),
            NoPlace::Bad(error) => error.fmt(f),
        }
    }
}

impl Places {
    pub(super) fn new(sdk: SdkConfig, everywhere: Option<String>) -> Places {
        let variant =
            Variant { fips: sdk.use_fips().unwrap_or(false), dual_stack: sdk.use_dual_stack().unwrap_or(false) };
        Places { sdk, everywhere, variant, known: RwLock::default() }
    }

    /// Where a service is found from a region.
    pub(super) fn of(&self, api: &ApiIndex, model: &ServiceModel, region: &Arc<str>) -> Result<Arc<Place>, NoPlace> {
        let name = (model.name.clone(), region.clone());
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&name) {
            return Ok(known.clone());
        }
        let place = Arc::new(self.resolve(api, model, region)?);
        Ok(self.known.write().unwrap_or_else(PoisonError::into_inner).entry(name).or_insert(place).clone())
    }

    fn resolve(&self, api: &ApiIndex, model: &ServiceModel, region: &Arc<str>) -> Result<Place, NoPlace> {
        let table = api.endpoints().map_err(NoPlace::Api)?;
        if let Some(url) = self.custom(&model.metadata.service_id) {
            let global = table.partition_of(region).and_then(|part| table.global_region(model, &part.id));
            return custom_place(&url, global.unwrap_or_else(|| region.clone())).map_err(NoPlace::Bad);
        }
        let found = table.resolve(model, region, self.variant).map_err(NoPlace::Api)?;
        Ok(Place {
            scheme: "https".to_owned(),
            authority: found.host,
            path: String::new(),
            signing_region: found.signing_region,
            custom: false,
            listed: found.listed,
            reached: AtomicBool::new(false),
        })
    }

    /// `AWS_ENDPOINT_URL_<SERVICE>`, the profile's `services` section, `AWS_ENDPOINT_URL`, the profile's `endpoint_url`.
    fn custom(&self, service_id: &str) -> Option<String> {
        if self.everywhere.is_some() {
            return self.everywhere.clone();
        }
        let key = ServiceConfigKey::builder()
            .service_id(service_id)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build()
            .ok()?;
        let own = self.sdk.service_config().and_then(|settings| settings.load_config(key));
        own.or_else(|| self.sdk.endpoint_url().map(str::to_owned)).filter(|url| !url.is_empty())
    }
}

fn custom_place(url: &str, signing_region: Arc<str>) -> Result<Place, BadEndpoint> {
    let bad = |why: &str| BadEndpoint { url: url.to_owned(), why: why.to_owned() };
    let parsed = reqwest::Url::parse(url).map_err(|error| bad(&error.to_string()))?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(bad("it must begin with http:// or https://"));
    }
    let host = parsed.host_str().ok_or_else(|| bad("it names no host"))?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(bad("it must not carry a name or a password"));
    }
    Ok(Place {
        scheme: parsed.scheme().to_owned(),
        authority: parsed.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
        path: parsed.path().trim_end_matches('/').to_owned(),
        signing_region,
        custom: true,
        listed: true,
        reached: AtomicBool::new(false),
    })
}
