use super::*;

#[test]
fn every_document_comes_back_as_it_was() {
    let long = format!(r#"{{"A":"{}"}}"#, "x".repeat(5000));
    for text in ["null", "{}", r#"{"A":[1,2.5,"é",null,true]}"#, long.as_str()] {
        let document = Value::from_json(text).unwrap();
        let body = pack(&document).unwrap();
        assert!(body.len() <= text.len() + 1);
        assert_eq!(unpack(&body).unwrap(), document);
    }
}

#[test]
fn a_damaged_body_is_an_error_and_nothing_worse() {
    for body in [&b""[..], &[9], &[ZSTD], &[ZSTD, 0xff, 0xff, 0xff, 0xff, 1], &[ZSTD, 9, 0, 0, 0, 1, 2], &[PLAIN, b'{']]
    {
        assert!(matches!(unpack(body), Err(Fault::Damaged(_))), "{body:?}");
    }
}
