//! Conditions on the caller's address.
//!
//! Source: "The meaning of public", Amazon S3 User Guide: a set of ranges names somebody unless it is broader than /8 of
//! IPv4 or /32 of IPv6.

use std::sync::Arc;

use expr::network::is_private;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::{Bound, Restriction, Via};
use crate::party::{Party, To};
use crate::policy::Condition;
use crate::settings::{Settings, network};

/// The longest prefixes that are still too broad to name anybody.
const BROAD_V4: u8 = 7;
const BROAD_V6: u8 = 31;

/// What an `IpAddress` condition does.
pub(super) fn restriction(condition: &Condition, key: &str, settings: &Settings) -> Restriction {
    if !matches!(key, "aws:sourceip" | "aws:vpcsourceip") {
        return Restriction::No;
    }
    let (mut bounds, mut public) = (Vec::new(), Vec::new());
    for value in &condition.values.items {
        let Some(range) = network(value) else { return Restriction::No };
        let own = is_private(&range) || settings.trusted_networks.iter().any(|own| own.contains(&range));
        if !own {
            public.push(range);
        }
        bounds.push(bound(if own { To::Own } else { To::Foreign }, value));
    }
    match &condition.values.open {
        // Ranges side by side count as the one that they make up.
        _ if is_broad(&public) => Restriction::No,
        Some(hole) => Restriction::Unknown(hole.clone()),
        None if bounds.is_empty() => Restriction::Never,
        None => Restriction::To(bounds),
    }
}

/// Whoever has a public address that is not ours is somebody else, even if named.
fn bound(to: To, value: &Arc<str>) -> Bound {
    Bound { via: Via::Network, party: Party::new(to, value.clone()) }
}

fn is_broad(ranges: &[IpNet]) -> bool {
    let v4: Vec<Ipv4Net> =
        ranges.iter().filter_map(|range| if let IpNet::V4(net) = range { Some(*net) } else { None }).collect();
    let v6: Vec<Ipv6Net> =
        ranges.iter().filter_map(|range| if let IpNet::V6(net) = range { Some(*net) } else { None }).collect();
    Ipv4Net::aggregate(&v4).iter().any(|net| net.prefix_len() <= BROAD_V4)
        || Ipv6Net::aggregate(&v6).iter().any(|net| net.prefix_len() <= BROAD_V6)
}
