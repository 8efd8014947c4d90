use catalog::Catalog;
use resource::Value;

use super::{locate_every, statement_at};

/// What a reason names, as `path: words`.
fn named(type_id: &str, document: &str, item: &str, reason: &str) -> Vec<String> {
    let catalog = Catalog::embedded().expect("the embedded catalogue loads");
    let of = catalog.resource_type(type_id).expect("the type exists");
    let [document, item, reason] = [document, item, reason].map(|text| Value::from_json(text).expect("JSON"));
    let found = locate_every(of, "mara", &document, &item, &reason);
    let text = |one: &super::Located| {
        let path: Vec<String> = one
            .path
            .iter()
            .map(|stop| match stop {
                expr::Stop::Member(name) => name.to_string(),
                expr::Stop::Item(at) => at.to_string(),
            })
            .collect();
        format!("{}: {}", path.join("/"), one.called)
    };
    found.iter().map(text).collect()
}

const POLICY: &str = r#"{"Policy": {"Statement": [{"Effect": "Deny"}, {"Sid": "Open", "Effect": "Allow"}]}}"#;

#[test]
fn a_statement_is_found_by_its_id_or_its_number() {
    let reason = |statement: &str| format!(r#"{{"policy": "bucket policy", "statement": "{statement}"}}"#);
    assert_eq!(
        named("aws.s3.bucket", POLICY, "{}", &reason("Open")),
        ["Policy/Statement/1: statement `Open` of the bucket policy"]
    );
    assert_eq!(
        named("aws.s3.bucket", POLICY, "{}", &reason("#1")),
        ["Policy/Statement/0: statement 1 of the bucket policy"]
    );
    let none: [&str; 0] = [];
    assert_eq!(named("aws.s3.bucket", POLICY, "{}", &reason("#2")), none, "a statement with an id has no number");
    assert_eq!(
        named("aws.s3.bucket", r#"{"Policy": {"Statement": {"Effect": "Allow"}}}"#, "{}", &reason("#1")),
        ["Policy/Statement: statement 1 of the bucket policy"]
    );
}

#[test]
fn inline_policies_that_share_a_number_are_all_named() {
    let document = r#"{"UserPolicyList": [
        {"PolicyName": "a", "PolicyDocument": {"Statement": [{"Effect": "Allow"}]}},
        {"PolicyName": "b", "PolicyDocument": {"Statement": [{"Effect": "Allow"}]}}]}"#;
    assert_eq!(
        named("aws.iam.user", document, "{}", r##"{"policy": "inline policy of mara", "statement": "#1"}"##),
        [
            "UserPolicyList/0/PolicyDocument/Statement/0: statement 1 of the inline policy a",
            "UserPolicyList/1/PolicyDocument/Statement/0: statement 1 of the inline policy b",
        ]
    );
}

#[test]
fn a_rule_is_found_down_to_the_range_and_an_entry_by_its_number() {
    let group = r#"{"IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
        "IpRanges": [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "0.0.0.0/0"}]}, {"IpProtocol": "-1"}]}"#;
    let reason =
        |number: u8| format!(r##"{{"policy": "inbound rules", "statement": "#{number}", "text": "lets in"}}"##);
    let anyone = r#"{"range": "0.0.0.0/0"}"#;
    assert_eq!(
        named("aws.ec2.security-group", group, anyone, &reason(1)),
        ["IpPermissions/0/IpRanges/1: the rule tcp 22 from 0.0.0.0/0"]
    );
    assert_eq!(
        named("aws.ec2.security-group", group, anyone, &reason(2)),
        ["IpPermissions/1: the rule for all traffic (number 2)"]
    );
    assert!(named("aws.ec2.security-group", group, anyone, &reason(3)).is_empty());

    let list = r#"{"Entries": [{"RuleNumber": 100, "Egress": true}, {"RuleNumber": 100, "Egress": false}]}"#;
    let reason = r##"{"policy": "inbound entries", "statement": "#100"}"##;
    assert_eq!(named("aws.ec2.network-acl", list, "{}", reason), ["Entries/1: the inbound entry 100"]);
}

#[test]
fn grants_outside_policies_are_found_by_whom_they_let_in() {
    let acl = r#"{"Acl": {"Grants": [{"Grantee": {"ID": "own"}},
        {"Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}]}}"#;
    assert_eq!(
        named("aws.s3.bucket", acl, r#"{"principal": "AllUsers"}"#, r#"{"policy": "bucket ACL", "statement": ""}"#),
        ["Acl/Grants/1: the grant to AllUsers in the bucket ACL"]
    );
    let snapshot = r#"{"CreateVolumePermissions": [{"UserId": "111122223333"}, {"Group": "all"}]}"#;
    let reason = r#"{"policy": "create-volume permission", "statement": ""}"#;
    assert_eq!(
        named("aws.ec2.snapshot", snapshot, r#"{"principal": "all"}"#, reason),
        ["CreateVolumePermissions/1: `all` in the create-volume permission"]
    );
    let key = r#"{"Grants": [{"GrantId": "g-1"}, {"GrantId": "g-2"}]}"#;
    assert_eq!(named("aws.kms.key", key, "{}", r#"{"policy": "grant", "statement": "g-2"}"#), ["Grants/1: grant g-2"]);
}

#[test]
fn a_place_in_a_policy_has_a_name() {
    let catalog = Catalog::embedded().expect("the embedded catalogue loads");
    let of = catalog.resource_type("aws.s3.bucket").expect("the type exists");
    let document = Value::from_json(POLICY).expect("JSON");
    let path = ["Policy", "Statement"].map(|name| expr::Stop::Member(name.into()));
    let path: Vec<expr::Stop> = path.into_iter().chain([expr::Stop::Item(1)]).collect();
    assert_eq!(statement_at(of, &document, &path).as_deref(), Some("statement `Open` of the bucket policy"));
    assert_eq!(statement_at(of, &document, &path[..1]), None);
}
