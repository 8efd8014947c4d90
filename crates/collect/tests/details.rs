//! Detail calls: what they put where, and the holes they leave.

mod common;

use common::*;
use resource::Why;

const BUCKET: &str = r#"
type = "aws.s3.bucket"
title = "bucket"
scope = "account"
id = "arn:{partition}:s3:::{self.Name}"
name = "self.Name"
tags = "self.TagSet"
region = "self.BucketRegion"
[list]
call = "s3:ListBuckets"
items = "Buckets[]"
[[get]]
call = "s3:GetBucketPolicy"
with = { Bucket = "$Name" }
take = "Policy"
into = "Policy"
decode = { "" = "json" }
gone = ["NoSuchBucket"]
absent = ["NoSuchBucketPolicy"]
[[get]]
call = "s3:GetBucketVersioning"
with = { Bucket = "$Name" }
into = "Versioning"
gone = ["NoSuchBucket"]
unsupported = ["MethodNotAllowed"]
[[get]]
call = "s3:GetBucketTagging"
with = { Bucket = "$self.Name" }
gives = ["TagSet"]
absent = ["NoSuchTagSet"]
[[edge]]
name = "logs_to"
to = "aws.s3.bucket"
by = "self.Versioning.Target"
"#;

fn buckets(listing: &str) -> Script {
    Script::new()
        .on("s3:ListBuckets", listing)
        .on("s3:GetBucketPolicy", r#"{"Policy":"{\"Statement\":[]}"}"#)
        .on("s3:GetBucketVersioning", r#"{"Status":"Enabled"}"#)
        .on("s3:GetBucketTagging", r#"{"TagSet":[{"Key":"a","Value":"b"}]}"#)
}

const ONE: &str = r#"{"Buckets":[{"Name":"one","BucketRegion":"eu-north-1"}]}"#;
const TWO: &str = r#"{"Buckets":[{"Name":"one","BucketRegion":"eu-north-1"},{"Name":"two"}]}"#;

#[tokio::test]
async fn details_are_merged_put_decoded_and_asked_in_the_buckets_region() {
    let setup = setup(Types::of(&[BUCKET]), buckets(ONE));
    let found = setup.run().await;
    let bucket = found.resource("arn:aws:s3:::one");
    assert_eq!(
        bucket.document.to_json(),
        r#"{"BucketRegion":"eu-north-1","Name":"one","Policy":{"Statement":[]},"TagSet":[{"Key":"a","Value":"b"}],"Versioning":{"Status":"Enabled"}}"#
    );
    assert_eq!((&*bucket.region, bucket.tags["a"].as_str(), bucket.holes.len()), ("eu-north-1", "b", 0));
    assert_eq!(bucket.unit, unit("aws.s3.bucket", ""));
    for (call, region, input) in setup.script.called() {
        let expected =
            if call == "s3:ListBuckets" { ("eu-west-1", "{}") } else { ("eu-north-1", r#"{"Bucket":"one"}"#) };
        assert_eq!((region.as_str(), input.as_str()), expected, "{call}");
    }
    assert_eq!(found.report("aws.s3.bucket", "").requests, 4);
}

#[tokio::test]
async fn a_resource_that_has_vanished_is_dropped_and_leaves_no_hole() {
    let script = buckets(TWO).with(
        "s3:GetBucketPolicy",
        r#"{"Bucket":"one"}"#,
        failure("s3:GetBucketPolicy", "NoSuchBucket", Why::Failed),
    );
    let found = run(Types::of(&[BUCKET]), script).await;
    assert_eq!(found.uids(), ["arn:aws:s3:::two"]);
    assert!(is_complete(found.report("aws.s3.bucket", "")));
    assert_eq!(found.report("aws.s3.bucket", "").resources, 1);
}

#[tokio::test]
async fn what_is_not_configured_is_absent_and_known() {
    let script = buckets(ONE).with(
        "s3:GetBucketPolicy",
        r#"{"Bucket":"one"}"#,
        failure("s3:GetBucketPolicy", "NoSuchBucketPolicy", Why::Failed),
    );
    let found = run(Types::of(&[BUCKET]), script).await;
    assert!(found.seen("arn:aws:s3:::one").get("Policy").is_null());
    assert!(found.resource("arn:aws:s3:::one").holes.is_empty());
}

#[tokio::test]
async fn a_denied_detail_leaves_a_hole_at_its_members_only_and_is_told_once() {
    let found =
        run(
            Types::of(&[BUCKET]),
            buckets(TWO)
                .with("s3:GetBucketTagging", r#"{"@region":"eu-north-1"}"#, denied("s3:GetBucketTagging"))
                .with("s3:GetBucketTagging", r#"{"Bucket":"two"}"#, denied("s3:GetBucketTagging")),
        )
        .await;
    for uid in ["arn:aws:s3:::one", "arn:aws:s3:::two"] {
        let bucket = found.resource(uid);
        assert_eq!(holes(bucket), [("TagSet".to_owned(), Why::Denied)]);
        let hole = &bucket.holes[0].hole;
        assert_eq!(
            (hole.call.as_deref(), hole.permission.as_deref()),
            (Some("s3:GetBucketTagging"), Some("s3:GetBucketTagging!"))
        );
        assert!(bucket.holes[0].resource.as_deref() == Some(uid) && !bucket.holes[0].partial);
        assert!(bucket.document.get("Versioning").as_map().is_some());
        assert!(bucket.tags.is_empty());
    }
    assert_eq!(found.notes.len(), 1);
}

#[tokio::test]
async fn what_the_provider_does_not_offer_for_a_resource_is_unsupported_and_asks_for_no_permission() {
    let script = buckets(ONE).with(
        "s3:GetBucketVersioning",
        r#"{"Bucket":"one"}"#,
        failure("s3:GetBucketVersioning", "MethodNotAllowed", Why::Failed),
    );
    let found = run(Types::of(&[BUCKET]), script).await;
    let bucket = found.resource("arn:aws:s3:::one");
    assert_eq!(holes(bucket), [("Versioning".to_owned(), Why::Unsupported)]);
    assert_eq!(bucket.holes[0].hole.permission, None);
    let target = bucket.references[0].target.as_ref().map_err(|hole| hole.why);
    assert_eq!(target, Err(Why::Unsupported), "an edge through a hole leads nowhere known");
}

#[tokio::test]
async fn a_malformed_policy_is_a_hole_and_not_a_lost_resource() {
    let script = buckets(ONE).with("s3:GetBucketPolicy", r#"{"Bucket":"one"}"#, r#"{"Policy":"{\"Statement\":"}"#);
    let found = run(Types::of(&[BUCKET]), script).await;
    let bucket = found.resource("arn:aws:s3:::one");
    assert_eq!(holes(bucket), [("Policy".to_owned(), Why::Failed)]);
    let hole = &bucket.holes[0].hole;
    assert_eq!(hole.call.as_deref(), Some("s3:GetBucketPolicy"));
    assert!(hole.detail.as_deref().unwrap().starts_with("not JSON: "), "{hole:?}");
    assert_eq!(bucket.document.get("Policy"), &resource::Value::Null);
}

#[tokio::test]
async fn details_that_nothing_needs_are_not_called_and_are_reported_once_per_unit() {
    let setup = setup(Types::of(&[BUCKET]), buckets(TWO)).only("aws.s3.bucket", &[0]);
    let found = setup.run().await;
    assert_eq!((setup.script.count("s3:GetBucketPolicy"), setup.script.count("s3:GetBucketVersioning")), (2, 0));
    let missing = &found.report("aws.s3.bucket", "").not_collected;
    let members: Vec<String> = missing.iter().map(|record| record.members[0].to_string()).collect();
    assert_eq!(members, ["Versioning", "TagSet"]);
    assert!(missing.iter().all(|record| record.resource.is_none() && record.hole.why == Why::NotCollected));
    assert_eq!(missing[0].hole.call.as_deref(), Some("s3:GetBucketVersioning"));
    let bucket = found.resource("arn:aws:s3:::one");
    assert!(bucket.holes.is_empty());
    let target = bucket.references[0].target.as_ref().map_err(|hole| hole.why);
    assert_eq!(target, Err(Why::NotCollected), "an edge over what was not collected is unknown, not absent");
}

const KEY: &str = r#"
type = "aws.kms.key"
title = "key"
scope = "region"
id = "{self.KeyArn}"
name = "self.KeyId"
[list]
call = "kms:ListKeys"
items = "Keys[]"
[[get]]
call = "kms:DescribeKey"
with = { KeyId = "$KeyId" }
take = "KeyMetadata"
gives = ["KeyManager", "Origin"]
[[get]]
call = "kms:GetKeyRotationStatus"
with = { KeyId = "$KeyId" }
when = "self.KeyManager == 'CUSTOMER'"
gives = ["KeyRotationEnabled"]
[[get]]
call = "kms:GetSecret"
with = { Origin = "$Origin", Text = "$'x' + self.Origin" }
into = "Secret"
at = "us-west-2"
"#;

fn keys() -> Script {
    Script::new()
        .on("kms:ListKeys", r#"{"Keys":[{"KeyArn":"k1","KeyId":"1"},{"KeyArn":"k2","KeyId":"2"}]}"#)
        .with("kms:DescribeKey", r#"{"KeyId":"1"}"#, r#"{"KeyMetadata":{"KeyManager":"CUSTOMER","Origin":"o"}}"#)
        .with("kms:DescribeKey", r#"{"KeyId":"2"}"#, r#"{"KeyMetadata":{"KeyManager":"AWS"}}"#)
        .on("kms:GetKeyRotationStatus", r#"{"KeyRotationEnabled":true}"#)
        .on("kms:GetSecret", r#"{}"#)
}

#[tokio::test]
async fn a_detail_whose_condition_does_not_hold_is_absent() {
    let setup = setup(Types::of(&[KEY]), keys());
    let found = setup.run().await;
    assert_eq!(found.seen("k1").get("KeyRotationEnabled").as_bool(), Some(true));
    assert!(found.seen("k2").get("KeyRotationEnabled").is_null());
    assert!(found.resource("k2").holes.is_empty());
    assert_eq!(setup.script.count("kms:GetKeyRotationStatus"), 1);
}

#[tokio::test]
async fn a_detail_whose_condition_is_unknown_is_unknown_for_the_same_reason() {
    let script = keys().with("kms:DescribeKey", r#"{"KeyId":"1","@region":"eu-west-1"}"#, denied("kms:DescribeKey"));
    let setup = setup(Types::of(&[KEY]), script);
    let found = setup.run().await;
    let seen = found.seen("k1");
    for member in ["KeyManager", "Origin", "KeyRotationEnabled", "Secret"] {
        let hole = seen.get(member).unknown().unwrap_or_else(|| panic!("{member} is known"));
        assert_eq!((hole.why, hole.call.as_deref()), (Why::Denied, Some("kms:DescribeKey")), "{member}");
    }
    assert_eq!(setup.script.count("kms:GetKeyRotationStatus"), 0);
    assert_eq!(seen.get("KeyId").as_str(), Some("1"));
}

#[tokio::test]
async fn a_detail_goes_where_its_file_says_and_leaves_out_what_is_absent() {
    let setup = setup(Types::of(&[KEY]), keys());
    setup.run().await;
    let mut calls = setup.script.called();
    calls.retain(|(call, ..)| call == "kms:GetSecret");
    calls.sort();
    let calls: Vec<_> = calls.iter().map(|(_, region, input)| (region.as_str(), input.as_str())).collect();
    assert_eq!(calls, [("us-west-2", r#"{"Origin":"o","Text":"xo"}"#), ("us-west-2", "{}")]);
}

#[tokio::test]
async fn a_detail_of_a_service_that_the_region_lacks_is_a_hole_without_a_call() {
    let setup = setup(Types::of(&[KEY]), keys().not_offered("kms", "us-west-2"));
    let found = setup.run().await;
    assert_eq!(holes(found.resource("k1")), [("Secret".to_owned(), Why::NotInRegion)]);
    assert_eq!(setup.script.count("kms:GetSecret"), 0);
}

const LOCATED: &str = r#"
type = "aws.s3.bucket"
title = "bucket"
scope = "account"
id = "{self.Name}"
name = "self.Name"
region = "self.Location"
[list]
call = "s3:ListBuckets"
items = "Buckets[]"
[[get]]
call = "s3:GetBucketAcl"
with = { Bucket = "$Name" }
into = "Acl"
[[get]]
call = "s3:GetBucketLocation"
with = { Bucket = "$Name" }
gives = ["Location"]
at = "us-east-1"
[[get]]
call = "s3:GetBucketPolicyStatus"
with = { Bucket = "$Name" }
into = "Status"
"#;

#[tokio::test]
async fn a_region_that_a_detail_tells_comes_before_the_calls_that_go_there() {
    let script = Script::new()
        .on("s3:ListBuckets", r#"{"Buckets":[{"Name":"one"}]}"#)
        .on("s3:GetBucketLocation", r#"{"Location":"eu-south-1"}"#)
        .on("s3:GetBucketPolicyStatus", "{}");
    let setup = setup(Types::of(&[LOCATED]), script).only("aws.s3.bucket", &[2]);
    let found = setup.run().await;
    assert_eq!(&*found.resource("one").region, "eu-south-1");
    let calls: Vec<_> = setup.script.called().into_iter().map(|(call, region, _)| (call, region)).collect();
    assert_eq!(calls[1], ("s3:GetBucketLocation".to_owned(), "us-east-1".to_owned()));
    assert_eq!(calls[2], ("s3:GetBucketPolicyStatus".to_owned(), "eu-south-1".to_owned()));
}

#[tokio::test]
async fn calls_are_not_sent_to_a_guessed_region() {
    let script = Script::new()
        .on("s3:ListBuckets", r#"{"Buckets":[{"Name":"one"}]}"#)
        .on("s3:GetBucketLocation", denied("s3:GetBucketLocation"));
    let setup = setup(Types::of(&[LOCATED]), script).only("aws.s3.bucket", &[2]);
    let found = setup.run().await;
    let seen = found.seen("one");
    assert_eq!(
        seen.get("Status").unknown().and_then(|hole| hole.call.as_deref().map(str::to_owned)),
        Some("s3:GetBucketLocation".into())
    );
    assert_eq!(setup.script.count("s3:GetBucketPolicyStatus"), 0);
}
