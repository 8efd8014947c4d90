//! Regions of a partition, and which of them an account may have off.

use std::sync::Arc;

use catalog::api::default_regions;

/// A region as the tables know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionInfo {
    /// The name, `eu-central-1`.
    pub name: Arc<str>,
    /// Off in an account until somebody turns it on.
    pub opt_in: bool,
}

/// Off until somebody turns it on.
pub(super) fn is_opt_in(region: &str) -> bool {
    let own_partition = ["cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"].iter().any(|start| region.starts_with(start));
    !own_partition && !default_regions("aws").contains(&region)
}
