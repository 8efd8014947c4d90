//! Types, absence and uses.

mod common;

use common::Types;
use expr::{Checked, Of, Type, Use, parse, parse_rule};

fn check(text: &str) -> Checked {
    let rule = parse_rule(text).unwrap_or_else(|faults| panic!("{text}\n{faults:?}"));
    rule.check(&Types, "aws.s3.bucket")
}

fn pass(condition: &str) -> Checked {
    check(&format!("pass when {condition}\nsay \"x\""))
}

#[test]
fn what_is_well_typed_is_accepted() {
    for condition in [
        "self.Enabled && self.Count > 5 && self.Ratio >= 1 && self.Name != 'x'",
        "self.PublicAccessBlockConfiguration.IgnorePublicAcls || account.S3PublicAccessBlock.IgnorePublicAcls",
        "age(self.Created) > days(params.max_age_days) && self.Created < now && self.Created > '2026-01-01'",
        "self.Rules.exists(r, r.Port == 22 && is_public(r.Cidr) && 'x' in r.Tags)",
        "self.Rules.filter(r, r.Port > 1).map(r, r.Port).all(p, ports(p, p).overlaps(22))",
        "self.Policy.Statement.exists(s, s.Effect == 'Allow')",
        "json(self.Policy).Version == '2012-10-17'",
        "refs('encrypted_by').exists(k, k.Enabled && k.Rotation.On)",
        "refs_in('logs_to').exists(t, t.refs('encrypted_by').all(k, k.norm.encrypted))",
        "list('aws.cloudtrail.trail', 'organisation').exists(t, t.IsMultiRegionTrail)",
        "facts.grants.exists(g, g.to == 'anyone' && g.allows('s3:PutObject'))",
        "!facts.open.exists(o, o.covers(22) || o.covers('tcp', 22))",
        "policy(self.Policy).admin || policy(self.Policy).full_service('kms')",
        "account.id in settings.trusted_accounts && arn(self.Name).account == account.id",
        "filter_pattern(self.Name).requires({'$.a': '= b'}) && tls(self.Name) >= '1.2' && version(self.Name) > version('1')",
        "size(self.Rules) > 0 && self.Tags.env == 'x' && self.Tags['a'] == 'b' && self['Name'] == 'n'",
        "(self.Enabled ? 1 : 2) == 1 && self.uid.startsWith('arn:') && norm.name.matches('^a+$')",
        "self.Name in params.names && [1, 2].contains(self.Count) && region.EbsEncryptionByDefault",
    ] {
        assert_eq!(pass(condition).errors, [], "{condition}");
    }
}

#[test]
fn what_is_not_well_typed_is_refused_with_the_next_step() {
    for (condition, at, message, help) in [
        ("self.Enabld", "Enabld", "unknown member `Enabld` of `aws.s3.bucket`", "did you mean `Enabled`?"),
        (
            "self.PublicAccessBlockConfiguration.IgnorePublicACLs",
            "IgnorePublicACLs",
            "unknown member",
            "did you mean `IgnorePublicAcls`?",
        ),
        ("self['Nam'] == 'x'", "'Nam'", "unknown member `Nam`", "did you mean `Name`?"),
        ("slef.Enabled", "slef", "nothing here is called `slef`", "did you mean `self`?"),
        ("item.Enabled", "item", "nothing here is called `item`", "known are"),
        ("self.Count == '5'", "self.Count == '5'", "a whole number cannot be compared with text", "int(x)"),
        ("self.Enabled == 'true'", "self.Enabled == 'true'", "a truth value cannot be compared with text", "true"),
        ("self.Enabled > false", "self.Enabled > false", "a truth value has no order", "`==`"),
        ("self.Count > null", "self.Count > null", "null has no order", "has(x)"),
        (
            "age(self.Created) > 90",
            "age(self.Created) > 90",
            "a duration cannot be compared with a whole number",
            "duration(\"90d\")",
        ),
        ("self.Created > 'yesterday'", "'yesterday'", "`yesterday` is not a timestamp", "2026"),
        ("self.Name", "self.Name", "this is text, where a truth value is expected", "compare it"),
        ("self.Count && true", "self.Count", "this is a whole number, where a truth value is expected", "compare"),
        ("!self.Rules", "self.Rules", "where a truth value is expected", "compare"),
        ("self.Rules.Port == 22", "Port", "a list has no member `Port`", "exists"),
        ("self.Name.Length > 1", "Length", "text has no member `Length`", ""),
        ("self.Name.exists(x, true)", "self.Name", "this is text, where a list is expected", ""),
        ("self.Rules['a'] == 1", "'a'", "a list is indexed by a number", "[0]"),
        ("'a' in self.Name", "self.Name", "text has no items", "contains"),
        ("5 in self.Names", "5", "a whole number cannot be in a list of text", ""),
        ("self.Names.contains(5)", "contains", "a whole number cannot be in a list of text", ""),
        ("ag(self.Created) == null", "ag", "there is no function `ag`", "did you mean `age`?"),
        ("age() > days(1)", "age", "`age` takes 1 values, not 0", ""),
        ("days('a') > days(1)", "'a'", "this is text, where `days` takes a whole number", ""),
        ("age(self.Created) > duration('90x')", "'90x'", "`90x` means nothing to `duration`", "90d"),
        ("cidr('10.0.0.0/33').contains(self.Name)", "'10.0.0.0/33'", "means nothing to `cidr`", "10.0.0.0/8"),
        ("self.Name.startWith('a')", "startWith", "text has no method `startWith`", "did you mean `startsWith`?"),
        ("self.Name.matches('(')", "'('", "the pattern does not compile, or is too large", ""),
        ("self.Name.matches('(a{1000}){1000}')", "'(a{1000}){1000}'", "too large", ""),
        (
            "refs('encripted_by').exists(k, true)",
            "refs",
            "there is no edge `encripted_by` of `aws.s3.bucket`",
            "did you mean `encrypted_by`?",
        ),
        ("refs(self.Name).exists(k, true)", "self.Name", "a text in quotes is expected", ""),
        (
            "refs('encrypted_by').exists(k, k.refs_in('encrypted_by').exists(x, true))",
            "refs_in",
            "several types have the edge",
            "refs_in(\"encrypted_by\", \"aws.cloudtrail.trail\")",
        ),
        (
            "list('aws.cloudtrail.trial').exists(t, true)",
            "list",
            "there is no resource type",
            "did you mean `aws.cloudtrail.trail`?",
        ),
        (
            "list('aws.cloudtrail.trail', 'world').exists(t, true)",
            "list",
            "how far it reaches is not known",
            "organisation",
        ),
        (
            "refs('encrypted_by').exists(k, k.Enable)",
            "Enable",
            "unknown member `Enable` of `aws.kms.key`",
            "did you mean `Enabled`?",
        ),
        ("facts.grant.exists(g, true)", "grant", "unknown member `grant` of `facts`", "did you mean `grants`?"),
        ("self.Name + 1 == 'a'", "self.Name + 1", "this cannot be done with text and a whole number", "int(x)"),
        ("-self.Name == 1", "self.Name", "text has no sign", ""),
        ("size(self.Count) == 1", "self.Count", "a whole number has no size", ""),
        ("self.Rules.exists(self, true)", "self", "`self` already means something", ""),
        ("policy().admin", "policy", "`policy` takes 1 values, not 0", ""),
        ("policy(self.Policy).full_service(5)", "5", "this is a whole number, where `full_service` takes text", ""),
        ("policy(self.Policy).admins", "admins", "unknown member `admins` of `policy`", "did you mean `admin`?"),
    ] {
        let text = format!("pass when {condition}\nsay \"x\"");
        let errors = check(&text).errors;
        let Some(first) = errors.first() else { panic!("accepted: {condition}") };
        assert_eq!(text.get(first.span.clone()), Some(at), "{condition}: {first:?}");
        assert!(first.message.contains(message), "{condition}: {first:?}");
        assert!(first.help.contains(help) && !first.help.is_empty(), "{condition}: {first:?}");
        assert_eq!(errors.len(), 1, "{condition}: {errors:?}");
    }
}

#[test]
fn names_are_known_from_where_they_are_given() {
    let own = "for r in self.Rules by r.Port\nlet p = r.Port\npass when p > 1\nsay \"{p}\"";
    assert_eq!(check(own).errors, []);
    let early = "let p = r.Port\nfor r in self.Rules by r.Port\npass when p > 1\nsay \"{p}\"";
    assert_eq!(check(early).errors.len(), 1);
    let late = "let a = b\nlet b = 1\npass when a == 1\nsay \"x\"";
    assert_eq!(check(late).errors.len(), 1);
}

#[test]
fn a_deep_chain_of_macros_is_checked_once_each() {
    let chain = "self.Rules".to_owned() + &".filter(r, r.Port > 0)".repeat(40) + ".exists(r, r.Prt > 0)";
    assert_eq!(pass(&chain).errors.len(), 1);
}

#[test]
fn single_expressions_are_checked_against_what_they_must_give() {
    let expression = |text: &str, expected: &Type| {
        parse(text).expect(text).check(&Types, Some("aws.s3.bucket"), expected).errors.len()
    };
    assert_eq!(expression("self.Name", &Type::String), 0);
    assert_eq!(expression("self.Count", &Type::Number), 0);
    assert_eq!(expression("self.Count", &Type::String), 1);
    assert_eq!(expression("self.Enabled", &Type::Bool), 0);
    assert_eq!(expression("self.Name", &Type::Bool), 1);
    assert_eq!(
        parse("self.Rules[0].Tags").expect("parses").check(&Types, Some("aws.s3.bucket"), &Type::Any).ty,
        Type::list(Type::String)
    );
}

fn absent(condition: &str) -> Vec<String> {
    pass(condition).absence.into_iter().flat_map(|one| one.paths).collect()
}

#[test]
fn negated_comparisons_that_pass_on_absence_are_listed() {
    for (condition, paths) in [
        ("!(self.Count > 5)", vec!["self.Count"]),
        ("self.Count > 5", vec![]),
        ("self.Name != 'x'", vec!["self.Name"]),
        ("!(self.Name != 'x')", vec![]),
        ("self.Name != null", vec![]),
        ("!self.Enabled", vec![]),
        ("!(self.Name == 'x') && self.Count > 5", vec!["self.Name"]),
        ("has(self.Name) && self.Name != 'x'", vec![]),
        ("!self.Name.startsWith('x')", vec!["self.Name"]),
        ("!(self.Name in ['x'])", vec!["self.Name"]),
        ("!self.Rules.exists(r, r.Port == 22)", vec!["self.Rules[].Port"]),
        ("self.Rules.all(r, r.Port != 22)", vec!["self.Rules[].Port"]),
        ("!(age(self.Created) > days(90))", vec!["self.Created"]),
        ("!!(self.Count > 5)", vec![]),
        ("size(self.Rules) != 1", vec![]),
    ] {
        assert_eq!(absent(condition), paths, "{condition}");
    }
    let through = check("let old = age(self.Created) > days(90)\npass when !old\nsay \"x\"");
    assert_eq!(through.absence[0].paths, ["self.Created"]);
}

fn uses(text: &str) -> Vec<String> {
    let checked = check(text);
    assert_eq!(checked.errors, [], "{text}");
    checked.uses.iter().map(shown).collect()
}

fn shown(one: &Use) -> String {
    let of = |of: &Of| match of {
        Of::Subject => "self".to_owned(),
        Of::Root(name) | Of::Type(name) => name.to_string(),
    };
    match one {
        Use::Member { of: whose, path, deep } => format!("{}:{path}{}", of(whose), if *deep { "" } else { " ?" }),
        Use::Edge { of, name, incoming, to } => format!("{of} {} {name} {to}", if *incoming { "<-" } else { "->" }),
        Use::List { type_id, span } => format!("list {type_id} {span:?}"),
        Use::Facts { of: whose, name } => format!("facts {} {}", of(whose), name.as_deref().unwrap_or("*")),
        Use::Norm { of: whose, name } => format!("norm {} {}", of(whose), name.as_deref().unwrap_or("*")),
    }
}

#[test]
fn every_member_that_may_be_read_is_a_use() {
    let mut found = uses(
        "let block = account.S3PublicAccessBlock\nlet unused = self.Ratio\nlet rules = self.Rules.filter(r, r.Port > 1)\n\
         applies when has(self.Policy)\n\
         pass when block.IgnorePublicAcls && rules.exists(r, 'a' in r.Tags) && size(self.Names) > 0\n\
         severity when self.Count > 1 is low\nsay \"{self.Name} {region.name} {self.uid}\"",
    );
    found.sort();
    let mut expected = vec![
        "aws.account:S3PublicAccessBlock.IgnorePublicAcls",
        "aws.region:name",
        "self:Count",
        "self:Name",
        "self:Names ?",
        "self:Policy ?",
        "self:Rules ?",
        "self:Rules[].Port",
        "self:Rules[].Tags",
    ];
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn uses_follow_edges_sets_and_functions() {
    let found = uses(
        "pass when refs('encrypted_by').exists(k, k.Rotation.On && k.facts.public && k.norm.name == 'x')\n\
         && refs_in('logs_to').all(t, t.refs('encrypted_by').exists(k, k == t.refs('encrypted_by')[0] && k.Enabled))\n\
         && list('aws.cloudtrail.trail', 'region').exists(t, t.Name == params.names[0])\n\
         && facts.grants.exists(g, g.allows('a')) && json(self.Policy).A == 'b' && self.Tags[self.Name] == 'c'\n\
         say \"x\"",
    );
    for expected in [
        "aws.s3.bucket -> encrypted_by aws.kms.key",
        "aws.s3.bucket <- logs_to aws.cloudtrail.trail",
        "aws.cloudtrail.trail -> encrypted_by aws.kms.key",
        "aws.kms.key:Rotation.On",
        "aws.kms.key:Enabled",
        "facts aws.kms.key public",
        "norm aws.kms.key name",
        "list aws.cloudtrail.trail Region",
        "aws.cloudtrail.trail:Name",
        "params:names[]",
        "facts self grants",
        "self:Policy",
        "self:Tags",
        "self:Name",
    ] {
        assert!(found.iter().any(|one| one == expected), "{expected} is not in {found:#?}");
    }
    assert!(!found.iter().any(|one| one == "aws.kms.key:"), "{found:#?}");
}

#[test]
fn a_value_used_as_a_whole_is_a_prefix() {
    let found =
        uses("pass when json(self) == null && self.PublicAccessBlockConfiguration == {'a': true}\nsay \"{facts}\"");
    for expected in ["self:", "self:PublicAccessBlockConfiguration", "facts self *"] {
        assert!(found.iter().any(|one| one == expected), "{expected} is not in {found:#?}");
    }
}

#[test]
fn a_rule_with_for_uses_what_its_items_use() {
    let found = uses("for r in self.Rules by r.Port\npass when !is_public(r.Cidr)\nsay \"x\"");
    assert_eq!(found, ["self:Rules ?", "self:Rules[].Cidr", "self:Rules[].Port"]);
}
