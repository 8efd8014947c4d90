//! Patterns against a slow but obvious oracle.

use proptest::prelude::*;

use super::*;

/// The definition, by recursion.
fn oracle(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), None) => oracle(rest, text),
        (Some((b'*', rest)), Some((_, after))) => oracle(rest, text) || oracle(pattern, after),
        (Some((b'?', rest)), Some((_, after))) => oracle(rest, after),
        (Some((p, rest)), Some((t, after))) if p == t => oracle(rest, after),
        _ => false,
    }
}

#[test]
fn a_hostile_pattern_stays_cheap() {
    let pattern = "*a".repeat(200) + "b";
    assert!(!matches(&pattern, &"a".repeat(5_000), Letters::Exact));
}

#[test]
fn covering_and_overlapping_of_actions() {
    for (outer, inner, expected) in [
        ("*", "s3:*", true),
        ("s3:*", "s3:getobject", true),
        ("S3:Get*", "s3:getOBJECT", true),
        ("s3:get*", "s3:*", false),
        ("s3:?et*", "s3:get*", true),
        ("s3:?", "s3:*", false),
        ("s3:*object", "s3:put*object", true),
    ] {
        assert_eq!(covers(outer, inner, Letters::Folded), expected, "{outer} {inner}");
    }
    assert!(!covers("S3:Get*", "s3:getobject", Letters::Exact));
    assert!(overlaps("s3:get*", "s3:*object", Letters::Exact));
    assert!(!overlaps("s3:get*", "s3:put*", Letters::Exact));
    assert!(!overlaps("s3:*object", "s3:*bucket", Letters::Exact));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn matching_follows_the_definition(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
        prop_assert_eq!(matches(&pattern, &text, Letters::Exact), oracle(pattern.as_bytes(), text.as_bytes()));
    }

    #[test]
    fn what_covers_matches_everything_that_is_covered(outer in "[ab*?]{0,6}", inner in "[ab*?]{0,6}", text in "[ab]{0,6}") {
        if covers(&outer, &inner, Letters::Exact) && matches(&inner, &text, Letters::Exact) {
            prop_assert!(matches(&outer, &text, Letters::Exact));
        }
    }

    #[test]
    fn a_common_match_is_an_overlap(left in "[ab*?]{0,6}", right in "[ab*?]{0,6}", text in "[ab]{0,6}") {
        if matches(&left, &text, Letters::Exact) && matches(&right, &text, Letters::Exact) {
            prop_assert!(overlaps(&left, &right, Letters::Exact));
        }
    }
}
