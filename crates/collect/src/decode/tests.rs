use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use catalog::Decode;
use resource::{Path, Value};

use super::{decode, decode_members};

fn gzip(bytes: &[u8]) -> String {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    STANDARD.encode(encoder.finish().unwrap())
}

fn decoded(text: &str, how: Decode) -> String {
    decode(text, how).unwrap().to_json()
}

fn refused(text: &str, how: Decode) -> String {
    decode(text, how).unwrap_err()
}

#[test]
fn json_text_becomes_a_document_and_empty_text_is_absent() {
    assert_eq!(decoded(r#"{"a":[1,null]}"#, Decode::Json), r#"{"a":[1,null]}"#);
    assert_eq!(decode("", Decode::Json), Ok(Value::Null));
    assert!(refused("{", Decode::Json).starts_with("not JSON: "));
    let deep = "[".repeat(100_000);
    assert!(refused(&deep, Decode::Json).starts_with("not JSON: "));
}

#[test]
fn a_providers_text_cannot_forge_a_hole() {
    for text in [r#"{"Statement":{"?":"denied"}}"#, r#"{"\u003f":"x"}"#, r#"{"\u003F":"x"}"#] {
        assert!(refused(text, Decode::Json).contains("reserved"), "{text}");
        assert!(
            refused(
                &percent_encoding::percent_encode(text.as_bytes(), percent_encoding::NON_ALPHANUMERIC).to_string(),
                Decode::UrlJson
            )
            .contains("reserved")
        );
    }
    assert_eq!(decoded(r#"{"a":"?"}"#.replace('?', "x?").as_str(), Decode::Json), r#"{"a":"x?"}"#);
}

#[test]
fn percent_encoded_json_keeps_plus_signs() {
    assert_eq!(decoded("%7B%22a%22%3A%22b+c%2Fd%22%7D", Decode::UrlJson), r#"{"a":"b+c/d"}"#);
    assert_eq!(refused("%FF%FE", Decode::UrlJson), "not percent-encoded UTF-8");
}

#[test]
fn base64_is_text_and_gzip_is_unfolded_within_a_limit() {
    let plain = STANDARD.encode("#!/bin/sh\n");
    assert_eq!(decode(&plain, Decode::Base64), Ok(Value::from("#!/bin/sh\n")));
    assert_eq!(decode(&plain, Decode::Base64Gzip), Ok(Value::from("#!/bin/sh\n")), "user data need not be gzipped");
    assert_eq!(decode(&gzip(b"echo"), Decode::Base64Gzip), Ok(Value::from("echo")));
    assert_eq!(refused(&STANDARD.encode([0xff, 0xfe]), Decode::Base64), "not UTF-8 text");
    assert!(refused("%%%", Decode::Base64).starts_with("not base64: "));
    assert_eq!(refused(&gzip(&vec![b'a'; (1 << 20) + 1]), Decode::Base64Gzip), "larger than 1 MiB when unfolded");
    assert!(decode(&gzip(&vec![b'a'; 1 << 20]), Decode::Base64Gzip).is_ok());
    let mut cut = STANDARD.decode(gzip(b"echo")).unwrap();
    cut.truncate(14);
    assert!(refused(&STANDARD.encode(cut), Decode::Base64Gzip).starts_with("not gzip: "));
}

#[test]
fn csv_rows_are_objects_by_the_header() {
    let text = STANDARD.encode("user,arn\n<root_account>,\"a,b\"\nada,x\n");
    assert_eq!(
        decoded(&text, Decode::Base64Csv),
        r#"[{"arn":"a,b","user":"<root_account>"},{"arn":"x","user":"ada"}]"#
    );
    assert!(refused(&STANDARD.encode("a,b\n1\n"), Decode::Base64Csv).starts_with("not CSV: "));
}

#[test]
fn only_the_member_that_cannot_be_decoded_is_taken_out() {
    let mut value = Value::from_json(
        r#"{"P":"{}","L":[{"Name":"a","D":"{"},{"Name":"b","D":"[1]"}],"M":[{"D":"{"},{"D":"x"}],"T":["{"]}"#,
    )
    .unwrap();
    let at = |value: &mut Value, text: &str| -> Vec<String> {
        let bad = decode_members(value, &Path::parse(text).unwrap(), Decode::Json);
        bad.into_iter().map(|(path, _)| path.to_string()).collect()
    };
    assert_eq!(at(&mut value, "P"), [""; 0]);
    assert_eq!(at(&mut value, "Absent.Deep[].X"), [""; 0]);
    assert_eq!(at(&mut value, "L[].D"), ["L[Name=a].D"]);
    assert_eq!(at(&mut value, "M[].D"), ["M[].D", "M[].D"], "nothing tells these items apart");
    assert_eq!(value.to_json(), r#"{"L":[{"Name":"a"},{"D":[1],"Name":"b"}],"M":[{},{}],"P":{},"T":["{"]}"#);
}
