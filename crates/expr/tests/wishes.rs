//! What would make a rule pass: each case a rule, a world, and the cheapest way.

mod common;

use common::World;
use expr::{Plan, To, parse_rule};

/// A plan as text: `path is value; …`.
fn text(plan: &Plan) -> String {
    let words = |to: &To| match to {
        To::Is(value) => format!("is {}", value.to_json()),
        To::Bound(word, value) => format!("{word} {}", value.to_json()),
        To::Fits(how, _) | To::Unlike(how) => how.clone(),
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
    assert_eq!(cheapest("pass when size(self.Subnets) > 0", r#"{"self": {}}"#), "Subnets[0] present");
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

#[test]
fn text_becomes_what_it_is_to_be_like() {
    let world = r#"{"self": {"Url": "http://a", "Note": "", "On": "true", "Off": true}}"#;
    for (pass, wanted) in [
        ("pass when self.Url.startsWith(\"https:\")", "Url begins with \"https:\""),
        ("pass when self.Queue.endsWith(\".fifo\")", "Queue ends with \".fifo\""),
        ("pass when self.Arn.matches(\"^arn:[a-z-]+:s3$\")", "Arn is \"arn:aws:s3\" or the like"),
        ("pass when !self.Url.startsWith(\"http:\")", "Url does not begin with \"http:\""),
        ("pass when !self.Url.matches(\"^h\")", "Url does not match \"^h\""),
        ("pass when size(self.Note) > 0", "Note present"),
        ("pass when size(self.FullName) > 0", "FullName present"),
        ("pass when size(self.Address) != 0", "Address present"),
        ("pass when self.Note != \"\"", "Note present"),
        ("pass when self.On != \"true\"", "On is \"false\""),
        ("pass when self.Off != true", "Off is false"),
    ] {
        assert_eq!(cheapest(pass, world), wanted, "{pass}");
    }
    let others = r#"{"self": {}, "list": {"aws.x.queue": [{"Name": "a"}]}}"#;
    let pass = "pass when list(\"aws.x.queue\").exists(q, q.Name.endsWith(\".fifo\"))";
    assert_eq!(ways(pass, others), [" exists; Name ends with \".fifo\""], "what there is keeps its name");
}

#[test]
fn a_list_gets_each_of_the_values_that_it_lacks() {
    let world = r#"{"self": {"Logs": [{"On": false, "Types": ["a"]}]}}"#;
    let pass = "pass when [\"a\", \"b\", \"c\"].all(k, self.Kinds.exists(kind, kind == k))";
    assert_eq!(cheapest(pass, world), "Kinds holds \"a\"; Kinds holds \"b\"; Kinds holds \"c\"");
    let pass = "pass when [\"a\", \"b\"].all(k, self.Logs.exists(l, l.On && l.Types.exists(t, t == k)))";
    assert_eq!(cheapest(pass, world), "Logs[0].On is true; Logs[0].Types holds \"b\"");
    assert_eq!(
        cheapest(pass, r#"{"self": {}}"#),
        "Logs[0].On is true; Logs[0].Types holds \"a\"; Logs[0].Types holds \"b\""
    );
}

#[test]
fn a_policy_loses_statements_wherever_its_documents_come_from() {
    let allow = r#"{"Effect": "Allow", "Action": "*"}"#;
    let deny = r#"{"Effect": "Deny", "Action": "*"}"#;
    let world = format!(
        r#"{{"self": {{"Versions": [
            {{"Default": false, "Document": {{"Statement": [{allow}]}}}},
            {{"Default": true, "Document": {{"Statement": [{deny}, {allow}, {allow}]}}}}]}}}}"#
    );
    let first = "Versions[1].Document.Statement[1] gone";
    let second = "Versions[1].Document.Statement[2] gone";
    let both = format!("{first}; {second}");
    for pass in [
        "pass when !policy(self.Versions.filter(v, v.Default).map(v, v.Document)).admin",
        "pass when !policy(self.Versions.filter(v, v.Default).map(v, v.Document)).allows_widely(\"sts:AssumeRole\")",
        "let own = self.Versions.filter(v, v.Default)\nlet p = policy(own.map(v, v.Document))\npass when !p.admin",
        "let ways = policy(self.Versions[1].Document).escalation\npass when size(ways) == 0",
    ] {
        assert_eq!(ways(pass, &world), [first, second, both.as_str()], "{pass}");
    }
}

#[test]
fn an_item_that_is_not_asked_about_is_dearer_than_one_that_is_right() {
    let world = r#"{"self": {"L": [{"Kind": "web", "Safe": false}]}}"#;
    let pass = "pass when self.L.filter(l, l.Kind == \"web\").all(l, l.Safe)";
    assert_eq!(ways(pass, world)[0], "L[0].Safe is true");
    let pass = "let web = self.L.filter(l, l.Kind == \"web\")\npass when size(web.filter(l, !l.Safe)) == 0";
    assert_eq!(ways(pass, world)[0], "L[0].Safe is true");
}

#[test]
fn what_makes_a_rule_have_nothing_to_say() {
    let wishes = |rule: &str, world: &str, item: Option<usize>| -> Vec<String> {
        let world = World::new(world);
        let rule = parse_rule(&format!("{rule}\nsay \"x\"")).expect("the rule parses");
        rule.wishes_not_to_apply(&world.subject, &world, item).iter().map(text).collect()
    };
    let world = r#"{"self": {"On": "true", "L": [{"N": "a", "Used": 0}, {"N": "b", "Used": 2}]}}"#;
    assert_eq!(wishes("applies when self.On == \"true\"\npass when false", world, None), ["On is \"false\""]);
    assert_eq!(wishes("pass when false", world, None), Vec::<String>::new());
    let each = "for l in self.L.filter(l, l.Used > 0) by l.N\npass when false";
    assert_eq!(wishes(each, world, Some(0)), ["L[1].Used at most 0", "L[1] gone"], "the first that is gone through");
}

#[test]
fn an_item_of_a_fact_goes_or_is_made_harmless_and_says_nothing_else() {
    let item = |range: &str| format!(r#"{{"protocol": "tcp", "range": "{range}", "from_port": 22, "to_port": 22}}"#);
    let world = format!(
        r#"{{"self": {{}}, "facts": {{"open": [{}, {}, {}]}}}}"#,
        item("0.0.0.0/0"),
        item("::/0"),
        item("::1/128")
    );
    let pass = "let bad = facts.open.filter(o, o.protocol != \"icmp\" && o.protocol != \"gre\" && o.from_port > 1 && o.to_port > 2 \
                && has(o.range) && o.from_port <= o.to_port)\npass when size(bad) == 0";
    let gone = "facts.open[0] gone; facts.open[1] gone; facts.open[2] gone";
    assert_eq!(cheapest(pass, &world), gone);
}
