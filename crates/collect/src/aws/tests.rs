use cloud::{CallError, ErrorClass};
use resource::{By, Why};

use super::failure;

#[test]
fn a_failure_keeps_both_codes_the_hole_and_whether_anything_else_can_succeed() {
    let error = |class| CallError {
        class,
        code: "AccessDenied".into(),
        alias: Some("AccessDeniedException".into()),
        message: "not allowed".into(),
        status: Some(403),
        request_id: None,
        call: "s3:ListBuckets".into(),
        permission: "s3:ListAllMyBuckets".into(),
        region: "eu-west-1".into(),
        attempts: 3,
        hint: None,
    };
    let denied = failure(error(ErrorClass::Denied(By::Scp)));
    assert!(denied.is_one_of(&["AccessDeniedException".into()]) && denied.is_one_of(&["AccessDenied".into()]));
    assert!(!denied.is_one_of(&["NoSuchBucket".into(), String::new()]));
    assert!(denied.is_one_of(&["AccessDenied: not allowed".into()]));
    assert!(!denied.is_one_of(&["AccessDenied: is not enabled".into()]), "the same code for another reason");
    assert_eq!((denied.hole.why, denied.hole.by, denied.requests), (Why::Denied, Some(By::Scp), 3));
    assert!(!denied.fatal && failure(error(ErrorClass::Credentials)).fatal);
}
