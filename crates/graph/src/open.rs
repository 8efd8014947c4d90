//! `facts.open`: what gets in, from where.

use std::collections::BTreeSet;
use std::sync::Arc;

use catalog::{OpenKind, ResourceType};
use expr::{Entity, Scope};
use resource::{List, Map, Value};

use crate::rules::{Rule, Rules, Source};

mod ordered;
#[cfg(test)]
mod tests;
mod together;

/// Computes the wanted facts of `graph` (`open`) for one resource.
pub fn facts(entity: &Entity, of: &ResourceType, scope: &dyn Scope, wanted: &BTreeSet<Arc<str>>) -> Map {
    let mut found = Map::new();
    if wanted.contains("open") {
        found.insert("open".into(), open(entity, of, scope));
    }
    found
}

fn open(entity: &Entity, of: &ResourceType, scope: &dyn Scope) -> Value {
    let mut all = List::default();
    for place in &of.open {
        let value = entity.document.at(&place.at);
        let found = match place.kind {
            OpenKind::SecurityGroup => group(value, entity, scope, place.prefix_lists.as_deref()),
            OpenKind::NetworkAcl => ordered::open(value),
        };
        all.items.extend(found.items);
        all.open = all.open.or(found.open);
    }
    Value::List(all)
}

/// What a security group lets in: each rule, and what several do together.
fn group(value: &Value, entity: &Entity, scope: &dyn Scope, prefix_lists: Option<&str>) -> List {
    let mut rules = Rules::default();
    rules.read(value, entity, scope, prefix_lists);
    let mut items: Vec<Value> = rules.items.iter().map(of_rule).collect();
    items.extend(together::ways(&rules.items));
    List { items, open: rules.open }
}

/// What one rule opens by itself.
fn of_rule(rule: &Rule) -> Value {
    let (source, range) = match &rule.source {
        Source::Range(range) if range.prefix_len() == 0 => ("anyone", range.to_string()),
        Source::Range(range) => ("cidr", range.to_string()),
        Source::PrefixList(id, ranges) => match ranges.iter().find(|range| range.prefix_len() == 0) {
            Some(range) => ("anyone", range.to_string()),
            None => ("prefix-list", id.to_string()),
        },
        Source::Group(id) => ("group", id.to_string()),
    };
    way(rule.protocol, rule.ports, source, &range, vec![because(rule)])
}

/// An item of the fact. Ports that are all ports are absent.
fn way(
    protocol: crate::Protocol,
    ports: crate::protocol::Ports,
    source: &str,
    range: &str,
    because: Vec<Value>,
) -> Value {
    let all = ports == crate::protocol::Ports::ALL;
    let port = |port: u16| if all { Value::Null } else { Value::Int(port.into()) };
    Value::map([
        ("protocol", Value::from(protocol.to_string())),
        ("from_port", port(ports.from)),
        ("to_port", port(ports.to)),
        ("source", Value::from(source)),
        ("range", Value::from(range)),
        ("because", Value::list(because)),
    ])
}

/// The reason that a rule gives.
fn because(rule: &Rule) -> Value {
    let protocol = match rule.protocol {
        crate::Protocol::All => "every protocol".to_owned(),
        protocol if protocol.has_ports() => format!("{protocol} {}", rule.ports),
        protocol => format!("protocol {protocol}"),
    };
    let from = match &rule.source {
        Source::Range(range) => range.to_string(),
        Source::PrefixList(id, ranges) => match ranges.iter().find(|range| range.prefix_len() == 0) {
            Some(range) => format!("prefix list {id}, which holds {range}"),
            None => format!("prefix list {id}"),
        },
        Source::Group(id) => format!("group {id}"),
    };
    Value::map([
        ("policy", Value::from("inbound rules")),
        ("statement", Value::from(format!("#{}", rule.entry))),
        ("text", Value::from(format!("lets in {protocol} from {from}"))),
    ])
}
