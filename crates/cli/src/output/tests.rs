use crate::output::glob;

#[test]
fn a_star_stands_for_any_text() {
    assert!(glob("aws-s3-*", "aws-s3-bucket-not-public"));
    assert!(glob("*public*", "aws-s3-bucket-not-public-x"));
    assert!(glob("*-public", "aws-s3-bucket-not-public"));
    assert!(!glob("aws-s3", "aws-s3-bucket"));
    assert!(!glob("aws-ec2-*", "aws-s3-bucket-not-public"));
    assert!(glob("*", ""));
}
