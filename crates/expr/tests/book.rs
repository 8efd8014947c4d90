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

#[test]
fn numbers_and_texts() {
    book(&[
        ("1 + 2 * 3", "{}", "7"),
        ("7 / 2", "{}", "3"),
        ("7 % 4", "{}", "3"),
        ("7 / 2.0", "{}", "3.5"),
        ("-(3)", "{}", "-3"),
        ("1 == 1.0", "{}", "true"),
        ("2 > 1.5", "{}", "true"),
        ("'a' + 'b'", "{}", "\"ab\""),
        ("'abc'.contains('b') && 'abc'.startsWith('a') && 'abc'.endsWith('c')", "{}", "true"),
        ("'abc'.matches('^a.c$')", "{}", "true"),
        ("'abc'.matches(lower('^A'))", "{}", "true"),
        ("upper('aé') + lower('BÉ')", "{}", "\"AÉbé\""),
        ("'A'.lower() + 'b'.upper()", "{}", "\"aB\""),
        ("size('äöü')", "{}", "3"),
        ("[1, 2].size()", "{}", "2"),
        ("split('a,b', ',')", "{}", r#"["a","b"]"#),
        ("first('a/b/c', '/') + last('a/b/c', '/')", "{}", "\"ac\""),
        ("last('abc', '/')", "{}", "\"abc\""),
        ("int('42') + int(1.9)", "{}", "43"),
        ("int('x')", "{}", "null"),
        ("string(5) + string(['a', 'b'])", "{}", "\"5a, b\""),
        ("json('{\"a\": [1]}').a[0]", "{}", "1"),
        ("json('{')", "{}", "null"),
        ("json({'a': 1}).a", "{}", "1"),
        ("arn('arn:aws:iam::123456789012:role/x').account", "{}", "\"123456789012\""),
        ("arn('arn:aws:s3:::bucket/key').region", "{}", "null"),
        ("arn('arn:aws:logs:eu-west-1:1:log-group:x:*').resource", "{}", "\"log-group:x:*\""),
        ("arn('not an arn').account", "{}", "null"),
    ]);
}

#[test]
fn time_counts_from_now() {
    let world = r#"{"self": {"Old": "2025-01-01T00:00:00Z", "New": "2025-12-31T00:00:00Z", "Text": "N/A",
                             "Epoch": 1735689600, "Millis": 1735689600000, "Offset": "2025-01-01T01:00:00+01:00"}}"#;
    book(&[
        ("age(self.Old) > duration('90d')", world, "true"),
        ("age(self.New) > duration('90d')", world, "false"),
        ("age(self.New) == duration('1d')", world, "true"),
        ("age(self.New) > days(90) || age(self.Old) > days(90)", world, "true"),
        ("age(self.Text) > duration('90d')", world, "false"),
        ("timestamp(self.Epoch) == self.Old && timestamp(self.Millis) == self.Old", world, "true"),
        ("timestamp(self.Offset) == self.Old", world, "true"),
        ("self.Old < self.New", world, "true"),
        ("self.Old + duration('365d') == timestamp('2026-01-01')", world, "true"),
        ("now - self.New == duration('24h')", world, "true"),
        ("self.New + days(2) > now", world, "true"),
        ("now > self.Old", world, "true"),
        ("duration('1w') == days(7) && duration('1d12h') == hours(36) && duration('90m') == duration('5400s')", world, "true"),
        ("duration('x')", world, "null"),
        ("duration('2d') * 2 == duration('4d')", world, "true"),
        ("string(age(self.Old))", world, "\"365 days\""),
        ("timestamp('2026-01-02')", world, "\"2026-01-02T00:00:00Z\""),
        ("'2026-01-02T03:04:05Z' == '2026-01-02T03:04:05.000Z'", world, "true"),
        ("'2026-01-02T03:04:05Z' < '2026-01-02T03:04:05.5Z'", world, "true"),
    ]);
}

#[test]
fn address_ranges_and_ports() {
    book(&[
        ("cidr('10.0.0.0/8').contains('10.1.2.3')", "{}", "true"),
        ("cidr('10.0.0.0/8').contains(cidr('11.0.0.0/24'))", "{}", "false"),
        ("cidr('::/0').contains('10.1.2.3')", "{}", "false"),
        ("cidr('10.0.0.0/8').overlaps('0.0.0.0/0')", "{}", "true"),
        ("cidr('10.0.0.5/8') == '10.0.0.0/8'", "{}", "true"),
        ("cidr('nonsense')", "{}", "null"),
        ("is_public('0.0.0.0/0') && is_public('::/0') && is_public('8.8.8.8') && is_public('0.0.0.0/1')", "{}", "true"),
        ("is_public('128.0.0.0/1') && is_public('172.0.0.0/8') && is_public('2600::/12')", "{}", "true"),
        ("is_public('10.0.0.0/8') || is_public('192.168.1.0/24') || is_public('100.64.0.0/10')", "{}", "false"),
        ("is_public('fd00::/8') || is_public('fe80::1') || is_public('169.254.169.254') || is_public('224.0.0.0/4')", "{}", "false"),
        ("is_public('nonsense')", "{}", "null"),
        ("ports(20, 25).overlaps(22) && ports(20, 25).covers(22) && ports(-1, -1).covers(22)", "{}", "true"),
        ("ports(20, 25).overlaps(25, 30) && !ports(20, 25).covers(25, 30)", "{}", "true"),
        ("ports(null, 25).covers(22)", "{}", "null"),
    ]);
    let facts = r#"{"facts": {"open": [{"protocol": "tcp", "from_port": 20, "to_port": 25}, {"protocol": "-1"},
        {"protocol": "icmp", "from_port": 22, "to_port": 22}, {"protocol": "udp", "from_port": 22, "to_port": 22},
        {"protocol": "6", "from_port": -1, "to_port": -1}, {"protocol": "tcp", "from_port": 22}]}}"#;
    book(&[
        ("facts.open.map(o, o.covers(22))", facts, "[true,true,false,true,true,true]"),
        ("facts.open.map(o, o.covers('tcp', 22))", facts, "[true,true,false,false,true,true]"),
        ("facts.open.map(o, o.covers(3389))", facts, "[false,true,false,false,true,false]"),
    ]);
}

#[test]
fn versions_and_protocols_are_ordered() {
    book(&[
        ("version('1.10') > version('1.9')", "{}", "true"),
        ("version('1.2') == version('1.2.0')", "{}", "true"),
        ("version('v1.27.3-eks-4') >= '1.27'", "{}", "true"),
        ("version('1.2.0-rc1') < version('1.2.0')", "{}", "true"),
        ("version('8.0.36') < '8.0.4'", "{}", "false"),
        ("version('latest')", "{}", "null"),
        ("tls('TLSv1.2') == '1.2' && tls('TLS_1_2') == 'TLS1_2' && tls('Tls12') == 'TLSv1.2_2021'", "{}", "true"),
        ("tls('Policy-Min-TLS-1-2-2019-07') >= '1.2'", "{}", "true"),
        ("tls('TLSv1') < '1.1' && tls('SSLv3') < tls('1.0')", "{}", "true"),
        ("tls('ELBSecurityPolicy-TLS13-1-2-2021-06')", "{}", "null"),
    ]);
}

#[test]
fn grants_match_actions_with_wildcards() {
    let facts = r#"{"facts": {"grants": [{"to": "anyone", "actions": ["s3:Get*", "S3:putobject"]},
        {"to": "own", "actions": {"known": ["*"], "?": "denied"}}, {"to": "own", "actions": {"known": ["sqs:?"], "?": "denied"}}]}}"#;
    book(&[
        ("facts.grants.exists(g, g.to == 'anyone' && g.allows('s3:PutObject'))", facts, "true"),
        ("facts.grants.exists(g, g.to == 'anyone' && g.allows('s3:GetBucketPolicy'))", facts, "true"),
        ("facts.grants.exists(g, g.to == 'anyone' && g.allows('s3:DeleteObject'))", facts, "false"),
        ("facts.grants[1].allows('ec2:RunInstances')", facts, "true"),
        ("facts.grants[2].allows('ec2:RunInstances')", facts, "? denied"),
    ]);
}

#[test]
fn the_host_supplies_functions() {
    let world = r#"{"self": {"P": {"Action": "*"}, "Q": {"Action": "kms:*"}, "U": {"?": "denied"}}}"#;
    book(&[
        ("policy(self.P).admin", world, "true"),
        ("policy(self.Q).full_service('kms')", world, "true"),
        ("policy(self.Nothing).admin", world, "null"),
        ("policy(self.U).admin", world, "? denied"),
        ("no_such_function(1)", world, "null"),
        ("self.P.no_such_method()", world, "null"),
    ]);
}

#[test]
fn filter_patterns_are_compared_as_clauses() {
    let wanted = r#"{"$.userIdentity.type": "= Root", "$.userIdentity.invokedBy": "NOT EXISTS", "$.eventType": "!= AwsServiceEvent"}"#;
    let requires = |pattern: &str| {
        let world = format!("{{\"self\": {{\"p\": {}}}}}", resource::Value::from(pattern).to_json());
        value(&format!("filter_pattern(self.p).requires({wanted})"), &world) == "true"
    };
    for pattern in [
        r#"{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }"#,
        r#"{($.eventType!=AwsServiceEvent)&&($.userIdentity.type=Root)&&($.userIdentity.invokedBy not exists)}"#,
        r#"{ (($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS)) && $.eventType != "AwsServiceEvent" && ($.userIdentity.type = Root) }"#,
        r#"{ $.x = 1 || $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }"#,
    ] {
        assert!(requires(pattern), "{pattern}");
    }
    for pattern in [
        r#"{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS }"#,
        r#"{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" && $.awsRegion = "eu-west-1" }"#,
        r#"{ $.userIdentity.type = "Root" || $.userIdentity.invokedBy NOT EXISTS || $.eventType != "AwsServiceEvent" }"#,
        r#"{ ($.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent") && ($.a = 1 || $.b = 2) }"#,
        r#"{ $.userIdentity.type = "IAMUser" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }"#,
        r#"{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy EXISTS && $.eventType != "AwsServiceEvent" }"#,
        r#"{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" "#,
        r#"{ ( $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }"#,
        "[ip, user, timestamp]",
        "Root login",
        "",
        "{}",
    ] {
        assert!(!requires(pattern), "{pattern}");
    }
    book(&[
        ("filter_pattern('{ $.eventName = DeleteRole || $.eventName = \"DeleteUser\" }').requires({'$.eventName': 'DeleteUser'})", "{}", "true"),
        ("filter_pattern('{ $.a IS NULL && $.b IS TRUE }').requires({'$.a': 'IS NULL', '$.b': '= true'})", "{}", "true"),
        ("filter_pattern('{ $.n >= 5.0 && $.c = \"*Unauthorized*\" }').requires({'$.n': '>= 5', '$.c': '= *Unauthorized*'})", "{}", "true"),
        ("filter_pattern('{ $.e != A && $.e != B }').requires({'$.e': ['!= B', '!= A']})", "{}", "true"),
        ("filter_pattern('{ $.e != A }').requires({'$.e': ['!= B', '!= A']})", "{}", "false"),
        ("filter_pattern('{ $.e = 1 }').requires({})", "{}", "false"),
        ("filter_pattern(self.None).requires({'$.a': '1'})", "{}", "null"),
    ]);
}
