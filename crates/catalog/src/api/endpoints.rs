//! Where a service is found: partitions, regions, FIPS and dual-stack variants, global services.
//!
//! Source: botocore's endpoint rules, evaluated for every region when the models were extracted, and its
//! `endpoints.json` and `partitions.json`. A table, not a rule engine.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::{ApiError, ServiceModel};

/// The endpoint table.
#[derive(Debug, Deserialize)]
pub struct Endpoints {
    partitions: BTreeMap<Arc<str>, Partition>,
    services: BTreeMap<Arc<str>, BTreeMap<Arc<str>, ServiceEndpoints>>,
}

/// A set of regions with accounts and names of its own (`aws`, `aws-cn`, `aws-us-gov`, …).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Partition {
    /// The id that ARNs carry.
    #[serde(skip)]
    pub id: Arc<str>,
    /// `amazonaws.com`.
    pub dns_suffix: Arc<str>,
    /// `api.aws`.
    pub dual_stack_dns_suffix: Arc<str>,
    /// The region that global services are signed for by default.
    pub global_region: Arc<str>,
    /// Every region known when the table was made.
    pub regions: Vec<Arc<str>>,
    region_regex: String,
    templates: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ServiceEndpoints {
    /// Global services only: the region of their signatures.
    #[serde(rename = "signingRegion")]
    signing_region: Option<Arc<str>>,
    regions: Vec<Arc<str>>,
    /// Where they differ from the partition's; none means that there is no such endpoint.
    templates: BTreeMap<String, Option<String>>,
    /// Regions where the template does not hold.
    hosts: BTreeMap<String, Host>,
}

#[derive(Debug, Default, Deserialize)]
struct Host {
    #[serde(rename = "signingRegion")]
    signing_region: Option<Arc<str>>,
    #[serde(flatten)]
    hosts: BTreeMap<String, Option<String>>,
}

/// Which kind of endpoint is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Variant {
    /// Endpoints whose cryptography is validated by FIPS 140.
    pub fips: bool,
    /// Endpoints with IPv4 and IPv6 addresses.
    pub dual_stack: bool,
}

impl Variant {
    fn key(self) -> &'static str {
        match (self.fips, self.dual_stack) {
            (false, false) => "host",
            (true, false) => "fips",
            (false, true) => "dualstack",
            (true, true) => "dualstack-fips",
        }
    }
    fn name(self) -> &'static str {
        match (self.fips, self.dual_stack) {
            (false, _) => "dual-stack",
            (true, false) => "FIPS",
            (true, true) => "FIPS dual-stack",
        }
    }
    fn setting(self) -> &'static str {
        match (self.fips, self.dual_stack) {
            (false, _) => "AWS_USE_DUALSTACK_ENDPOINT",
            (true, false) => "AWS_USE_FIPS_ENDPOINT",
            (true, true) => "AWS_USE_FIPS_ENDPOINT or AWS_USE_DUALSTACK_ENDPOINT",
        }
    }
}

/// Where to send a request and what to sign it for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// The host's name.
    pub host: String,
    /// The region of the signature.
    pub signing_region: Arc<str>,
    /// Whether the table knows the service in this region. The table may be older than the region.
    pub listed: bool,
}

impl Endpoints {
    pub(super) fn read(bytes: &[u8]) -> Result<Endpoints, ApiError> {
        let mut table: Endpoints = serde_json::from_slice(bytes)
            .map_err(|error| ApiError::Malformed { file: "endpoints.json".to_owned(), why: error.to_string() })?;
        for (id, partition) in &mut table.partitions {
            partition.id = id.clone();
        }
        Ok(table)
    }

    /// Every partition.
    pub fn partitions(&self) -> impl Iterator<Item = &Partition> {
        self.partitions.values()
    }

    /// The partition of that id.
    pub fn partition(&self, id: &str) -> Option<&Partition> {
        self.partitions.get(id)
    }

    /// The partition that a region belongs to: by name, else by the form of its name.
    pub fn partition_of(&self, region: &str) -> Option<&Partition> {
        let named = |partition: &&Partition| partition.regions.iter().any(|known| **known == *region);
        self.partitions
            .values()
            .find(named)
            .or_else(|| self.partitions.values().find(|partition| partition.looks_like(region)))
    }

    fn service(&self, model: &ServiceModel, partition: &str) -> Option<&ServiceEndpoints> {
        self.services.get(&*model.name)?.get(partition)
    }

    /// The region that a global service is signed for in a partition; `None` for a regional service.
    pub fn global_region(&self, model: &ServiceModel, partition: &str) -> Option<Arc<str>> {
        self.service(model, partition)?.signing_region.clone()
    }

    /// The regions in which a partition has the service, as far as the table knows; empty for a global service.
    pub fn regions(&self, model: &ServiceModel, partition: &str) -> &[Arc<str>] {
        let service = self.service(model, partition);
        service.map_or(&[], |service| &service.regions)
    }

    /// Whether a regional service is in a region. `false` only when the table knows what the region has, knows the
    /// service in other regions of the partition and not there: a table may be older than a region.
    pub fn is_offered(&self, model: &ServiceModel, region: &str) -> bool {
        let Some(partition) = self.partition_of(region) else { return true };
        let here = |service: &ServiceEndpoints| service.regions.iter().any(|known| **known == *region);
        match self.service(model, &partition.id) {
            Some(service) if service.signing_region.is_none() && !service.regions.is_empty() => {
                let known = self.services.values().filter_map(|parts| parts.get(&partition.id)).any(here);
                here(service) || !known
            }
            _ => true,
        }
    }

    /// Where to find a service from a region.
    ///
    /// # Errors
    /// When the region is of no known partition, or the service lacks the variant there.
    pub fn resolve(&self, model: &ServiceModel, region: &str, variant: Variant) -> Result<Endpoint, ApiError> {
        let prefix = &*model.metadata.endpoint_prefix;
        let partition = self.partition_of(region).ok_or_else(|| ApiError::Region { region: region.to_owned() })?;
        let lacks = || ApiError::Variant {
            service: model.name.to_string(),
            region: region.to_owned(),
            variant: variant.name(),
            setting: variant.setting(),
        };
        let key = variant.key();
        let service = self.service(model, &partition.id);
        let special = service.and_then(|service| service.hosts.get(region));
        let template = match special.and_then(|host| host.hosts.get(key)) {
            Some(own) => own.as_deref(),
            None => match service.and_then(|service| service.templates.get(key)) {
                Some(own) => own.as_deref(),
                None => partition.templates.get(key).map(String::as_str),
            },
        };
        let host = template.ok_or_else(lacks)?.replace("{service}", prefix).replace("{region}", region);
        let global = service.and_then(|service| service.signing_region.clone());
        let signing_region = global.clone().or_else(|| special.and_then(|host| host.signing_region.clone()));
        Ok(Endpoint {
            host,
            signing_region: signing_region.unwrap_or_else(|| region.into()),
            listed: global.is_some()
                || service.is_some_and(|service| service.regions.iter().any(|known| **known == *region)),
        })
    }
}

impl Partition {
    /// Whether a region's name has the partition's form: `^(us|eu)\-\w+\-\d+$`, the only form that the table uses.
    fn looks_like(&self, region: &str) -> bool {
        let mut parts: Vec<&str> = region.split('-').collect();
        let number = parts.pop().unwrap_or_default();
        let digits = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
        let pattern = self.region_regex.trim_start_matches('^').trim_end_matches("\\w+\\-\\d+$");
        let fixed: Vec<&str> = pattern.split("\\-").filter(|part| !part.is_empty()).collect();
        let word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        digits
            && parts.len() == fixed.len() + 1
            && parts.last().is_some_and(|last| word(last))
            && fixed.iter().zip(&parts).all(|(allowed, part)| {
                allowed.trim_matches(|c| c == '(' || c == ')').split('|').any(|name| name == *part)
            })
    }
}
