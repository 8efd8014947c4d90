use std::collections::BTreeSet;

use catalog::{Catalog, Demand};

use super::{Files, differences, files, frameworks};

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

/// Whether an action of IAM reads by its name. API Gateway's actions are named for the methods of HTTP.
fn only_reads(action: &str) -> bool {
    let name = action.split(':').nth(1).unwrap_or_default();
    let verbs = ["Get", "List", "Describe", "BatchGet", "GenerateCredentialReport"];
    action == "apigateway:GET" || verbs.iter().any(|verb| name.starts_with(verb))
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
        for call in Demand::of(&catalog, [check]).calls(&catalog).keys() {
            for action in catalog.permissions(call) {
                assert!(granted.contains(&*action), "{} needs {action} for {call}", check.id);
                needed += 1;
            }
        }
    }
    assert!(needed > 20, "the catalogue has calls");
    for action in &granted {
        assert!(only_reads(action), "{action} does not only read");
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

#[test]
fn a_planned_check_that_was_written_moves_and_nothing_else_changes() {
    let exists = |id: &str| id.starts_with("is-").then(|| id.replace("is-former", "is-present"));
    let before = "# kept\nid = \"x\"\n\n[[requirement]]\nid = \"1\" # kept\nchecks = [\"is-b\"]\nplanned = [\n  \"is-a\",\n  \"later\",\n]\n\
                  coverage = \"full\"\n\n# kept too\n[[requirement]]\nid = \"2\"\nplanned  = [\"is-former\"]\ncoverage = \"partial\"\n\n\
                  [[requirement]]\nid = \"3\"\nplanned = ['later'] # kept\ncoverage = \"full\"\n";
    let after = before
        .replace(
            "checks = [\"is-b\"]\nplanned = [\n  \"is-a\",\n  \"later\",\n]",
            "checks   = [\"is-a\", \"is-b\"]\nplanned  = [\"later\"]",
        )
        .replace("planned  = [\"is-former\"]", "checks   = [\"is-present\"]");
    let before_without_comment = before.replace(" # kept\ncoverage", "\ncoverage");
    let after = after.replace(" # kept\ncoverage", "\ncoverage");
    assert_eq!(frameworks::rewrite(&before_without_comment, &exists).unwrap(), after);
    assert_eq!(frameworks::rewrite(&after, &exists).unwrap(), after, "a second run changes nothing");
}

#[test]
fn a_comment_inside_a_list_is_not_lost_but_refused() {
    let text = "[[requirement]]\nid = \"1\"\nplanned = [\n  \"a\", # why\n]\n";
    let error = frameworks::rewrite(text, &|id| Some(id.to_owned())).unwrap_err();
    assert!(error.to_string().contains("comment"), "{error}");
}

#[test]
fn a_long_list_stands_one_a_line() {
    let ids: Vec<String> = (0..9).map(|n| format!("aws-service-desired-state-{n}")).collect();
    let text = format!(
        "[[requirement]]\nplanned  = [{}]\n",
        ids.iter().map(|id| format!("\"{id}\"")).collect::<Vec<_>>().join(",")
    );
    let after = frameworks::rewrite(&text, &|id| Some(id.to_owned())).unwrap();
    assert_eq!(after.lines().count(), 12, "{after}");
    assert!(after.contains("\n  \"aws-service-desired-state-8\",\n]\n"), "{after}");
}

#[test]
fn what_a_fix_needs_is_never_among_what_a_scanner_is_granted() {
    let catalog = embedded();
    let policy: serde_json::Value =
        serde_json::from_str(&files(&catalog).unwrap()["deploy/aws/read-only-policy.json"]).unwrap();
    let granted = policy["Statement"][0]["Action"].to_string();
    let mut needed = 0;
    for action in catalog.actions() {
        for permission in catalog.action_permissions(action) {
            if !only_reads(&permission) {
                assert!(!granted.contains(&format!("\"{permission}\"")), "{} needs {permission}", action.id);
                needed += 1;
            }
        }
    }
    assert!(needed > 20, "{needed}");
}

#[test]
fn every_action_has_its_entry_with_its_checks() {
    let catalog = embedded();
    let page = &files(&catalog).unwrap()["docs/reference/actions.md"];
    for action in catalog.actions() {
        let from = page.find(&format!("\n## {}\n", action.id)).unwrap_or_else(|| panic!("{} has no entry", action.id));
        assert!(page[from..].contains("Fixes: "), "{}", action.id);
    }
}
