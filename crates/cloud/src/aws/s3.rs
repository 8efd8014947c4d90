//! What S3 has of its own: buckets in host names, and buckets that live in another region than asked.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use catalog::api::wire::Request;
use catalog::api::{Operation, ServiceModel};
use resource::Value;

use super::place::Place;

/// Where buckets turned out to live.
#[derive(Debug, Default)]
pub(super) struct BucketRegions(RwLock<HashMap<Arc<str>, Arc<str>>>);

impl BucketRegions {
    pub(super) fn of(&self, bucket: &str) -> Option<Arc<str>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(bucket).cloned()
    }

    pub(super) fn learn(&self, bucket: &str, region: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(bucket.into(), region.into());
    }
}

/// The bucket that a request is about.
pub(super) fn bucket<'v>(model: &ServiceModel, operation: &Operation, input: &'v Value) -> Option<&'v str> {
    let about = &*model.name == "s3" && operation.http.uri.starts_with("/{Bucket}");
    if about { input.get("Bucket").as_str() } else { None }
}

/// The authority and path of a request: the bucket moves into the host's name where the host is the provider's and the
/// name can be part of a host's that its certificate covers.
///
/// Source: Amazon S3 User Guide, "Virtual hosting of general purpose buckets".
pub(super) fn address(place: &Place, request: &Request, bucket: Option<&str>) -> (String, String) {
    let prefix = request.host_prefix.as_deref().filter(|_| !place.custom).unwrap_or_default();
    let plain = || (format!("{prefix}{}", place.authority), format!("{}{}", place.path, request.path));
    let Some(bucket) = bucket.filter(|bucket| !place.custom && fits_in_host(bucket)) else { return plain() };
    match request.path.strip_prefix('/').and_then(|path| path.strip_prefix(bucket)) {
        Some(rest) => {
            let path = if rest.is_empty() { "/" } else { rest };
            (format!("{bucket}.{}", place.authority), path.to_owned())
        }
        None => plain(),
    }
}

/// Lower case, no dots (the certificate has one wildcard), 3 to 63 characters.
fn fits_in_host(bucket: &str) -> bool {
    (3..=63).contains(&bucket.len())
        && bucket.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !bucket.starts_with('-')
        && !bucket.ends_with('-')
}
