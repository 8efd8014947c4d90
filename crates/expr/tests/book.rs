//! What expressions mean: expression, world, value.

mod common;

use common::World;

/// The value as JSON; an unknown one is `? why`.
fn value(expression: &str, world: &str) -> String {
    let parsed = expr::parse(expression).unwrap_or_else(|fault| panic!("{expression}: {fault:?}"));
    let val = parsed.evaluate(&World::new(world));
    match val.holes() {
        Some(holes) => format!("? {}", holes.iter().map(|hole| hole.why.as_str()).collect::<Vec<_>>().join(" + ")),
        None => val.to_value().to_json(),
    }
}

fn book(entries: &[(&str, &str, &str)]) {
    let wrong: Vec<String> = entries
        .iter()
        .filter_map(|(expression, world, expected)| {
            let found = value(expression, world);
            (found != *expected).then(|| format!("{expression}\n  in {world}\n  is {found}, not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const DENIED: &str = r#"{"self": {"A": {"?": "denied"}, "B": {"?": "throttled"}, "T": true, "F": false, "N": 5}}"#;

#[test]
fn kleene_connectives_decide_when_one_side_suffices() {
    book(&[
        ("self.A || self.T", DENIED, "true"),
        ("self.T || self.A", DENIED, "true"),
        ("self.A && self.F", DENIED, "false"),
        ("self.A && self.T", DENIED, "? denied"),
        ("self.A || self.F", DENIED, "? denied"),
        ("self.A || self.B", DENIED, "? denied + throttled"),
        ("self.A && self.A", DENIED, "? denied"),
        ("!self.A", DENIED, "? denied"),
        ("self.A ? 1 : 1", DENIED, "1"),
        ("self.A ? 1 : 2", DENIED, "? denied"),
        ("self.T ? 1 : self.A", DENIED, "1"),
    ]);
}

#[test]
fn absent_is_a_known_answer() {
    let world = r#"{"self": {"X": null, "S": "text"}}"#;
    book(&[
        ("self.Nothing", world, "null"),
        ("self.Nothing.Deeper.Still", world, "null"),
        ("self.X == null", world, "true"),
        ("self.X != null", world, "false"),
        ("self.S == null", world, "false"),
        ("self.X == 'a'", world, "false"),
        ("self.X != 'a'", world, "true"),
        ("self.X > 5", world, "false"),
        ("self.X <= 5", world, "false"),
        ("!(self.X > 5)", world, "true"),
        ("self.X && true", world, "false"),
        ("self.X || true", world, "true"),
        ("!self.X", world, "true"),
        ("has(self.X)", world, "false"),
        ("has(self.S)", world, "true"),
        ("lower(self.X)", world, "null"),
        ("self.X.startsWith('a')", world, "null"),
        ("self.S.startsWith(self.X)", world, "null"),
        ("self.X[0]", world, "null"),
        ("self.X['a']", world, "null"),
        ("self.X + 1", world, "null"),
        ("self.X.all(i, false)", world, "true"),
        ("self.X.exists(i, true)", world, "false"),
        ("self.X.filter(i, true)", world, "null"),
        ("size(self.X)", world, "0"),
        ("'a' in self.X", world, "false"),
        ("age(self.X) > duration('1d')", world, "false"),
    ]);
}

#[test]
fn unknown_goes_through_everything_else() {
    book(&[
        ("self.A.B.C", DENIED, "? denied"),
        ("has(self.A)", DENIED, "? denied"),
        ("has(self.A.B)", DENIED, "? denied"),
        ("self.A == null", DENIED, "? denied"),
        ("self.A == 'x'", DENIED, "? denied"),
        ("self.A > self.Nothing", DENIED, "false"),
        ("self.A + self.Nothing", DENIED, "null"),
        ("self.A + self.B", DENIED, "? denied + throttled"),
        ("lower(self.A)", DENIED, "? denied"),
        ("self.A.exists(x, true)", DENIED, "? denied"),
        ("self.A.all(x, true)", DENIED, "? denied"),
        ("size(self.A)", DENIED, "? denied"),
        ("self.N in self.A", DENIED, "? denied"),
        ("self.A in []", DENIED, "false"),
        ("self.A in [1]", DENIED, "? denied"),
        ("[self.A, 5].exists(x, x == 5)", DENIED, "true"),
        ("[self.A, 5].all(x, x == 5)", DENIED, "? denied"),
        ("[self.A, 6].all(x, x == 5)", DENIED, "false"),
        ("{'k': self.A} == {'k': 1, 'l': 2}", DENIED, "false"),
        ("{'k': self.A} == {'k': 1}", DENIED, "? denied"),
    ]);
}

const LISTS: &str = r#"{"self": {"Open": {"known": [1, 2], "?": "denied"}, "Whole": [1, 2], "None": []}}"#;

#[test]
fn lists_know_whether_they_are_complete() {
    book(&[
        ("self.Open.exists(x, x == 2)", LISTS, "true"),
        ("self.Open.exists(x, x == 3)", LISTS, "? denied"),
        ("self.Whole.exists(x, x == 3)", LISTS, "false"),
        ("self.Open.all(x, x == 1)", LISTS, "false"),
        ("self.Open.all(x, x < 3)", LISTS, "? denied"),
        ("self.Whole.all(x, x < 3)", LISTS, "true"),
        ("self.None.all(x, false)", LISTS, "true"),
        ("size(self.Open)", LISTS, "? denied"),
        ("size(self.Open) > 1", LISTS, "true"),
        ("size(self.Open) > 2", LISTS, "? denied"),
        ("size(self.Open) >= 2", LISTS, "true"),
        ("size(self.Open) < 2", LISTS, "false"),
        ("size(self.Open) < 3", LISTS, "? denied"),
        ("size(self.Open) <= 1", LISTS, "false"),
        ("size(self.Open) == 1", LISTS, "false"),
        ("size(self.Open) != 1", LISTS, "true"),
        ("size(self.Open) == 2", LISTS, "? denied"),
        ("1 < size(self.Open)", LISTS, "true"),
        ("0 == size(self.Open)", LISTS, "false"),
        ("size(self.Open) + size(self.Whole) > 3", LISTS, "true"),
        ("size(self.Open) - 1 >= 1", LISTS, "true"),
        ("2 in self.Open", LISTS, "true"),
        ("3 in self.Open", LISTS, "? denied"),
        ("3 in self.Whole", LISTS, "false"),
        ("self.Open.contains(1)", LISTS, "true"),
        ("self.Open.filter(x, x > 1).exists(x, x == 2)", LISTS, "true"),
        ("self.Open.filter(x, x > 5).exists(x, true)", LISTS, "? denied"),
        ("self.Whole.filter(x, x > 5).exists(x, true)", LISTS, "false"),
        ("self.Open.map(x, x + 1)", LISTS, r#"{"known":[2,3],"?":"denied"}"#),
        ("self.Open[0]", LISTS, "? denied"),
        ("self.Whole[1]", LISTS, "2"),
        ("self.Whole[2]", LISTS, "null"),
        ("self.Whole[-1]", LISTS, "null"),
        ("self.Whole + [3]", LISTS, "[1,2,3]"),
        ("self.Open == [1, 2]", LISTS, "? denied"),
        ("self.Open == [1]", LISTS, "false"),
        ("self.Whole == [1, 2]", LISTS, "true"),
        ("self.Whole == [2, 1]", LISTS, "false"),
    ]);
    let unsure = r#"{"self": {"L": [{"a": 1, "b": {"?": "denied"}}, {"a": 2, "b": true}]}}"#;
    book(&[
        ("self.L.filter(x, x.b).exists(x, x.a == 1)", unsure, "? denied"),
        ("self.L.filter(x, x.b).exists(x, x.a == 2)", unsure, "true"),
        ("size(self.L.filter(x, x.b)) > 0", unsure, "true"),
        ("size(self.L.filter(x, x.b)) == 0", unsure, "false"),
        ("size(self.L.filter(x, x.b)) == 1", unsure, "? denied"),
        ("self.L.map(x, x.a)", unsure, "[1,2]"),
    ]);
}

#[test]
fn sets_of_resources_know_whether_they_are_complete() {
    let complete = r#"{"list": {"aws.cloudtrail.trail": [{"uid": "t1", "Multi": false}]}}"#;
    let open = r#"{"list": {"aws.cloudtrail.trail": {"known": [{"uid": "t1", "Multi": false}], "?": "denied"}}}"#;
    let found = r#"{"list": {"aws.cloudtrail.trail": {"known": [{"uid": "t1", "Multi": true}], "?": "denied"}}}"#;
    let multi = "list('aws.cloudtrail.trail').exists(t, t.Multi)";
    let foreign = r#"{"refs": {"logs_to": [{"?": "foreign"}], "seen_by": [{"?": "denied"}]}}"#;
    book(&[
        (multi, complete, "false"),
        (multi, open, "? denied"),
        (multi, found, "true"),
        (multi, "{}", "? not collected"),
        ("list('aws.cloudtrail.trail', 'region').exists(t, true)", complete, "? not collected"),
        ("size(list('aws.cloudtrail.trail')) == 1", complete, "true"),
        ("size(list('aws.cloudtrail.trail')) >= 1", open, "true"),
        ("refs('logs_to').exists(b, b.Public)", foreign, "? foreign"),
        ("size(refs('logs_to')) == 1", foreign, "true"),
        ("size(refs('seen_by')) == 1", foreign, "? denied"),
        ("size(refs('seen_by')) >= 0", foreign, "true"),
        ("refs('logs_to')[0].Public", foreign, "? foreign"),
        ("self.refs('logs_to').all(b, b.Public)", foreign, "? foreign"),
    ]);
    let near = r#"{"refs": {"logs_to": [{"uid": "b1", "facts": {"public": true}, "norm": {"name": "n"}}],
                           "b1/encrypted_by": [{"uid": "k1", "On": true}]},
                   "refs_in": {"uses": [{"uid": "x", "type": "a"}, {"uid": "y", "type": "b"}]}}"#;
    book(&[
        ("refs('logs_to').exists(b, b.facts.public && b.norm.name == 'n' && b.uid == 'b1')", near, "true"),
        ("refs('logs_to').all(b, b.refs('encrypted_by').exists(k, k.On))", near, "true"),
        ("refs('logs_to').map(b, b.uid)", near, r#"["b1"]"#),
        ("refs('logs_to') == refs('logs_to')", near, "true"),
        ("refs_in('uses').map(x, x.uid)", near, r#"["x","y"]"#),
        ("refs_in('uses', 'b').map(x, x.uid)", near, r#"["y"]"#),
        ("size(refs_in('uses', 'c'))", near, "0"),
    ]);
}

#[test]
fn members_come_from_the_document_and_from_what_is_known_without_it() {
    let world = r#"{"self": {"Tags": {"a": "1"}, "L": [{"x": {"y": 2}}]}, "facts": {"public": true}, "norm": {"name": "n"},
        "account": {"?": "denied"}, "params": {"days": 90}}"#;
    book(&[
        ("account.id", world, "\"111111111111\""),
        ("account.Other", world, "? denied"),
        ("region.name", world, "\"eu-west-1\""),
        ("region.Other", world, "null"),
        ("self.uid", world, "\"arn:aws:s3:::subject\""),
        ("self.facts.public && facts.public", world, "true"),
        ("norm.name", world, "\"n\""),
        ("params.days", world, "90"),
        ("self.Tags.a == self.Tags['a']", world, "true"),
        ("'a' in self.Tags", world, "true"),
        ("'b' in self.Tags", world, "false"),
        ("self.L[0].x.y", world, "2"),
        ("self.L.exists(i, i.x.y == 2)", world, "true"),
        ("{'k': {'l': 3}}.k.l", world, "3"),
        ("nowhere", world, "null"),
    ]);
}

#[test]
fn values_of_unforeseen_types_are_absent() {
    let world = r#"{"self": {"S": "text", "N": 5, "L": [1], "B": true}}"#;
    book(&[
        ("self.S.Member", world, "null"),
        ("self.N > 'a'", world, "false"),
        ("self.N == 'a'", world, "false"),
        ("self.N != 'a'", world, "true"),
        ("self.S + 1", world, "null"),
        ("self.S.exists(x, true)", world, "false"),
        ("self.N.startsWith('a')", world, "null"),
        ("self.S && true", world, "false"),
        ("lower(5)", world, "null"),
        ("-self.S", world, "null"),
        ("self.L.x", world, "null"),
        ("self.N in self.N", world, "false"),
        ("9223372036854775807 + 1", world, "null"),
        ("1 / 0", world, "null"),
        ("1.0 / 0.0", world, "null"),
        ("-9223372036854775808 % -1", world, "null"),
    ]);
}
