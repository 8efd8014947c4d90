use super::sample;

#[test]
fn a_sample_is_plain_and_matches() {
    for (pattern, wanted) in [
        ("^arn:[a-z-]+:s3(:::)?$", "arn:aws:s3"),
        ("^(TLSv1\\.2|TLSv1\\.3)$", "TLSv1.2"),
        ("prod", "prod"),
        ("^[0-9]{12}$", "111111111111"),
        ("^.*@example\\.com$", "@example.com"),
        ("^[^/]+/x$", "aws/x"),
        ("", ""),
    ] {
        assert_eq!(sample(pattern).as_deref(), Some(wanted), "{pattern}");
    }
    assert_eq!(sample("^a{1000}$"), None, "too long to say");
    assert_eq!(sample("a\\b1"), None, "no text matches it");
    assert_eq!(sample("("), None);
}
