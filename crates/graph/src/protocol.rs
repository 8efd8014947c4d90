//! Protocols and ports of network rules.

use std::collections::BTreeSet;
use std::fmt;

/// A protocol as a rule names it: by name or by its number at IANA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// `-1`: every protocol.
    All,
    /// 6.
    Tcp,
    /// 17.
    Udp,
    /// 1.
    Icmp,
    /// 58.
    Icmpv6,
    /// Any other number.
    Number(u8),
}

impl Protocol {
    /// Reads a name or a number. `None` for anything else.
    pub fn parse(text: &str) -> Option<Protocol> {
        Some(match text.to_ascii_lowercase().as_str() {
            "-1" | "all" | "any" => Protocol::All,
            "tcp" | "6" => Protocol::Tcp,
            "udp" | "17" => Protocol::Udp,
            "icmp" | "1" => Protocol::Icmp,
            "icmpv6" | "58" => Protocol::Icmpv6,
            number => Protocol::Number(number.parse().ok()?),
        })
    }

    /// Whether its rules carry ports.
    pub fn has_ports(self) -> bool {
        matches!(self, Protocol::Tcp | Protocol::Udp)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Protocol::All => f.write_str("-1"),
            Protocol::Tcp => f.write_str("tcp"),
            Protocol::Udp => f.write_str("udp"),
            Protocol::Icmp => f.write_str("icmp"),
            Protocol::Icmpv6 => f.write_str("icmpv6"),
            Protocol::Number(number) => write!(f, "{number}"),
        }
    }
}

/// The ports that a rule opens, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Ports {
    pub(crate) from: u16,
    pub(crate) to: u16,
}

impl Ports {
    pub(crate) const ALL: Ports = Ports { from: 0, to: u16::MAX };

    pub(crate) fn contains(self, other: Ports) -> bool {
        self.from <= other.from && other.to <= self.to
    }

    /// The pieces into which the ranges cut all ports: within one, the same ranges hold throughout.
    pub(crate) fn pieces(ranges: impl Iterator<Item = Ports>) -> Vec<Ports> {
        let mut starts = BTreeSet::from([0_u16]);
        for range in ranges {
            starts.insert(range.from);
            starts.extend(range.to.checked_add(1));
        }
        let starts: Vec<u16> = starts.into_iter().collect();
        let ends = starts.iter().skip(1).map(|next| next - 1).chain([u16::MAX]);
        starts.iter().copied().zip(ends).map(|(from, to)| Ports { from, to }).collect()
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ports { from: 0, to: u16::MAX } => f.write_str("all ports"),
            Ports { from, to } if from == to => write!(f, "port {from}"),
            Ports { from, to } => write!(f, "ports {from}-{to}"),
        }
    }
}
