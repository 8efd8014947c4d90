//! Network ACLs: entries in order, of which the first that fits decides.
//!
//! Source: "Network ACL rules", Amazon VPC User Guide. A deny of some addresses before an allow of all leaves the rest
//! open, so what decides is the first entry, or run of entries, that reaches everybody.

use std::collections::BTreeSet;
use std::sync::Arc;

use ipnet::IpNet;
use resource::{Hole, List, Value};

use super::way;
use crate::Protocol;
use crate::addresses::{Cover, Family};
use crate::protocol::Ports;
use crate::rules::failed;

/// One inbound entry.
#[derive(Clone, Debug)]
struct Entry {
    number: i64,
    allows: bool,
    protocol: Protocol,
    ports: Ports,
    range: IpNet,
}

/// An entry, or why it is not known; that one may concern everything behind its number.
type Read = Result<Entry, (i64, Arc<Hole>)>;

/// What decides about a stretch of ports.
#[derive(PartialEq)]
enum Decision {
    Closed,
    Open(Cover, Vec<i64>),
    Undecided(Arc<Hole>),
}

/// What the inbound entries of `Entries` let in from everybody.
pub(super) fn open(value: &Value) -> List {
    let entries = match value {
        Value::Null => return List::default(),
        Value::List(List { items, open: None }) => items,
        Value::List(List { open: Some(hole), .. }) | Value::Unknown(hole) => return undecided(hole),
        _ => return undecided(&failed("the entries are not a list")),
    };
    let mut read = Vec::new();
    for entry in entries {
        match (entry.get("Egress"), entry.get("RuleNumber")) {
            (Value::Bool(true), _) => {}
            (_, Value::Int(number)) => read.push(read_entry(*number, entry)),
            (_, Value::Unknown(hole)) => return undecided(hole),
            _ => return undecided(&failed("an entry has no number")),
        }
    }
    read.sort_by_key(|entry| match entry {
        Ok(entry) => entry.number,
        Err((number, _)) => *number,
    });
    let mut found = List::default();
    for protocol in protocols(&read) {
        for family in Family::ALL {
            decide(&read, protocol, family, &mut found);
        }
    }
    found
}

fn undecided(hole: &Arc<Hole>) -> List {
    List { items: Vec::new(), open: Some(hole.clone()) }
}

fn read_entry(number: i64, entry: &Value) -> Read {
    let wrong = |detail: &str| (number, failed(detail));
    if let Some(hole) = entry.first_hole() {
        return Err((number, hole.clone()));
    }
    let text = |name: &str| entry.get(name).as_str();
    let protocol = text("Protocol").and_then(Protocol::parse).ok_or_else(|| wrong("an entry has no protocol"))?;
    let range = text("CidrBlock").or_else(|| text("Ipv6CidrBlock")).and_then(|text| text.parse::<IpNet>().ok());
    let range = range.ok_or_else(|| wrong("an entry has no address range"))?.trunc();
    let port = |name: &str| entry.get("PortRange").get(name).as_int().and_then(|port| u16::try_from(port).ok());
    let ports = match (protocol.has_ports(), port("From"), port("To")) {
        (true, Some(from), Some(to)) => Ports { from, to },
        _ => Ports::ALL,
    };
    let allows = match text("RuleAction") {
        Some("allow") => true,
        Some("deny") => false,
        _ => return Err(wrong("an entry neither allows nor denies")),
    };
    Ok(Entry { number, allows, protocol, ports, range })
}

/// The protocols to tell about. `-1` stands for all only where no entry denies one of them by name.
fn protocols(entries: &[Read]) -> Vec<Protocol> {
    let known = || entries.iter().filter_map(|entry| entry.as_ref().ok());
    let mut named: BTreeSet<Protocol> = known().map(|entry| entry.protocol).collect();
    if known().any(|entry| !entry.allows && entry.protocol != Protocol::All) {
        named.remove(&Protocol::All);
        named.extend([Protocol::Tcp, Protocol::Udp, Protocol::Icmp, Protocol::Icmpv6]);
    } else if named.is_empty() {
        // Entries that are all unknown are asked about once.
        named.insert(Protocol::All);
    }
    named.into_iter().collect()
}

fn decide(entries: &[Read], protocol: Protocol, family: Family, found: &mut List) {
    let fits = |entry: &Entry| entry.protocol == protocol || entry.protocol == Protocol::All;
    let cuts =
        entries.iter().filter_map(|entry| entry.as_ref().ok()).filter(|entry| fits(entry)).map(|entry| entry.ports);
    let mut last: Option<(Ports, Cover, Vec<i64>)> = None;
    let mut stretches = Vec::new();
    for ports in Ports::pieces(cuts) {
        match decision(entries, protocol, family, ports) {
            Decision::Closed => stretches.extend(last.take()),
            Decision::Undecided(hole) => {
                stretches.extend(last.take());
                found.open = Some(hole);
            }
            Decision::Open(cover, numbers) => match &mut last {
                Some((before, covered, same)) if *covered == cover && *same == numbers => before.to = ports.to,
                _ => stretches.extend(last.replace((ports, cover, numbers))),
            },
        }
    }
    stretches.extend(last);
    for (ports, cover, numbers) in stretches {
        let reasons = numbers.iter().map(|number| because(*number, protocol, ports)).collect();
        found.items.push(way(protocol, ports, "anyone", family.name(cover), reasons));
    }
}

fn decision(entries: &[Read], protocol: Protocol, family: Family, ports: Ports) -> Decision {
    let (mut allowed, mut denied, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err((_, hole)) => return Decision::Undecided(hole.clone()),
        };
        let fits = entry.protocol == protocol || entry.protocol == Protocol::All;
        if !fits || !entry.ports.contains(ports) || !family.holds(&entry.range) {
            continue;
        }
        if entry.allows {
            allowed.push(entry.range);
            numbers.push(entry.number);
            let cover = family.cover(&allowed);
            if cover != Cover::Part {
                return Decision::Open(cover, numbers);
            }
        } else {
            denied.push(entry.range);
            if family.cover(&denied) != Cover::Part {
                return Decision::Closed;
            }
        }
    }
    Decision::Closed
}

fn because(number: i64, protocol: Protocol, ports: Ports) -> Value {
    let what = match protocol {
        Protocol::All => "every protocol".to_owned(),
        protocol if protocol.has_ports() => format!("{protocol} {ports}"),
        protocol => format!("protocol {protocol}"),
    };
    Value::map([
        ("policy", Value::from("inbound entries")),
        ("statement", Value::from(format!("#{number}"))),
        ("text", Value::from(format!("allows {what} before any entry denies it"))),
    ])
}

#[cfg(test)]
mod tests;
