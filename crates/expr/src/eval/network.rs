//! Address ranges and ports.

use std::net::IpAddr;
use std::sync::LazyLock;

use ipnet::IpNet;

/// A range, or an address as a range of one.
pub(crate) fn parse_net(text: &str) -> Option<IpNet> {
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
pub(super) fn is_public(net: &IpNet) -> bool {
    !NOT_PUBLIC.iter().any(|block| block.contains(net))
}

/// Whether `protocol` is the named one. `-1`, `all` and absent are every protocol; numbers are IANA's.
pub(super) fn protocol_is(protocol: Option<&str>, wanted: &str) -> bool {
    let number = |name: &str| match name.to_ascii_lowercase().as_str() {
        "icmp" => "1".to_owned(),
        "tcp" => "6".to_owned(),
        "udp" => "17".to_owned(),
        "icmpv6" => "58".to_owned(),
        "sctp" => "132".to_owned(),
        other => other.to_owned(),
    };
    is_every(protocol) || protocol.is_some_and(|protocol| number(protocol) == number(wanted))
}

/// Whether the protocol has ports: ICMP's types and codes use the same members.
pub(super) fn has_ports(protocol: Option<&str>) -> bool {
    is_every(protocol) || ["tcp", "udp", "sctp"].into_iter().any(|known| protocol_is(protocol, known))
}

fn is_every(protocol: Option<&str>) -> bool {
    protocol.is_none_or(|protocol| matches!(protocol.to_ascii_lowercase().as_str(), "-1" | "all" | "*" | "any" | ""))
}
