//! What would make a rule pass: each case a rule, a world, and the cheapest way.

mod common;

use common::World;
use expr::{Plan, To, parse_rule};

/// A plan as text: `path is value; …`.
fn text(plan: &Plan) -> String {
    let words = |to: &To| match to {
        To::Is(value) => format!("is {}", value.to_json()),
        To::Bound(word, value) => format!("{word} {}", value.to_json()),
        To::Not(value) => format!("not {}", value.to_json()),
        To::Present => "present".to_owned(),
        To::Absent => "absent".to_owned(),
        To::Gone => "gone".to_owned(),
        To::Holds(value) => format!("holds {}", value.to_json()),
        To::Empty => "empty".to_owned(),
        To::Since(_) => "later".to_owned(),
        To::SameAs(name) => format!("same as {name}"),
        To::Matches(alternatives) => format!("matches {}", alternatives.join(" | ")),
        To::Exists(_) => "exists".to_owned(),
    };
    let parts: Vec<String> = plan.wishes.iter().map(|wish| format!("{} {}", wish.spot, words(&wish.to))).collect();
    parts.join("; ")
}

/// The ways for a `pass when` over `self`, the cheapest first.
fn ways(pass: &str, world: &str) -> Vec<String> {
    let world = World::new(world);
    let rule = parse_rule(&format!("{pass}\nsay \"x\"")).expect("the rule parses");
    rule.wishes(&world.subject, &world, None).iter().map(text).collect()
}

fn cheapest(pass: &str, world: &str) -> String {
    ways(pass, world).into_iter().next().unwrap_or_else(|| "nothing".to_owned())
}

#[test]
fn a_field_becomes_what_the_comparison_asks() {
    for (pass, wanted) in [
        ("pass when self.On", "On is true"),
        ("pass when !self.Public", "Public is false"),
        ("pass when has(self.Key)", "Key present"),
        ("pass when !has(self.Address)", "Address absent"),
        ("pass when self.State == \"Enabled\"", "State is \"Enabled\""),
        ("pass when self.State != \"Open\"", "State not \"Open\""),
        ("pass when self.Days >= 14", "Days at least 14"),
        ("pass when 14 <= self.Days", "Days at least 14"),
        ("pass when self.Days > 7", "Days at least 8"),
        ("pass when self.State in [\"Enabled\", \"On\"]", "State is \"Enabled\""),
        ("let days = self.Days\npass when days >= 9", "Days at least 9"),
    ] {
        let world = r#"{"self": {"Public": true, "Address": "1.2.3.4", "State": "Open", "Days": 7}}"#;
        assert_eq!(cheapest(pass, world), wanted, "{pass}");
    }
}

#[test]
fn of_several_conditions_those_that_do_not_hold_change_and_of_alternatives_the_smallest() {
    let world = r#"{"self": {"A": true, "B": false, "L": ["x"]}}"#;
    assert_eq!(cheapest("pass when self.A && self.B && self.C", world), "B is true; C is true");
    assert_eq!(ways("pass when self.B || has(self.K)", world), ["B is true", "K present"]);
    assert_eq!(cheapest("pass when !(self.A || self.L.exists(l, l == \"x\"))", world), "A is false; L[0] gone");
    assert_eq!(cheapest("pass when self.A ? self.B : self.C", world), "B is true");
    assert_eq!(ways("pass when self.A", world), [""], "it holds already");
}

#[test]
fn items_that_offend_are_mended_or_go_and_a_missing_one_is_added() {
    let world =
        r#"{"self": {"L": [{"Name": "a", "Open": true}, {"Name": "b", "Open": false}, {"Name": "c", "Open": true}]}}"#;
    assert_eq!(cheapest("pass when self.L.all(l, !l.Open)", world), "L[0].Open is false; L[2].Open is false");
    assert_eq!(cheapest("pass when self.L.exists(l, l.Name == \"b\" && l.Open)", world), "L[1].Open is true");
    assert_eq!(
        cheapest("pass when self.L.exists(l, l.Name == \"d\" && l.Open)", world),
        "L[3].Name is \"d\"; L[3].Open is true",
        "nothing is renamed"
    );
    assert_eq!(cheapest("pass when size(self.L.filter(l, l.Open)) <= 1", world), "L[2].Open is false");
    assert_eq!(cheapest("pass when size(self.L) > 0", r#"{"self": {}}"#), "L[0] present");
}

#[test]
fn a_resource_that_is_missing_would_exist() {
    let world = r#"{"self": {}, "list": {"aws.x.detector": []}}"#;
    assert_eq!(
        cheapest("pass when list(\"aws.x.detector\").exists(d, d.Status == \"ENABLED\")", world),
        " exists; Status is \"ENABLED\""
    );
}

#[test]
fn what_cannot_be_set_is_not_wished_for() {
    for pass in [
        "pass when self.uid == \"other\"",
        "pass when params.x == 1",
        "pass when 1 == 2",
        "pass when now == now && false",
    ] {
        assert_eq!(ways(pass, r#"{"self": {"A": 1}}"#), Vec::<String>::new(), "{pass}");
    }
    assert_eq!(ways("pass when self.A == self.B", r#"{"self": {"A": 1, "B": 2}}"#), Vec::<String>::new());
}

#[test]
fn an_age_asks_for_a_newer_moment_and_never_for_another_past() {
    let world = r#"{"self": {"Made": "2020-01-01T00:00:00Z"}, "now": "2026-01-01T00:00:00Z"}"#;
    assert_eq!(cheapest("pass when age(self.Made) <= days(90)", world), "Made later");
    let world = r#"{"self": {"Used": "2025-12-31T00:00:00Z"}, "now": "2026-01-01T00:00:00Z"}"#;
    assert_eq!(ways("pass when age(self.Used) > days(30)", world), Vec::<String>::new());
}

#[test]
fn a_filter_pattern_gets_the_alternatives_that_it_lacks() {
    let world = r#"{"self": {"P": "{ $.a = b }"}}"#;
    let pass = "pass when [\"b\", \"c\", \"d\"].all(e, filter_pattern(self.P).requires({\"$.a\": \"= \" + e}))";
    assert_eq!(cheapest(pass, world), "P matches ($.a = c) | ($.a = d)");
}

#[test]
fn large_worlds_are_given_up_in_bounded_time() {
    let items: Vec<String> = (0..2_000).map(|at| format!("{{\"n\": {at}, \"L\": [{{\"m\": {at}}}]}}")).collect();
    let world = format!("{{\"self\": {{\"L\": [{}]}}}}", items.join(","));
    let pass = "pass when self.L.all(a, a.L.all(b, self.L.exists(c, c.n == -1 && b.m == -1)))";
    assert!(ways(pass, &world).len() <= 6);
}
