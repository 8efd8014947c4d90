use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use catalog::api::wire::{ErrorAnswer, Request};
use resource::By;

use super::class::{Meaning, meaning};
use super::error::{ErrorClass, one_line, shortened};
use super::place::Place;
use super::rate::Pace;
use super::{guard, s3};

fn answer(code: &str, message: &str) -> ErrorAnswer {
    ErrorAnswer { code: code.into(), message: message.into(), ..ErrorAnswer::default() }
}

#[test]
fn codes_mean_what_the_services_document() {
    let of = |status: u16, code: &str| meaning(status, &answer(code, ""), false, false);
    for code in ["Throttling", "ThrottlingException", "RequestLimitExceeded", "SlowDown", "TooManyRequestsException"] {
        assert_eq!(of(400, code), Meaning::Throttle, "{code}");
    }
    assert_eq!(of(429, "429"), Meaning::Throttle);
    for (status, code) in [(500, "InternalFailure"), (503, "ServiceUnavailable"), (502, "502"), (400, "RequestTimeout")]
    {
        assert_eq!(of(status, code), Meaning::Transient, "{code}");
    }
    for code in ["ExpiredToken", "ExpiredTokenException"] {
        assert_eq!(of(403, code), Meaning::Expired, "{code}");
    }
    for code in [
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidAccessKeyId",
        "AuthFailure",
        "SignatureDoesNotMatch",
    ] {
        assert_eq!(of(403, code), Meaning::Final(ErrorClass::Credentials), "{code}");
    }
    for (status, code) in [
        (403, "AccessDenied"),
        (400, "AccessDeniedException"),
        (403, "UnauthorizedOperation"),
        (403, "AuthorizationError"),
        (403, "403"),
        (403, "AllAccessDisabled"),
    ] {
        assert_eq!(of(status, code), Meaning::Final(ErrorClass::Denied(By::Unstated)), "{code}");
    }
    for code in ["OptInRequired", "SubscriptionRequiredException"] {
        assert_eq!(of(403, code), Meaning::Final(ErrorClass::NotInRegion), "{code}");
    }
    for (status, code) in [(400, "UnknownOperationException"), (400, "InvalidAction"), (501, "NotImplemented")] {
        assert_eq!(of(status, code), Meaning::Final(ErrorClass::Unsupported), "{code}");
    }
    for (status, code) in [(404, "NoSuchBucketPolicy"), (400, "ValidationException"), (404, "404")] {
        assert_eq!(of(status, code), Meaning::Final(ErrorClass::Other), "{code}");
    }
}

#[test]
fn a_signature_refused_for_its_time_is_a_clock_not_a_key() {
    let expired =
        answer("InvalidSignatureException", "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z");
    assert_eq!(meaning(400, &expired, false, false), Meaning::Skew);
    assert_eq!(meaning(403, &answer("RequestTimeTooSkewed", ""), false, false), Meaning::Skew);
    assert_eq!(meaning(400, &answer("RequestExpired", ""), false, false), Meaning::Skew);
    let wrong = answer(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided",
    );
    assert_eq!(meaning(403, &wrong, false, false), Meaning::Final(ErrorClass::Credentials));
}

#[test]
fn an_operations_own_limit_is_not_a_throttle() {
    let limit = answer("LimitExceededException", "");
    assert_eq!(meaning(400, &limit, true, false), Meaning::Final(ErrorClass::Other));
    assert_eq!(meaning(400, &limit, false, false), Meaning::Throttle);
}

#[test]
fn reads_are_told_from_writes_and_from_secrets() {
    for (service, operation) in [
        ("s3", "GetBucketPolicy"),
        ("s3", "HeadBucket"),
        ("ecr", "BatchGetRepositoryScanningConfiguration"),
        ("iam", "GenerateCredentialReport"),
        ("sts", "GetCallerIdentity"),
        ("cloudtrail", "LookupEvents"),
        ("config", "SelectResourceConfig"),
    ] {
        assert_eq!(guard::is_read(service, operation), operation != "SelectResourceConfig", "{service}:{operation}");
    }
    for (service, operation) in [
        ("s3", "PutObject"),
        ("s3", "GetObject"),
        ("kms", "Decrypt"),
        ("kms", "GenerateDataKey"),
        ("sts", "GetSessionToken"),
        ("secretsmanager", "GetSecretValue"),
        ("ec2", "GetPasswordData"),
        ("x", "Getaway"),
        ("x", "Listen"),
    ] {
        assert!(!guard::is_read(service, operation), "{service}:{operation}");
    }
}

fn place(authority: &str, path: &str, custom: bool) -> Place {
    Place {
        scheme: "https".into(),
        authority: authority.into(),
        path: path.into(),
        signing_region: Arc::from("eu-west-1"),
        custom,
        listed: true,
        reached: AtomicBool::new(false),
    }
}

#[test]
fn buckets_move_into_the_host_where_its_certificate_allows() {
    let aws = place("s3.eu-west-1.amazonaws.com", "", false);
    let request = |path: &str| Request { method: "GET".into(), path: path.into(), ..Request::default() };
    let is = |host: &str, path: &str| (host.to_owned(), path.to_owned());
    let at = |place: &Place, bucket: &str| s3::address(place, &request(&format!("/{bucket}")), Some(bucket));
    assert_eq!(at(&aws, "logs-1"), is("logs-1.s3.eu-west-1.amazonaws.com", "/"));
    for odd in ["my.bucket", "Old_Bucket", "ab", "-a-", "a b"] {
        assert_eq!(at(&aws, odd), is("s3.eu-west-1.amazonaws.com", &format!("/{odd}")), "{odd}");
    }
    assert_eq!(at(&place("127.0.0.1:9000", "/aws", true), "logs-1"), is("127.0.0.1:9000", "/aws/logs-1"));
    assert_eq!(s3::address(&aws, &request("/"), None), is("s3.eu-west-1.amazonaws.com", "/"));
    let control = Request { host_prefix: Some("1.".into()), ..request("/v20180820/x") };
    assert_eq!(
        s3::address(&place("s3-control.eu-west-1.amazonaws.com", "", false), &control, None),
        is("1.s3-control.eu-west-1.amazonaws.com", "/v20180820/x")
    );
    assert_eq!(s3::address(&place("127.0.0.1:1", "", true), &control, None), is("127.0.0.1:1", "/v20180820/x"));
}

#[test]
fn a_pace_is_free_halves_on_a_throttle_and_comes_back() {
    let second = Duration::from_secs;
    let pace = Pace::new(None, second(0));
    let mut tickets = Vec::new();
    for at in 0..100u64 {
        let ticket = pace.take(Duration::from_millis(at * 10));
        assert_eq!(ticket.wait, Duration::ZERO, "nothing has throttled yet");
        tickets.push(ticket);
    }
    // 100 a second were sent; the whole volley is throttled, which is one piece of news.
    tickets.iter().for_each(|ticket| pace.throttled(*ticket, second(1)));
    let halved = pace.rate().unwrap();
    assert!((45.0..=55.0).contains(&halved), "{halved}");
    let waits: Vec<Duration> = (0..5).map(|_| pace.take(second(1)).wait).collect();
    assert!(waits.windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
    pace.throttled(pace.take(second(2)), second(2));
    assert!(pace.rate().unwrap() < 30.0);
    pace.take(second(30));
    assert!(pace.rate().unwrap() > 45.0, "it recovers with time");
    pace.take(second(1000));
    assert_eq!(pace.rate(), None, "at last it is free again");
}

#[test]
fn a_pace_never_exceeds_the_users_cap_and_never_stops() {
    let pace = Pace::new(Some(10.0), Duration::ZERO);
    let waits: Vec<Duration> = (0..21).map(|_| pace.take(Duration::ZERO).wait).collect();
    assert_eq!(waits.last(), Some(&Duration::from_secs(2)));
    for _ in 0..50 {
        pace.throttled(pace.take(Duration::ZERO), Duration::ZERO);
    }
    assert_eq!(pace.rate(), Some(0.5));
    pace.take(Duration::from_secs(100_000));
    assert_eq!(pace.rate(), Some(10.0));
    for cap in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(Pace::new(Some(cap), Duration::ZERO).rate(), None, "{cap}");
    }
}

#[test]
fn a_providers_text_cannot_write_on_the_terminal_or_fill_it() {
    assert_eq!(one_line("a\n\u{1b}[31mb\r\n\n c"), "a [31mb  c");
    let long = "ü".repeat(2000);
    assert_eq!(shortened(&long).chars().count(), 501);
}
