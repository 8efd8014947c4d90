//! Where resources come from: listings, singletons, parents.

mod common;

use common::*;
use resource::Why;

const QUEUE: &str = r#"
type = "aws.sqs.queue"
title = "SQS queue"
scope = "region"
id = "arn:{partition}:sqs:{region.name}:{account.id}:{last(self.QueueUrl, '/')}"
name = "last(self.QueueUrl, '/')"
tags = "self.Tags"
keys = ["self.QueueUrl", "self.Aliases"]
[list]
call = "sqs:ListQueues"
items = "QueueUrls[]"
as = "QueueUrl"
"#;

#[tokio::test]
async fn scalar_items_become_a_member_and_every_region_is_a_unit() {
    let script = Script::new()
        .with("sqs:ListQueues", r#"{"@region":"eu-west-1"}"#, r#"{"QueueUrls":["https://q/1/a","https://q/1/b"]}"#)
        .with("sqs:ListQueues", r#"{"@region":"us-east-1"}"#, "{}");
    let setup = setup(Types::of(&[QUEUE]), script).regions(&["eu-west-1", "us-east-1"]);
    let found = setup.run().await;
    assert_eq!(found.uids(), ["arn:aws:sqs:eu-west-1:111122223333:a", "arn:aws:sqs:eu-west-1:111122223333:b"]);
    let queue = found.resource("arn:aws:sqs:eu-west-1:111122223333:a");
    assert_eq!((queue.name.as_str(), &*queue.region), ("a", "eu-west-1"));
    assert_eq!(queue.document.to_json(), r#"{"QueueUrl":"https://q/1/a"}"#);
    assert_eq!(queue.keys, ["https://q/1/a".into()]);
    assert_eq!(queue.unit, unit("aws.sqs.queue", "eu-west-1"));
    assert!(is_complete(found.report("aws.sqs.queue", "us-east-1")));
    assert_eq!(found.report("aws.sqs.queue", "us-east-1").resources, 0);
    assert_eq!(found.report("aws.sqs.queue", "eu-west-1").requests, 1);
}

#[tokio::test]
async fn a_page_that_fails_midway_keeps_what_came_before_and_makes_the_listing_incomplete() {
    let listing = Reply::Pages(vec![Ok(json(r#"{"QueueUrls":["https://q/1/a"]}"#)), Err(denied("sqs:ListQueues"))]);
    let found = run(Types::of(&[QUEUE]), Script::new().on("sqs:ListQueues", listing)).await;
    assert_eq!(found.resources.len(), 1);
    let report = found.report("aws.sqs.queue", "eu-west-1");
    let hole = report.coverage.hole().unwrap();
    assert_eq!((hole.why, hole.permission.as_deref()), (Why::Denied, Some("sqs:ListQueues!")));
    assert_eq!((report.resources, report.requests), (1, 2));
    assert_eq!(found.notes.len(), 1);
}

#[tokio::test]
async fn a_denied_listing_is_never_an_empty_one() {
    let found = run(Types::of(&[QUEUE]), Script::new().on("sqs:ListQueues", denied("sqs:ListQueues"))).await;
    assert_eq!(found.incomplete("aws.sqs.queue", "eu-west-1"), Some(Why::Denied));
}

#[tokio::test]
async fn a_region_without_the_service_is_told_from_one_that_is_not_enabled() {
    let script = Script::new()
        .with(
            "sqs:ListQueues",
            r#"{"@region":"ap-east-1"}"#,
            failure("sqs:ListQueues", "OptInRequired", Why::NotInRegion),
        )
        .not_offered("sqs", "xx-west-1");
    let setup = setup(Types::of(&[QUEUE]), script).regions(&["ap-east-1", "xx-west-1"]);
    let found = setup.run().await;
    assert_eq!(found.incomplete("aws.sqs.queue", "ap-east-1"), Some(Why::NotInRegion));
    let hole = |region: &str| found.report("aws.sqs.queue", region).coverage.hole().cloned().expect("a hole");
    assert!(hole("xx-west-1").is_not_offered() && !hole("ap-east-1").is_not_offered());
    let note = collect::Note::NotOffered { unit: unit("aws.sqs.queue", "xx-west-1"), service: "sqs".into() };
    assert_eq!(found.notes, [note]);
    assert_eq!(setup.script.count("sqs:ListQueues"), 1);
}

#[tokio::test]
async fn an_item_without_an_id_makes_the_listing_incomplete_and_loses_no_other() {
    let script = Script::new().on("sqs:ListQueues", r#"{"QueueUrls":[{"Odd":1},"https://q/1/b"]}"#);
    let found = run(Types::of(&[QUEUE]), script).await;
    assert_eq!(found.resources.len(), 1);
    assert_eq!(found.incomplete("aws.sqs.queue", "eu-west-1"), Some(Why::Failed));
}

#[tokio::test]
async fn a_resource_that_two_pages_name_is_emitted_once() {
    let listing = Reply::Pages(pages(&[r#"{"QueueUrls":["https://q/1/a"]}"#, r#"{"QueueUrls":["https://q/1/a"]}"#]));
    let found = run(Types::of(&[QUEUE]), Script::new().on("sqs:ListQueues", listing)).await;
    assert_eq!((found.emitted, found.report("aws.sqs.queue", "eu-west-1").resources), (1, 1));
}

const ACL: &str = r#"
type = "aws.waf.acl"
title = "web ACL"
scope = "region"
id = "{self.ARN}"
name = "self.Name"
tags = "self.TagList"
owner = "arn(self.ARN).account"
[list]
call = "wafv2:ListWebACLs"
with = { Limit = 100, Owners = ["self", "$account.id"] }
each = { Scope = ["REGIONAL", "CLOUDFRONT"] }
items = "WebACLs[]"
absent = ["WAFNonexistentItemException"]
keep = "self.Kind != 'shadow'"
[[edge]]
name = "protects"
to = "aws.elb.balancer"
by = "self.Targets"
"#;

#[tokio::test]
async fn constants_are_combined_and_items_can_be_left_out() {
    let script = Script::new()
        .with(
            "wafv2:ListWebACLs",
            r#"{"Scope":"REGIONAL"}"#,
            r#"{"WebACLs":[
            {"ARN":"arn:aws:wafv2:eu-west-1:111122223333:a","Name":"a","Targets":["one","two","one",""],
             "TagList":[{"Key":"env","Value":"prod"},{"key":"team","value":"x"},{"TagKey":"k"}]},
            {"ARN":"arn:aws:wafv2:eu-west-1:111122223333:b","Name":"b","Kind":"shadow"},
            {"ARN":"arn:aws:wafv2:eu-west-1:999999999999:c","Targets":"one"}]}"#,
        )
        .with(
            "wafv2:ListWebACLs",
            r#"{"Scope":"CLOUDFRONT"}"#,
            failure("wafv2:ListWebACLs", "WAFNonexistentItemException", Why::Failed),
        );
    let setup = setup(Types::of(&[ACL]), script);
    let found = setup.run().await;
    assert_eq!(found.uids(), ["arn:aws:wafv2:eu-west-1:111122223333:a", "arn:aws:wafv2:eu-west-1:999999999999:c"]);
    assert!(is_complete(found.report("aws.waf.acl", "eu-west-1")));
    let mine = found.resource("arn:aws:wafv2:eu-west-1:111122223333:a");
    assert_eq!(mine.owner, None);
    let tags: Vec<_> = mine.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(tags, [("env", "prod"), ("k", ""), ("team", "x")]);
    let targets: Vec<_> = mine.references.iter().map(|reference| reference.target.as_deref().ok()).collect();
    assert_eq!(targets, [Some("one"), Some("two")]);
    let theirs = found.resource("arn:aws:wafv2:eu-west-1:999999999999:c");
    assert_eq!(theirs.owner.as_deref(), Some("999999999999"));
    assert_eq!(theirs.name, "c", "an id's last part stands in for a name");
    let inputs: Vec<String> = setup.script.called().into_iter().map(|(_, _, input)| input).collect();
    assert!(inputs.contains(&r#"{"Limit":100,"Owners":["self","111122223333"],"Scope":"REGIONAL"}"#.to_owned()));
}

#[tokio::test]
async fn one_failing_combination_makes_the_listing_incomplete() {
    let script = Script::new()
        .with("wafv2:ListWebACLs", r#"{"Scope":"REGIONAL"}"#, r#"{"WebACLs":[{"ARN":"a"}]}"#)
        .with("wafv2:ListWebACLs", r#"{"Scope":"CLOUDFRONT"}"#, denied("wafv2:ListWebACLs"));
    let found = run(Types::of(&[ACL]), script).await;
    assert_eq!((found.resources.len(), found.incomplete("aws.waf.acl", "eu-west-1")), (1, Some(Why::Denied)));
}

const REGION: &str = r#"
type = "aws.region"
title = "region"
scope = "region"
id = "arn:{partition}:ec2:{region.name}:{account.id}:region"
name = "region.name"
[singleton]
[[get]]
call = "ec2:GetEbsEncryptionByDefault"
gives = ["EbsEncryptionByDefault"]
[[get]]
call = "ec2:GetSnapshotBlockPublicAccessState"
into = "SnapshotBlock"
"#;

#[tokio::test]
async fn each_detail_of_a_singleton_may_fail_alone() {
    let script = Script::new()
        .on("ec2:GetEbsEncryptionByDefault", r#"{"EbsEncryptionByDefault":true}"#)
        .on("ec2:GetSnapshotBlockPublicAccessState", denied("ec2:GetSnapshotBlockPublicAccessState"));
    let setup = setup(Types::of(&[REGION]), script).regions(&["eu-west-1", "us-east-1"]);
    let found = setup.run().await;
    assert_eq!(
        found.uids(),
        ["arn:aws:ec2:eu-west-1:111122223333:region", "arn:aws:ec2:us-east-1:111122223333:region"]
    );
    let region = found.resource("arn:aws:ec2:us-east-1:111122223333:region");
    assert_eq!(region.document.to_json(), r#"{"EbsEncryptionByDefault":true}"#);
    assert_eq!(holes(region), [("SnapshotBlock".to_owned(), Why::Denied)]);
    assert_eq!(region.name, "us-east-1");
    assert!(is_complete(found.report("aws.region", "us-east-1")));
    let regions: Vec<String> = setup.script.called().into_iter().map(|(_, region, _)| region).collect();
    assert_eq!(regions.iter().filter(|region| *region == "us-east-1").count(), 2);
}

const CLUSTER: &str = r#"
type = "aws.ecs.cluster"
title = "cluster"
scope = "region"
id = "{self.Arn}"
name = "self.Arn"
[list]
call = "ecs:ListClusters"
items = "Arns[]"
as = "Arn"
[[get]]
call = "ecs:DescribeCluster"
with = { Arn = "$Arn" }
gives = ["Key", "Status"]
[[get]]
call = "ecs:ListTags"
with = { Arn = "$Arn" }
into = "Tags"
"#;
const SERVICE: &str = r#"
type = "aws.ecs.service"
title = "service"
scope = "region"
for = "aws.ecs.cluster"
id = "{self.Arn}"
name = "parent.Arn"
[list]
call = "ecs:ListServices"
with = { Cluster = "$parent.Arn", Key = "$parent.Key" }
items = "Services[]"
[[edge]]
name = "part_of"
to = "aws.ecs.cluster"
by = "parent.Arn"
"#;

fn clusters() -> Script {
    Script::new()
        .on("ecs:ListClusters", r#"{"Arns":["c1","c2"]}"#)
        .with("ecs:DescribeCluster", r#"{"Arn":"c1"}"#, r#"{"Key":"k1","Status":"ACTIVE"}"#)
        .with("ecs:DescribeCluster", r#"{"Arn":"c2"}"#, r#"{"Key":"k2"}"#)
        .on("ecs:ListTags", r#"{"t":"v"}"#)
        .with("ecs:ListServices", r#"{"Cluster":"c1","Key":"k1"}"#, r#"{"Services":[{"Arn":"s1"},{"Arn":"s2"}]}"#)
        .with("ecs:ListServices", r#"{"Cluster":"c2","Key":"k2"}"#, r#"{"Services":[{"Arn":"s3"}]}"#)
}

#[tokio::test]
async fn a_child_is_listed_under_each_resource_of_its_parent() {
    let setup = setup(Types::of(&[CLUSTER, SERVICE]), clusters());
    let found = setup.run().await;
    assert_eq!(found.uids(), ["c1", "c2", "s1", "s2", "s3"]);
    let service = found.resource("s3");
    assert_eq!(service.name, "c2");
    assert_eq!(service.references[0].target.as_deref(), Ok("c2"));
    assert!(is_complete(found.report("aws.ecs.service", "eu-west-1")));
    assert_eq!(setup.script.count("ecs:ListClusters"), 1);
}

#[tokio::test]
async fn demanding_only_a_child_lists_its_parent_with_the_details_that_the_child_reads() {
    let setup = setup(Types::of(&[CLUSTER, SERVICE]), clusters()).only("aws.ecs.service", &[]);
    let found = setup.run().await;
    assert_eq!(found.resources.len(), 5);
    assert_eq!((setup.script.count("ecs:DescribeCluster"), setup.script.count("ecs:ListTags")), (2, 0));
    assert_eq!(found.report("aws.ecs.cluster", "eu-west-1").not_collected.len(), 1);
}

#[tokio::test]
async fn a_child_is_incomplete_when_one_of_its_listings_fails() {
    let script = clusters().with(
        "ecs:ListServices",
        r#"{"Cluster":"c2","Key":"k2","@region":"eu-west-1"}"#,
        denied("ecs:ListServices"),
    );
    let found = run(Types::of(&[CLUSTER, SERVICE]), script).await;
    assert_eq!(found.uids(), ["c1", "c2", "s1", "s2"]);
    assert_eq!(found.incomplete("aws.ecs.service", "eu-west-1"), Some(Why::Denied));
    assert_eq!(found.incomplete("aws.ecs.cluster", "eu-west-1"), None);
}

#[tokio::test]
async fn a_child_is_incomplete_when_its_parents_listing_is() {
    let listing = Reply::Pages(vec![
        Ok(json(r#"{"Arns":["c1"]}"#)),
        Err(failure("ecs:ListClusters", "Throttling", Why::Throttled)),
    ]);
    let script = clusters().with("ecs:ListClusters", r#"{"@region":"eu-west-1"}"#, listing);
    let found = run(Types::of(&[CLUSTER, SERVICE]), script).await;
    assert_eq!(found.uids(), ["c1", "s1", "s2"]);
    assert_eq!(found.incomplete("aws.ecs.service", "eu-west-1"), Some(Why::Throttled));
}

#[tokio::test]
async fn a_child_whose_input_is_unknown_is_incomplete_for_that_reason() {
    let script =
        clusters().with("ecs:DescribeCluster", r#"{"Arn":"c2","@region":"eu-west-1"}"#, denied("ecs:DescribeCluster"));
    let setup = setup(Types::of(&[CLUSTER, SERVICE]), script);
    let found = setup.run().await;
    let hole = found.report("aws.ecs.service", "eu-west-1").coverage.hole().cloned().unwrap();
    assert_eq!((hole.why, hole.call.as_deref()), (Why::Denied, Some("ecs:DescribeCluster")));
    assert_eq!(setup.script.count("ecs:ListServices"), 1);
}
