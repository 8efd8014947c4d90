//! Address ranges: what is routed on the internet, what is private.

use std::net::IpAddr;
use std::sync::LazyLock;

use ipnet::IpNet;

/// A range, or an address as a range of one.
pub fn parse_net(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok().map(|net| net.trunc())
}

/// What the IANA special-purpose registries list as not globally reachable, with multicast and the reserved tail.
static NOT_PUBLIC: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "::/127",
        "::ffff:0:0/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001:2::/48",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    ]
    .into_iter()
    .filter_map(|text| text.parse().ok())
    .collect()
});

/// Whether a range reaches into the public internet: it is not inside one of the blocks that do not.
pub fn is_public(net: &IpNet) -> bool {
    !NOT_PUBLIC.iter().any(|block| block.contains(net))
}

/// The IPv4 blocks that are never a source on the internet, the deprecated relays of RFC 7526 among them.
pub fn reserved_v4() -> impl Iterator<Item = ipnet::Ipv4Net> {
    let relays = "192.88.99.0/24".parse().ok();
    NOT_PUBLIC.iter().filter_map(|block| if let IpNet::V4(block) = block { Some(*block) } else { None }).chain(relays)
}

/// The blocks of networks that are somebody's own: RFC 1918, shared address space, link-local, loopback, unique local.
static PRIVATE: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "127.0.0.0/8",
        "fc00::/7",
        "fe80::/10",
        "::1/128",
    ]
    .into_iter()
    .filter_map(|text| text.parse().ok())
    .collect()
});

/// Whether a range lies inside a private network.
pub fn is_private(net: &IpNet) -> bool {
    PRIVATE.iter().any(|block| block.contains(net))
}
