use resource::Path;

use super::*;

fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

#[test]
fn encoding_is_the_reverse_of_decoding() {
    let policy = Value::from_json(r#"{"Version":"2012-10-17","Statement":[{"Action":"s3:*"}]}"#).unwrap();
    let encoded = encode(&policy, Decode::UrlJson);
    let text = percent_encoding::percent_decode_str(encoded.as_str().unwrap()).decode_utf8().unwrap().into_owned();
    assert!(encoded.as_str().unwrap().starts_with("%7B%22"));
    assert_eq!(Value::from_json(&text).unwrap(), policy);
    assert_eq!(encode(&Value::from("{not json"), Decode::Json), Value::from("{not json"));
}

#[test]
fn user_data_comes_plain_and_zipped() {
    let bytes = |text: &str| STANDARD.decode(encode(&Value::from(text), Decode::Base64Gzip).as_str().unwrap()).unwrap();
    assert_eq!(bytes("odd"), b"odd");
    let mut plain = String::new();
    let zipped = bytes("even");
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&zipped[..]), &mut plain).unwrap();
    assert_eq!(plain, "even");
}

#[test]
fn csv_quotes_and_fills_missing_fields() {
    let rows = Value::from_json(r#"[{"user":"a,b","arn":"x"},{"user":"c\"d"}]"#).unwrap();
    let text = STANDARD.decode(encode(&rows, Decode::Base64Csv).as_str().unwrap()).unwrap();
    assert_eq!(String::from_utf8(text).unwrap(), "arn,user\nx,\"a,b\"\n,\"c\"\"d\"");
}

#[test]
fn nested_lists_are_filled_two_by_two() {
    let mut output = Value::Null;
    for n in 0..3 {
        append(&mut output, path("Reservations[].Instances[]").segments(), Value::Int(n));
    }
    let expected = r#"{"Reservations":[{"Instances":[0,1]},{"Instances":[2]}]}"#;
    assert_eq!(output.to_json(), expected);
    let mut none = Value::Null;
    say_none(&mut none, path("Reservations[].Instances[]").segments());
    assert_eq!(none.to_json(), r#"{"Reservations":[]}"#);
}

#[test]
fn holes_and_absent_members_are_not_sent() {
    let value = Value::from_json(r#"{"Policy":{"?":"denied"},"List":[{"A":{"B":1}}]}"#).unwrap();
    let mut encoded = value.clone();
    encode_at(
        &mut encoded,
        &[(path("Policy"), Decode::Json), (path("List[].A"), Decode::Json), (path("No"), Decode::Json)],
    );
    assert!(encoded.get("Policy").unknown().is_some());
    assert_eq!(encoded.get("List").items()[0].get("A").as_str(), Some(r#"{"B":1}"#));
}

#[test]
fn what_was_taken_from_lists_goes_back_item_by_item() {
    let rows = Value::from_json(r#"[{"Name":"a","Kind":"x"},{"Name":"b","Kind":"x"}]"#).unwrap();
    let mut output = Value::Null;
    place(&mut output, path("Settings[].Options[Kind=x]").segments(), rows.clone());
    assert_eq!(output.to_json(), format!(r#"{{"Settings":[{{"Options":{}}}]}}"#, rows.to_json()));
    let mut single = Value::Null;
    place(&mut single, path("Settings[].Name").segments(), Value::from("a"));
    assert_eq!(single.to_json(), r#"{"Settings":[{"Name":"a"}]}"#);
}
