//! `explain` and `show`: what somebody acts on without opening anything else.

use simcloud::Estate;

use crate::stage::{Run, Stage};

const ESTATE: &str = r#"
partition = "aws"
regions   = ["eu-west-1"]

[[account]]
id         = "111122223333"
caller     = "arn:aws:iam::111122223333:user/plumb"
user_id    = "AIDAPROOF"
access_key = "AKIAPROOFPROOFPROOFP"
secret_key = "a-secret-of-no-account"
"#;

const ACCOUNT: &str = r#"{"S3PublicAccessBlock":{"BlockPublicAcls":true,"IgnorePublicAcls":true,"BlockPublicPolicy":false,"RestrictPublicBuckets":false}}"#;

const BUCKET: &str = r#"{"Name":"papers","BucketRegion":"eu-west-1","CreationDate":"2024-01-01T00:00:00Z","PublicAccessBlockConfiguration":{"BlockPublicAcls":true,"IgnorePublicAcls":true,"BlockPublicPolicy":false,"RestrictPublicBuckets":false},"Policy":{"Version":"2012-10-17","Statement":[{"Sid":"Staff","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"s3:*","Resource":"arn:aws:s3:::papers/*"},{"Sid":"Readers","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::papers/*"}]}}"#;

const GROUP: &str = r#"{"GroupId":"sg-0a1b2c3d4e5f60718","GroupName":"bastion","Description":"x","OwnerId":"111122223333","VpcId":"vpc-1","IpPermissions":[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]},{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"IpRanges":[{"CidrIp":"10.0.0.0/8"},{"CidrIp":"0.0.0.0/0"}]}],"IpPermissionsEgress":[]}"#;

const USER: &str = r#"{"Path":"/","UserName":"mara","UserId":"AIDAMARA","Arn":"arn:aws:iam::111122223333:user/mara","CreateDate":"2020-01-01T00:00:00Z","AccessKeys":[{"UserName":"mara","AccessKeyId":"AKIAMARAMARAMARAMARA","Status":"Active","CreateDate":"2021-02-24T00:00:00Z"}]}"#;

fn stage() -> Stage {
    stage_with(GROUP)
}

fn stage_with(group: &str) -> Stage {
    let files = [
        ("estate.toml", ESTATE),
        ("111122223333/global/aws.account.jsonl", ACCOUNT),
        ("111122223333/global/aws.s3.bucket.jsonl", BUCKET),
        ("111122223333/global/aws.iam.user.jsonl", USER),
        ("111122223333/eu-west-1/aws.ec2.security-group.jsonl", group),
    ];
    Stage::with(Estate::from_files(files.iter().map(|(name, text)| (*name, text.as_bytes()))).unwrap())
}

/// The explanation of a check's only failure.
fn explained(stage: &Stage, check: &str, more: &[&str]) -> Run {
    let found = stage.plumb("a.db", &["findings", "--check", check, "--status", "fail", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&found.stdout).unwrap();
    let findings = found["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{check}: {findings:?}");
    stage.plumb("a.db", &[&["explain", findings[0]["fingerprint"].as_str().unwrap()], more].concat())
}

/// The lines under a label, moments and ids that vary left out.
fn under(text: &str, label: &str) -> Vec<String> {
    let mut last = "";
    let mut lines = Vec::new();
    for line in text.lines().skip(1) {
        let (own, rest) = line.split_at_checked(10).unwrap_or((line, ""));
        last = if own.trim().is_empty() { last } else { own.trim() };
        if last == label {
            let words =
                rest.split(' ').filter(|word| !(word.starts_with("20") && word.ends_with('Z') && word.len() == 20));
            lines.push(words.collect::<Vec<_>>().join(" ").trim_end().to_owned());
        }
    }
    lines
}

#[test]
fn three_findings_are_explained_down_to_the_field_and_the_change() {
    let stage = stage();
    let scan = stage.scan("a.db", &[]);
    assert!(scan.stdout.contains("fail"), "{}{}", scan.stdout, scan.stderr);

    let bucket = explained(&stage, "aws-s3-bucket-not-public", &[]).stdout;
    assert!(bucket.starts_with("FAIL  C F-"), "{bucket}");
    assert_eq!(
        under(&bucket, "read"),
        [
            "self.PublicAccessBlockConfiguration.RestrictPublicBuckets = false  s3:GetPublicAccessBlock",
            "account.S3PublicAccessBlock.RestrictPublicBuckets = false          of arn:aws:iam::111122223333:root  s3control:GetPublicAccessBlock",
            r#"self.Policy.Statement[1] = {"Action":"s3:GetObject","Effect":"Allow","Principal":"*","Resource":"arn:aws:s3:::papers/*","Sid":"Readers"}  s3:GetBucketPolicy"#,
        ],
        "{bucket}"
    );
    assert_eq!(under(&bucket, "because"), ["bucket policy Readers: allows s3:GetObject to everyone"]);
    assert_eq!(
        under(&bucket, "flips"),
        [
            "if PublicAccessBlockConfiguration.RestrictPublicBuckets is true (now false)",
            "or if account.S3PublicAccessBlock.RestrictPublicBuckets is true (now false)",
            "or if statement `Readers` of the bucket policy is removed",
        ]
    );

    let group = explained(&stage, "aws-ec2-sg-no-ssh-from-internet", &[]).stdout;
    // What the severity rests on follows.
    assert_eq!(
        under(&group, "read")[..1],
        [r#"self.IpPermissions[1].IpRanges[1] = {"CidrIp":"0.0.0.0/0"}  ec2:DescribeSecurityGroups"#],
        "{group}"
    );
    assert_eq!(under(&group, "flips"), ["if the rule tcp 22 from 0.0.0.0/0 is removed"]);

    let key = explained(&stage, "aws-iam-access-key-rotated-90-days", &[]).stdout;
    assert_eq!(under(&key, "item"), ["AKIAMARAMARAMARAMARA"]);
    let flips = under(&key, "flips");
    assert_eq!(flips[0], "if AccessKeys[AKIAMARAMARAMARAMARA].Status is \"Inactive\" (now \"Active\")");
    assert!(flips[1].starts_with("or if AccessKeys[AKIAMARAMARAMARAMARA].CreateDate is 20"), "{flips:?}");
    assert!(flips[1].ends_with("or later (now \"2021-02-24T00:00:00Z\"; only one made anew can differ)"), "{flips:?}");
}

#[test]
fn json_carries_the_whole_proof() {
    let stage = stage();
    stage.scan("a.db", &[]);
    let run = explained(&stage, "aws-s3-bucket-not-public", &["--format", "json"]);
    let proof: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(proof["verdict"], "FAIL");
    assert_eq!(proof["finding"]["resource_name"], "papers");
    assert_eq!(proof["reads"][0]["call"], "s3:GetPublicAccessBlock");
    assert_eq!(proof["because"][0]["statement"], "Readers");
    assert_eq!(proof["flips"][0]["proven"], true);
    assert_eq!(proof["flips"][0]["edits"][0]["path"], "PublicAccessBlockConfiguration.RestrictPublicBuckets");
    let last = proof["rule"].as_array().unwrap().iter().find(|line| line["statement"] == "pass when").unwrap();
    assert_eq!((&last["value"], &last["decisive"]), (&"false".into(), &true.into()));
}

#[test]
fn what_cannot_be_explained_says_what_to_do() {
    let stage = stage();
    stage.scan("a.db", &[]);
    let unknown = stage.plumb("a.db", &["explain", "F-ZZZZZZ"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.stderr.contains("there is no finding `F-ZZZZZZ`"), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("`plumb findings`"), "{}", unknown.stderr);

    let arguments = ["findings", "--check", "aws-ec2-sg-no-ssh-from-internet", "--status", "fail", "--format", "json"];
    let found: serde_json::Value = serde_json::from_str(&stage.plumb("a.db", &arguments).stdout).unwrap();
    let id = found["findings"][0]["fingerprint"].as_str().unwrap().to_owned();
    let mended = stage_with(&GROUP.replace("{\"CidrIp\":\"0.0.0.0/0\"}]}],", "{\"CidrIp\":\"10.1.0.0/16\"}]}],"));
    std::fs::copy(stage.path("a.db"), mended.path("a.db")).unwrap();
    mended.scan("a.db", &[]);
    let closed = mended.plumb("a.db", &["explain", &id]);
    assert_eq!(closed.code, Some(0), "{}", closed.stderr);
    assert!(closed.stdout.starts_with("PASS  H F-"), "{}", closed.stdout);
    assert!(under(&closed.stdout, "rule")[0].starts_with("applies when"), "{}", closed.stdout);
    assert!(under(&closed.stdout, "read")[0].contains("ec2:DescribeSecurityGroups"), "{}", closed.stdout);
    let ended = under(&closed.stdout, "closed").remove(0);
    assert!(ended.contains("by a read that showed it to be in order: aws-ec2-sg-no-ssh"), "{ended}");

    let gone = stage_with(&GROUP.replace("sg-0a1b2c3d4e5f60718", "sg-0a1b2c3d4e5f60719"));
    std::fs::copy(stage.path("a.db"), gone.path("a.db")).unwrap();
    gone.scan("a.db", &[]);
    let closed = gone.plumb("a.db", &["explain", &id]);
    assert_eq!(closed.code, Some(1), "{}", closed.stdout);
    assert!(closed.stderr.contains("was closed on 20"), "{}", closed.stderr);
    assert!(closed.stderr.contains("with its resource, which is no longer there: aws-ec2-sg-no"), "{}", closed.stderr);
    assert!(closed.stderr.contains("help: `plumb show arn:aws:ec2:"), "{}", closed.stderr);
}

#[test]
fn what_passes_or_does_not_apply_is_explained_by_the_id_that_findings_prints() {
    let stage = stage();
    stage.scan("a.db", &[]);
    for (status, word) in [("pass", "PASS"), ("na", "N/A")] {
        let run = stage.plumb("a.db", &["findings", "--status", status]);
        let ids: Vec<&str> = run.stdout.lines().skip(1).filter_map(|line| line.split(' ').next()).collect();
        assert!(ids.len() > 1, "{status}: {}", run.stdout);
        assert!(run.stderr.contains(&format!("{} of {} ", ids.len(), ids.len())), "{}", run.stderr);
        for id in ids {
            let explained = stage.plumb("a.db", &["explain", id]);
            assert_eq!(explained.code, Some(0), "{id}: {}", explained.stderr);
            assert!(explained.stdout.starts_with(word), "{}", explained.stdout);
            assert!(!under(&explained.stdout, "rule").is_empty(), "{}", explained.stdout);
            assert!(under(&explained.stdout, "fix").is_empty(), "{}", explained.stdout);
        }
    }
}

#[test]
fn a_severity_that_the_context_or_the_configuration_sets_is_in_the_proof() {
    let stage = stage();
    stage.scan("a.db", &[]);
    let plain = explained(&stage, "aws-ec2-sg-no-ssh-from-internet", &[]).stdout;
    assert!(
        under(&plain, "rule").iter().any(|line| line.starts_with("severity when ") && line.ends_with("true")),
        "{plain}"
    );

    let config = stage.path("plumb.toml");
    std::fs::write(&config, "[checks.aws-ec2-sg-no-ssh-from-internet]\nseverity = \"low\"\n").unwrap();
    let config = config.display().to_string();
    let set = explained(&stage, "aws-ec2-sg-no-ssh-from-internet", &["--config", &config]).stdout;
    assert!(under(&set, "rule").contains(&"severity low, as the configuration sets it".to_owned()), "{set}");
}

#[test]
fn the_fix_says_what_the_action_does() {
    let stage = stage();
    stage.scan("a.db", &[]);
    let fix = under(&explained(&stage, "aws-ec2-sg-no-ssh-from-internet", &[]).stdout, "fix");
    assert!(fix[0].starts_with("CLI: # ") && !fix[0].contains("Can break"), "{fix:?}");
    assert!(fix.iter().any(|line| line.starts_with("aws ec2 revoke-security-group-ingress ")), "{fix:?}");
}

#[test]
fn a_denied_read_is_named_with_its_cure_and_shown_in_the_document() {
    let stage = stage();
    stage.rules("[[deny]]\non = { calls = [\"s3:GetBucketPolicy\"] }\nby = \"identity\"\n");
    stage.scan("a.db", &[]);
    let found = stage.plumb("a.db", &["findings", "--check", "aws-s3-bucket-not-public", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&found.stdout).unwrap();
    let id = found["findings"][0]["fingerprint"].as_str().unwrap();
    let explained = stage.plumb("a.db", &["explain", id]).stdout;
    assert!(explained.starts_with("UNKN"), "{explained}");
    let missing = under(&explained, "missing");
    assert!(missing[0].starts_with("denied s3:GetBucketPolicy"), "{missing:?}");
    assert!(missing[0].contains("then scan again"), "{missing:?}");
    assert!(under(&explained, "flips").is_empty(), "an unknown needs a read, not a change");

    let shown = stage.plumb("a.db", &["show", "papers"]).stdout;
    assert!(shown.contains("\"Policy\": ? denied s3:GetBucketPolicy\n"), "{shown}");
    assert!(under(&shown, "stale")[0].starts_with("Policy since"), "{shown}");
}

#[test]
fn show_tells_facts_edges_and_verdicts_apart() {
    let stage = stage();
    stage.scan("a.db", &[]);
    let shown = stage.plumb("a.db", &["show", "papers"]).stdout;
    let facts = under(&shown, "fact");
    assert!(facts.iter().any(|line| line == "grants: anyone may s3:GetObject"), "{facts:?}");
    assert!(facts.iter().any(|line| line.trim() == "because bucket policy Readers: allows s3:GetObject to everyone"));
    let verdicts = under(&shown, "verdict");
    assert!(verdicts[0].starts_with("FAIL  C F-") && verdicts[0].contains("aws-s3-bucket-not-public"), "{verdicts:?}");
    assert!(verdicts.last().unwrap().contains("(-v lists them)"), "{verdicts:?}");
    let all = stage.plumb("a.db", &["show", "papers", "-v"]).stdout;
    assert!(under(&all, "verdict").iter().any(|line| line.starts_with("PASS")), "{all}");
    let json = stage.plumb("a.db", &["show", "papers", "--format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["document"]["Policy"]["Statement"][1]["Sid"], "Readers");
    assert_eq!(json["verdicts"].as_array().unwrap().iter().filter(|one| one["status"] == "FAIL").count(), {
        verdicts.iter().filter(|line| line.starts_with("FAIL")).count()
    });
}
