//! The network book: security groups and what they let in from anyone.

use std::sync::Arc;

use expr::{EntityData, EntitySet, Val};
use proptest::prelude::*;
use resource::{Hole, Why};

use super::*;
use crate::Protocol;

const BOOK: &str = include_str!("../../tests/book/groups.md");

/// A group's neighbours: prefix lists by id.
struct Lists(EntitySet);

impl Scope for Lists {
    fn root(&self, _: &str) -> Option<Val> {
        None
    }
    fn refs(&self, _: &Entity, edge: &str) -> Arc<EntitySet> {
        assert_eq!(edge, "admits_list");
        Arc::new(self.0.clone())
    }
    fn now(&self) -> i64 {
        0
    }
}

pub(super) fn json(text: &str) -> Value {
    Value::from_json(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn list(document: Value) -> Result<Entity, Arc<Hole>> {
    if let Some(hole) = document.unknown() {
        return Err(hole.clone());
    }
    Ok(Arc::new(EntityData { document, ..EntityData::default() }))
}

/// The fact of a group with these permissions, by way of the rules and not of a type.
fn open_of(permissions: &Value, lists: &Value) -> Value {
    let entity = Entity::default();
    let members: Vec<_> = lists.items().iter().cloned().map(list).collect();
    let open = match lists {
        Value::List(lists) => lists.open.clone(),
        Value::Null => Some(Arc::new(Hole::new(Why::NotCollected))),
        _ => None,
    };
    let scope = Lists(EntitySet { members, open });
    Value::List(group(permissions, &entity, &scope, Some("admits_list")))
}

/// `tcp 22-22 anyone 0.0.0.0/0`.
pub(super) fn line(item: &Value) -> String {
    let text = |name: &str| item.get(name).as_str().unwrap_or_default().to_owned();
    let ports = match (item.get("from_port").as_int(), item.get("to_port").as_int()) {
        (Some(from), Some(to)) => format!("{from}-{to}"),
        _ => "all".to_owned(),
    };
    assert!(!item.get("because").items().is_empty(), "every way in has a reason");
    format!("{} {ports} {} {}", text("protocol"), text("source"), text("range"))
}

#[test]
fn every_group_of_the_book_lets_in_what_it_says() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in BOOK.split("\n### ").skip(1) {
        let (name, rest) = case.split_once('\n').expect("a name");
        let (_, rest) = rest.split_once("```json\n").expect("permissions");
        let (permissions, rest) = rest.split_once("```").expect("the end of the permissions");
        let lists = match rest.split_once("```lists\n") {
            Some((_, rest)) => json(rest.split_once("```").expect("the end of the lists").0),
            None => Value::list(Vec::new()),
        };
        let (_, rest) = rest.split_once("```open\n").expect("what is open");
        let (expected, _) = rest.split_once("```").expect("the end");
        let Value::List(found) = open_of(&json(permissions), &lists) else { panic!("a list") };
        let mut lines: Vec<String> = found.items.iter().map(line).collect();
        lines.extend(found.open.map(|_| "open".to_owned()));
        let expected: Vec<&str> = expected.lines().collect();
        if lines != expected {
            wrong.push(format!("{name}\n  expected {expected:?}\n  found    {lines:?}"));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 75, "{count} cases");
}

#[test]
fn the_fact_follows_the_place_that_the_type_names() {
    let of: ResourceType = catalog_type();
    let document = json(
        r#"{"IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}"#,
    );
    let entity: Entity = Arc::new(EntityData { document, ..EntityData::default() });
    let scope = Lists(EntitySet::default());
    let wanted = BTreeSet::from([Arc::from("open")]);
    let found = facts(&entity, &of, &scope, &wanted);
    assert_eq!(line(&found["open"].items()[0]), "tcp 22-22 anyone 0.0.0.0/0");
    assert!(facts(&entity, &of, &scope, &BTreeSet::new()).is_empty(), "only what is wanted is computed");

    let hole: Entity =
        Arc::new(EntityData { document: json(r#"{"IpPermissions": {"?": "denied"}}"#), ..EntityData::default() });
    let Value::List(unread) = facts(&hole, &of, &scope, &wanted)["open"].clone() else { panic!("a list") };
    assert_eq!(unread.open.map(|hole| hole.why), Some(Why::Denied));
}

fn catalog_type() -> ResourceType {
    let catalog = catalog::Catalog::embedded().unwrap_or_else(|errors| panic!("{errors:?}"));
    let text = catalog::embedded("types/aws/ec2/security-group.toml").expect("the type is embedded");
    assert!(catalog.resource_type("aws.ec2.security-group").is_some());
    toml::from_str(text).expect("the type loads")
}

#[test]
fn a_thousand_rules_are_done_at_once() {
    let permissions: Vec<Value> = (0..1000_i64)
        .map(|index| {
            let range = format!("{}.{}.0.0/16", 1 + index % 200, index % 256);
            Value::map([
                ("IpProtocol", Value::from("tcp")),
                ("FromPort", Value::Int(index * 60)),
                ("ToPort", Value::Int(index * 60 + 30)),
                ("IpRanges", Value::list(vec![Value::map([("CidrIp", Value::from(range))])])),
            ])
        })
        .collect();
    assert_eq!(open_of(&Value::list(permissions), &Value::list(Vec::new())).items().len(), 1000);
}

/// Whether somebody at `address` gets in, by the rules as they stand.
fn oracle(rules: &[(u8, u16, u16, u8, u8)], address: u8, protocol: u8, port: u16) -> bool {
    rules.iter().any(|(of, from, to, head, length)| {
        let mask = if *length == 0 { 0 } else { !0_u8 << (8 - length) };
        (*of == 0 || (*of == protocol && *from <= port && port <= *to)) && (head & mask) == (address & mask)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Rules over the first byte of addresses only, so that the oracle can try all 256.
    #[test]
    fn a_port_is_open_to_anyone_exactly_if_every_address_gets_in(
        rules in prop::collection::vec((0..3_u8, 0..6_u16, 0..3_u16, any::<u8>(), 0..4_u8), 0..8)
    ) {
        let rules: Vec<(u8, u16, u16, u8, u8)> =
            rules.into_iter().map(|(of, from, more, head, length)| (of, from, from + more, head, length)).collect();
        let permissions: Vec<Value> = rules
            .iter()
            .map(|(of, from, to, head, length)| {
                let protocol = ["-1", "tcp", "udp"][usize::from(*of)];
                let range = Value::map([("CidrIp", Value::from(format!("{head}.0.0.0/{length}")))]);
                Value::map([
                    ("IpProtocol", Value::from(protocol)),
                    ("FromPort", Value::Int((*from).into())),
                    ("ToPort", Value::Int((*to).into())),
                    ("IpRanges", Value::list(vec![range])),
                ])
            })
            .collect();
        let found = open_of(&Value::list(permissions), &Value::list(Vec::new()));
        for (number, name) in [(1_u8, "tcp"), (2, "udp")] {
            for port in 0..9_u16 {
                let everyone = (0..=255_u8).all(|address| oracle(&rules, address, number, port));
                let told = found.items().iter().any(|item| {
                    let fits = [name, "-1"].contains(&item.get("protocol").as_str().unwrap_or_default());
                    let inside = match (item.get("from_port").as_int(), item.get("to_port").as_int()) {
                        (Some(from), Some(to)) => (from..=to).contains(&i64::from(port)),
                        _ => true,
                    };
                    let whole = item.get("range").as_str() == Some("0.0.0.0/0");
                    fits && inside && whole && item.get("source").as_str() == Some("anyone")
                });
                prop_assert_eq!(told, everyone, "{} {}", name, port);
            }
        }
    }

    #[test]
    fn no_permission_makes_the_reader_panic(protocol in "\\PC{0,8}", from in any::<i64>(), to in any::<i64>(), cidr in "[0-9a-f.:/]{0,20}") {
        let permission = Value::map([
            ("IpProtocol", Value::from(protocol)),
            ("FromPort", Value::Int(from)),
            ("ToPort", Value::Int(to)),
            ("IpRanges", Value::list(vec![Value::map([("CidrIp", Value::from(cidr))])])),
        ]);
        open_of(&Value::list(vec![permission]), &Value::Null);
    }
}

#[test]
fn protocols_go_by_name_or_number() {
    for (text, protocol) in [
        ("6", Protocol::Tcp),
        ("UDP", Protocol::Udp),
        ("1", Protocol::Icmp),
        ("58", Protocol::Icmpv6),
        ("-1", Protocol::All),
        ("47", Protocol::Number(47)),
    ] {
        assert_eq!(Protocol::parse(text), Some(protocol), "{text}");
    }
    assert_eq!(Protocol::parse("300"), None);
}
