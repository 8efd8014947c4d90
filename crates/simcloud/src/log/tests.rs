use super::*;

#[test]
fn the_file_has_every_request_before_the_next_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("requests.jsonl");
    let log = Log::new(false, Some(&path)).unwrap();
    let call = CallKey {
        account: "111122223333".into(),
        region: "eu-west-1".into(),
        service: "kms".into(),
        operation: "ListKeys".into(),
    };
    for attempt in 0..2 {
        let entry = Entry {
            call: call.clone(),
            resource: None,
            input: "{}".into(),
            attempt,
            status: 200,
            code: None,
            cut: false,
        };
        log.keep(entry);
        let text = std::fs::read_to_string(&path).unwrap();
        let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        assert_eq!(
            (last["operation"].as_str(), last["attempt"].as_u64()),
            (Some("ListKeys"), Some(u64::from(attempt)))
        );
    }
    assert!(log.entries().is_empty(), "nothing is kept in memory unless asked for");
}
