//! Rules that only together reach everybody: 0.0.0.0/1 and 128.0.0.0/1, a long prefix list, the internet without
//! private ranges.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use resource::Value;

use super::{because, way};
use crate::Protocol;
use crate::addresses::{Cover, Family};
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
        for family in Family::ALL {
            for stretch in stretches(rules, protocol, family) {
                let reasons = stretch.rules.iter().filter_map(|index| rules.get(*index)).map(because).collect();
                let range = family.name(stretch.cover);
                found.push(way(protocol, stretch.ports, "anyone", range, reasons));
            }
        }
    }
    found
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
    let cuts = ranges.keys().filter_map(|index| rules.get(*index)).map(|rule| rule.ports);
    for ports in Ports::pieces(cuts) {
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
