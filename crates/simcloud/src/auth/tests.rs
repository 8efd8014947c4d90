use super::*;

fn headers(authorization: &str, date: &str) -> Vec<(String, String)> {
    vec![("Authorization".into(), authorization.into()), ("X-Amz-Date".into(), date.into())]
}

fn header(scope: &str) -> String {
    format!("AWS4-HMAC-SHA256 Credential=AKIASIM/{scope}, SignedHeaders=host;x-amz-date, Signature={}", "a".repeat(64))
}

#[test]
fn a_scope_names_key_region_and_service() {
    let read = Signature::read(&headers(&header("20261124/eu-west-1/s3/aws4_request"), "20261124T231500Z")).unwrap();
    assert_eq!((&*read.key, &*read.region, &*read.service), ("AKIASIM", "eu-west-1", "s3"));
}

#[test]
fn malformed_headers_are_told_apart() {
    let good = header("20261124/eu-west-1/s3/aws4_request");
    for (authorization, date, part) in [
        (good.replace("AWS4-HMAC-SHA256", "AWS"), "20261124T231500Z", "algorithm"),
        (good.replace("/aws4_request", ""), "20261124T231500Z", "Credential"),
        (good.clone(), "20261125T231500Z", "Credential"),
        (good.replace("host;", ""), "20261124T231500Z", "SignedHeaders"),
        (good.replace("aaaa", "zzzz"), "20261124T231500Z", "Signature"),
    ] {
        assert_eq!(Signature::read(&headers(&authorization, date)), Err(Unsigned::Malformed(part)));
    }
    assert_eq!(Signature::read(&Vec::new()), Err(Unsigned::Missing));
}

#[test]
fn sixteen_minutes_are_too_many_and_fourteen_are_not() {
    let read = Signature::read(&headers(&header("20261124/eu-west-1/s3/aws4_request"), "20261124T120000Z")).unwrap();
    for (now, fine) in [("11:46", true), ("12:14", true), ("11:44", false), ("12:16", false)] {
        let now: Timestamp = format!("2026-11-24T{now}:00Z").parse().unwrap();
        assert_eq!(read.check_clock(Style::S3, now).is_ok(), fine, "{now}");
    }
}

#[test]
fn issued_credentials_need_their_token_and_expire() {
    let settings = Settings {
        partition: "aws".into(),
        regions: vec!["eu-west-1".into()],
        organization: None,
        accounts: Vec::new(),
    };
    let credentials = Credentials::new(&settings);
    let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
    let issued = credentials.issue("444455556666", "arn:aws:iam::444455556666:role/audit", "plumb", Some(900), now);
    let check = |token: Option<&str>, now| credentials.check(Style::Json, &issued.key, token, now, Limits::default());
    let caller = check(Some(&issued.token), now).unwrap();
    assert_eq!(&*caller.arn, "arn:aws:sts::444455556666:assumed-role/audit/plumb");
    assert_eq!(check(None, now).unwrap_err().code, "UnrecognizedClientException");
    let later = now.checked_add(SignedDuration::from_mins(16)).unwrap();
    assert_eq!(check(Some(&issued.token), later).unwrap_err().code, "ExpiredTokenException");
}
