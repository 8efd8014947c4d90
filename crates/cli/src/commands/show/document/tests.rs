use resource::Value;

use super::pretty;

#[test]
fn holes_stand_where_the_value_would_and_absent_members_are_left_out() {
    let document = Value::from_json(
        r#"{"Name": "q", "Gone": null, "Policy": {"?": "denied", "call": "sqs:GetQueueAttributes"},
            "Keys": {"known": ["a"], "?": "throttled", "call": "sqs:ListKeys"}}"#,
    )
    .unwrap();
    assert_eq!(
        pretty(&document),
        "{\n  \"Keys\": [\"a\", and perhaps more: ? throttled sqs:ListKeys]\n  \"Name\": \"q\"\n  \
         \"Policy\": ? denied sqs:GetQueueAttributes\n}"
    );
}
