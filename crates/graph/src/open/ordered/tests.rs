//! The book of network ACLs.

use proptest::prelude::*;

use super::*;
use crate::open::tests::{json, line};

const BOOK: &str = include_str!("../../../tests/book/acls.md");

#[test]
fn every_acl_of_the_book_lets_in_what_it_says() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in BOOK.split("\n### ").skip(1) {
        let (name, rest) = case.split_once('\n').expect("a name");
        let (_, rest) = rest.split_once("```json\n").expect("entries");
        let (entries, rest) = rest.split_once("```").expect("the end of the entries");
        let (_, rest) = rest.split_once("```open\n").expect("what is open");
        let (expected, _) = rest.split_once("```").expect("the end");
        let found = open(&json(entries));
        let mut lines: Vec<String> = found.items.iter().map(line).collect();
        lines.extend(found.open.map(|_| "open".to_owned()));
        let expected: Vec<&str> = expected.lines().collect();
        if lines != expected {
            wrong.push(format!("{name}\n  expected {expected:?}\n  found    {lines:?}"));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 40, "{count} cases");
}

/// What the first entry that fits says about one address.
fn gets_in(entries: &[(bool, u8, u16, u16, u8, u8)], address: u8, protocol: u8, port: u16) -> bool {
    let first = entries.iter().find(|(_, of, from, to, head, length)| {
        let mask = if *length == 0 { 0 } else { !0_u8 << (8 - length) };
        let fits = *of == 0 || (*of == protocol && *from <= port && port <= *to);
        fits && (head & mask) == (address & mask)
    });
    first.is_some_and(|(allows, ..)| *allows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Entries over the first byte of addresses only, so that the oracle can try all 256.
    #[test]
    fn what_lets_everybody_in_is_told_and_what_is_told_lets_somebody_in(
        entries in prop::collection::vec((any::<bool>(), 0..3_u8, 0..5_u16, 0..3_u16, any::<u8>(), 0..3_u8), 0..8)
    ) {
        let entries: Vec<_> = entries.into_iter().map(|(allows, of, from, more, head, length)| (allows, of, from, from + more, head, length)).collect();
        let documents = entries.iter().zip(1_i64..).map(|((allows, of, from, to, head, length), number)| {
            Value::map([
                ("RuleNumber", Value::Int(number)),
                ("Egress", Value::Bool(false)),
                ("RuleAction", Value::from(if *allows { "allow" } else { "deny" })),
                ("Protocol", Value::from(["-1", "6", "17"][usize::from(*of)])),
                ("PortRange", Value::map([("From", Value::Int((*from).into())), ("To", Value::Int((*to).into()))])),
                ("CidrBlock", Value::from(format!("{head}.0.0.0/{length}"))),
            ])
        });
        let found = open(&Value::list(documents.collect()));
        for (number, name) in [(1_u8, "tcp"), (2, "udp")] {
            for port in 0..8_u16 {
                let inside = (0..=255_u8).filter(|address| gets_in(&entries, *address, number, port)).count();
                let told = found.items.iter().any(|item| {
                    let fits = [name, "-1"].contains(&item.get("protocol").as_str().unwrap_or_default());
                    fits && match (item.get("from_port").as_int(), item.get("to_port").as_int()) {
                        (Some(from), Some(to)) => (from..=to).contains(&i64::from(port)),
                        _ => true,
                    }
                });
                prop_assert!(told || inside < 256, "{name} {port}: everybody gets in and it is not told");
                prop_assert!(!told || inside > 0, "{name} {port}: nobody gets in and it is told");
            }
        }
    }
}
