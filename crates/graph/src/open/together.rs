//! Rules that only together reach everybody: 0.0.0.0/1 and 128.0.0.0/1, a long prefix list, the internet without
//! private ranges.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use resource::Value;

use super::{because, way};
use crate::Protocol;
use crate::addresses::{Cover, cover_v4, cover_v6};
use crate::protocol::Ports;
use crate::rules::{Rule, Source};

/// Ranges that are open to a stretch of ports.
struct Stretch {
    ports: Ports,
    cover: Cover,
    rules: BTreeSet<usize>,
}

/// What no rule opens to everybody by itself, but several do together.
pub(super) fn ways(rules: &[Rule]) -> Vec<Value> {
    let protocols: BTreeSet<Protocol> = rules.iter().map(|rule| rule.protocol).collect();
    let mut found = Vec::new();
    for protocol in protocols {
        for family in [Family::V4, Family::V6] {
            for stretch in stretches(rules, protocol, family) {
                let reasons = stretch.rules.iter().filter_map(|index| rules.get(*index)).map(because).collect();
                let range = family.name(stretch.cover);
                found.push(way(protocol, stretch.ports, "anyone", range, reasons));
            }
        }
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    V4,
    V6,
}

impl Family {
    fn holds(self, range: &IpNet) -> bool {
        matches!((self, range), (Family::V4, IpNet::V4(_)) | (Family::V6, IpNet::V6(_)))
    }

    fn cover(self, ranges: &[IpNet]) -> Cover {
        match self {
            Family::V4 => cover_v4(ranges),
            Family::V6 => cover_v6(ranges),
        }
    }

    fn name(self, cover: Cover) -> &'static str {
        match (self, cover) {
            (Family::V4, Cover::All) => "0.0.0.0/0",
            (Family::V6, Cover::All) => "::/0",
            (Family::V4, _) => "every public IPv4 address",
            (Family::V6, _) => "every public IPv6 address",
        }
    }
}

fn stretches(rules: &[Rule], protocol: Protocol, family: Family) -> Vec<Stretch> {
    // A rule for every protocol counts for each of them.
    let of_protocol = |rule: &Rule| rule.protocol == protocol || rule.protocol == Protocol::All;
    let ranges: BTreeMap<usize, Vec<IpNet>> = rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| of_protocol(rule))
        .map(|(index, rule)| (index, ranges(rule, family)))
        .filter(|(_, ranges)| !ranges.is_empty())
        .collect();
    let all: Vec<IpNet> = ranges.values().flatten().copied().collect();
    if family.cover(&all) == Cover::Part {
        return Vec::new();
    }
    let mut found: Vec<Stretch> = Vec::new();
    for ports in pieces(rules, ranges.keys().copied()) {
        let here: BTreeSet<usize> = ranges
            .keys()
            .copied()
            .filter(|index| rules.get(*index).is_some_and(|rule| rule.ports.contains(ports)))
            .collect();
        let open: Vec<IpNet> = here.iter().filter_map(|index| ranges.get(index)).flatten().copied().collect();
        // One range that is everything is told by its own rule.
        let cover = family.cover(&open);
        if cover == Cover::Part || open.iter().any(|range| range.prefix_len() == 0) {
            continue;
        }
        match found.last_mut() {
            Some(last) if last.rules == here && last.ports.to.checked_add(1) == Some(ports.from) => {
                last.ports.to = ports.to;
            }
            _ => found.push(Stretch { ports, cover, rules: here }),
        }
    }
    // What rules for every protocol open is told once, under that protocol.
    found.retain(|stretch| {
        protocol == Protocol::All
            || stretch.rules.iter().any(|index| rules.get(*index).is_some_and(|rule| rule.protocol == protocol))
    });
    found
}

fn ranges(rule: &Rule, family: Family) -> Vec<IpNet> {
    match &rule.source {
        Source::Range(range) if family.holds(range) => vec![*range],
        Source::PrefixList(_, ranges) => ranges.iter().filter(|range| family.holds(range)).copied().collect(),
        _ => Vec::new(),
    }
}

/// The pieces into which the rules' port ranges cut all ports: within one, the same rules apply throughout.
fn pieces(rules: &[Rule], indexes: impl Iterator<Item = usize>) -> Vec<Ports> {
    let mut starts = BTreeSet::from([0_u16]);
    for rule in indexes.filter_map(|index| rules.get(index)) {
        starts.insert(rule.ports.from);
        starts.extend(rule.ports.to.checked_add(1));
    }
    let starts: Vec<u16> = starts.into_iter().collect();
    let ends = starts.iter().skip(1).map(|next| next - 1).chain([u16::MAX]);
    starts.iter().copied().zip(ends).map(|(from, to)| Ports { from, to }).collect()
}
