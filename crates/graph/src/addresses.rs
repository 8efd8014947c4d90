//! Whether address ranges together reach everybody.

use std::sync::LazyLock;

use expr::network::reserved_v4;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// How much of the address space a set of ranges covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cover {
    /// Not even every public address.
    Part,
    /// Every address that is routed on the internet, but not all private and reserved ones.
    Public,
    /// Every address.
    All,
}

/// Everything but global unicast, 2000::/3.
static RESERVED_V6: LazyLock<Vec<Ipv6Net>> = LazyLock::new(|| {
    let texts = ["::/3", "4000::/2", "8000::/1"];
    texts.iter().filter_map(|text| text.parse().ok()).collect()
});

/// How much of IPv4 the ranges cover; others are left out.
fn cover_v4(ranges: &[IpNet]) -> Cover {
    let ranges: Vec<Ipv4Net> =
        ranges.iter().filter_map(|range| if let IpNet::V4(net) = range { Some(*net) } else { None }).collect();
    // Nine tenths of the addresses are public: sets that are far too small need no sorting.
    if ranges.iter().map(|net| 1_u64 << (32 - u32::from(net.prefix_len()))).sum::<u64>() < 1 << 31 {
        return Cover::Part;
    }
    let all = |nets: Vec<Ipv4Net>| Ipv4Net::aggregate(&nets).iter().any(|net| net.prefix_len() == 0);
    match (all(ranges.clone()), all(ranges.into_iter().chain(reserved_v4()).collect())) {
        (true, _) => Cover::All,
        (false, true) => Cover::Public,
        _ => Cover::Part,
    }
}

/// How much of IPv6 the ranges cover; others are left out.
fn cover_v6(ranges: &[IpNet]) -> Cover {
    let ranges: Vec<Ipv6Net> =
        ranges.iter().filter_map(|range| if let IpNet::V6(net) = range { Some(*net) } else { None }).collect();
    let all = |nets: Vec<Ipv6Net>| Ipv6Net::aggregate(&nets).iter().any(|net| net.prefix_len() == 0);
    match (all(ranges.clone()), all(ranges.into_iter().chain(RESERVED_V6.iter().copied()).collect())) {
        (true, _) => Cover::All,
        (false, true) => Cover::Public,
        _ => Cover::Part,
    }
}

/// IPv4 or IPv6: a rule of one says nothing about the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    V4,
    V6,
}

impl Family {
    pub(crate) const ALL: [Family; 2] = [Family::V4, Family::V6];

    pub(crate) fn holds(self, range: &IpNet) -> bool {
        matches!((self, range), (Family::V4, IpNet::V4(_)) | (Family::V6, IpNet::V6(_)))
    }

    /// How much of the family's addresses the ranges cover.
    pub(crate) fn cover(self, ranges: &[IpNet]) -> Cover {
        match self {
            Family::V4 => cover_v4(ranges),
            Family::V6 => cover_v6(ranges),
        }
    }

    /// What a cover is called.
    pub(crate) fn name(self, cover: Cover) -> &'static str {
        match (self, cover) {
            (Family::V4, Cover::All) => "0.0.0.0/0",
            (Family::V6, Cover::All) => "::/0",
            (Family::V4, _) => "every public IPv4 address",
            (Family::V6, _) => "every public IPv6 address",
        }
    }
}

#[cfg(test)]
mod tests;
