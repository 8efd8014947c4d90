use crate::{Value, Why};

#[test]
fn a_name_that_looks_like_a_holes_is_written_so_that_it_does_not_read_as_one() {
    for name in ["?", "??", "???", "?x", "known", ""] {
        let labels = Value::map([(name, Value::from("denied")), ("call", Value::from("x:Y"))]);
        let text = labels.to_json();
        assert_eq!(Value::from_json(&text).unwrap(), labels, "{text}");
    }
    assert_eq!(Value::map([("?", Value::from("odd"))]).to_json(), r#"{"??":"odd"}"#);
}

#[test]
fn a_hole_is_read_from_its_mark() {
    let hole = Value::from_json(r#"{"?":"denied","call":"s3:GetBucketPolicy"}"#).unwrap();
    assert_eq!(hole.unknown().map(|hole| hole.why), Some(Why::Denied));
    assert_eq!(Value::from_json(&hole.to_json()).unwrap(), hole);
    assert!(Value::from_json(r#"{"?":"whatever"}"#).is_err());
}

#[test]
fn a_number_reads_back_as_it_was_written() {
    let number = Value::from_json(concat!(
        "77777788888888888888888888888888888888888888888888888888888888888888888888888888",
        "888888888888877777777777777777777700000000000000000045477",
    ))
    .unwrap();
    assert_eq!(Value::from_json(&number.to_json()).unwrap(), number);
}
