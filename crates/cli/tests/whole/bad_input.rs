//! What people get wrong: each has a clear message with the next step, and nothing half-done.

use crate::stage::{Run, Stage};

#[track_caller]
fn refused(run: &Run, code: i32, words: &[&str]) {
    assert_eq!(run.code, Some(code), "{}", run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "expected `{word}` in: {}", run.stderr);
    }
    assert!(!run.stderr.contains("panicked") && !run.stderr.contains("RUST_BACKTRACE"), "{}", run.stderr);
}

#[test]
fn an_output_that_cannot_be_written_is_refused_before_any_call() {
    let stage = Stage::new();
    let run = stage.scan("a.db", &["--out", "csv=/nonexistent/folder/findings.csv"]);
    refused(&run, 1, &["/nonexistent/folder"]);
    assert!(stage.calls().is_empty(), "{:?}", stage.calls());
}

#[test]
fn an_unknown_region_is_named_with_the_known_ones() {
    let stage = Stage::new();
    refused(&stage.scan("a.db", &["--region", "eu-wets-1"]), 1, &["eu-wets-1", "eu-west-1"]);
}

#[test]
fn wrong_credentials_are_told_from_an_unreachable_endpoint() {
    let stage = Stage::new();
    let with = |name: &str, value: &str| {
        let output = stage.command("a.db", &["scan", "aws"]).env(name, value).output().unwrap();
        Run { code: output.status.code(), stdout: String::new(), stderr: String::from_utf8(output.stderr).unwrap() }
    };
    refused(&with("AWS_ACCESS_KEY_ID", "AKIAWRONGWRONGWRONG1"), 1, &["credentials"]);
    refused(&with("AWS_ENDPOINT_URL", "http://127.0.0.1:9"), 1, &["127.0.0.1:9"]);
}

#[test]
fn no_credentials_at_all_says_where_they_were_looked_for() {
    let stage = Stage::new();
    let mut command = stage.command("a.db", &["scan", "aws"]);
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY").env_remove("AWS_SESSION_TOKEN");
    let output = command.output().unwrap();
    let run =
        Run { code: output.status.code(), stdout: String::new(), stderr: String::from_utf8(output.stderr).unwrap() };
    refused(&run, 1, &["credentials", "AWS_PROFILE"]);
}

#[test]
fn a_clock_that_is_wrong_is_said_and_corrected() {
    let stage = Stage::new();
    stage.rules("skew = '40m'");
    let run = stage.scan("a.db", &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("clock"), "{}", run.stderr);
}

#[test]
fn a_check_with_a_wrong_member_is_refused_with_its_place_and_the_nearest_name() {
    let stage = Stage::new();
    let folder = stage.path("own/checks/aws/s3");
    std::fs::create_dir_all(&folder).unwrap();
    let page = "```toml\ntype = \"aws.s3.bucket\"\nseverity = \"low\"\nobjective = \"storage.public-access\"\nsince = \"0.1.0\"\n```\n\n# T\n\n```rule\npass when self.Versionin.Status == \"Enabled\"\nsay \"x\"\n```\n\n## Risk\nr\n\n## Fix\n### Console\nc\n\n## Examples\n### pass: a\n```json\n{}\n```\n### fail: b\n```json\n{}\n```\n### unknown: c\n```json\n{}\n```\n";
    std::fs::write(folder.join("mine.md"), page).unwrap();
    let own = stage.path("own");
    let run = stage.scan("a.db", &["--catalog", own.to_str().unwrap()]);
    refused(&run, 1, &["mine.md", "Versionin", "Versioning"]);
    assert!(stage.calls().is_empty());
}

#[test]
fn usage_errors_have_their_own_code() {
    let stage = Stage::new();
    refused(&stage.scan("a.db", &["--severity", "hgih"]), 2, &["critical, high, medium, low, info"]);
    refused(&stage.scan("a.db", &["--check", "aws-s3-bucket-not-publick"]), 2, &["aws-s3-bucket-not-public"]);
}

#[test]
fn reading_before_the_first_scan_says_what_to_do() {
    let stage = Stage::new();
    refused(&stage.plumb("none.db", &["findings"]), 1, &["plumb scan"]);
}
