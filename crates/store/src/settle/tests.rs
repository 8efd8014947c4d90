use super::*;

fn check(stored: &str, never: &[&str], read: &str, unread: &[&str], expected: Result<Option<&str>, &str>) {
    let document = |text: &str| Value::from_json(text).unwrap();
    let paths = |paths: &[&str]| paths.iter().map(|path| Path::parse(path).unwrap()).collect::<Vec<_>>();
    let settled =
        match settle(&document(stored), &paths(never), document(read), &paths(unread), &ResourceRules::default()) {
            Settled::Same(kept) => {
                assert!(same(&kept, &document(stored), &ResourceRules::default()));
                Settled::Same(Value::Null)
            }
            other => other,
        };
    let expected = match expected {
        Ok(None) => Settled::Same(Value::Null),
        Ok(Some(filled)) => Settled::Filled(document(filled)),
        Err(changed) => Settled::Changed(document(changed)),
    };
    assert_eq!(settled, expected, "{stored} never {never:?} read {read} unread {unread:?}");
}

#[test]
fn a_member_that_could_not_be_read_keeps_its_last_value() {
    check(r#"{"A":1,"P":2}"#, &[], r#"{"A":1}"#, &["P"], Ok(None));
    check(r#"{"A":1,"P":{"Q":2,"R":3}}"#, &[], r#"{"A":1,"P":{"R":3}}"#, &["P.Q"], Ok(None));
    check(r#"{"A":1,"P":{"Q":2}}"#, &[], r#"{"A":1}"#, &["P.Q"], Ok(None));
    check(r#"{"A":1,"P":2}"#, &[], r#"{"A":5}"#, &["P"], Err(r#"{"A":5,"P":2}"#));
}

#[test]
fn a_member_read_for_the_first_time_fills_the_version() {
    check(r#"{"A":1}"#, &["P"], r#"{"A":1,"P":2}"#, &[], Ok(Some(r#"{"A":1,"P":2}"#)));
    check(r#"{"A":1}"#, &["P"], r#"{"A":1}"#, &[], Ok(None));
    check(r#"{"A":1}"#, &["P.Q"], r#"{"A":1,"P":{"Q":2}}"#, &[], Ok(Some(r#"{"A":1,"P":{"Q":2}}"#)));
    check(r#"{"A":1}"#, &["P"], r#"{"A":2,"P":2}"#, &[], Err(r#"{"A":2,"P":2}"#));
}

#[test]
fn a_member_that_was_known_to_be_absent_is_a_change_when_it_appears() {
    check(r#"{"A":1}"#, &[], r#"{"A":1,"P":2}"#, &[], Err(r#"{"A":1,"P":2}"#));
    check(r#"{"A":1,"P":2}"#, &[], r#"{"A":1}"#, &[], Err(r#"{"A":1}"#));
}

#[test]
fn items_are_matched_by_the_part_that_was_read() {
    let stored = r#"{"K":[{"Id":"1","Used":"x"},{"Id":"2","Used":"y"}]}"#;
    check(stored, &[], r#"{"K":[{"Id":"2"},{"Id":"1"}]}"#, &["K[].Used"], Ok(None));
    check(stored, &[], r#"{"K":[{"Id":"2","Used":"y"},{"Id":"1"}]}"#, &["K[Id=1].Used"], Ok(None));
    check(
        stored,
        &[],
        r#"{"K":[{"Id":"3"},{"Id":"1"}]}"#,
        &["K[].Used"],
        Err(r#"{"K":[{"Id":"3"},{"Id":"1","Used":"x"}]}"#),
    );
}

#[test]
fn what_was_never_read_shrinks_and_never_grows() {
    let paths = |paths: &[&str]| paths.iter().map(|path| Path::parse(path).unwrap()).collect::<Vec<_>>();
    let still = |never: Option<&[&str]>, unread: &[&str]| {
        let never = never.map(paths);
        still_never(never.as_deref(), &paths(unread))
    };
    assert_eq!(still(None, &["B", "A", "B"]), paths(&["A", "B"]));
    assert_eq!(still(Some(&["A", "B"]), &["B", "C"]), paths(&["B"]));
    assert_eq!(still(Some(&["A"]), &["A.X"]), paths(&["A.X"]));
    assert_eq!(still(Some(&["A.X", "A.Y"]), &["A"]), paths(&["A.X", "A.Y"]));
    assert_eq!(still(Some(&[]), &["A"]), paths(&[]));
}
