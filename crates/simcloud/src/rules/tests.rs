use std::time::{Duration, Instant};

use super::*;

fn subject<'a>(call: &'a str, resource: Option<&'a str>) -> Subject<'a> {
    Subject { call, actions: &[], account: "111122223333", region: "eu-west-1", resource }
}

fn identity(request: u64, attempt: u32) -> Identity {
    Identity { seed: 7, request, attempt }
}

#[test]
fn globs_match_names_with_stars() {
    for (glob, text, expected) in [
        ("ec2:Describe*", "ec2:DescribeInstances", true),
        ("ec2:describe*s", "ec2:DescribeInstances", true),
        ("*", "", true),
        ("ec2:*", "ecs:ListClusters", false),
        ("a*b*c", "aXXbYYc", true),
        ("a*b*c", "aXXcYYb", false),
        ("ab*ba", "aba", false),
        ("kms:GetKeyPolicy", "kms:GetKeyPolicyX", false),
    ] {
        assert_eq!(Glob::from(glob).matches(text), expected, "{glob} {text}");
    }
}

#[test]
fn a_chance_is_the_same_for_the_same_question_and_new_for_the_next_attempt() {
    let on = Target { chance: 0.3, ..Target::default() };
    let met: Vec<bool> = (0..10_000).map(|n| on.meets(&subject("a:B", None), &identity(n, 0), "t")).collect();
    let again: Vec<bool> = (0..10_000).map(|n| on.meets(&subject("a:B", None), &identity(n, 0), "t")).collect();
    let next: Vec<bool> = (0..10_000).map(|n| on.meets(&subject("a:B", None), &identity(n, 1), "t")).collect();
    assert_eq!(met, again);
    assert_ne!(met, next);
    let share = met.iter().filter(|met| **met).count();
    assert!((2_800..3_200).contains(&share), "{share}");
}

#[test]
fn a_rule_about_a_resource_never_meets_a_listing() {
    let on = Target { resource: Some(Glob::from("*")), ..Target::default() };
    assert!(!on.meets(&subject("s3:ListBuckets", None), &identity(1, 0), "t"));
    assert!(on.meets(&subject("s3:GetBucketPolicy", Some("arn:aws:s3:::a")), &identity(1, 0), "t"));
}

#[test]
fn attempts_bound_a_rule() {
    let on = Target { attempts: Some(2), ..Target::default() };
    let met: Vec<bool> = (0..4).map(|attempt| on.meets(&subject("a:B", None), &identity(1, attempt), "t")).collect();
    assert_eq!(met, [true, true, false, false]);
}

#[test]
fn a_rate_grants_its_burst_and_refills() {
    let rule = Throttle { on: Target::default(), rate: Some(2.0), burst: Some(3.0), retry_after: None };
    let mut buckets = Buckets::default();
    let start = Instant::now();
    let granted = (0..5).filter(|_| buckets.take(0, &rule, 2.0, "ec2", start)).count();
    assert_eq!(granted, 3);
    assert!(buckets.take(0, &rule, 2.0, "ec2", start + Duration::from_millis(500)));
    assert!(!buckets.take(0, &rule, 2.0, "ec2", start + Duration::from_millis(500)));
    assert!(buckets.take(0, &rule, 2.0, "s3", start), "another service has a bucket of its own");
}

#[test]
fn wrong_rules_are_refused_with_the_reason() {
    for (text, expected) in [
        ("sed = 1", "unknown field `sed`"),
        ("[[throttle]]\non = { chance = 3.0 }", "between 0 and 1"),
        ("[[deny]]\non = { call = [\"a\"] }", "unknown field `call`"),
        ("skew = \"soon\"", "no length of time"),
    ] {
        let error = Rules::parse(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert!(Rules::parse("skew = \"-20m\"").is_ok());
}

#[test]
fn jitter_lies_within_its_bounds_and_differs_by_question() {
    let rule = Latency { on: Target::default(), fixed_ms: 30, jitter_ms: 5 };
    let waits: std::collections::BTreeSet<Duration> = (0..100).map(|n| rule.wait(&identity(n, 0))).collect();
    assert!(waits.iter().all(|wait| (30..35).contains(&wait.as_millis())), "{waits:?}");
    assert!(waits.len() > 1);
}
