//! Protocols and ports.

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
