//! `plumb doctor`, as people and programs call it.

use crate::stage::{Run, Stage};

fn document(run: &Run) -> serde_json::Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", run.stdout, run.stderr))
}

#[test]
fn it_says_what_works_makes_no_call_and_makes_no_store() {
    let stage = Stage::thinned();
    let run = stage.plumb("a.db", &["doctor", "--format", "json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let found = document(&run);
    for part in ["catalogue", "configuration", "store"] {
        assert_eq!(found[part]["works"], true, "{part}: {found}");
    }
    assert!(found["catalogue"]["checks"].as_u64().unwrap() > 200, "{found}");
    assert_eq!(found["store"]["scans"], 0);
    let named = |name: &str| found["data"].as_array().unwrap().iter().any(|one| one["name"] == name);
    assert!(named("lambda-runtimes") && named("aws-federation"), "{found}");
    assert!(stage.calls().is_empty(), "{:?}", stage.calls());
    assert!(!stage.path("a.db").exists());

    assert_eq!(stage.scan("a.db", &["--check", "aws-s3-bucket-versioning"]).code, Some(0));
    assert_eq!(document(&stage.plumb("a.db", &["doctor", "--format", "json"]))["store"]["scans"], 1);
}

#[test]
fn what_does_not_work_is_named_with_the_rest_and_ends_with_an_error() {
    let stage = Stage::thinned();
    let path = |name: &str| stage.path(name).to_str().unwrap().to_owned();
    std::fs::write(stage.path("plumb.toml"), "[checks.\"aws-nothing-*\"]\nenabled = false\n").unwrap();
    std::fs::write(stage.path("text.db"), "no database, but long enough to have a header of its own".repeat(20))
        .unwrap();
    let run = stage.plumb("text.db", &["doctor", "--config", &path("plumb.toml")]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        run.stdout.contains("fail  configuration configuration: no check matches `aws-nothing-*`"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("fail  store         ") && run.stdout.contains("is not a plumb store"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("ok    catalogue     plumb "), "{}", run.stdout);

    std::fs::create_dir_all(stage.path("own/data")).unwrap();
    std::fs::write(stage.path("own/data/mine.toml"), "source = \"https://example.com\"\ndate = \"soon\"\n").unwrap();
    let run = stage.plumb("b.db", &["doctor", "--catalog", &path("own")]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stdout.contains("data/mine.toml:2: `date` is a day"), "{}", run.stdout);
}

#[test]
fn the_verdict_turns_on_the_day_that_a_users_table_names() {
    let stage = Stage::thinned();
    let own = stage.path("own");
    std::fs::create_dir_all(own.join("data")).unwrap();
    let failing = |until: &str| {
        let runtimes = ["python3.8", "python3.9", "python3.12", "python3.13", "nodejs18.x", "nodejs20.x", "nodejs22.x"];
        let rows = runtimes.map(|name| format!("  {{ key = \"{name}\", until = \"{until}\" }},\n")).concat();
        let text = format!("source = \"https://example.com\"\ndate = \"2026-11-01\"\nrows = [\n{rows}]\n");
        std::fs::write(own.join("data/lambda-runtimes.toml"), text).unwrap();
        let check = ["--check", "aws-lambda-function-runtime-supported", "--catalog", own.to_str().unwrap()];
        let run = stage.scan("c.db", &check);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let verdicts = stage.verdicts("c.db");
        verdicts.values().filter(|status| *status == "FAIL").count()
    };
    assert!(failing("2020-01-01") > 0);
    assert_eq!(failing("2999-01-01"), 0);
}
