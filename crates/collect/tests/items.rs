//! Details of items inside a document, and lists that come in pages.

mod common;

use common::*;
use resource::Why;

const USER: &str = r#"
type = "aws.iam.user"
title = "user"
scope = "account"
at = "global"
id = "{self.Arn}"
name = "self.UserName"
[list]
call = "iam:ListUsers"
items = "Users[]"
[[get]]
call = "iam:ListAccessKeys"
with = { UserName = "$UserName" }
take = "AccessKeyMetadata"
into = "AccessKeys"
[[get]]
call = "iam:GetAccessKeyLastUsed"
for = "self.AccessKeys[]"
with = { AccessKeyId = "$item.AccessKeyId", User = "$UserName" }
take = "AccessKeyLastUsed"
into = "LastUsed"
gone = ["NoSuchEntity"]
[[get]]
call = "iam:GetLoginProfile"
with = { UserName = "$UserName" }
take = "LoginProfile"
into = "LoginProfile"
when = "self.Console"
"#;

fn users() -> Script {
    Script::new()
        .on("iam:ListUsers", r#"{"Users":[{"Arn":"u1","UserName":"ada"}]}"#)
        .on(
            "iam:ListAccessKeys",
            r#"{"AccessKeyMetadata":[{"AccessKeyId":"K1"},{"AccessKeyId":"K2"},{"AccessKeyId":"K3"}]}"#,
        )
        .with("iam:GetAccessKeyLastUsed", r#"{"AccessKeyId":"K1"}"#, r#"{"AccessKeyLastUsed":{"ServiceName":"s3"}}"#)
        .with("iam:GetAccessKeyLastUsed", r#"{"AccessKeyId":"K2"}"#, r#"{"AccessKeyLastUsed":{"ServiceName":"ec2"}}"#)
        .with("iam:GetAccessKeyLastUsed", r#"{"AccessKeyId":"K3"}"#, r#"{"AccessKeyLastUsed":{}}"#)
}

#[tokio::test]
async fn a_per_item_detail_goes_into_each_item_after_the_list_is_in() {
    let setup = setup(Types::of(&[USER]), users());
    let found = setup.run().await;
    assert_eq!(
        found.document("u1"),
        r#"{"AccessKeys":[{"AccessKeyId":"K1","LastUsed":{"ServiceName":"s3"}},{"AccessKeyId":"K2","LastUsed":{"ServiceName":"ec2"}},{"AccessKeyId":"K3","LastUsed":{}}],"Arn":"u1","UserName":"ada"}"#
    );
    assert!(
        setup.script.called().iter().all(|(_, region, _)| region == "us-east-1"),
        "global calls go where they belong"
    );
}

#[tokio::test]
async fn a_per_item_detail_that_fails_leaves_its_hole_at_that_item_only() {
    let script = users().with(
        "iam:GetAccessKeyLastUsed",
        r#"{"AccessKeyId":"K2","User":"ada"}"#,
        denied("iam:GetAccessKeyLastUsed"),
    );
    let found = run(Types::of(&[USER]), script).await;
    assert_eq!(holes(found.resource("u1")), [("AccessKeys[AccessKeyId=K2].LastUsed".to_owned(), Why::Denied)]);
    let seen = found.seen("u1");
    let whys: Vec<_> =
        seen.get("AccessKeys").items().iter().map(|key| key.get("LastUsed").unknown().map(|hole| hole.why)).collect();
    assert_eq!(whys, [None, Some(Why::Denied), None]);
}

#[tokio::test]
async fn an_item_that_has_vanished_is_taken_out_and_the_others_keep_theirs() {
    let gone = || failure("iam:GetAccessKeyLastUsed", "NoSuchEntity", Why::Failed);
    let script = users().with("iam:GetAccessKeyLastUsed", r#"{"AccessKeyId":"K1","User":"ada"}"#, gone()).with(
        "iam:GetAccessKeyLastUsed",
        r#"{"AccessKeyId":"K2","User":"ada"}"#,
        gone(),
    );
    let found = run(Types::of(&[USER]), script).await;
    assert_eq!(
        found.document("u1"),
        r#"{"AccessKeys":[{"AccessKeyId":"K3","LastUsed":{}}],"Arn":"u1","UserName":"ada"}"#
    );
}

#[tokio::test]
async fn details_of_items_of_an_unread_list_are_not_asked_and_stay_unknown() {
    let script = users().with("iam:ListAccessKeys", r#"{"UserName":"ada"}"#, denied("iam:ListAccessKeys"));
    let setup = setup(Types::of(&[USER]), script);
    let found = setup.run().await;
    assert_eq!(holes(found.resource("u1")), [("AccessKeys".to_owned(), Why::Denied)]);
    assert_eq!(setup.script.count("iam:GetAccessKeyLastUsed"), 0);
}

#[tokio::test]
async fn demanding_a_per_item_detail_brings_the_list_that_it_needs() {
    let setup = setup(Types::of(&[USER]), users()).only("aws.iam.user", &[1]);
    let found = setup.run().await;
    assert_eq!(found.resource("u1").document.get("AccessKeys").items().len(), 3);
    assert_eq!(found.report("aws.iam.user", "").not_collected.len(), 1);
}

#[tokio::test]
async fn pages_of_a_detail_are_joined_and_a_missing_page_leaves_an_open_list() {
    let whole = Reply::Pages(pages(&[
        r#"{"AccessKeyMetadata":[{"AccessKeyId":"K1"}],"Marker":"m","IsTruncated":true}"#,
        r#"{"AccessKeyMetadata":[{"AccessKeyId":"K2"}],"IsTruncated":false}"#,
    ]));
    let types = || Types::of(&[USER]).paged("iam:ListAccessKeys", &["AccessKeyMetadata"]);
    let found = run(types(), users().with("iam:ListAccessKeys", r#"{"UserName":"ada"}"#, whole)).await;
    assert_eq!(found.resource("u1").document.get("AccessKeys").items().len(), 2);
    assert!(found.resource("u1").holes.is_empty());

    let cut = Reply::Pages(vec![
        Ok(json(r#"{"AccessKeyMetadata":[{"AccessKeyId":"K1"}]}"#)),
        Err(failure("iam:ListAccessKeys", "Throttling", Why::Throttled)),
    ]);
    let found = run(types(), users().with("iam:ListAccessKeys", r#"{"UserName":"ada"}"#, cut)).await;
    let user = found.resource("u1");
    assert_eq!(holes(user), [("AccessKeys".to_owned(), Why::Throttled)]);
    assert!(user.holes[0].partial);
    let seen = found.seen("u1");
    let resource::Value::List(keys) = seen.get("AccessKeys") else { panic!("a list") };
    assert_eq!((keys.items.len(), keys.open.as_ref().map(|hole| hole.why)), (1, Some(Why::Throttled)));
    assert!(keys.items[0].get("LastUsed").as_map().is_some(), "known items get their details");
}

#[tokio::test]
async fn a_resource_that_vanishes_between_pages_of_a_detail_is_dropped() {
    let text = USER.replacen("into = \"AccessKeys\"", "into = \"AccessKeys\"\ngone = [\"NoSuchEntity\"]", 1);
    let cut = Reply::Pages(vec![
        Ok(json(r#"{"AccessKeyMetadata":[{"AccessKeyId":"K1"}]}"#)),
        Err(failure("iam:ListAccessKeys", "NoSuchEntity", Why::Failed)),
    ]);
    let types = Types::of(&[&text]).paged("iam:ListAccessKeys", &["AccessKeyMetadata"]);
    let found = run(types, users().with("iam:ListAccessKeys", r#"{"UserName":"ada"}"#, cut)).await;
    assert!(found.resources.is_empty() && is_complete(found.report("aws.iam.user", "")));
}
