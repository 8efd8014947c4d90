//! Who is let in, and the error of each protocol for those who are not.

use crate::support::{Asker, Cloud};
use catalog::api::wire::{Headers, Request};
use jiff::{SignedDuration, Timestamp};

/// One call of each protocol: query, ec2, json, rest-json, rest-xml.
const CALLS: [(&str, &str, &str); 5] = [
    ("iam:ListAccountAliases", "us-east-1", "{}"),
    ("ec2:DescribeSecurityGroups", "eu-west-1", "{}"),
    ("kms:ListKeys", "eu-west-1", "{}"),
    ("lambda:ListFunctions", "eu-west-1", "{}"),
    ("s3:ListBuckets", "us-east-1", "{}"),
];

#[track_caller]
fn codes(cloud: &Cloud, asker: &Asker) -> Vec<(u16, String)> {
    let refused = CALLS.iter().map(|(call, region, input)| {
        let raw = cloud.raw(asker, call, region, input).unwrap();
        let error = cloud.ask_as(asker, call, region, input).unwrap_err();
        (raw.status, error.code)
    });
    refused.collect()
}

fn expected(all: [(u16, &str); 5]) -> Vec<(u16, String)> {
    all.into_iter().map(|(status, code)| (status, code.to_owned())).collect()
}

#[test]
fn every_protocol_lets_the_right_key_in() {
    let cloud = Cloud::new("");
    for (call, region, input) in CALLS {
        assert!(cloud.ask(call, region, input).is_ok(), "{call}");
    }
}

#[test]
fn an_unknown_key_is_refused_in_every_protocol() {
    let cloud = Cloud::new("");
    let asker = Asker { key: "AKIANOBODY0000000000".into(), ..Asker::default() };
    let all = expected([
        (403, "InvalidClientTokenId"),
        (401, "AuthFailure"),
        (400, "UnrecognizedClientException"),
        (403, "UnrecognizedClientException"),
        (403, "InvalidAccessKeyId"),
    ]);
    assert_eq!(codes(&cloud, &asker), all);
}

#[test]
fn credentials_expire_after_so_many_requests() {
    let cloud = Cloud::new("expire_after = 0");
    let all = expected([
        (403, "ExpiredToken"),
        (400, "RequestExpired"),
        (400, "ExpiredTokenException"),
        (403, "ExpiredTokenException"),
        (400, "ExpiredToken"),
    ]);
    assert_eq!(codes(&cloud, &Asker::default()), all);
    let cloud = Cloud::new("expire_after = 2");
    let answers: Vec<bool> = (0..3).map(|_| cloud.ask("kms:ListKeys", "eu-west-1", "{}").is_ok()).collect();
    assert_eq!(answers, [true, true, false]);
}

#[test]
fn a_clock_twenty_minutes_off_is_refused_and_told_the_time() {
    let cloud = Cloud::new("skew = '20m'");
    let all = expected([
        (403, "SignatureDoesNotMatch"),
        (400, "RequestExpired"),
        (400, "InvalidSignatureException"),
        (403, "InvalidSignatureException"),
        (403, "RequestTimeTooSkewed"),
    ]);
    assert_eq!(codes(&cloud, &Asker::default()), all);
    let raw = cloud.raw(&Asker::default(), "kms:ListKeys", "eu-west-1", "{}").unwrap();
    let date = raw.headers.header("date").unwrap().to_owned();
    let time = jiff::fmt::rfc2822::parse(&date).unwrap().timestamp();
    let corrected = Asker { date: time, ..Asker::default() };
    assert!(cloud.ask_as(&corrected, "kms:ListKeys", "eu-west-1", "{}").is_ok(), "the Date header is the cure");
}

#[test]
fn a_global_service_wants_its_own_region_and_others_an_enabled_one() {
    let cloud = Cloud::new("");
    assert_eq!(cloud.code("iam:ListAccountAliases", "eu-west-1", "{}"), "SignatureDoesNotMatch");
    assert_eq!(cloud.code("kms:ListKeys", "ap-east-1", "{}"), "UnrecognizedClientException");
    assert_eq!(cloud.code("ec2:DescribeSecurityGroups", "ap-east-1", "{}"), "AuthFailure");
}

#[test]
fn an_unsigned_or_malformed_request_is_told_so() {
    let cloud = Cloud::new("");
    let unsigned = Request {
        method: "POST".into(),
        path: "/".into(),
        headers: vec![("X-Amz-Target".into(), "TrentService.ListKeys".into())],
        body: b"{}".to_vec(),
        ..Request::default()
    };
    let raw = cloud.transfer(&unsigned).unwrap();
    assert!(String::from_utf8_lossy(&raw.body).contains("MissingAuthenticationTokenException"), "{raw:?}");
    let mut malformed = unsigned;
    malformed.headers.push(("Authorization".into(), "AWS4-HMAC-SHA256 Credential=A/B".into()));
    let raw = cloud.transfer(&malformed).unwrap();
    assert!(String::from_utf8_lossy(&raw.body).contains("IncompleteSignatureException"), "{raw:?}");
}

#[test]
fn an_old_date_is_refused_without_any_rule() {
    let cloud = Cloud::new("");
    let date = Timestamp::now().checked_sub(SignedDuration::from_mins(16)).unwrap();
    let asker = Asker { date, ..Asker::default() };
    assert_eq!(cloud.ask_as(&asker, "kms:ListKeys", "eu-west-1", "{}").unwrap_err().code, "InvalidSignatureException");
}

#[test]
fn an_expired_role_can_be_assumed_again() {
    let cloud = Cloud::new("expire_assumed_after = 1");
    let assume = || {
        let input = r#"{"RoleArn":"arn:aws:iam::444455556666:role/audit","RoleSessionName":"s","ExternalId":"x-1"}"#;
        let credentials = cloud.ask("sts:AssumeRole", "us-east-1", input).unwrap().get("Credentials").clone();
        let text = |name: &str| credentials.get(name).as_str().unwrap().to_owned();
        Asker { key: text("AccessKeyId"), token: Some(text("SessionToken")), ..Asker::default() }
    };
    let list = |asker: &Asker| cloud.ask_as(asker, "kms:ListKeys", "eu-west-1", "{}");
    for _ in 0..2 {
        let asker = assume();
        assert!(list(&asker).is_ok());
        assert_eq!(list(&asker).unwrap_err().code, "ExpiredTokenException");
    }
}
