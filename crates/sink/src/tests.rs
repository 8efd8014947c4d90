use std::fs;
use std::sync::Arc;

use finding::{Finding, Fingerprint, State};
use resource::{Evidence, Hole, Severity, Value, Verdict, Why};

use super::*;

fn sample(name: &str) -> Finding {
    Finding {
        fingerprint: Fingerprint::of("aws-s3-bucket-tls-only", name, ""),
        short_id: String::new(),
        check: "aws-s3-bucket-tls-only".into(),
        title: "S3 bucket refuses plain HTTP".into(),
        objective: "encryption.in-transit".into(),
        frameworks: Arc::from(["a:1".to_owned(), "b:2".to_owned()]),
        verdict: Verdict::Unknown,
        severity: Severity::High,
        score: 70,
        state: State::Undecided,
        cloud: "aws".into(),
        account: "111122223333".into(),
        region: "eu-west-1".into(),
        type_id: "aws.s3.bucket".into(),
        uid: format!("arn:aws:s3:::{name}").into(),
        resource_name: name.into(),
        discriminator: String::new(),
        message: "could not read \"Policy\",\nwhole".into(),
        owner: String::new(),
        first_seen: 0,
        last_changed: 60_000_000,
        unknown: vec![Arc::new(Hole::new(Why::Denied).call("s3:GetBucketPolicy"))],
        evidence: vec![Evidence { path: "self.Name".into(), value: Value::from(name) }],
        holds_until: None,
    }
}

fn to_text(format: Format, findings: &[Finding]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let rows = write(
        format,
        &Destination::File(path.clone()),
        &Selection::default(),
        findings.iter().cloned().map(Ok::<_, String>),
    )
    .unwrap();
    assert_eq!(rows, findings.len() as u64);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a temporary file was left behind");
    fs::read_to_string(path).unwrap()
}

#[test]
fn csv_has_the_header_of_the_contract_even_when_nothing_was_found() {
    assert_eq!(
        to_text(Format::Csv, &[]),
        "check_id,status,severity,score,provider,account,region,resource_type,resource_uid,resource_id,resource_name,\
         discriminator,title,message,objective,owner,first_seen,last_changed,frameworks,fingerprint\n"
    );
}

#[test]
fn csv_cells_survive_quotes_and_line_ends() {
    let finding = sample("logs");
    let text = to_text(Format::Csv, std::slice::from_ref(&finding));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1);
    let record = finding.record();
    let cells = record.cells();
    assert!(rows[0].iter().eq(cells.iter().map(|cell| &**cell)));
    assert_eq!((&rows[0][1], &rows[0][16], &rows[0][18]), ("UNKNOWN", "1970-01-01T00:00:00Z", "a:1;b:2"));
}

#[test]
fn no_cell_is_a_formula() {
    for hostile in ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1"] {
        let text = to_text(Format::Csv, &[sample(hostile)]);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!(&row[10], format!("'{hostile}"));
    }
}

#[test]
fn json_is_one_array_and_json_lines_one_object_a_line() {
    for findings in [vec![], vec![sample("a")], vec![sample("a"), sample("b")]] {
        let array: Vec<serde_json::Value> = serde_json::from_str(&to_text(Format::Json, &findings)).unwrap();
        let lines = to_text(Format::Jsonl, &findings);
        let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(array, lines);
        assert_eq!(array.len(), findings.len());
        if let Some(first) = array.first() {
            assert_eq!(first["unknown"][0]["call"], "s3:GetBucketPolicy");
            assert_eq!(first["evidence"][0]["value"], "a");
            assert_eq!(first["resource_id"], "a");
        }
    }
}

#[test]
fn a_failure_half_way_keeps_the_old_file_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("findings.csv");
    fs::write(&path, "old").unwrap();
    let findings = [Ok(sample("a")), Err("the store `x` is damaged")];
    let error = write(Format::Csv, &Destination::File(path.clone()), &Selection::default(), findings).unwrap_err();
    assert_eq!(error.to_string(), "the store `x` is damaged");
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_device_that_is_full_is_reported_and_not_replaced() {
    let error =
        write(Format::Jsonl, &Destination::parse("/dev/full"), &Selection::default(), [Ok::<_, String>(sample("a"))])
            .unwrap_err();
    assert!(matches!(error, SinkError::Broken { .. }), "{error}");
    assert!(error.to_string().contains("`/dev/full`"), "{error}");
    assert!(check_writable(&Destination::parse("/dev/full")).is_ok());
}

#[test]
fn paths_that_cannot_be_written_are_refused_before_the_scan() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| Destination::File(folder.path().join(name));
    assert!(matches!(check_writable(&at("none/findings.csv")), Err(SinkError::NoFolder { .. })));
    assert!(matches!(check_writable(&at(".")), Err(SinkError::IsFolder { .. })));
    fs::write(folder.path().join("file"), "").unwrap();
    assert!(matches!(check_writable(&at("file/findings.csv")), Err(SinkError::NoFolder { .. })));
    assert!(check_writable(&at("findings.csv")).is_ok());
    assert!(check_writable(&Destination::Stdout).is_ok());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "the check left something behind");
}

#[test]
fn a_link_keeps_being_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real.csv"), folder.path().join("latest.csv"));
    fs::write(&real, "old").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    write(Format::Jsonl, &Destination::File(link.clone()), &Selection::default(), [Ok::<_, String>(sample("a"))])
        .unwrap();
    assert!(link.is_symlink());
    assert!(fs::read_to_string(&real).unwrap().starts_with('{'));
}

#[test]
fn formats_are_read_by_name_and_the_rest_is_refused_with_the_choice() {
    assert_eq!("jsonl".parse::<Format>().unwrap(), Format::Jsonl);
    assert!("xml".parse::<Format>().unwrap_err().to_string().contains("csv, json, jsonl, junit, md, html"));
}

#[test]
fn a_summary_counts_only_what_its_filter_lets_in() {
    let selection =
        Selection { words: "findings that are unknown".into(), left_out: vec![Verdict::Fail, Verdict::Pass] };
    let folder = tempfile::tempdir().unwrap();
    let text = |format: Format| {
        let path = folder.path().join(format.as_str());
        write(format, &Destination::File(path.clone()), &selection, [Ok::<_, String>(sample("a"))]).unwrap();
        fs::read_to_string(path).unwrap()
    };
    let summary = text(Format::Markdown);
    assert!(summary.contains("Only a part is counted: findings that are unknown."), "{summary}");
    assert!(summary.contains("| unknown | not applicable |\n| ---: | ---: |\n| 1 | 0 |"), "{summary}");
    assert!(!summary.contains("Nothing that was judged fails"), "{summary}");
    let cases = text(Format::Junit);
    assert!(cases.contains("<testsuites name=\"plumb: findings that are unknown\""), "{cases}");
}
