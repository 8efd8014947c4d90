//! What the client does when the provider is slow, broken, cut off or elsewhere. Waits pass at once.

use std::time::Duration;

use crate::server::{NOW, Reply, Server, call, connect, json, json_error, ok, s3_error};
use cloud::{CallTarget, ErrorClass};
use resource::Why;

const KEYS: &str = r#"{"Keys":[{"KeyId":"k1"}]}"#;

#[tokio::test]
async fn throttles_consume_no_attempts() {
    let mut replies = vec![json_error(400, "ThrottlingException", "Rate exceeded"); 25];
    replies.push(ok(KEYS));
    let server = Server::start(replies).await;
    let client = server.client(|options| options.call_limit = Duration::from_secs(3600)).await;
    let keys = call(&client, "kms:ListKeys", "{}").await.unwrap();
    assert_eq!(keys, json(KEYS));
    let counters = client.counters()[&("kms".into(), "ListKeys".into())];
    assert_eq!((counters.calls, counters.requests, counters.throttles, counters.retries), (1, 26, 25, 0));
}

#[tokio::test]
async fn endless_throttling_ends_with_the_calls_time_limit() {
    let server = Server::start(vec![json_error(400, "ThrottlingException", "Rate exceeded")]).await;
    let client = server.client(|_| {}).await;
    let error = call(&client, "kms:ListKeys", "{}").await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Throttled);
    assert_eq!(error.hole().why, Why::Throttled);
    assert!(error.attempts > 10, "{} attempts", error.attempts);
}

#[tokio::test]
async fn the_scans_time_limit_ends_a_call_too() {
    let server = Server::start(vec![json_error(503, "ServiceUnavailable", "busy")]).await;
    let client = server.client(|options| {
        options.scan_limit = Some(Duration::from_millis(1));
        options.attempts = 1_000_000;
    });
    let error = call(&client.await, "kms:ListKeys", "{}").await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Failed);
    assert!(error.attempts <= 3, "{} attempts", error.attempts);
}

#[tokio::test]
async fn nothing_is_sent_after_the_scans_time() {
    let server = Server::start(vec![ok(KEYS)]).await;
    let mut clock = cloud::Clock::default();
    let client = server.client(|options| {
        options.scan_limit = Some(Duration::from_secs(60));
        clock = options.clock.clone();
    });
    let client = client.await;
    call(&client, "kms:ListKeys", "{}").await.unwrap();
    clock.advance(Duration::from_secs(61));
    let error = call(&client, "kms:ListKeys", "{}").await.unwrap_err();
    assert_eq!((error.class, error.attempts, server.seen().len()), (ErrorClass::Failed, 0, 1));
    assert!(error.to_string().contains("time for this scan is over"), "{error}");
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let slow = Reply::Http(429, vec![("retry-after".into(), "90".into())], "{}".into());
    let server = Server::start(vec![slow, ok(KEYS)]).await;
    let client = server.client(|options| options.call_limit = Duration::from_secs(60)).await;
    let error = call(&client, "kms:ListKeys", "{}").await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Throttled);
    assert_eq!(server.seen().len(), 1, "it asked again before the provider allowed it");
}

#[tokio::test]
async fn server_errors_are_asked_again_ten_times_in_all() {
    let failure = json_error(500, "InternalFailure", "oops");
    let server = Server::start(vec![failure.clone(), failure.clone(), failure.clone(), ok(KEYS)]).await;
    assert_eq!(call(&server.client(|_| {}).await, "kms:ListKeys", "{}").await.unwrap(), json(KEYS));

    let server = Server::start(vec![failure]).await;
    let client = server.client(|options| options.call_limit = Duration::from_secs(3600)).await;
    let error = call(&client, "kms:ListKeys", "{}").await.unwrap_err();
    assert_eq!((error.class, error.attempts, server.seen().len()), (ErrorClass::Failed, 10, 10));
    assert_eq!(error.hole().why, Why::Failed);
}

#[tokio::test]
async fn a_cut_answer_is_asked_again_and_never_an_empty_list() {
    for cut in [Reply::Cut(r#"{"Keys":["#.into()), Reply::Hangup, ok(r#"{"Keys":[{"KeyId":"#), ok("")] {
        let server = Server::start(vec![ok(KEYS), cut.clone(), ok(KEYS)]).await;
        let client = server.client(|_| {}).await;
        for _ in 0..2 {
            assert_eq!(call(&client, "kms:ListKeys", "{}").await.unwrap(), json(KEYS));
        }
        let server = Server::start(vec![cut]).await;
        let error = call(&server.client(|_| {}).await, "kms:ListKeys", "{}").await.unwrap_err();
        assert_eq!(error.class, ErrorClass::Failed);
        assert!(error.attempts > 1);
    }
}

#[tokio::test]
async fn an_answer_that_promises_too_much_is_refused_unread() {
    let server = Server::start(vec![Reply::Promise(65 * 1024 * 1024)]).await;
    let error = call(&server.client(|_| {}).await, "kms:ListKeys", "{}").await.unwrap_err();
    assert_eq!((error.class, error.attempts), (ErrorClass::Failed, 1));
    assert!(error.message.contains("64 MiB"), "{error}");
}

#[tokio::test]
async fn a_web_page_is_not_an_empty_answer() {
    let page = ok("<html><body>Sign in to the hotel network</body></html>");
    let server = Server::start(vec![page]).await;
    let client = server.client(|_| {}).await;
    for (name, input) in
        [("s3:ListBuckets", "{}"), ("ec2:DescribeVolumes", "{}"), ("iam:ListAccessKeys", "{}"), ("kms:ListKeys", "{}")]
    {
        let error = call(&client, name, input).await.unwrap_err();
        assert_eq!(error.class, ErrorClass::Failed, "{error}");
    }
}

#[tokio::test]
async fn a_bucket_elsewhere_is_followed_once_and_remembered() {
    let policy = "{\"Version\":\"2012-10-17\"}";
    let moved = Reply::Http(301, vec![("x-amz-bucket-region".into(), "eu-central-1".into())], String::new());
    let malformed = s3_error(400, "AuthorizationHeaderMalformed", "<Region>eu-central-1</Region>");
    for elsewhere in [moved, malformed] {
        let server = Server::start(vec![elsewhere.clone(), ok(policy)]).await;
        let client = server.client(|_| {}).await;
        for _ in 0..2 {
            let answer = call(&client, "s3:GetBucketPolicy", r#"{"Bucket":"logs"}"#).await.unwrap();
            assert_eq!(answer.get("Policy").as_str(), Some(policy));
        }
        let scopes: Vec<bool> = server
            .seen()
            .iter()
            .map(|seen| seen.header("authorization").contains("/eu-central-1/s3/aws4_request"))
            .collect();
        assert_eq!(scopes, [false, true, true]);

        let server = Server::start(vec![elsewhere]).await;
        let error = call(&server.client(|_| {}).await, "s3:GetBucketPolicy", r#"{"Bucket":"logs"}"#).await.unwrap_err();
        assert_eq!((error.class, server.seen().len()), (ErrorClass::Failed, 2));
    }
}

#[tokio::test]
async fn an_error_inside_a_success_is_a_server_error() {
    let server = Server::start(vec![
        s3_error(200, "InternalError", ""),
        ok("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"),
    ])
    .await;
    let answer = call(&server.client(|_| {}).await, "s3:GetBucketVersioning", r#"{"Bucket":"logs"}"#).await.unwrap();
    assert_eq!(answer, json(r#"{"Status":"Enabled"}"#));
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_once_by_the_providers_date() {
    let date = |seconds: u64| {
        let time = jiff::Timestamp::from_second(seconds as i64).unwrap();
        jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&time).unwrap()
    };
    let body = "<Error><Code>RequestTimeTooSkewed</Code><Message>m</Message></Error>".to_owned();
    let skewed = Reply::Http(403, vec![("date".into(), date(NOW + 7200))], body.clone());
    let list = ok("<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>");
    let server = Server::start(vec![skewed.clone(), list]).await;
    let client = server.client(|_| {}).await;
    assert_eq!(call(&client, "s3:ListBuckets", "{}").await.unwrap(), json(r#"{"Buckets":[]}"#));
    let times: Vec<String> = server.seen().iter().map(|seen| seen.header("x-amz-date").to_owned()).collect();
    assert_eq!(times, ["20260101T000000Z", "20260101T020000Z"]);

    let server = Server::start(vec![skewed]).await;
    let error = call(&server.client(|_| {}).await, "s3:ListBuckets", "{}").await.unwrap_err();
    assert_eq!((error.class, error.attempts), (ErrorClass::Credentials, 2));
}

#[tokio::test]
async fn an_unreachable_host_is_named_with_what_to_check() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let client = connect(&format!("http://{address}"), |_| {}).await.unwrap();
    let error = call(&client, "kms:ListKeys", "{}").await.unwrap_err();
    assert_eq!((error.class, error.attempts), (ErrorClass::Failed, 3));
    assert!(error.message.contains(&address) && error.to_string().contains("AWS_ENDPOINT_URL"), "{error}");
}

#[tokio::test]
async fn a_throttle_slows_the_next_calls_of_that_service_and_region_only() {
    let server = Server::start(vec![json_error(400, "ThrottlingException", "Rate exceeded"), ok(KEYS)]).await;
    let client = server.client(|options| options.max_rate = Some(1.0)).await;
    let start = NOW;
    for _ in 0..4 {
        call(&client, "kms:ListKeys", "{}").await.unwrap();
    }
    let other = CallTarget::new("kms", "ListKeys", "eu-north-1");
    client.call(&other, &json("{}")).await.unwrap();
    let last_two: Vec<String> =
        server.seen().iter().rev().take(2).map(|seen| seen.header("x-amz-date").to_owned()).collect();
    assert_eq!(last_two[0], last_two[1], "another region waited too");
    let first = server.seen()[0].header("x-amz-date").to_owned();
    assert_eq!(first, "20260101T000000Z", "{start}");
    assert!(last_two[1].as_str() >= "20260101T000004Z", "four more requests at most once a second: {last_two:?}");
}
