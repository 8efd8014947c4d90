//! Every call that a scan makes, denied on its own: what depended on it is unknown, nothing else changes.

use crate::stage::{Stage, contradictions};
use std::collections::BTreeSet;

use catalog::Catalog;

/// Without these there is no scan at all, or nothing to name the account by.
const NEEDED: [&str; 1] = ["sts:GetCallerIdentity"];

/// Details whose loss leaves every verdict of the sample account as it is: they change a severity or a name, or matter
/// only where an ACL grants something.
const UNDECIDING: [&str; 3] =
    ["ec2:GetSnapshotBlockPublicAccessState", "kms:ListAliases", "s3:GetBucketOwnershipControls"];

#[test]
fn a_denied_call_makes_unknown_what_needs_it_and_nothing_else() {
    let stage = Stage::new();
    let baseline = stage.scan("baseline.db", &[]);
    assert_eq!(baseline.code, Some(0), "{}", baseline.stderr);
    let (expected, resources) = (stage.verdicts("baseline.db"), stage.resources("baseline.db"));
    assert!(expected.values().any(|status| status == "FAIL") && expected.values().any(|status| status == "PASS"));
    assert!(!expected.values().any(|status| status == "UNKNOWN"), "the estate is wholly readable");
    let catalog = Catalog::embedded().map_err(|errors| errors[0].clone()).unwrap();
    let listings: Vec<String> = listings(&catalog);
    let calls = stage.calls();
    assert!(calls.len() > 30, "{calls:?}");
    let mut undecided_nothing = BTreeSet::new();
    for call in calls.iter().filter(|call| !NEEDED.contains(&call.as_str())) {
        stage.rules(&format!("[[deny]]\non = {{ calls = ['{call}'] }}"));
        let database = format!("{}.db", call.replace(':', "-"));
        let run = stage.scan(&database, &["--region", "eu-west-1,eu-central-1,us-east-1"]);
        assert_eq!(run.code, Some(4), "{call} denied: {}", run.stderr);
        let permission = &catalog.permissions(&call.clone().try_into().unwrap())[0];
        let told = format!("{}{}", run.stdout, run.stderr);
        assert!(
            told.contains(call.as_str()) && told.contains(&**permission),
            "{call} ({permission}) is not named: {told}"
        );

        let found = stage.verdicts(&database);
        let wrong = contradictions(&found, &expected);
        assert!(wrong.is_empty(), "{call} denied: {wrong:#?}");
        let lists = listings.iter().any(|line| line.ends_with(&format!(" {call}")));
        if !lists && !found.values().any(|status| status == "UNKNOWN") {
            undecided_nothing.insert(call.as_str());
        }
        let listed = stage.resources(&database);
        for (uid, of) in &resources {
            let own_listing = listings.contains(&format!("{of} {call}"));
            assert!(own_listing || listed.contains_key(uid), "{call} denied, and {uid} is gone");
        }
    }
    assert_eq!(undecided_nothing, BTreeSet::from(UNDECIDING), "these calls decide nothing in the sample account");
}

/// The checks read about half of what the catalogue can give. Here one more check a type asks for everything.
#[test]
fn every_call_of_the_catalogue_may_be_denied_and_loses_no_resource_and_changes_no_verdict() {
    let stage = Stage::new();
    let catalog = Catalog::embedded().map_err(|errors| errors[0].clone()).unwrap();
    let folder = asks_for_everything(&stage, &catalog);
    let flags = ["--region", "eu-west-1,eu-central-1,us-east-1", "--catalog", folder.to_str().unwrap()];
    let baseline = stage.scan("baseline.db", &flags);
    assert_eq!(baseline.code, Some(0), "{}{}", baseline.stderr, baseline.stdout);
    let (expected, resources) = (stage.verdicts("baseline.db"), stage.resources("baseline.db"));
    let listings = listings(&catalog);
    let made = stage.calls();
    let unmade: Vec<String> =
        catalog.calls().iter().map(ToString::to_string).filter(|call| !made.contains(call)).collect();
    assert_eq!(unmade, ["s3:GetBucketLocation"], "the listing gives every bucket's region");
    for call in made.iter().filter(|call| !NEEDED.contains(&call.as_str())) {
        stage.rules(&format!("[[deny]]\non = {{ calls = ['{call}'] }}"));
        let database = format!("{}.db", call.replace(':', "-"));
        let run = stage.scan(&database, &flags);
        assert_eq!(run.code, Some(4), "{call} denied: {}", run.stderr);
        let permission = &catalog.permissions(&call.clone().try_into().unwrap())[0];
        let told = format!("{}{}", run.stdout, run.stderr);
        assert!(told.contains(call.as_str()) && told.contains(&**permission), "{call} is not named: {told}");
        let wrong = contradictions(&stage.verdicts(&database), &expected);
        assert!(wrong.is_empty(), "{call} denied: {wrong:#?}");
        let listed = stage.resources(&database);
        for (uid, of) in &resources {
            let own_listing = listings.contains(&format!("{of} {call}"));
            assert!(own_listing || listed.contains_key(uid), "{call} denied, and {uid} is gone");
        }
    }
}

#[test]
fn regions_that_nobody_could_name_are_a_hole_even_where_no_check_asks_for_them() {
    let stage = Stage::new();
    stage.rules("[[deny]]\non = { calls = ['ec2:DescribeRegions'] }");
    let run = stage.scan("regions.db", &["--check", "aws-ec2-instance-imdsv2-required", "--region", "eu-west-1"]);
    assert_eq!(run.code, Some(4), "{}{}", run.stderr, run.stdout);
    assert!(run.stdout.contains("ec2:DescribeRegions"), "{}", run.stdout);
}

/// A catalogue folder with a check for each type that reads its whole document.
fn asks_for_everything(stage: &Stage, catalog: &Catalog) -> std::path::PathBuf {
    let folder = stage.path("everything");
    let checks = folder.join("checks/aws/everything");
    std::fs::create_dir_all(&checks).unwrap();
    for of in catalog.resource_types() {
        let text = format!(
            "```toml\ntype = \"{}\"\nseverity = \"info\"\nobjective = \"storage.public-access\"\nsince = \"0.1.0\"\n```\n\
             # Everything is read\n```rule\npass when json(self) == 1\nsay \"read\"\n```\n## Risk\nNone.\n## Fix\n\
             ### Console\nNothing.\n## Examples\n### pass: a\n```json\n{{}}\n```\n### fail: a\n```json\n{{}}\n```\n\
             ### unknown: a\n```json\n{{}}\n```\n",
            of.id
        );
        std::fs::write(checks.join(format!("{}.md", of.id.replace('.', "-"))), text).unwrap();
    }
    folder
}

/// `type call` for every call that a type's listing (or that of its parent or source) makes.
fn listings(catalog: &Catalog) -> Vec<String> {
    let mut found = Vec::new();
    for of in catalog.resource_types() {
        let source = of.source.as_ref().and_then(|from| catalog.source(&from.id));
        let parent = of.parent.as_ref().and_then(|id| catalog.resource_type(id));
        let mut add = |call: &catalog::Call| found.push(format!("{} {call}", of.id));
        of.list.iter().chain(parent.and_then(|parent| parent.list.as_ref())).for_each(|list| add(&list.call));
        if let Some(source) = source {
            add(&source.call);
            source.prepare.iter().for_each(|prepare| add(&prepare.call));
        }
    }
    found
}
