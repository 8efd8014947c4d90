use std::collections::BTreeSet;

use catalog::{Catalog, Demand};

use super::{Files, calls, differences, files};

fn embedded() -> Catalog {
    Catalog::embedded().map_err(|errors| errors[0].clone()).unwrap()
}

#[test]
fn a_file_missing_changed_or_no_longer_generated_is_found() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("docs/reference");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("same.md"), "a").unwrap();
    std::fs::write(folder.join("changed.md"), "a").unwrap();
    std::fs::write(folder.join("old.md"), "a").unwrap();
    let wanted = Files::from([
        ("docs/reference/same.md", "a".to_owned()),
        ("docs/reference/changed.md", "b".to_owned()),
        ("docs/reference/new.md", "a".to_owned()),
    ]);
    let found = differences(root.path(), &wanted).unwrap();
    assert_eq!(found, ["docs/reference/changed.md", "docs/reference/new.md", "docs/reference/old.md"]);
}

#[test]
fn the_policy_grants_what_each_check_calls_and_only_reading() {
    let catalog = embedded();
    let policy: serde_json::Value =
        serde_json::from_str(&files(&catalog).unwrap()["deploy/aws/read-only-policy.json"]).unwrap();
    let granted: BTreeSet<&str> =
        policy["Statement"][0]["Action"].as_array().unwrap().iter().filter_map(|action| action.as_str()).collect();
    let mut needed = 0;
    for check in catalog.checks() {
        for call in calls(&catalog, &Demand::of(&catalog, [check])).keys() {
            for action in catalog.permissions(call) {
                assert!(granted.contains(&*action), "{} needs {action} for {call}", check.id);
                needed += 1;
            }
        }
    }
    assert!(needed > 20, "the catalogue has calls");
    let reads = ["Get", "List", "Describe", "GenerateCredentialReport"];
    for action in &granted {
        let name = action.split(':').nth(1).unwrap_or_default();
        assert!(reads.iter().any(|verb| name.starts_with(verb)), "{action} does not only read");
    }
}

#[test]
fn every_check_and_type_has_its_entry() {
    let catalog = embedded();
    let files = files(&catalog).unwrap();
    for check in catalog.checks() {
        assert!(files["docs/reference/checks.md"].contains(&format!("\n## {}\n", check.id)), "{}", check.id);
    }
    for of in catalog.resource_types() {
        assert!(files["docs/reference/types.md"].contains(&format!("\n## {}\n", of.id)), "{}", of.id);
    }
}
