//! Many resources in one call.

mod common;

use common::*;
use resource::Why;

const CLUSTER: &str = r#"
type = "aws.ecs.cluster"
title = "cluster"
scope = "region"
id = "{self.clusterArn}"
name = "self.clusterName"
[list]
call = "ecs:ListClusters"
items = "clusterArns[]"
as = "clusterArn"
[[get]]
call = "ecs:DescribeClusters"
with = { clusters = "$clusterArn", include = ["TAGS"] }
take = "clusters"
gives = ["clusterName", "status"]
gone = ["ClusterNotFoundException"]
[get.batch]
size = 3
over = "clusters"
match = "clusterArn"
failures = "failures[].arn"
reasons = "failures[].reason"
gone = ["MISSING"]
missing = "split"
[[get]]
call = "ecs:GetPolicy"
with = { name = "$clusterName" }
into = "Policy"
"#;

fn described(names: &[&str]) -> String {
    let of = |name: &&str| format!(r#"{{"clusterArn":"{name}","clusterName":"n{name}","status":"ACTIVE"}}"#);
    format!(r#"{{"clusters":[{}]}}"#, names.iter().rev().map(of).collect::<Vec<_>>().join(","))
}

fn clusters(names: &[&str]) -> Script {
    let list: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    Script::new()
        .on("ecs:ListClusters", format!(r#"{{"clusterArns":[{}]}}"#, list.join(",")).as_str())
        .on("ecs:GetPolicy", "{}")
}

fn asking(names: &[&str]) -> String {
    let list: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    format!(r#"{{"clusters":[{}]}}"#, list.join(","))
}

#[tokio::test]
async fn resources_are_asked_for_together_and_each_gets_its_own_part() {
    let script = clusters(&["a", "b", "c", "d"])
        .with("ecs:DescribeClusters", &asking(&["a", "b", "c"]), described(&["a", "b", "c"]).as_str())
        .with("ecs:DescribeClusters", &asking(&["d"]), described(&["d"]).as_str());
    let setup = setup(Types::of(&[CLUSTER]), script);
    let found = setup.run().await;
    assert_eq!(setup.script.count("ecs:DescribeClusters"), 2);
    assert_eq!(found.document("b"), r#"{"Policy":{},"clusterArn":"b","clusterName":"nb","status":"ACTIVE"}"#);
    assert_eq!(found.resource("d").name, "nd");
    let inputs: Vec<String> = setup.script.called().into_iter().map(|(_, _, input)| input).collect();
    assert!(inputs.contains(&r#"{"clusters":["d"],"include":["TAGS"]}"#.to_owned()));
    assert!(inputs.contains(&r#"{"name":"na"}"#.to_owned()), "later details see the batch's members");
}

#[tokio::test]
async fn a_successful_answer_may_name_failures_and_leave_some_out() {
    let answer = r#"{"clusters":[{"clusterArn":"a","clusterName":"na"}],
        "failures":[{"arn":"b","reason":"MISSING"},{"arn":"c","reason":"ACCESS_DENIED"},{"detail":"no arn"},{"arn":"x"}]}"#;
    let script = clusters(&["a", "b", "c", "d", "e"])
        .with("ecs:DescribeClusters", &asking(&["a", "b", "c"]), answer)
        .with("ecs:DescribeClusters", &asking(&["d", "e"]), r#"{"clusters":[],"failures":[{"arn":"e"}]}"#);
    let found = run(Types::of(&[CLUSTER]), script).await;
    assert_eq!(found.uids(), ["a", "c", "d", "e"], "one that has vanished is dropped");
    assert!(found.resource("a").holes.is_empty());
    for (uid, detail) in
        [("c", "ACCESS_DENIED"), ("d", "the answer leaves it out"), ("e", "the answer names it as failed")]
    {
        let cluster = found.resource(uid);
        let members: Vec<_> = holes(cluster).into_iter().map(|(member, _)| member).collect();
        assert_eq!(members, ["clusterName", "status", "Policy"], "{uid}");
        assert_eq!(cluster.holes[0].hole.detail.as_deref(), Some(detail));
        assert_eq!(cluster.holes[0].hole.why, Why::Failed);
    }
}

#[tokio::test]
async fn a_vanished_id_that_fails_the_whole_batch_is_found_by_halving() {
    let gone = || failure("ecs:DescribeClusters", "ClusterNotFoundException", Why::Failed);
    let script = clusters(&["a", "b", "c"])
        .with("ecs:DescribeClusters", &asking(&["a", "b", "c"]), gone())
        .with("ecs:DescribeClusters", &asking(&["a"]), described(&["a"]).as_str())
        .with("ecs:DescribeClusters", &asking(&["b", "c"]), gone())
        .with("ecs:DescribeClusters", &asking(&["b"]), gone())
        .with("ecs:DescribeClusters", &asking(&["c"]), described(&["c"]).as_str());
    let found = run(Types::of(&[CLUSTER]), script).await;
    assert_eq!(found.uids(), ["a", "c"]);
    assert!(found.resources.values().all(|cluster| cluster.holes.is_empty()));
}

#[tokio::test]
async fn without_halving_the_batch_is_unknown_rather_than_gone() {
    let text = CLUSTER.replace("missing = \"split\"\n", "");
    let gone = failure("ecs:DescribeClusters", "ClusterNotFoundException", Why::Failed);
    let found = run(Types::of(&[&text]), clusters(&["a", "b"]).on("ecs:DescribeClusters", gone)).await;
    assert_eq!(found.uids(), ["a", "b"]);
    assert!(found.resources.values().all(|cluster| cluster.holes[0].hole.why == Why::Failed));
}

#[tokio::test]
async fn a_denied_batch_leaves_its_hole_in_every_resource_of_it() {
    let script = clusters(&["a", "b", "c", "d"])
        .with("ecs:DescribeClusters", &asking(&["a", "b", "c"]), denied("ecs:DescribeClusters"))
        .with("ecs:DescribeClusters", &asking(&["d"]), described(&["d"]).as_str());
    let found = run(Types::of(&[CLUSTER]), script).await;
    for uid in ["a", "b", "c"] {
        assert_eq!(holes(found.resource(uid))[0], ("clusterName".to_owned(), Why::Denied));
        assert_eq!(found.resource(uid).name, uid);
    }
    assert!(found.resource("d").holes.is_empty());
}
