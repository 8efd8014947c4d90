//! Every call that a scan makes, denied on its own: what depended on it is unknown, nothing else changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use catalog::Catalog;

use crate::stage::{Run, Stage, Verdicts, contradictions, verdicts_in};

/// Without these there is no scan at all, or nothing to name the account by.
const NEEDED: [&str; 1] = ["sts:GetCallerIdentity"];

/// Given, so that a denied listing of the regions does not lead to other ones.
const REGIONS: [&str; 2] = ["--region", "eu-west-1,eu-central-1,us-east-1"];

/// Details whose loss leaves every verdict of the sample account as it is: they give a name or a severity, or tell devices
/// of a root user that has none apart.
const UNDECIDING: [&str; 3] = ["iam:ListVirtualMFADevices", "kms:ListAliases", "redshift:DescribeClusterSubnetGroups"];

/// The checks read about half of what the catalogue can give, so one more check a type asks for everything. It must not
/// hide what the others make of a denial: that is judged by their verdicts alone.
#[test]
fn each_call_denied_on_its_own_makes_unknown_what_needs_it_and_changes_and_loses_nothing_else() {
    let stage = Stage::new();
    let whole = stage.scan("whole.db", &[]);
    assert_eq!(whole.code, Some(0), "{}{}", whole.stderr, whole.stdout);
    let verdicts = stage.verdicts("whole.db");
    assert!(verdicts.values().any(|status| status == "FAIL") && verdicts.values().any(|status| status == "PASS"));
    let unknown: Vec<_> = verdicts.iter().filter(|(_, status)| *status == "UNKNOWN").collect();
    assert!(unknown.is_empty(), "the estate is wholly readable: {unknown:#?}");
    let demanded = stage.calls();
    assert!(demanded.len() > 30, "{demanded:?}");

    let stage = Stage::thinned();
    let catalog = Catalog::embedded().map_err(|errors| errors[0].clone()).unwrap();
    let baseline = Baseline::of(&stage, &catalog, demanded);
    let unmade: Vec<String> =
        catalog.calls().iter().map(ToString::to_string).filter(|call| !baseline.made.contains(call)).collect();
    assert_eq!(unmade, ["s3:GetBucketLocation"], "the listing gives every bucket's region");
    let calls: Vec<&String> = baseline.made.iter().filter(|call| !NEEDED.contains(&call.as_str())).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let stage = Stage::thinned();
        let mut undecided = BTreeSet::new();
        while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
            if !baseline.deny(&stage, &catalog, call) {
                undecided.insert(call.as_str());
            }
        }
        undecided
    };
    let undecided: BTreeSet<&str> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert_eq!(undecided, BTreeSet::from(UNDECIDING), "these calls decide nothing in the sample account");
}

/// What a scan that asks for everything finds when nothing is denied.
struct Baseline {
    /// The calls that the checks alone make.
    demanded: BTreeSet<String>,
    made: BTreeSet<String>,
    verdicts: Verdicts,
    resources: BTreeMap<String, String>,
    listings: Vec<String>,
}

impl Baseline {
    fn of(stage: &Stage, catalog: &Catalog, demanded: BTreeSet<String>) -> Baseline {
        stage.rules("");
        let (_, verdicts) = scan_everything(stage, catalog, "baseline.db", 0);
        Baseline {
            demanded,
            made: stage.calls(),
            verdicts,
            resources: stage.resources("baseline.db"),
            listings: listings(catalog),
        }
    }

    /// Scans with one call denied. False when a detail that the checks demand was lost and every verdict stood.
    fn deny(&self, stage: &Stage, catalog: &Catalog, call: &str) -> bool {
        stage.rules(&format!("[[deny]]\non = {{ calls = ['{call}'] }}"));
        let database = format!("{}.db", call.replace(':', "-"));
        let (run, found) = scan_everything(stage, catalog, &database, 4);
        let permission = &catalog.permissions(&call.to_owned().try_into().unwrap())[0];
        let told = format!("{}{}", run.stdout, run.stderr);
        assert!(told.contains(call) && told.contains(&**permission), "{call} ({permission}) is not named: {told}");
        let wrong = contradictions(&found, &self.verdicts);
        assert!(wrong.is_empty(), "{call} denied: {wrong:#?}");
        let listed = stage.resources(&database);
        for (uid, of) in &self.resources {
            let own_listing = self.listings.contains(&format!("{of} {call}"));
            assert!(own_listing || listed.contains_key(uid), "{call} denied, and {uid} is gone");
        }
        let lists = self.listings.iter().any(|line| line.ends_with(&format!(" {call}")));
        let mut own = found.iter().filter(|((check, ..), _)| !check.starts_with("aws-everything-"));
        let undecided =
            |key: &_, status: &str| status == "UNKNOWN" && self.verdicts.get(key).is_none_or(|old| old != status);
        lists || !self.demanded.contains(call) || own.any(|(key, status)| undecided(key, status))
    }
}

/// A scan that asks for everything, and its verdicts.
fn scan_everything(stage: &Stage, catalog: &Catalog, database: &str, code: i32) -> (Run, Verdicts) {
    let (folder, export) = (asks_for_everything(stage, catalog), stage.path(&format!("{database}.csv")));
    let out = format!("csv={}", export.display());
    let flags = ["--catalog", folder.to_str().unwrap(), "--out", &out];
    let run = stage.scan(database, &[&REGIONS[..], &flags].concat());
    assert_eq!(run.code, Some(code), "{database}: {}{}", run.stderr, run.stdout);
    (run, verdicts_in(&std::fs::read_to_string(export).unwrap()))
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
