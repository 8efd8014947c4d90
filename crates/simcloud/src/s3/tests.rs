use super::*;

#[test]
fn a_bucket_in_the_host_moves_into_the_path() {
    for (host, expected) in [
        ("logs.s3.eu-west-1.amazonaws.com", Some("/logs/?acl")),
        ("my.logs.s3.amazonaws.com", Some("/my.logs/?acl")),
        ("logs.localhost:4566", Some("/logs/?acl")),
        ("s3.eu-west-1.amazonaws.com", None),
        ("127.0.0.1:4566", None),
        ("localhost:4566", None),
    ] {
        assert_eq!(path_style(host, "/?acl").as_deref(), expected, "{host}");
    }
}

#[test]
fn the_global_endpoint_refuses_and_others_redirect() {
    let global = redirect("eu-west-1", "us-east-1", "arn:aws:s3:::logs");
    assert_eq!((global.status, &*global.code), (400, "AuthorizationHeaderMalformed"));
    let other = redirect("eu-west-1", "eu-central-1", "arn:aws:s3:::logs");
    assert_eq!((other.status, &*other.code), (301, "PermanentRedirect"));
    assert_eq!(other.headers, [("x-amz-bucket-region", "eu-west-1".to_owned())]);
}
