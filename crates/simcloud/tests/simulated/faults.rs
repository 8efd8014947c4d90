//! One test for each kind of rule.

use std::collections::BTreeSet;

use crate::support::{ACCOUNT, Asker, Cloud};
use catalog::api::wire::Headers;
use resource::Value;
use simcloud::{CallKey, Rules};

/// One call of each protocol: query, ec2, json, rest-json, rest-xml.
const CALLS: [(&str, &str, &str); 5] = [
    ("iam:ListAccountAliases", "us-east-1", "{}"),
    ("ec2:DescribeSecurityGroups", "eu-west-1", "{}"),
    ("kms:ListKeys", "eu-west-1", "{}"),
    ("lambda:ListFunctions", "eu-west-1", "{}"),
    ("s3:ListBuckets", "us-east-1", "{}"),
];

fn codes(cloud: &Cloud) -> Vec<String> {
    CALLS.iter().map(|(call, region, input)| cloud.code(call, region, input)).collect()
}

#[test]
fn throttles_have_the_code_of_their_protocol_and_say_when_to_come_back() {
    let cloud = Cloud::new("[[throttle]]\nretry_after = 3");
    assert_eq!(
        codes(&cloud),
        ["Throttling", "RequestLimitExceeded", "ThrottlingException", "TooManyRequestsException", "SlowDown"]
    );
    let raw = cloud.raw(&Asker::default(), "s3:ListBuckets", "us-east-1", "{}").unwrap();
    assert_eq!((raw.status, raw.headers.header("retry-after")), (503, Some("3")));
}

#[test]
fn a_chance_gives_the_same_faults_to_the_same_questions_whatever_their_order() {
    let rules = "seed = 11\n[[throttle]]\non = { chance = 0.5 }";
    let ask = |cloud: &Cloud, n: usize| {
        let input = format!(r#"{{"KeyId":"k-{n}","PolicyName":"default"}}"#);
        cloud.code("kms:GetKeyPolicy", "eu-west-1", &input)
    };
    let (first, second) = (Cloud::new(rules), Cloud::new(rules));
    let forth: Vec<String> = (10..50).map(|n| ask(&first, n)).collect();
    let mut back: Vec<String> = (10..50).rev().map(|n| ask(&second, n)).collect();
    back.reverse();
    assert_eq!(forth, back);
    let throttled = forth.iter().filter(|code| *code == "ThrottlingException").count();
    assert!((8..32).contains(&throttled), "{throttled}");
    let again: Vec<String> = (10..50).map(|n| ask(&first, n)).collect();
    assert_ne!(forth, again, "the second attempt meets another fate");
}

#[test]
fn a_rate_refuses_what_exceeds_its_burst() {
    let cloud = Cloud::new("[[throttle]]\non = { calls = ['kms:*'] }\nrate = 0.001\nburst = 3");
    let answers: Vec<bool> = (0..5).map(|_| cloud.ask("kms:ListKeys", "eu-west-1", "{}").is_ok()).collect();
    assert_eq!(answers, [true, true, true, false, false]);
    assert!(cloud.ask("kms:ListKeys", "us-east-1", "{}").is_ok(), "another region has its own rate");
}

#[test]
fn a_denial_has_the_code_of_its_protocol_and_names_caller_action_and_policy() {
    let cloud = Cloud::new("[[deny]]");
    assert_eq!(
        codes(&cloud),
        ["AccessDenied", "UnauthorizedOperation", "AccessDeniedException", "AccessDeniedException", "AccessDenied"]
    );
    let message = |call: &str, region: &str, input: &str| cloud.ask(call, region, input).unwrap_err().message;
    assert_eq!(
        message("s3:ListBuckets", "us-east-1", "{}"),
        "User: arn:aws:iam::111122223333:user/plumb is not authorized to perform: s3:ListAllMyBuckets on resource: * \
         because no identity-based policy allows the s3:ListAllMyBuckets action"
    );
    let key = r#"{"KeyId":"arn:aws:kms:eu-west-1:111122223333:key/k-1"}"#;
    assert!(
        message("kms:GetKeyRotationStatus", "eu-west-1", key)
            .contains("kms:GetKeyRotationStatus on resource: arn:aws:kms:eu-west-1:111122223333:key/k-1 because")
    );
    for (by, words) in
        [("scp", "service control policy"), ("boundary", "permissions boundary"), ("resource", "resource-based policy")]
    {
        cloud.handle.set_rules(Rules::parse(&format!("[[deny]]\nby = '{by}'")).unwrap());
        assert!(message("kms:ListKeys", "eu-west-1", "{}").contains(words), "{by}");
    }
}

#[test]
fn a_denial_can_be_for_one_account_region_call_or_resource() {
    let cloud = Cloud::new("");
    let bucket =
        |name: &str, region: &str| cloud.ask("s3:GetBucketAcl", region, &format!(r#"{{"Bucket":"{name}"}}"#)).is_ok();
    let rules = |text: &str| cloud.handle.set_rules(Rules::parse(text).unwrap());
    rules("[[deny]]\non = { calls = ['s3:Get*'], resource = '*:::assets' }");
    assert_eq!((bucket("assets", "eu-west-1"), bucket("backups", "eu-central-1")), (false, true));
    assert!(cloud.ask("s3:ListBuckets", "us-east-1", "{}").is_ok());
    rules("[[deny]]\non = { region = 'eu-central-1' }");
    assert_eq!((bucket("assets", "eu-west-1"), bucket("backups", "eu-central-1")), (true, false));
    rules("[[deny]]\non = { account = '444455556666' }");
    assert!(bucket("assets", "eu-west-1"));
    rules("[[deny]]\non = { calls = ['s3:GetBucketAcl'] }");
    assert!(!bucket("assets", "eu-west-1"));
}

#[test]
fn server_errors_come_for_the_first_attempts_only() {
    let cloud = Cloud::new("[[error]]\non = { attempts = 2 }\nstatus = 503");
    let raw = || cloud.raw(&Asker::default(), "kms:ListKeys", "eu-west-1", "{}").unwrap().status;
    assert_eq!([raw(), raw(), raw()], [503, 503, 200]);
    cloud.handle.set_rules(Rules::parse("[[error]]\ncode = 'Boom'").unwrap());
    assert_eq!(cloud.code("kms:ListKeys", "eu-west-1", "{}"), "Boom");
}

#[test]
fn a_cut_answer_promises_more_than_it_sends() {
    let cloud = Cloud::new("[[truncate]]\non = { attempts = 1 }");
    for (call, region, input) in CALLS {
        let raw = cloud.raw(&Asker::default(), call, region, input).unwrap();
        let promised: usize = raw.headers.header("content-length").unwrap().parse().unwrap();
        assert!(raw.status == 200 && !raw.complete && raw.body.len() == promised / 2, "{call}: {raw:?}");
        assert!(cloud.raw(&Asker::default(), call, region, input).unwrap().complete, "the next one is whole");
    }
}

#[test]
fn a_reset_ends_the_connection_without_an_answer() {
    let cloud = Cloud::new("[[reset]]\non = { attempts = 1 }");
    assert!(cloud.raw(&Asker::default(), "kms:ListKeys", "eu-west-1", "{}").is_err());
    assert!(cloud.ask("kms:ListKeys", "eu-west-1", "{}").is_ok());
    let statuses: Vec<u16> = cloud.handle.requests().iter().map(|entry| entry.status).collect();
    assert_eq!(statuses, [0, 200]);
}

#[test]
fn a_resource_vanishes_once_it_has_been_listed() {
    let cloud = Cloud::new("[[vanish]]\nresource = '*:::assets'");
    let acl = || cloud.ask("s3:GetBucketAcl", "eu-west-1", r#"{"Bucket":"assets"}"#);
    let names = || {
        let answer = cloud.ask("s3:ListBuckets", "us-east-1", "{}").unwrap();
        answer
            .get("Buckets")
            .items()
            .iter()
            .map(|item| item.get("Name").as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(acl().is_ok());
    assert_eq!(names(), ["assets", "backups", "exports"]);
    assert_eq!(acl().unwrap_err().code, "NoSuchBucket");
    assert_eq!(names(), ["backups", "exports"]);
    cloud.handle.set_rules(Rules::parse("[[vanish]]\nresource = '*cluster/one'").unwrap());
    assert!(acl().is_ok(), "other rules bring it back");
    cloud.ask("ecs:ListClusters", "eu-west-1", "{}").unwrap();
    let input = r#"{"clusters":["arn:aws:ecs:eu-west-1:111122223333:cluster/one"],"include":["CONFIGURATIONS","SETTINGS","TAGS"]}"#;
    let answer = cloud.ask("ecs:DescribeClusters", "eu-west-1", input).unwrap();
    assert_eq!(answer.get("failures").items()[0].get("reason"), &Value::from("MISSING"));
}

#[test]
fn shuffled_arrays_keep_their_items_and_those_with_an_order_keep_it() {
    let cloud = Cloud::new("seed = 5\nshuffle = true");
    let input = r#"{"clusters":["arn:aws:ecs:eu-west-1:111122223333:cluster/one"],"include":["CONFIGURATIONS","SETTINGS","TAGS"]}"#;
    let (mut free, mut ordered) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..8 {
        let answer = cloud.ask("ecs:DescribeClusters", "eu-west-1", input).unwrap();
        let cluster = answer.get("clusters").items()[0].clone();
        let mut sorted: Vec<String> = cluster.get("capacityProviders").items().iter().map(Value::to_json).collect();
        free.insert(sorted.concat());
        sorted.sort();
        assert_eq!(sorted.concat(), r#""A""B""C""D""#);
        ordered.insert(cluster.get("defaultCapacityProviderStrategy").to_json());
    }
    assert!(free.len() > 2, "{free:?}");
    assert_eq!(ordered.len(), 1, "`defaultCapacityProviderStrategy` is ordered in the type's file");
}

#[test]
fn the_page_size_of_the_rules_bounds_the_client_s() {
    let cloud = Cloud::new("page_size = 2");
    let answer = cloud.ask("s3:ListBuckets", "us-east-1", r#"{"MaxBuckets":1000}"#).unwrap();
    assert_eq!(answer.get("Buckets").items().len(), 2);
    let answer = cloud.ask("s3:ListBuckets", "us-east-1", r#"{"MaxBuckets":1}"#).unwrap();
    assert_eq!(answer.get("Buckets").items().len(), 1);
}

#[test]
fn counters_and_the_log_tell_every_request_apart() {
    let cloud = Cloud::new("[[deny]]\non = { calls = ['kms:ListAliases'] }");
    for _ in 0..2 {
        let _ = cloud.ask("s3:GetBucketPolicy", "eu-west-1", r#"{"Bucket":"assets"}"#);
    }
    let _ = cloud.ask("s3:GetBucketPolicy", "eu-central-1", r#"{"Bucket":"backups"}"#);
    let _ = cloud.ask("kms:ListAliases", "eu-west-1", "{}");
    let key = |region: &str, service: &str, operation: &str| CallKey {
        account: ACCOUNT.into(),
        region: region.into(),
        service: service.into(),
        operation: operation.into(),
    };
    let counters = cloud.handle.counters();
    assert_eq!(counters[&key("eu-west-1", "s3", "GetBucketPolicy")].answered, 2);
    assert_eq!(counters[&key("eu-central-1", "s3", "GetBucketPolicy")].absent, 1);
    assert_eq!(counters[&key("eu-west-1", "kms", "ListAliases")].denied, 1);
    let log = cloud.handle.requests();
    let attempts: Vec<(Option<&str>, u32)> =
        log.iter().map(|entry| (entry.resource.as_deref(), entry.attempt)).collect();
    let assets = Some("arn:aws:s3:::assets");
    assert_eq!(attempts, [(assets, 0), (assets, 1), (Some("arn:aws:s3:::backups"), 0), (None, 0)]);
    cloud.handle.clear_log();
    assert!(cloud.handle.counters().is_empty() && cloud.handle.requests().is_empty());
}
