//! What functions and methods give: expression, world, value.

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
        (
            "duration('1w') == days(7) && duration('1d12h') == hours(36) && duration('90m') == duration('5400s')",
            world,
            "true",
        ),
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
        (
            "is_public('fd00::/8') || is_public('fe80::1') || is_public('169.254.169.254') || is_public('224.0.0.0/4')",
            "{}",
            "false",
        ),
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
        ("{'actions': ['s3:*'], 'except': ['s3:put*']}.allows('s3:PutObject')", facts, "false"),
        ("{'actions': ['s3:*'], 'except': ['s3:put*']}.allows('s3:GetObject')", facts, "true"),
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
        (
            "filter_pattern('{ $.eventName = DeleteRole || $.eventName = \"DeleteUser\" }').requires({'$.eventName': 'DeleteUser'})",
            "{}",
            "true",
        ),
        (
            "filter_pattern('{ $.a IS NULL && $.b IS TRUE }').requires({'$.a': 'IS NULL', '$.b': '= true'})",
            "{}",
            "true",
        ),
        (
            "filter_pattern('{ $.n >= 5.0 && $.c = \"*Unauthorized*\" }').requires({'$.n': '>= 5', '$.c': '= *Unauthorized*'})",
            "{}",
            "true",
        ),
        ("filter_pattern('{ $.e != A && $.e != B }').requires({'$.e': ['!= B', '!= A']})", "{}", "true"),
        ("filter_pattern('{ $.e != A }').requires({'$.e': ['!= B', '!= A']})", "{}", "false"),
        ("filter_pattern('{ $.e = 1 }').requires({})", "{}", "false"),
        ("filter_pattern(self.None).requires({'$.a': '1'})", "{}", "null"),
    ]);
}
