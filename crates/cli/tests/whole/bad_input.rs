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

#[test]
fn a_filter_that_names_nothing_is_refused_and_is_no_empty_answer() {
    let stage = Stage::thinned();
    assert_eq!(stage.scan("a.db", &["--service", "s3,iam", "--region", "eu-west-1"]).code, Some(0));
    for (arguments, words) in [
        (["findings", "--type", "aws.s3.buckets"], ["`aws.s3.buckets`", "did you mean `aws.s3.bucket`?"]),
        (["findings", "--region", "eu-wets-1"], ["`eu-wets-1`", "did you mean `eu-west-1`?"]),
        (["findings", "--account", "123"], ["`123`", "known are 111122223333"]),
        (["findings", "--check", "aws-zzz-*"], ["`aws-zzz-*`", "`plumb check list` shows all"]),
        (["inventory", "--region", "eu-wets-1"], ["`eu-wets-1`", "did you mean `eu-west-1`?"]),
        (["inventory", "--account", "123"], ["`123`", "known are 111122223333"]),
    ] {
        refused(&stage.plumb("a.db", &arguments), 2, &words);
    }
    let rows = |arguments: &[&str]| {
        let run = stage.plumb("a.db", &[&["findings", "--status", "all", "--format", "csv"], arguments].concat());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        run.stdout.lines().count() - 1
    };
    let (all, global) = (rows(&[]), rows(&["--region", "global"]));
    assert!(global > 5 && global < all, "{global} of {all}");
    assert_eq!(global, rows(&["--region", ""]));
    assert_eq!(all, rows(&["--region", "*"]));
    assert_eq!(rows(&["--type", "storage.bucket"]), rows(&["--type", "aws.s3.bucket"]));
    assert!(rows(&["--check", "aws-s3-*"]) > 5);
}

#[test]
fn the_inventory_counts_what_is_the_accounts_own_and_names_the_listings_it_lacks() {
    let stage = Stage::thinned();
    stage.rules("[[deny]]\non = { calls = [\"sqs:ListQueues\"] }\nby = \"identity\"\n");
    let scan = stage.scan("a.db", &["--service", "s3,iam,sqs", "--region", "eu-west-1"]);
    let end = |arguments: &[&str]| stage.plumb("a.db", &[&["inventory"], arguments].concat()).stderr;
    let counted = end(&[]).split(" of ").next().unwrap().to_owned();
    assert!(scan.stdout.contains(&format!("{counted} in ")), "{counted}: {}", scan.stdout);
    assert!(end(&[]).contains(" of AWS"), "{}", end(&[]));
    assert!(end(&[]).contains("1 listing incomplete (aws.sqs.queue in eu-west-1)"), "{}", end(&[]));
    assert!(end(&["aws.sqs.queue"]).contains("1 listing incomplete"), "{}", end(&["aws.sqs.queue"]));
    assert!(!end(&["aws.s3.bucket"]).contains("incomplete"), "{}", end(&["aws.s3.bucket"]));
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let stage = Stage::thinned();
    let mut child = stage
        .command("a.db", &["completions", "bash"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}

#[test]
fn a_failed_demonstration_does_not_point_to_an_older_report() {
    let stage = Stage::thinned();
    let report = stage.path("plumb-report.html");
    std::fs::write(&report, "<!doctype html><!-- plumb report -->old").unwrap();
    let mut command = stage.command("demo.db", &["demo", "--region", "mars-1"]);
    let output = command.current_dir(report.parent().unwrap()).output().unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains("mars-1") && !words.contains("in a browser"), "{words}");
}
