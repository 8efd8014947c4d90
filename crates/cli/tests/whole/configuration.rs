//! What a user changes by `plumb.toml` and by a folder of own checks, from the scan to the reading commands.

use crate::stage::{Run, Stage};

const OWN: &str = r#"```toml
type      = "aws.s3.bucket"
severity  = "low"
objective = "storage.public-access"
since     = "0.1.0"
params    = { prefix = "larkfield-" }
```

# Buckets carry the company's prefix

```rule
pass when self.Name.startsWith(params.prefix)
say "{self.Name} does not begin with {params.prefix}"
```

## Risk
Nobody knows whose it is.

## Fix
### Console
Make a new bucket and move the objects.

## Examples
### pass: with the prefix
```json
{"Name": "larkfield-logs"}
```
### fail: without
```json
{"Name": "logs"}
```
### unknown: the name could not be read
```json
{"Name": {"?": "denied", "call": "s3:ListBuckets", "permission": "s3:ListAllMyBuckets"}}
```
"#;

fn statuses(run: &Run, check: &str) -> Vec<(String, String)> {
    let document: serde_json::Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    let rows = document["findings"].as_array().unwrap().iter().filter(|row| row["check_id"] == check);
    let text = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    rows.map(|row| (text(row, "status"), text(row, "severity"))).collect()
}

#[test]
fn severities_parameters_and_switches_of_the_configuration_hold_in_scans_and_reading() {
    let stage = Stage::new();
    let config = stage.path("plumb.toml");
    let settings = "[checks.aws-iam-root-mfa]\nseverity = \"info\"\n\
        [checks.\"aws-s3-*\"]\nenabled = false\n\
        [checks.aws-s3-account-public-access-blocked]\nenabled = true\n";
    std::fs::write(&config, settings).unwrap();
    let config = config.to_str().unwrap();
    let before = stage.scan("a.db", &["--format", "json"]);
    assert!(!statuses(&before, "aws-s3-bucket-not-public").is_empty());
    assert_eq!(statuses(&before, "aws-iam-root-mfa"), [("FAIL".to_owned(), "critical".to_owned())]);

    let after = stage.scan("a.db", &["--format", "json", "--config", config]);
    assert_eq!(statuses(&after, "aws-iam-root-mfa"), [("FAIL".to_owned(), "info".to_owned())]);
    assert_eq!(statuses(&after, "aws-s3-bucket-not-public"), [], "what is switched off is not shown again");
    assert_eq!(statuses(&after, "aws-s3-account-public-access-blocked").len(), 1, "an id outranks a pattern");

    let read = stage.plumb("a.db", &["findings", "--status", "all", "--format", "json", "--config", config]);
    assert_eq!(statuses(&read, "aws-s3-bucket-not-public"), []);
    let all = stage.plumb("a.db", &["findings", "--status", "all", "--format", "json"]);
    assert!(!statuses(&all, "aws-s3-bucket-not-public").is_empty(), "nothing is lost");
}

#[test]
fn a_check_of_ones_own_is_tested_scanned_and_explained_like_any_other() {
    let stage = Stage::new();
    let folder = stage.path("own/checks/aws/s3");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("bucket-prefixed.md"), OWN).unwrap();
    let own = stage.path("own");
    let own = own.to_str().unwrap();
    let tested = stage.plumb("a.db", &["check", "test", own]);
    assert!(tested.code == Some(0) && tested.stdout.contains("3 examples held, 0 failed"), "{}", tested.stdout);

    let check = "aws-s3-bucket-prefixed";
    let config = stage.path("plumb.toml");
    std::fs::write(&config, format!("[checks.{check}]\nparams = {{ prefix = \"acme-\" }}\n")).unwrap();
    let flags = ["--catalog", own, "--check", check, "--format", "json"];
    let own_prefix = stage.scan("a.db", &flags);
    let with = ["--config", config.to_str().unwrap()];
    let other_prefix = stage.scan("b.db", &[&flags[..], &with[..]].concat());
    let failing = |run: &Run| statuses(run, check).iter().filter(|(status, _)| status == "FAIL").count();
    let every = statuses(&own_prefix, check).len();
    assert!(failing(&own_prefix) < every && every == failing(&other_prefix), "{}", other_prefix.stdout);

    let rows: serde_json::Value = serde_json::from_str(&other_prefix.stdout).unwrap();
    let id = rows["findings"][0]["fingerprint"].as_str().unwrap();
    let explained = stage.plumb("b.db", &[&["explain", id, "--catalog", own][..], &with[..]].concat());
    assert!(
        explained.code == Some(0) && explained.stdout.contains("acme-"),
        "{}{}",
        explained.stdout,
        explained.stderr
    );
}

#[test]
fn a_configuration_that_names_what_is_not_there_is_refused_before_any_call() {
    let stage = Stage::new();
    for (settings, words) in [
        ("[checks.aws-s3-bucket-versionning]\nenabled = false\n", "no check `aws-s3-bucket-versionning`"),
        ("[checks.\"aws-nothing-*\"]\nenabled = false\n", "no check matches `aws-nothing-*`"),
        ("[checks.aws-iam-root-mfa]\nparams = { days = 3 }\n", "has no parameters"),
        ("[checks.aws-iam-root-mfa]\nseverity = \"urgent\"\n", "urgent"),
        ("[check.aws-iam-root-mfa]\nenabled = false\n", "check"),
    ] {
        let config = stage.path("plumb.toml");
        std::fs::write(&config, settings).unwrap();
        let run = stage.scan("a.db", &["--config", config.to_str().unwrap()]);
        assert!(run.code == Some(1) && run.stderr.contains(words), "{settings} gave {}", run.stderr);
    }
    assert!(stage.calls().is_empty());
}
