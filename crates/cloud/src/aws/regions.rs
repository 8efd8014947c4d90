//! Regions of a partition, and which of them an account may have off.

use std::sync::Arc;

/// A region as the tables know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionInfo {
    /// The name, `eu-central-1`.
    pub name: Arc<str>,
    /// Off in an account until somebody turns it on.
    pub opt_in: bool,
}

/// Regions that every account has from the start. The list is closed: since March 2019 every new region of the `aws`
/// partition is off until it is turned on (AWS Account Management Guide, "Enable or disable AWS Regions").
const ALWAYS_ON: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

pub(super) fn is_opt_in(region: &str) -> bool {
    let own_partition = ["cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"].iter().any(|start| region.starts_with(start));
    !own_partition && !ALWAYS_ON.contains(&region)
}
