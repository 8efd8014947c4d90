//! Frameworks from end to end: only their checks are run, and the roll-up says no more than the verdicts do.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::stage::{Stage, Verdicts};

fn compliance(stage: &Stage, database: &str, framework: &str) -> Value {
    let run = stage.plumb(database, &["compliance", framework, "--format", "json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

fn lines(document: &Value) -> BTreeMap<String, Value> {
    let rows = document["requirements"].as_array().unwrap();
    rows.iter().map(|row| (row["requirement"].as_str().unwrap().to_owned(), row.clone())).collect()
}

fn texts(value: &Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// What the verdicts say of a requirement: whether one fails, one is unknown, one passes.
fn said(verdicts: &Verdicts, checks: &BTreeSet<String>) -> [bool; 3] {
    let found = |status: &str| verdicts.iter().any(|((check, ..), one)| checks.contains(check) && one == status);
    ["FAIL", "UNKNOWN", "PASS"].map(found)
}

#[test]
fn a_scan_of_a_framework_runs_its_checks_only_and_the_roll_up_agrees_with_the_verdicts() {
    let stage = Stage::new();
    let run = stage.scan("a.db", &["--framework", "aws-fsbp"]);
    assert!(matches!(run.code, Some(0 | 4)), "{}", run.stderr);
    let verdicts = stage.verdicts("a.db");
    let document = compliance(&stage, "a.db", "aws-fsbp");
    let lines = lines(&document);
    assert_eq!(lines.len(), 336);
    let parts = document["parts"].as_object().unwrap();
    let whole: u64 = parts.iter().filter(|(name, _)| *name != "pass_in_part").map(|(_, n)| n.as_u64().unwrap()).sum();
    assert_eq!(whole, 336, "the parts make up the whole: {parts:?}");
    let mut of_framework = BTreeSet::new();
    for (id, line) in &lines {
        let checks = texts(&line["checks"]);
        let [fail, unknown, pass] = said(&verdicts, &checks);
        let gaps = !texts(&line["gaps"]).is_empty();
        let expected = match (checks.is_empty(), fail, unknown || gaps, pass) {
            (true, ..) => "not built",
            (_, true, ..) => "fail",
            (_, _, true, _) => "unknown",
            (.., true) => "pass",
            _ => "no resources",
        };
        assert_eq!(line["status"], expected, "{id}: {line}");
        of_framework.extend(checks);
    }
    let outside: Vec<_> = verdicts.keys().filter(|(check, ..)| !of_framework.contains(check)).collect();
    assert!(outside.is_empty(), "checks outside of the framework ran: {outside:?}");
    for status in ["fail", "pass", "not_built"] {
        assert_ne!(document["parts"][status], 0, "the demo shows `{status}`: {parts:?}");
    }
}

#[test]
fn what_could_not_be_listed_or_was_not_run_is_unknown_and_no_pass() {
    let stage = Stage::new();
    stage.rules("[[deny]]\non = { calls = ['s3:ListBuckets'] }");
    let run = stage.scan("a.db", &["--check", "aws-s3-bucket-mfa-delete,aws-iam-root-mfa"]);
    assert_eq!(run.code, Some(4), "{}", run.stderr);
    let lines = lines(&compliance(&stage, "a.db", "cis-aws-5.0"));
    let denied = &lines["2.1.2"];
    assert_eq!((&denied["status"], &denied["resources"]), (&"unknown".into(), &0.into()), "{denied}");
    assert!(texts(&denied["gaps"]).iter().any(|why| why.contains("denied s3:ListBuckets")), "{denied}");
    let other = &lines["1.3"];
    assert_eq!(other["status"], "unknown", "{other}");
    assert_eq!(texts(&other["gaps"]), BTreeSet::from(["not run".to_owned()]));
    assert!(["pass", "fail"].contains(&lines["1.4"]["status"].as_str().unwrap()), "{}", lines["1.4"]);
}

#[test]
fn records_carry_the_requirements_that_their_check_serves() {
    let stage = Stage::new();
    let file = stage.path("out.csv");
    let out = format!("csv={}", file.display());
    stage.scan("a.db", &["--check", "aws-iam-root-mfa", "--out", &out]);
    let text = std::fs::read_to_string(file).unwrap();
    let row = text.lines().find(|line| line.starts_with("aws-iam-root-mfa,")).expect("a finding");
    assert!(row.contains("cis-aws-5.0:1.4;"), "{row}");
    assert!(!row.contains("starter:"), "a profile is no requirement: {row}");
    let rows = stage.plumb("a.db", &["findings", "--status", "all", "--format", "jsonl"]);
    assert!(rows.stdout.contains("cis-aws-5.0:1.4;"), "{}", rows.stdout);
}

#[test]
fn a_framework_that_does_not_exist_is_named_with_the_nearest_before_any_call() {
    let stage = Stage::new();
    let run = stage.scan("a.db", &["--framework", "cis-aws-5.1"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("cis-aws-5.0") && run.stderr.contains("plumb framework list"), "{}", run.stderr);
    assert!(stage.calls().is_empty(), "{:?}", stage.calls());
    let run = stage.plumb("none.db", &["compliance", "cis-aws-5.0"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("plumb scan"), "{}", run.stderr);
}

#[test]
fn what_was_not_run_in_a_region_is_said_until_every_enabled_region_is_judged() {
    let stage = Stage::new();
    let gaps = || texts(&lines(&compliance(&stage, "a.db", "cis-aws-5.0"))["5.5"]["gaps"]);
    let closed = "aws-ec2-default-sg-closed";
    stage.scan("a.db", &["--region", "eu-central-1", "--check", closed]);
    assert_eq!(gaps(), BTreeSet::from(["2 enabled regions not read".to_owned()]));
    // The same listing, read for another check, shows resources that this one has not judged.
    stage.scan("a.db", &["--region", "eu-west-1", "--check", "aws-ec2-sg-no-ssh-from-internet"]);
    let expected = ["2 enabled regions not read", "not run in eu-west-1"].map(str::to_owned);
    assert_eq!(gaps(), BTreeSet::from(expected));
    stage.scan("a.db", &["--region", "eu-west-1,us-east-1", "--check", closed]);
    assert_eq!(gaps(), BTreeSet::new());
}

#[test]
fn regions_that_could_not_be_named_leave_regional_requirements_unknown() {
    let stage = Stage::new();
    stage.rules("[[deny]]\non = { calls = ['ec2:DescribeRegions', 'account:ListRegions'] }");
    stage.scan("a.db", &["--check", "aws-ec2-ebs-default-encryption-on,aws-iam-root-mfa"]);
    let lines = lines(&compliance(&stage, "a.db", "landing-zone"));
    let regional = &lines["encryption.volumes"];
    assert!(texts(&regional["gaps"]).iter().any(|why| why.starts_with("regions not known")), "{regional}");
    assert_ne!(regional["status"], "pass");
    assert!(!texts(&lines["identity.root"]["gaps"]).iter().any(|why| why.starts_with("regions")), "{lines:?}");
}
