//! A finding's identity and record, as scripts rely on them.

use std::sync::Arc;

use finding::{COLUMNS, Filter, Finding, Fingerprint, Prefix, State, base_score, glob, timestamp};
use proptest::prelude::*;
use resource::{Evidence, Hole, Severity, Value, Verdict, Why};

fn sample() -> Finding {
    Finding {
        fingerprint: Fingerprint::of("aws-s3-bucket-tls-only", "arn:aws:s3:::logs", ""),
        short_id: String::new(),
        check: "aws-s3-bucket-tls-only".into(),
        title: "S3 bucket refuses plain HTTP".into(),
        objective: "encryption.in-transit".into(),
        frameworks: Arc::from(["cis-aws-5.0:2.1.1".to_owned(), "soc2:CC6.7".to_owned()]),
        verdict: Verdict::Unknown,
        severity: Severity::Medium,
        score: base_score(Severity::Medium),
        state: State::Undecided,
        cloud: "aws".into(),
        account: "111122223333".into(),
        region: "eu-west-1".into(),
        type_id: "aws.s3.bucket".into(),
        uid: "arn:aws:s3:::logs".into(),
        resource_name: "logs".into(),
        discriminator: String::new(),
        message: "could not read the policy".into(),
        owner: String::new(),
        first_seen: 1_700_000_000_000_001,
        last_changed: 1_700_000_000_999_999,
        unknown: vec![Arc::new(Hole::new(Why::Denied).call("s3:GetBucketPolicy").permission("s3:GetBucketPolicy"))],
        evidence: vec![Evidence { path: "self.Name".into(), value: Value::from("logs") }],
        holds_until: None,
    }
}

#[test]
fn a_fingerprint_never_moves_between_versions() {
    // Exported fingerprints are kept by other systems: this value may not change.
    let id = Fingerprint::of("aws-s3-bucket-tls-only", "arn:aws:s3:::logs", "443");
    assert_eq!((id.to_string().as_str(), id.short(6).as_str()), ("0fb168f020504689b8d4dda247249d69", "F-1YRPHW"));
}

#[test]
fn the_parts_of_a_fingerprint_are_kept_apart() {
    assert_ne!(Fingerprint::of("ab", "c", ""), Fingerprint::of("a", "bc", ""));
    assert_ne!(Fingerprint::of("a", "b", "c"), Fingerprint::of("a", "bc", ""));
}

#[test]
fn json_has_exactly_the_columns_of_csv_and_the_two_additions() {
    let finding = sample();
    let json = serde_json::to_value(finding.record()).unwrap();
    let mut names: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
    let mut expected: Vec<_> = COLUMNS.iter().map(|name| (*name).to_owned()).collect();
    expected.extend(["evidence".to_owned(), "unknown".to_owned()]);
    names.sort();
    expected.sort();
    assert_eq!(names, expected);
    assert_eq!(json["status"], "UNKNOWN");
    assert_eq!(json["unknown"][0]["why"], "denied");
    assert_eq!(json["unknown"][0]["by"], serde_json::Value::Null);
    assert_eq!(json["evidence"][0]["path"], "self.Name");
}

#[test]
fn csv_cells_stand_in_the_order_of_the_columns() {
    let finding = sample();
    let record = finding.record();
    let json = serde_json::to_value(&record).unwrap();
    for (column, cell) in COLUMNS.iter().zip(record.cells()) {
        let expected = match &json[*column] {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        assert_eq!(cell, expected, "{column}");
    }
}

#[test]
fn the_resource_id_is_the_last_part_of_the_uid() {
    for (uid, id) in [
        ("arn:aws:s3:::logs", "logs"),
        ("arn:aws:iam::111122223333:role/team/deploy", "deploy"),
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/app/web:*", "*"),
        ("arn:aws:iam::111122223333:root", "root"),
        ("plain", "plain"),
        ("://", "://"),
    ] {
        assert_eq!(Finding { uid: uid.into(), ..sample() }.record().resource_id, id);
    }
}

#[test]
fn unknown_never_closes_a_finding_that_failed() {
    assert_eq!(State::of(Verdict::Unknown, true), State::Open);
    assert_eq!(State::of(Verdict::Unknown, false), State::Undecided);
    assert_eq!(State::of(Verdict::Pass, true), State::Closed);
}

#[test]
fn a_filter_means_failures_and_unknowns_unless_told() {
    let filter = Filter { severity: Some(Severity::High), check: Some("aws-s3-*".into()), ..Filter::default() };
    assert!(filter.wants(Verdict::Unknown) && filter.wants(Verdict::Fail) && !filter.wants(Verdict::Pass));
    assert!(filter.wants_severity(Severity::Critical) && !filter.wants_severity(Severity::Medium));
    assert!(filter.wants_check("aws-s3-bucket-tls-only") && !filter.wants_check("aws-kms-key-rotated"));
    let place = Filter { accounts: vec!["1*".into()], regions: vec![String::new()], ..Filter::default() };
    assert!(place.wants_place("111", "", "aws.iam.role") && !place.wants_place("111", "eu-west-1", "aws.iam.role"));
}

#[test]
fn globs_match_whole_texts() {
    for (pattern, text, matches) in [
        ("", "", true),
        ("*", "", true),
        ("a*b*c", "aXbYc", true),
        ("a*b*c", "aXbY", false),
        ("*-b", "a-b-b", true),
        ("ab*ba", "aba", false),
        ("abc", "abcd", false),
    ] {
        assert_eq!(glob(pattern, text), matches, "{pattern} {text}");
    }
}

#[test]
fn times_are_utc_to_the_second() {
    assert_eq!(timestamp(1_700_000_000_999_999), "2023-11-14T22:13:20Z");
    assert_eq!(timestamp(-1), "1969-12-31T23:59:59Z");
    assert_eq!(timestamp(i64::MAX), "");
}

#[test]
fn nonsense_is_not_an_id() {
    for text in
        ["", "F-", "F-9K", "F-9K2QU!", "xyz12", "F-000000000000000000000000000", "0123456789abcdef0123456789abcdef0"]
    {
        assert!(Prefix::parse(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn every_printed_id_finds_its_finding(bytes: [u8; 16], length in 6_usize..=26, digits in 4_usize..=32) {
        let id = Fingerprint(bytes);
        for text in [id.short(length), id.short(length).to_lowercase(), id.to_string()[..digits].to_owned()] {
            let prefix = Prefix::parse(&text).unwrap();
            prop_assert!(prefix.low <= id && id <= prefix.high, "{text}");
        }
        prop_assert_eq!(Prefix::parse(&id.to_string()).unwrap(), Prefix { low: id, high: id });
        prop_assert_eq!(Prefix::parse(&id.short(26)).unwrap(), Prefix { low: id, high: id });
    }

    #[test]
    fn a_short_id_of_the_stated_length_tells_two_findings_apart(a: [u8; 16], same in 0_usize..16, flip in 1_u8..) {
        let mut b = a;
        b[same] ^= flip;
        let (a, b) = (Fingerprint(a), Fingerprint(b));
        let length = a.distinct_at(&b);
        prop_assert_ne!(a.short(length), b.short(length));
        if length > 6 {
            prop_assert_eq!(a.short(length - 1), b.short(length - 1));
        }
    }
}
