//! Policies that do and do not refuse plain text.

use super::*;

const BUCKET: &str = "arn:aws:s3:::b";

fn tls_only(statements: &str) -> Value {
    let mut transport = Transport::default();
    let text = format!(r#"{{"Statement": {statements}}}"#);
    transport.read(&Value::from_json(&text).unwrap_or_else(|error| panic!("{error}: {text}")), BUCKET);
    transport.tls_only(BUCKET)
}

fn deny(principal: &str, action: &str, resources: &str, condition: &str) -> String {
    format!(
        r#"{{"Effect": "Deny", "Principal": {principal}, "Action": {action}, "Resource": {resources}, "Condition": {condition}}}"#
    )
}

const BOTH: &str = r#"["arn:aws:s3:::b", "arn:aws:s3:::b/*"]"#;
const PLAIN: &str = r#"{"Bool": {"aws:SecureTransport": "false"}}"#;
const ALL: &str = r#""*""#;
const S3: &str = r#""s3:*""#;

#[test]
fn a_deny_of_everyone_without_tls_on_bucket_and_objects_is_enough() {
    for statement in [
        deny(ALL, S3, BOTH, PLAIN),
        deny(ALL, ALL, ALL, PLAIN),
        deny(r#"{"AWS": "*"}"#, S3, BOTH, PLAIN),
        deny(ALL, S3, BOTH, r#"{"Bool": {"AWS:securetransport": false}}"#),
        deny(ALL, S3, BOTH, r#"{"BoolIfExists": {"aws:SecureTransport": ["false"]}}"#),
        deny(ALL, r#"["s3:GetObject", "s3:PutObject"]"#, BOTH, PLAIN),
        deny(ALL, S3, r#"["arn:aws:s3:::b*"]"#, PLAIN),
    ] {
        assert_eq!(tls_only(&statement), Value::Bool(true), "{statement}");
    }
    let apart =
        format!("[{}, {}]", deny(ALL, S3, r#""arn:aws:s3:::b""#, PLAIN), deny(ALL, S3, r#""arn:aws:s3:::b/*""#, PLAIN));
    assert_eq!(tls_only(&apart), Value::Bool(true), "two statements may share the work");
}

#[test]
fn anything_less_is_not() {
    for statement in [
        deny(ALL, S3, r#""arn:aws:s3:::b/*""#, PLAIN),
        deny(ALL, S3, r#""arn:aws:s3:::b""#, PLAIN),
        deny(ALL, S3, r#"["arn:aws:s3:::other", "arn:aws:s3:::other/*"]"#, PLAIN),
        deny(r#"{"AWS": "111122223333"}"#, S3, BOTH, PLAIN),
        deny(ALL, r#""s3:GetObject""#, BOTH, PLAIN),
        deny(ALL, S3, BOTH, r#"{"Bool": {"aws:SecureTransport": "true"}}"#),
        deny(ALL, S3, BOTH, r#"{"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:UserAgent": "x"}}"#),
        deny(ALL, S3, BOTH, r#"{"NumericLessThan": {"s3:TlsVersion": "1.2"}}"#),
        deny(ALL, S3, BOTH, PLAIN).replace("Deny", "Allow"),
        "[]".to_owned(),
    ] {
        assert_eq!(tls_only(&statement), Value::Bool(false), "{statement}");
    }
}

#[test]
fn what_could_not_be_read_may_refuse() {
    let unread = deny(ALL, S3, BOTH, r#"{"?": "variable"}"#);
    assert!(tls_only(&unread).unknown().is_some());
    let beside = format!("[{unread}, {}]", deny(ALL, S3, BOTH, PLAIN));
    assert_eq!(tls_only(&beside), Value::Bool(true), "a known refusal is enough");
    assert_eq!(Transport::default().tls_only(BUCKET), Value::Bool(false));
}
