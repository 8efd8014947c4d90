//! Sources that several types share.

mod common;

use common::*;
use resource::Why;

const DETAILS: &str = r#"
source = "iam-details"
scope = "account"
at = "global"
call = "iam:GetAccountAuthorizationDetails"
with = { Filter = ["User"] }
"#;
const ROLE: &str = r#"
type = "aws.iam.role"
title = "role"
scope = "account"
at = "global"
id = "{self.Arn}"
name = "self.RoleName"
[source]
id = "iam-details"
items = "Roles[]"
decode = { AssumeRolePolicyDocument = "url+json", "Inline[].Document" = "url+json" }
"#;
const USER: &str = r#"
type = "aws.iam.user"
title = "user"
scope = "account"
at = "global"
id = "{self.Arn}"
name = "self.UserName"
[source]
id = "iam-details"
items = "Users[]"
[[get]]
source = "credential-report"
row = "self.UserName"
into = "CredentialReport"
"#;
const REPORT: &str = r#"
source = "credential-report"
scope = "account"
at = "global"
call = "iam:GetCredentialReport"
take = "Content"
decode = "base64+csv"
key = "user"
[prepare]
call = "iam:GenerateCredentialReport"
until = "self.State == 'COMPLETE'"
attempts = 4
"#;

fn types() -> Types {
    Types::of(&[ROLE, USER]).source(DETAILS).source(REPORT)
}

/// user,mfa / ada,true / bob,false
const CONTENT: &str = "dXNlcixtZmEKYWRhLHRydWUKYm9iLGZhbHNlCg==";

fn iam() -> Script {
    Script::new()
        .on("iam:GetAccountAuthorizationDetails", Reply::Pages(pages(&[
            r#"{"Roles":[{"Arn":"r1","AssumeRolePolicyDocument":"%7B%22Version%22%3A%222012-10-17%22%7D"}],"Users":[{"Arn":"u1","UserName":"ada"}]}"#,
            r#"{"Users":[{"Arn":"u2","UserName":"bob"},{"Arn":"u3","UserName":"eve"}]}"#,
        ])))
        .on("iam:GenerateCredentialReport", r#"{"State":"COMPLETE"}"#)
        .on("iam:GetCredentialReport", format!(r#"{{"Content":"{CONTENT}"}}"#).as_str())
}

#[tokio::test]
async fn a_source_is_called_once_and_feeds_every_type() {
    let setup = setup(types(), iam());
    let found = setup.run().await;
    assert_eq!(found.uids(), ["r1", "u1", "u2", "u3"]);
    assert_eq!(setup.script.count("iam:GetAccountAuthorizationDetails"), 1);
    assert_eq!(setup.script.count("iam:GetCredentialReport"), 1);
    assert_eq!(found.document("r1"), r#"{"Arn":"r1","AssumeRolePolicyDocument":{"Version":"2012-10-17"}}"#);
    assert_eq!(found.document("u1"), r#"{"Arn":"u1","CredentialReport":{"mfa":"true","user":"ada"},"UserName":"ada"}"#);
    assert!(found.seen("u3").get("CredentialReport").is_null(), "no row is a known absence");
    let requests: u64 = found.reports.values().map(|report| report.requests).sum();
    assert_eq!(requests, 4, "two pages, the preparation and the report, counted once");
}

#[tokio::test]
async fn a_source_that_fails_midway_leaves_every_type_incomplete() {
    let script = iam().with(
        "iam:GetAccountAuthorizationDetails",
        r#"{"Filter":["User"]}"#,
        Reply::Pages(vec![Ok(json(r#"{"Roles":[{"Arn":"r1"}]}"#)), Err(denied("iam:GetAccountAuthorizationDetails"))]),
    );
    let found = run(types(), script).await;
    assert_eq!(found.uids(), ["r1"]);
    for type_id in ["aws.iam.role", "aws.iam.user"] {
        assert_eq!(found.incomplete(type_id, ""), Some(Why::Denied), "{type_id}");
    }
    assert_eq!(found.notes.len(), 1);
}

#[tokio::test]
async fn an_undecodable_member_of_a_listed_item_is_a_hole_at_that_member() {
    let script = iam().with(
        "iam:GetAccountAuthorizationDetails",
        r#"{"Filter":["User"]}"#,
        r#"{"Roles":[{"Arn":"r1",
        "AssumeRolePolicyDocument":"%7Bbroken",
        "Inline":[{"PolicyName":"a","Document":"%7B%7D"},{"PolicyName":"b","Document":"no"},{"PolicyName":"c"}]}]}"#,
    );
    let found = run(types(), script).await;
    let role = found.resource("r1");
    assert_eq!(
        holes(role),
        [
            ("AssumeRolePolicyDocument".to_owned(), Why::Failed),
            ("Inline[PolicyName=b].Document".to_owned(), Why::Failed)
        ]
    );
    assert_eq!(role.holes[0].resource.as_deref(), Some("r1"));
    let inline = role.document.get("Inline").items();
    assert_eq!(inline[0].get("Document"), &json("{}"));
    assert!(is_complete(found.report("aws.iam.role", "")));
}

#[tokio::test]
async fn a_denied_source_of_rows_is_a_hole_in_every_resource_that_looks_there() {
    for (call, reply) in [
        ("iam:GetCredentialReport", denied("iam:GetCredentialReport")),
        ("iam:GenerateCredentialReport", denied("iam:GenerateCredentialReport")),
    ] {
        let script = iam().replies(call, r#"{"@region":"us-east-1"}"#, vec![reply.into()]);
        let found = run(types(), script).await;
        for uid in ["u1", "u2", "u3"] {
            let user = found.resource(uid);
            assert_eq!(holes(user), [("CredentialReport".to_owned(), Why::Denied)]);
            assert_eq!(user.holes[0].hole.call.as_deref(), Some(call));
        }
        assert!(is_complete(found.report("aws.iam.user", "")), "the listing is");
    }
}

#[tokio::test(start_paused = true)]
async fn preparing_a_source_is_asked_again_a_bounded_number_of_times() {
    let started = || Reply::from(r#"{"State":"STARTED"}"#);
    let script = iam().replies(
        "iam:GenerateCredentialReport",
        r#"{"@region":"us-east-1"}"#,
        vec![started(), started(), Reply::from(r#"{"State":"COMPLETE"}"#)],
    );
    let ready = setup(types(), script);
    assert!(ready.run().await.resource("u1").holes.is_empty());
    assert_eq!(ready.script.count("iam:GenerateCredentialReport"), 3);

    let never =
        setup(types(), iam().replies("iam:GenerateCredentialReport", r#"{"@region":"us-east-1"}"#, vec![started()]));
    let found = never.run().await;
    assert_eq!(holes(found.resource("u1")), [("CredentialReport".to_owned(), Why::Failed)]);
    assert!(found.resource("u1").holes[0].hole.detail.as_deref().unwrap().contains("4 attempts"));
    assert_eq!(never.script.count("iam:GenerateCredentialReport"), 4);
    assert_eq!(never.script.count("iam:GetCredentialReport"), 0);
}

#[tokio::test]
async fn a_source_that_cannot_be_decoded_is_a_failure_and_not_an_empty_table() {
    let script = iam().with("iam:GetCredentialReport", r#"{"@region":"us-east-1"}"#, r#"{"Content":"%%%"}"#);
    let found = run(types(), script).await;
    let user = found.resource("u3");
    assert_eq!(holes(user), [("CredentialReport".to_owned(), Why::Failed)]);
    assert!(user.holes[0].hole.detail.as_deref().unwrap().starts_with("not base64"));
}

#[tokio::test]
async fn a_source_that_nothing_needs_is_not_called() {
    let setup = setup(types(), iam()).demand("aws.iam.user", &[]);
    let found = setup.run().await;
    assert_eq!(setup.script.count("iam:GenerateCredentialReport"), 0);
    let missing = &found.report("aws.iam.user", "").not_collected[0];
    assert_eq!(missing.hole.call.as_deref(), Some("iam:GetCredentialReport"));
}

const ALIASES: &str = r#"
source = "kms-aliases"
scope = "region"
call = "kms:ListAliases"
rows = "Aliases[]"
key = "TargetKeyId"
many = true
absent = ["NotFoundException"]
"#;
const KEY: &str = r#"
type = "aws.kms.key"
title = "key"
scope = "region"
id = "{self.KeyId}"
name = "self.KeyId"
keys = ["self.Aliases.map(a, a.AliasName)"]
[list]
call = "kms:ListKeys"
items = "Keys[]"
[[get]]
source = "kms-aliases"
row = "self.KeyId"
into = "Aliases"
"#;

fn kms(aliases: impl Into<Reply>) -> (Types, Script) {
    let script =
        Script::new().on("kms:ListKeys", r#"{"Keys":[{"KeyId":"1"},{"KeyId":"2"}]}"#).on("kms:ListAliases", aliases);
    (Types::of(&[KEY]).source(ALIASES), script)
}

#[tokio::test]
async fn several_rows_of_one_key_become_a_list() {
    let (types, script) = kms(
        r#"{"Aliases":[{"AliasName":"alias/a","TargetKeyId":"1"},{"AliasName":"alias/x"},{"AliasName":"alias/b","TargetKeyId":"1"}]}"#,
    );
    let setup = setup(types, script).regions(&["eu-west-1", "us-east-1"]);
    let found = setup.run().await;
    assert_eq!(found.resource("1").keys, ["alias/a".into(), "alias/b".into()]);
    assert_eq!(found.document("2"), r#"{"Aliases":[],"KeyId":"2"}"#);
    assert_eq!(setup.script.count("kms:ListAliases"), 2, "once per region");
}

#[tokio::test]
async fn rows_of_a_source_that_was_cut_leave_open_lists() {
    let (types, script) = kms(Reply::Pages(vec![
        Ok(json(r#"{"Aliases":[{"AliasName":"alias/a","TargetKeyId":"1"}]}"#)),
        Err(denied("kms:ListAliases")),
    ]));
    let found = run(types, script).await;
    let seen = found.seen("1");
    let resource::Value::List(aliases) = seen.get("Aliases") else { panic!("a list") };
    assert_eq!((aliases.items.len(), aliases.open.as_ref().map(|hole| hole.why)), (1, Some(Why::Denied)));
    assert_eq!(found.seen("2").get("Aliases").unknown().map(|hole| hole.why), Some(Why::Denied));
}

#[tokio::test]
async fn an_error_that_means_none_gives_an_empty_table() {
    let (types, script) = kms(failure("kms:ListAliases", "NotFoundException", Why::Failed));
    let found = run(types, script).await;
    assert!(found.resource("1").holes.is_empty());
    assert_eq!(found.document("1"), r#"{"Aliases":[],"KeyId":"1"}"#);
}
