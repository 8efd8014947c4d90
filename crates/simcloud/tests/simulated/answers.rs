//! What the simulator answers without faults: documents projected back through each protocol.

use crate::support::{Asker, Cloud, json};
use catalog::api::wire::{Headers, Request};
use resource::Value;

/// Every page of a listing.
fn pages(cloud: &Cloud, call: &str, region: &str, input: &str, token: (&str, &str)) -> Vec<Value> {
    let mut input = json(input);
    let mut found = Vec::new();
    loop {
        let page = cloud.ask(call, region, &input.to_json()).unwrap();
        let next = page.get(token.1).clone();
        found.push(page);
        if next.is_null() {
            return found;
        }
        assert!(found.len() < 20, "the listing never ends");
        input.merge(Value::map([(token.0, next)]));
    }
}

fn texts(pages: &[Value], list: &str, member: &str) -> Vec<String> {
    let items = pages.iter().flat_map(|page| page.get(list).items().to_vec());
    items.map(|item| item.get(member).as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn listings_come_in_pages_that_together_are_complete() {
    let cloud = Cloud::new("page_size = 1");
    let buckets = pages(
        &cloud,
        "s3:ListBuckets",
        "us-east-1",
        r#"{"MaxBuckets":1000}"#,
        ("ContinuationToken", "ContinuationToken"),
    );
    assert_eq!(texts(&buckets, "Buckets", "Name"), ["assets", "backups", "exports"]);
    let keys = pages(&cloud, "kms:ListKeys", "eu-west-1", "{}", ("Marker", "NextMarker"));
    assert_eq!(texts(&keys, "Keys", "KeyId"), ["k-1", "k-2"]);
    assert_eq!(keys[0].get("Truncated"), &Value::Bool(true));
    assert_eq!(keys[1].get("Truncated"), &Value::Bool(false));
    let all = pages(&cloud, "iam:GetAccountAuthorizationDetails", "us-east-1", "{}", ("Marker", "Marker"));
    assert_eq!(all.len(), 3, "users and policies share the pages");
    assert_eq!(texts(&all, "UserDetailList", "UserName"), ["ada", "bob"]);
    assert_eq!(texts(&all, "Policies", "PolicyName"), ["deploy"]);
    let entries = pages(
        &cloud,
        "ec2:GetManagedPrefixListEntries",
        "eu-west-1",
        r#"{"PrefixListId":"pl-1"}"#,
        ("NextToken", "NextToken"),
    );
    assert_eq!(texts(&entries, "Entries", "Cidr"), ["10.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24"]);
}

#[test]
fn a_token_of_another_listing_is_refused() {
    let cloud = Cloud::new("page_size = 1");
    let page = cloud.ask("kms:ListKeys", "eu-west-1", "{}").unwrap();
    let marker = page.get("NextMarker").as_str().unwrap().to_owned();
    let input = format!(r#"{{"Marker":"{marker}"}}"#);
    assert_eq!(cloud.code("kms:ListAliases", "eu-west-1", &input), "ValidationException");
    assert_eq!(cloud.code("kms:ListKeys", "eu-west-1", r#"{"Marker":"2"}"#), "ValidationException");
}

#[test]
fn nested_listings_and_their_details_keep_their_shape() {
    let cloud = Cloud::new("");
    let answer = cloud.ask("ec2:DescribeInstances", "eu-west-1", r#"{"IncludeManagedResources":true}"#).unwrap();
    let sizes: Vec<usize> =
        answer.get("Reservations").items().iter().map(|found| found.get("Instances").items().len()).collect();
    assert_eq!(sizes, [2, 1]);
    let data = |id: &str| {
        let input = format!(r#"{{"InstanceId":"{id}","Attribute":"userData"}}"#);
        cloud.ask("ec2:DescribeInstanceAttribute", "eu-west-1", &input).unwrap().get("UserData").get("Value").clone()
    };
    assert_eq!(data("i-1"), Value::from("ZWNobyBvbmUK"), "an odd text comes as it is");
    assert!(data("i-3").as_str().unwrap().starts_with("H4sI"), "an even one gzipped");
    assert_eq!(data("i-2"), Value::Null);
    let nothing = cloud.ask("ec2:DescribeInstances", "us-east-1", r#"{"IncludeManagedResources":true}"#).unwrap();
    assert!(nothing.get("Reservations").items().is_empty());
}

#[test]
fn policies_are_encoded_as_each_service_sends_them() {
    let cloud = Cloud::new("");
    let policy = cloud.ask("s3:GetBucketPolicy", "eu-west-1", r#"{"Bucket":"assets"}"#).unwrap();
    let text = policy.get("Policy").as_str().unwrap().to_owned();
    assert_eq!(json(&text).get("Statement").items()[0].get("Principal"), &Value::from("*"));
    let all = cloud.ask("iam:GetAccountAuthorizationDetails", "us-east-1", "{}").unwrap();
    let version = all.get("Policies").items()[0].get("PolicyVersionList").items()[0].clone();
    assert!(version.get("Document").as_str().unwrap().starts_with("%7B%22Statement"));
}

#[test]
fn what_is_not_configured_and_what_does_not_exist_have_their_own_codes() {
    let cloud = Cloud::new("");
    for (call, region, input, code) in [
        ("s3:GetBucketPolicy", "eu-central-1", r#"{"Bucket":"backups"}"#, "NoSuchBucketPolicy"),
        ("s3:GetPublicAccessBlock", "eu-west-1", r#"{"Bucket":"assets"}"#, "NoSuchPublicAccessBlockConfiguration"),
        ("s3:GetBucketAcl", "eu-west-1", r#"{"Bucket":"never"}"#, "NoSuchBucket"),
        ("iam:GetLoginProfile", "us-east-1", r#"{"UserName":"ada"}"#, "NoSuchEntity"),
        ("iam:GetAccountPasswordPolicy", "us-east-1", "{}", "NoSuchEntity"),
        ("lambda:GetPolicy", "eu-west-1", r#"{"FunctionName":"f"}"#, "ResourceNotFoundException"),
        ("kms:GetKeyPolicy", "eu-west-1", r#"{"KeyId":"none","PolicyName":"default"}"#, "NotFoundException"),
        (
            "kms:DescribeKey",
            "us-east-1",
            r#"{"KeyId":"arn:aws:kms:eu-west-1:111122223333:key/k-1"}"#,
            "NotFoundException",
        ),
        (
            "ec2:DescribeInstanceAttribute",
            "eu-west-1",
            r#"{"InstanceId":"i-9","Attribute":"userData"}"#,
            "InvalidInstanceID.NotFound",
        ),
    ] {
        assert_eq!(cloud.code(call, region, input), code, "{call}");
    }
    let block = cloud.ask("s3:GetPublicAccessBlock", "eu-central-1", r#"{"Bucket":"backups"}"#).unwrap();
    assert_eq!(block.get("PublicAccessBlockConfiguration").get("IgnorePublicAcls"), &Value::Bool(true));
    let urls = cloud.ask("lambda:ListFunctionUrlConfigs", "eu-west-1", r#"{"FunctionName":"f"}"#).unwrap();
    assert_eq!(urls.get("FunctionUrlConfigs"), &Value::list(Vec::new()));
}

#[test]
fn a_hole_in_a_document_is_that_error() {
    let cloud = Cloud::new("");
    assert_eq!(cloud.code("s3:GetBucketPolicy", "us-east-1", r#"{"Bucket":"exports"}"#), "AccessDenied");
    let key = r#"{"KeyId":"arn:aws:kms:eu-west-1:111122223333:key/k-2"}"#;
    assert_eq!(cloud.code("kms:GetKeyRotationStatus", "eu-west-1", key), "UnsupportedOperationException");
}

#[test]
fn items_of_a_document_are_asked_one_by_one() {
    let cloud = Cloud::new("");
    let used = |key: &str| {
        cloud.ask("iam:GetAccessKeyLastUsed", "us-east-1", &format!(r#"{{"AccessKeyId":"{key}"}}"#)).unwrap()
    };
    assert_eq!(used("AKIA1").get("AccessKeyLastUsed").get("ServiceName"), &Value::from("s3"));
    assert_eq!(used("AKIA2").get("AccessKeyLastUsed").get("ServiceName"), &Value::from("N/A"));
    let keys = cloud.ask("iam:ListAccessKeys", "us-east-1", r#"{"UserName":"ada"}"#).unwrap();
    assert_eq!(texts(&[keys], "AccessKeyMetadata", "AccessKeyId"), ["AKIA1", "AKIA2"]);
}

#[test]
fn a_batch_says_what_failed() {
    let cloud = Cloud::new("");
    let input = r#"{"clusters":["arn:aws:ecs:eu-west-1:111122223333:cluster/two","arn:none"],"include":["CONFIGURATIONS","SETTINGS","TAGS"]}"#;
    let answer = cloud.ask("ecs:DescribeClusters", "eu-west-1", input).unwrap();
    assert_eq!(texts(std::slice::from_ref(&answer), "clusters", "clusterName"), ["two"]);
    assert_eq!(answer.get("failures").to_json(), r#"[{"arn":"arn:none","reason":"MISSING"}]"#);
    let tags = |ids: &str| cloud.ask("cloudtrail:ListTags", "eu-west-1", &format!(r#"{{"ResourceIdList":[{ids}]}}"#));
    let main = r#""arn:aws:cloudtrail:eu-west-1:111122223333:trail/main""#;
    let found = tags(main).unwrap();
    assert_eq!(
        found.get("ResourceTagList").items()[0].get("TagsList").items()[0].get("Value"),
        &Value::from("platform")
    );
    let code = tags(&format!(r#"{main},"arn:gone""#)).unwrap_err().code;
    assert_eq!(code, "ResourceNotFoundException", "one vanished id fails the whole batch");
}

#[test]
fn a_credential_report_is_started_then_made() {
    let cloud = Cloud::new("");
    assert_eq!(cloud.code("iam:GetCredentialReport", "us-east-1", "{}"), "ReportNotPresent");
    let state = || cloud.ask("iam:GenerateCredentialReport", "us-east-1", "{}").unwrap().get("State").clone();
    assert_eq!(state(), Value::from("STARTED"));
    assert_eq!(cloud.code("iam:GetCredentialReport", "us-east-1", "{}"), "ReportInProgress");
    assert_eq!(state(), Value::from("COMPLETE"));
    let report = cloud.ask("iam:GetCredentialReport", "us-east-1", "{}").unwrap();
    let content = report.get("Content").as_str().unwrap().to_owned();
    let text = String::from_utf8(base64::Engine::decode(&base64::engine::general_purpose::STANDARD, content).unwrap())
        .unwrap();
    assert_eq!(text.lines().next(), Some("arn,mfa_active,user"));
    assert!(text.contains("arn:aws:iam::111122223333:user/bob,true,bob"));
}

#[test]
fn rows_of_a_source_say_whose_they_are() {
    let cloud = Cloud::new("");
    let aliases = cloud.ask("kms:ListAliases", "eu-west-1", "{}").unwrap();
    let row = &aliases.get("Aliases").items()[0];
    assert_eq!((row.get("AliasName"), row.get("TargetKeyId")), (&Value::from("alias/one"), &Value::from("k-1")));
}

#[test]
fn buckets_are_asked_in_their_region() {
    let cloud = Cloud::new("");
    let redirect =
        |region: &str| cloud.raw(&Asker::default(), "s3:GetBucketAcl", region, r#"{"Bucket":"assets"}"#).unwrap();
    for (region, status, words) in [
        ("us-east-1", 400, "<Region>eu-west-1</Region>"),
        ("eu-central-1", 301, "<Endpoint>assets.s3.eu-west-1.amazonaws.com</Endpoint>"),
    ] {
        let raw = redirect(region);
        assert_eq!(raw.status, status);
        assert_eq!(raw.headers.header("x-amz-bucket-region"), Some("eu-west-1"));
        assert!(String::from_utf8_lossy(&raw.body).contains(words));
    }
    assert!(cloud.ask("s3:GetBucketAcl", "eu-west-1", r#"{"Bucket":"assets"}"#).is_ok());
    let location = |bucket: &str| {
        let input = format!(r#"{{"Bucket":"{bucket}"}}"#);
        cloud.ask("s3:GetBucketLocation", "us-east-1", &input).unwrap().get("LocationConstraint").clone()
    };
    assert_eq!(location("assets"), Value::from("eu-west-1"));
    assert_eq!(location("exports"), Value::Null);
    assert_eq!(cloud.code("s3:GetBucketAcl", "eu-west-1", r#"{"Bucket":"elsewhere"}"#), "AccessDenied");
}

#[test]
fn a_bucket_may_stand_in_the_host_name() {
    let cloud = Cloud::new("");
    let request = Request {
        method: "GET".into(),
        path: "/".into(),
        query: vec![("policy".into(), String::new())],
        headers: vec![("Host".into(), "assets.s3.eu-west-1.amazonaws.com".into())],
        body: Vec::new(),
        host_prefix: None,
    };
    let raw = cloud.send(&Asker::default(), "s3", "eu-west-1", request).unwrap();
    assert_eq!(raw.status, 200);
    assert!(String::from_utf8_lossy(&raw.body).contains("s3:GetObject"));
}

#[test]
fn bucket_regions_are_listed_only_to_a_request_with_a_parameter() {
    let cloud = Cloud::new("");
    let region = |input: &str| {
        cloud.ask("s3:ListBuckets", "us-east-1", input).unwrap().get("Buckets").items()[0].get("BucketRegion").clone()
    };
    assert_eq!(region(r#"{"MaxBuckets":10}"#), Value::from("eu-west-1"));
    assert_eq!(region("{}"), Value::Null);
}

#[test]
fn a_trail_of_all_regions_shows_in_each() {
    let cloud = Cloud::new("");
    for region in ["eu-west-1", "us-east-1"] {
        let trails = cloud.ask("cloudtrail:DescribeTrails", region, r#"{"includeShadowTrails":true}"#).unwrap();
        assert_eq!(texts(&[trails], "trailList", "Name"), ["main"], "{region}");
    }
}

#[test]
fn regions_accounts_and_the_caller_come_from_the_settings() {
    let cloud = Cloud::new("");
    let me = cloud.ask("sts:GetCallerIdentity", "eu-west-1", "{}").unwrap();
    assert_eq!(me.get("Arn"), &Value::from("arn:aws:iam::111122223333:user/plumb"));
    let regions = cloud.ask("ec2:DescribeRegions", "us-east-1", "{}").unwrap();
    assert_eq!(texts(&[regions], "Regions", "RegionName"), ["eu-west-1", "eu-central-1", "us-east-1"]);
    let accounts = cloud.ask("organizations:ListAccounts", "us-east-1", "{}").unwrap();
    assert_eq!(texts(&[accounts], "Accounts", "Id"), ["111122223333", "444455556666"]);
}

/// AWS enables a partition's default regions in every account, used or not.
#[test]
fn a_default_region_that_nothing_uses_answers_and_is_empty() {
    let cloud = Cloud::new("");
    let keys = cloud.ask("kms:ListKeys", "eu-west-3", "{}").unwrap();
    assert_eq!(keys.get("Keys").items(), &[] as &[Value]);
    let points = cloud.ask("s3control:ListAccessPoints", "eu-west-3", r#"{"AccountId":"111122223333"}"#).unwrap();
    assert_eq!(points.get("AccessPointList").items(), &[] as &[Value]);
    let named = cloud.ask("ec2:DescribeRegions", "us-east-1", r#"{"RegionNames":["eu-west-3"]}"#).unwrap();
    assert_eq!(texts(&[named], "Regions", "RegionName"), ["eu-west-3"]);
    let all = cloud.ask("ec2:DescribeRegions", "us-east-1", r#"{"AllRegions":true}"#).unwrap();
    assert_eq!(all.get("Regions").items().len(), 17);
    assert!(cloud.ask("ec2:DescribeRegions", "us-east-1", r#"{"RegionNames":["ap-east-1"]}"#).is_err());
}

#[test]
fn an_assumed_role_reads_its_own_account() {
    let cloud = Cloud::new("");
    let assume = |id: &str| {
        let input = format!(
            r#"{{"RoleArn":"arn:aws:iam::444455556666:role/audit","RoleSessionName":"s","ExternalId":"{id}"}}"#
        );
        cloud.ask("sts:AssumeRole", "us-east-1", &input)
    };
    assert_eq!(assume("wrong").unwrap_err().code, "AccessDenied");
    let credentials = assume("x-1").unwrap().get("Credentials").clone();
    let text = |name: &str| credentials.get(name).as_str().unwrap().to_owned();
    let asker = Asker { key: text("AccessKeyId"), token: Some(text("SessionToken")), ..Asker::default() };
    let me = cloud.ask_as(&asker, "sts:GetCallerIdentity", "us-east-1", "{}").unwrap();
    assert_eq!(me.get("Account"), &Value::from("444455556666"));
    let buckets = cloud.ask_as(&asker, "s3:ListBuckets", "us-east-1", "{}").unwrap();
    assert_eq!(texts(&[buckets], "Buckets", "Name"), ["elsewhere"]);
}

#[test]
fn what_no_document_can_answer_is_an_error_and_never_an_empty_answer() {
    let cloud = Cloud::new("");
    let filtered = r#"{"Filters":[{"Name":"instance-state-name","Values":["running"]}]}"#;
    assert_eq!(cloud.code("ec2:DescribeInstances", "eu-west-1", filtered), "UnsupportedOperation");
    let request = Request {
        method: "POST".into(),
        path: "/".into(),
        headers: vec![("Content-Type".into(), "application/x-www-form-urlencoded".into())],
        body: b"Action=DescribeFancyThings&Version=2016-11-15".to_vec(),
        ..Request::default()
    };
    let raw = cloud.send(&Asker::default(), "ec2", "eu-west-1", request).unwrap();
    assert_eq!(raw.status, 400);
    assert!(String::from_utf8_lossy(&raw.body).contains("InvalidAction"));
    let request = Request {
        method: "POST".into(),
        path: "/".into(),
        headers: vec![("X-Amz-Target".into(), "TrentService.FancyThings".into())],
        body: b"{}".to_vec(),
        ..Request::default()
    };
    let raw = cloud.send(&Asker::default(), "kms", "eu-west-1", request).unwrap();
    assert!(String::from_utf8_lossy(&raw.body).contains("UnknownOperationException"));
}
