//! Which account and regions a scan covers.

use std::sync::Arc;

use cloud::{AwsClient, CallTarget};
use resource::{Hole, Value, Why};
use serde_json::json;

use crate::error::ScanError;

/// The regions of an account.
#[derive(Clone, Debug, PartialEq)]
pub struct Regions {
    /// Every region enabled in the account, or why that is not known.
    pub enabled: Result<Vec<Arc<str>>, Arc<Hole>>,
    /// Those that the scan reads.
    pub scanned: Vec<Arc<str>>,
}

/// One account of a scan.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountScope {
    /// Its number.
    pub account: Arc<str>,
    /// `aws`, `aws-cn`, `aws-us-gov` …
    pub partition: Arc<str>,
    /// Its regions.
    pub regions: Regions,
}

impl AccountScope {
    /// For the scan's options in the store.
    pub fn to_json(&self) -> serde_json::Value {
        json!({
            "account": &*self.account,
            "partition": &*self.partition,
            "enabled": self.regions.enabled.as_ref().map(|names| names.iter().map(|name| &**name).collect::<Vec<_>>()).ok(),
            "hole": self.regions.enabled.as_ref().err(),
            "scanned": self.regions.scanned.iter().map(|name| &**name).collect::<Vec<_>>(),
        })
    }

    /// Reads it back; `None` when the options are not ours.
    pub fn from_json(options: &serde_json::Value) -> Option<AccountScope> {
        let names = |name: &str| -> Option<Vec<Arc<str>>> {
            options.get(name)?.as_array()?.iter().map(|one| one.as_str().map(Into::into)).collect()
        };
        let hole = || serde_json::from_value::<Hole>(options.get("hole")?.clone()).ok();
        let enabled = match names("enabled") {
            Some(names) => Ok(names),
            None => Err(Arc::new(hole()?)),
        };
        Some(AccountScope {
            account: options.get("account")?.as_str()?.into(),
            partition: options.get("partition")?.as_str()?.into(),
            regions: Regions { enabled, scanned: names("scanned")? },
        })
    }
}

/// Who the credentials are, and which regions to read.
///
/// # Errors
/// When the credentials are refused, the provider cannot be reached, or a wanted region does not exist.
pub(crate) async fn resolve(client: &AwsClient, wanted: &[String]) -> Result<AccountScope, ScanError> {
    let identity = client.identity().await.map_err(|error| ScanError::Identity(error.to_string(), help_for(&error)))?;
    let enabled = enabled_regions(client).await;
    let listed = client.regions_of_partition(&identity.partition);
    let scanned = if wanted.is_empty() {
        match &enabled {
            Ok(names) => names.clone(),
            Err(_) => listed.iter().filter(|region| !region.opt_in).map(|region| region.name.clone()).collect(),
        }
    } else {
        let known: Vec<&Arc<str>> = match &enabled {
            Ok(names) => names.iter().collect(),
            Err(_) => listed.iter().map(|region| &region.name).collect(),
        };
        let mut chosen = Vec::new();
        for region in wanted {
            let Some(found) = known.iter().find(|name| name.as_ref() == region.as_str()) else {
                let known: Vec<Arc<str>> = known.into_iter().cloned().collect();
                return Err(ScanError::Region {
                    region: region.clone(),
                    account: identity.account.to_string(),
                    nearest: expr::nearest(region, &known),
                });
            };
            if !chosen.contains(*found) {
                chosen.push((*found).clone());
            }
        }
        chosen
    };
    Ok(AccountScope {
        account: identity.account.as_str().into(),
        partition: identity.partition.as_str().into(),
        regions: Regions { enabled, scanned },
    })
}

async fn enabled_regions(client: &AwsClient) -> Result<Vec<Arc<str>>, Arc<Hole>> {
    let region = client.home_region().to_owned();
    let target =
        CallTarget { service: "ec2".into(), operation: "DescribeRegions".into(), region: region.as_str().into() };
    let answer = client.call(&target, &Value::map::<&str>([])).await.map_err(|error| Arc::new(error.hole()))?;
    // AWS leaves out what is not opted in unless asked; emulators may not.
    let enabled = answer.get("Regions").items().iter();
    let enabled = enabled.filter(|region| region.get("OptInStatus").as_str() != Some("not-opted-in"));
    let names = enabled.filter_map(|region| region.get("RegionName").as_str());
    let mut names: Vec<Arc<str>> = names.map(Into::into).collect();
    names.sort();
    // Every account has regions: an answer without any says nothing.
    if names.is_empty() {
        let hole = Hole::new(Why::Failed).call("ec2:DescribeRegions").permission("ec2:DescribeRegions");
        return Err(Arc::new(hole.detail("the answer names no region")));
    }
    Ok(names)
}

fn help_for(error: &cloud::CallError) -> &'static str {
    match error.class {
        cloud::ErrorClass::Credentials => {
            "check the credentials with `aws sts get-caller-identity`; renew them or choose another profile with AWS_PROFILE"
        }
        cloud::ErrorClass::Denied(_) => "a policy denies sts:GetCallerIdentity to these credentials; use others",
        _ => "check the network, HTTPS_PROXY and AWS_ENDPOINT_URL, then run the scan again",
    }
}
