use clap::Parser;

use super::*;
use crate::args::Cli;

fn shared(arguments: &[&str]) -> Shared {
    Cli::parse_from([&["plumb", "doctor", "--no-color"], arguments].concat()).shared
}

fn at(day: &str) -> i64 {
    format!("{day}T12:00:00Z").parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

#[test]
fn data_is_old_when_more_than_ninety_days_have_gone_by() {
    let shared = shared(&["--db", "/nowhere/plumb.db"]);
    let report = Report::of(&shared, at("2020-01-01"));
    assert!(report.data.len() >= 5 && report.warnings().is_empty(), "nothing is old before its date");
    let newest = report.data.iter().map(|one| one.data.date).max().unwrap();
    let day = |days: i32| at(&newest.checked_add(jiff::Span::new().days(days)).unwrap().to_string());
    let old = |days: i32| {
        let report = Report::of(&shared, day(days));
        assert!(!report.is_broken(), "old data is a warning");
        let old = report.data.iter().filter(|one| one.data.date == newest && one.is_old()).count();
        (old > 0, report.warnings().len())
    };
    assert!(!old(90).0);
    let all = report.data.len();
    assert_eq!(old(91), (true, all));
}

#[test]
fn the_page_says_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let own =
        "source = \"https://example.com/ports\"\ndate = \"2026-01-01\"\nnote = \"Ours.\"\nrows = [{ key = 23 }]\n";
    std::fs::write(folder.path().join("data/high-risk-ports.toml"), own).unwrap();
    let place = folder.path().to_str().unwrap();
    let shared = shared(&["--catalog", place, "--db", "/nowhere/plumb.db"]);
    let report = Report::of(&shared, at("2026-04-02"));
    let lines = report.lines(&Style::detect(&shared));
    let line =
        |opening: &str| lines.iter().find(|line| line.starts_with(opening)).unwrap_or_else(|| panic!("{lines:#?}"));
    assert!(line("ok    catalogue     plumb ").ends_with(&format!("; with {place} on top")));
    assert_eq!(line("ok    configuration"), "ok    configuration none: no --config, and no plumb.toml in this folder");
    assert_eq!(line("ok    store"), "ok    store         none yet at /nowhere/plumb.db: the first scan makes it");
    let of = line("old ");
    assert_eq!(of, "old   data          high-risk-ports of 2026-01-01, 91 days: https://example.com/ports");
    assert!(lines.contains(&format!("{}Ours.", " ".repeat(20))));
    let warning = "warning: data/high-risk-ports.toml was compared with its source 91 days ago, more than 90\n  \
        help: a later plumb may have it newer, or put your own into DIR/data/high-risk-ports.toml and give --catalog DIR";
    assert_eq!(lines.iter().filter(|line| line.starts_with("warning")).collect::<Vec<_>>(), [warning]);

    let document = report.to_json();
    assert_eq!(document["catalogue"]["works"], true);
    assert_eq!(document["store"]["location"], "/nowhere/plumb.db");
    let ports = document["data"].as_array().unwrap().iter().find(|one| one["name"] == "high-risk-ports").unwrap();
    assert_eq!(
        *ports,
        json!({"name": "high-risk-ports", "file": "data/high-risk-ports.toml", "source": "https://example.com/ports",
            "date": "2026-01-01", "age_days": 91, "old": true, "rows": 1, "note": "Ours."})
    );
    assert_eq!(document["warnings"].as_array().unwrap().len(), 1);
}
