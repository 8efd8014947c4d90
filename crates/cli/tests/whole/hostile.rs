//! Names and texts that the owner of an account chooses to harm whoever reads the report.

use crate::stage::{Stage, files};

const GROUPS: &str = "111122223333/eu-west-1/aws.ec2.security-group.jsonl";
const NAME: &str = "=cmd|'/C calc'!A0\u{1b}]0;owned\u{7}\u{1b}[2J\"\n,x";

/// The demo's estate with its open group renamed.
fn stage() -> Stage {
    let mut files = files();
    let groups = files.iter_mut().find(|(name, _)| name == GROUPS).unwrap();
    let quoted = serde_json::to_string(NAME).unwrap();
    assert!(groups.1.contains(r#""GroupName":"bastion""#), "the demo has an open group of that name");
    groups.1 = groups.1.replace(r#""GroupName":"bastion""#, &format!(r#""GroupName":{quoted}"#));
    Stage::of(&files)
}

#[test]
fn a_hostile_name_stays_text_in_every_output() {
    let stage = stage();
    let (csv, json) = (stage.path("f.csv"), stage.path("f.json"));
    let outputs = [format!("csv={}", csv.display()), format!("json={}", json.display())];
    let scan = stage.scan("a.db", &["--out", &outputs[0], "--out", &outputs[1]]);
    assert_eq!(scan.code, Some(0), "{}", scan.stderr);

    let table = stage.plumb("a.db", &["findings"]);
    let listed = stage.plumb("a.db", &["inventory", "aws.ec2.security-group"]);
    let shown = stage.plumb("a.db", &["show", "sg-06b6a14e2c30a3470"]);
    for run in [&scan, &table, &listed, &shown] {
        let control = run.stdout.chars().chain(run.stderr.chars()).find(|c| c.is_control() && *c != '\n');
        assert_eq!(control, None, "{:?}", run.stdout);
    }
    assert!(table.stdout.contains("calc"), "the finding is listed: {}", table.stdout);

    let mut rows = csv::Reader::from_path(&csv).unwrap();
    let columns = rows.headers().unwrap().clone();
    let place = |name: &str| columns.iter().position(|column| column == name).unwrap();
    let hostile: Vec<csv::StringRecord> =
        rows.records().map(Result::unwrap).filter(|row| row.iter().any(|cell| cell.contains("calc"))).collect();
    assert!(!hostile.is_empty());
    for row in &hostile {
        let message = &row[place("message")];
        assert!(!message.contains("calc") || message.starts_with("'="), "{message:?}");
        assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '@', '\t', '\r'])), "{row:?}");
    }
    let found: serde_json::Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    let messages: Vec<&str> =
        found.as_array().unwrap().iter().filter_map(|finding| finding["message"].as_str()).collect();
    assert!(messages.iter().any(|message| message.starts_with("=cmd|'/C calc'!A0")), "JSON is not a spreadsheet");
    assert!(messages.iter().all(|message| !message.chars().any(char::is_control)), "{messages:?}");
}
