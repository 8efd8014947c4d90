//! Files that `--out` writes, and the demonstration's report.

use std::fs;

use crate::stage::Stage;

#[test]
fn the_outputs_of_one_scan_agree() {
    let stage = Stage::thinned();
    let file = |name: &str| stage.path(name).display().to_string();
    let outputs: Vec<String> =
        ["html", "junit", "md", "csv"].iter().map(|form| format!("{form}={}", file(&format!("out.{form}")))).collect();
    let mut arguments = vec!["scan", "aws", "--service", "s3,kms"];
    outputs.iter().for_each(|output| arguments.extend(["--out", output.as_str()]));
    let run = stage.plumb("outputs.db", &arguments);
    assert_eq!(run.code, Some(0), "{}", run.stderr);

    let read = |name: &str| fs::read_to_string(stage.path(name)).unwrap();
    let mut csv = csv::Reader::from_path(stage.path("out.csv")).unwrap();
    let statuses: Vec<String> = csv.records().map(|row| row.unwrap()[1].to_owned()).collect();
    let count = |status: &str| statuses.iter().filter(|one| *one == status).count();
    let (fail, unknown, pass, other) = (count("FAIL"), count("UNKNOWN"), count("PASS"), count("NOT_APPLICABLE"));
    assert!(fail > 5 && pass > 5, "{statuses:?}");

    let html = read("out.html");
    assert!(html.starts_with("<!doctype html><!-- plumb report -->"));
    for (name, number) in [("fail", fail), ("unknown", unknown), ("pass", pass)] {
        assert!(html.contains(&format!("</svg>{name}</span><b>{number}</b>")), "{name} {number}");
    }
    let junit = read("out.junit");
    assert!(junit.contains(&format!("<testsuites name=\"plumb\" tests=\"{}\" failures=\"{fail}\"", statuses.len())));
    assert_eq!(junit.matches("<testcase ").count(), statuses.len());
    assert!(read("out.md").contains(&format!("| {fail} | {unknown} | {pass} | {other} |")));
}

#[test]
fn a_report_of_a_part_says_which_part() {
    let stage = Stage::thinned();
    assert_eq!(stage.plumb("part.db", &["scan", "aws", "--service", "s3"]).code, Some(0));
    let path = stage.path("part.html");
    let output = format!("html={}", path.display());
    let run = stage.plumb("part.db", &["findings", "--severity", "high", "--out", &output]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let html = fs::read_to_string(path).unwrap();
    assert!(
        html.contains("Only a part is in this report: findings that are failing or unknown; severity high or worse")
    );
}

#[test]
fn the_demonstration_replaces_its_own_report_and_nothing_else() {
    let stage = Stage::thinned();
    let path = stage.path("plumb-report.html");
    let demo = || {
        let mut command = stage.command("demo.db", &["demo", "--check", "aws-s3-bucket-versioning"]);
        command.current_dir(path.parent().unwrap()).output().unwrap()
    };
    fs::write(&path, "mine").unwrap();
    let kept = demo();
    assert!(kept.status.success());
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    let words = String::from_utf8(kept.stderr).unwrap();
    assert!(words.contains("was not written by plumb and is kept") && words.contains("--out html=FILE"), "{words}");

    fs::remove_file(&path).unwrap();
    for _ in 0..2 {
        let run = demo();
        assert!(run.status.success());
        assert!(fs::read_to_string(&path).unwrap().starts_with("<!doctype html><!-- plumb report -->"));
        assert!(String::from_utf8(run.stderr).unwrap().contains("open plumb-report.html in a browser"));
    }
}
