//! The book of network ACLs.

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
    assert!(count >= 25, "{count} cases");
}
