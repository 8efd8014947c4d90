//! What the client sends, what it refuses to send, and what its errors say.

use std::time::Duration;

use crate::server::{NOW, Reply, Server, call, json, json_error, ok, target};
use cloud::{CallTarget, ErrorClass, Role, grant};
use resource::{By, Value, Why};

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws-cn:iam::111122223333:user/u</Arn>\
    <UserId>AIDA</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

#[tokio::test]
async fn the_identity_is_asked_once() {
    let server = Server::start(vec![ok(IDENTITY)]).await;
    let client = server.client(|_| {}).await;
    let clone = client.clone();
    let identity = client.identity().await.unwrap();
    assert_eq!((identity.account.as_str(), identity.partition.as_str()), ("111122223333", "aws-cn"));
    assert_eq!(clone.identity().await.unwrap(), identity);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn no_secret_shows_in_a_clients_debug_text() {
    let server = Server::start(vec![role_answer("ASIAONE", 3600), ok("{}")]).await;
    let client = server.client(|options| {
        options.roles = roles(&["one"]);
        options.keys = Some(cloud::Keys { access_key_id: "AKID".into(), secret_access_key: "HUSH".into() });
    });
    let client = client.await;
    call(&client, "kms:ListKeys", "{}").await.unwrap();
    let text = format!("{client:?}");
    assert!(text.contains("role/one"), "{text}");
    assert!(!text.contains("HUSH") && !text.contains("QUIETKEY") && !text.contains("QUIETTOKEN"), "{text}");
}

#[tokio::test]
async fn only_reads_are_sent_without_a_grant() {
    let server = Server::start(vec![ok("{}")]).await;
    let client = server.client(|_| {}).await;
    let writes = [
        "s3:PutBucketPolicy",
        "kms:ScheduleKeyDeletion",
        "ec2:RunInstances",
        "s3:GetObject",
        "sts:GetSessionToken",
        "secretsmanager:GetSecretValue",
        "iam:GenerateServiceLastAccessedDetails",
    ];
    for write in writes {
        let error = call(&client, write, "{}").await.unwrap_err();
        assert_eq!((error.class, error.hole().why), (ErrorClass::Refused, Why::Failed), "{write}");
    }
    let grant = grant::approve(["kms:ScheduleKeyDeletion".into()]);
    let error = client.write(&grant, &target("kms:ListKeys"), &Value::Null).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Refused);
    assert!(server.seen().is_empty(), "something was sent");

    let grant = grant::approve(["kms:ListKeys".into()]);
    client.write(&grant, &target("kms:ListKeys"), &Value::Null).await.unwrap();
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_scans_client_refuses_every_call_of_every_action_though_its_model_is_there() {
    let server = Server::start(Vec::new()).await;
    let client = server.client(|_| {}).await;
    let catalog = catalog::Catalog::embedded().unwrap_or_else(|errors| panic!("{}", errors[0]));
    let mut refused = 0;
    for name in catalog.actions().flat_map(catalog::Action::calls).map(ToString::to_string) {
        assert!(catalog.api().call(&name).is_ok(), "{name}: the model must not be what stops it");
        let error = call(&client, &name, "{}").await.unwrap_err();
        assert_eq!(error.class, ErrorClass::Refused, "{name}");
        assert!(error.message.contains("not a read operation"), "{name}: {}", error.message);
        let no_grant = grant::approve([]);
        let error = client.write(&no_grant, &target(&name), &Value::Null).await.unwrap_err();
        assert_eq!(error.class, ErrorClass::Refused, "{name} without leave");
        refused += 1;
    }
    assert!(refused > 30, "{refused}");
    assert!(server.seen().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn an_input_that_does_not_fit_is_not_sent() {
    let server = Server::start(vec![ok("{}")]).await;
    let client = server.client(|_| {}).await;
    for (name, input, why) in [
        ("kms:DescribeKey", "{}", "`KeyId` is missing"),
        ("kms:DescribeKey", r#"{"KeyId":"k","Colour":"red"}"#, "no member `Colour`"),
        ("kms:DescribeKey", r#"{"KeyId":{"?":"denied"}}"#, "`KeyId` is not known"),
        ("kms:DescribeKeys", "{}", "did you mean `DescribeKey`"),
        ("s3control:GetPublicAccessBlock", r#"{"AccountId":"evil.example/"}"#, "host's name"),
    ] {
        let error = call(&client, name, input).await.unwrap_err();
        assert_eq!(error.class, ErrorClass::Refused);
        assert!(error.to_string().contains(why), "{error}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_denial_says_which_permission_is_missing_and_which_policy_denies() {
    let cases = [
        ("no identity-based policy allows the kms:ListKeys action", By::Identity),
        ("with an explicit deny in a service control policy", By::Scp),
        ("because no permissions boundary allows the action", By::Boundary),
        ("with an explicit deny in a resource-based policy", By::Resource),
        ("no", By::Unstated),
    ];
    for (message, by) in cases {
        let server = Server::start(vec![json_error(400, "AccessDeniedException", message)]).await;
        let error = call(&server.client(|_| {}).await, "kms:ListKeys", "{}").await.unwrap_err();
        let hole = error.hole();
        assert_eq!((error.class, hole.why, hole.by), (ErrorClass::Denied(by), Why::Denied, Some(by)));
        assert_eq!((hole.call.as_deref(), hole.permission.as_deref()), (Some("kms:ListKeys"), Some("kms:ListKeys")));
        assert_eq!(error.attempts, 1);
    }
    let denied = Reply::Http(403, Vec::new(), "<Error><Code>AccessDenied</Code></Error>".into());
    let server = Server::start(vec![denied]).await;
    let error = call(&server.client(|_| {}).await, "s3:ListBuckets", "{}").await.unwrap_err();
    assert_eq!(error.hole().permission.as_deref(), Some("s3:ListAllMyBuckets"));
    assert!(error.to_string().ends_with("grant `s3:ListAllMyBuckets`"), "{error}");
}

#[tokio::test]
async fn a_denied_head_request_has_only_its_status_to_say_so() {
    for (status, class) in [(403, ErrorClass::Denied(By::Unstated)), (404, ErrorClass::Other)] {
        let server = Server::start(vec![Reply::Http(status, Vec::new(), String::new())]).await;
        let error = call(&server.client(|_| {}).await, "s3:HeadBucket", r#"{"Bucket":"logs"}"#).await.unwrap_err();
        assert_eq!((error.class, error.code), (class, status.to_string()));
    }
}

#[tokio::test]
async fn wrong_keys_and_regions_that_are_off_are_told_apart() {
    let wrong =
        json_error(400, "UnrecognizedClientException", "The security token included in the request is invalid.");
    let server = Server::start(vec![wrong.clone()]).await;
    let error = call(&server.client(|_| {}).await, "kms:ListKeys", "{}").await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Credentials);

    let server = Server::start(vec![ok(IDENTITY), wrong]).await;
    let client = server.client(|_| {}).await;
    client.identity().await.unwrap();
    let off = CallTarget::new("kms", "ListKeys", "af-south-1");
    let error = client.call(&off, &Value::Null).await.unwrap_err();
    assert_eq!((error.class, error.hole().why), (ErrorClass::NotInRegion, Why::NotInRegion));
    let error = call(&client, "kms:ListKeys", "{}").await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Credentials);
}

#[tokio::test]
async fn codes_about_the_thing_asked_for_are_left_to_the_type_file() {
    let gone = Reply::Http(
        400,
        vec![("x-amzn-query-error".into(), "AWS.SimpleQueueService.NonExistentQueue;Sender".into())],
        r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"gone"}"#.into(),
    );
    let server = Server::start(vec![gone]).await;
    let client = server.client(|_| {}).await;
    // Former query services have two names for one error; a type file may use either.
    let model = client.call(&target("kms:DescribeKey"), &json(r#"{"KeyId":"k"}"#)).await.unwrap_err();
    assert_eq!(model.class, ErrorClass::Other);
    assert!(model.is("AWS.SimpleQueueService.NonExistentQueue") && model.is("QueueDoesNotExist") && !model.is("Other"));
}

fn role_answer(key: &str, seconds: u64) -> Reply {
    let expiry = jiff::Timestamp::from_second((NOW + seconds) as i64).unwrap();
    ok(&format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>QUIETKEY</SecretAccessKey>\
         <SessionToken>QUIETTOKEN</SessionToken><Expiration>{expiry}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    ))
}

fn roles(names: &[&str]) -> Vec<Role> {
    let arn = |name: &&str| format!("arn:aws:iam::111122223333:role/{name}");
    names.iter().map(|name| Role { arn: arn(name), external_id: Some("x-1".into()) }).collect()
}

#[tokio::test]
async fn roles_are_assumed_one_with_the_other() {
    let server = Server::start(vec![role_answer("ASIAONE", 3600), role_answer("ASIATWO", 3600), ok("{}")]).await;
    let client = server.client(|options| options.roles = roles(&["one", "two"])).await;
    call(&client, "kms:ListKeys", "{}").await.unwrap();
    let seen = server.seen();
    let keys: Vec<&str> =
        seen.iter().map(|seen| seen.header("authorization").split(['=', '/']).nth(1).unwrap()).collect();
    assert_eq!(keys, ["AKIDFIRST", "ASIAONE", "ASIATWO"]);
    assert!(
        seen[0].body.contains("RoleSessionName=plumb") && seen[0].body.contains("ExternalId=x-1"),
        "{}",
        seen[0].body
    );
    assert_eq!(seen[2].header("x-amz-security-token"), "QUIETTOKEN");
}

#[tokio::test]
async fn credentials_are_renewed_before_their_end_and_when_called_expired() {
    let expired = json_error(400, "ExpiredTokenException", "The security token included in the request is expired");
    let replies = vec![
        role_answer("ASIAONE", 400),
        ok("{}"),
        role_answer("ASIATWO", 4000),
        ok("{}"),
        expired,
        role_answer("ASIATHREE", 4000),
        ok("{}"),
    ];
    let server = Server::start(replies).await;
    let mut clock = cloud::Clock::default();
    let client = server.client(|options| {
        options.roles = roles(&["one"]);
        clock = options.clock.clone();
    });
    let client = client.await;
    call(&client, "kms:ListKeys", "{}").await.unwrap();
    // 400 s of life less 5 minutes of margin: due after 101 s.
    clock.advance(Duration::from_secs(101));
    call(&client, "kms:ListKeys", "{}").await.unwrap();
    call(&client, "kms:ListKeys", "{}").await.unwrap();
    let kms: Vec<String> = server
        .seen()
        .iter()
        .filter(|seen| seen.header("x-amz-target").ends_with("ListKeys"))
        .map(|seen| seen.header("authorization").split(['=', '/']).nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(kms, ["ASIAONE", "ASIATWO", "ASIATWO", "ASIATHREE"]);
}

#[tokio::test]
async fn a_role_that_is_not_given_says_so() {
    let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>";
    let server = Server::start(vec![Reply::Http(403, Vec::new(), denied.into())]).await;
    let error =
        crate::server::connect(&server.url, |options| options.roles = roles(&["one"])).await.unwrap_err().to_string();
    assert!(error.contains("role/one` cannot be assumed") && error.contains("grant `sts:AssumeRole`"), "{error}");
}

#[tokio::test]
async fn pages_follow_the_models_tokens_to_the_end() {
    let server = Server::start(vec![
        ok(r#"{"Keys":[{"KeyId":"1"}],"NextMarker":"a","Truncated":true}"#),
        ok(r#"{"Keys":[{"KeyId":"2"}],"NextMarker":"b","Truncated":true}"#),
        ok(r#"{"Keys":[{"KeyId":"3"}],"NextMarker":"c","Truncated":false}"#),
    ])
    .await;
    let mut pages = server.client(|_| {}).await.pages(&target("kms:ListKeys"), json(r#"{"Limit":1}"#));
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        keys.extend(page.unwrap().get("Keys").items().iter().map(|key| key.get("KeyId").as_str().unwrap().to_owned()));
    }
    assert_eq!(keys, ["1", "2", "3"]);
    assert_eq!(pages.requests(), 3);
    let bodies: Vec<String> = server.seen().iter().map(|seen| seen.body.clone()).collect();
    assert_eq!(bodies, [r#"{"Limit":1}"#, r#"{"Limit":1,"Marker":"a"}"#, r#"{"Limit":1,"Marker":"b"}"#]);
}

#[tokio::test]
async fn a_listing_that_cannot_end_is_a_failure_not_a_list() {
    let again = ok(r#"{"Keys":[],"NextMarker":"a","Truncated":true}"#);
    let stuck = ok(r#"{"Keys":[],"Truncated":true}"#);
    for (reply, limit, most) in [(again.clone(), 100_000, 2), (stuck, 100_000, 1), (again, 1, 1)] {
        let server = Server::start(vec![reply]).await;
        let mut pages =
            server.client(|options| options.page_limit = limit).await.pages(&target("kms:ListKeys"), Value::Null);
        let mut last = None;
        while let Some(page) = pages.next().await {
            last = Some(page);
        }
        assert_eq!(last.unwrap().unwrap_err().class, ErrorClass::Failed);
        assert!(server.seen().len() <= most);
    }
}

#[tokio::test]
async fn a_custom_endpoint_gets_paths_and_headers_instead_of_host_names() {
    let server = Server::start(vec![ok("<PublicAccessBlockConfiguration/>"), ok("{}")]).await;
    let client = server.client(|_| {}).await;
    call(&client, "s3control:GetPublicAccessBlock", r#"{"AccountId":"111122223333"}"#).await.unwrap();
    call(&client, "s3:GetBucketPolicy", r#"{"Bucket":"logs"}"#).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].header("x-amz-account-id"), "111122223333");
    assert!(seen[0].header("host").starts_with("127.0.0.1"));
    assert_eq!(seen[1].line, "GET /logs?policy= HTTP/1.1");
    assert!(seen[1].header("authorization").contains("/eu-west-1/s3/aws4_request"));
}
