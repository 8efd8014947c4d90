//! Administrator access, whole services and escalation.
//!
//! Pages: "AWS JSON policy elements" (Action, NotAction, NotResource, Effect) and "Permissions boundaries for IAM
//! entities", AWS IAM User Guide; the evaluators ADMIN_ACCESS, FULL_SERVICE and PRIV_ESC of the catalogue.

use proptest::prelude::*;
use resource::Value;

use super::*;

fn json(text: &str) -> Value {
    Value::from_json(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// `Allow * on *`, statements apart by `;`: effect, actions (`!` for NotAction), resources (`!` for NotResource), `if`.
fn document(short: &str) -> Value {
    let element = |name: &str, text: &str| {
        let (name, list) = match text.strip_prefix('!') {
            Some(rest) => (format!("Not{name}"), rest),
            None => (name.to_owned(), text),
        };
        (name, Value::list(list.split(',').map(Value::from).collect()))
    };
    let statements = short
        .split(';')
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| {
            let (text, conditional) = text.strip_suffix(" if").map_or((text, false), |text| (text, true));
            let words: Vec<&str> = text.split_whitespace().collect();
            let mut members = vec![("Effect".to_owned(), Value::from(words[0]))];
            members.push(element("Action", words[1]));
            members.push(element("Resource", words[3]));
            if conditional {
                members.push(("Condition".to_owned(), json(r#"{"Bool": {"aws:MultiFactorAuthPresent": "true"}}"#)));
            }
            Value::map(members.iter().map(|(name, value)| (name.as_str(), value.clone())))
        })
        .collect();
    Value::map([("Statement", Value::list(statements))])
}

fn effective(short: &str) -> Effective {
    let found = Effective::of(&[("policy".into(), document(short))]);
    assert_eq!(found.open, None, "{short}");
    found
}

#[test]
fn administrators_are_told_from_others() {
    for (short, admin) in [
        ("Allow * on *", true),
        ("Allow *:* on *", true),
        ("Allow ** on *", true),
        ("Allow * on *:*", true),
        ("Allow * on arn:aws:*", true),
        ("Allow * on arn:aws:*:*:*:*", true),
        ("Allow * on !arn:aws:s3:::secret", true),
        ("Allow !iam:* on *", true),
        ("Allow !iam:*,organizations:*,account:* on *", true),
        ("Allow * on * if", true),
        ("Allow s3:*,* on *", true),
        ("Allow s3:Get* on *; Allow * on *", true),
        ("Allow s3:* on *", false),
        ("Allow iam:* on *", false),
        ("Allow * on arn:aws:s3:::b", false),
        ("Allow * on arn:aws:iam::111122223333:*", false),
        ("Allow !* on *", false),
        ("Allow !*:* on *", false),
        ("Allow * on !*", false),
        ("Deny * on *", false),
        ("Allow * on *; Deny * on *", false),
        ("Deny * on *; Allow * on *", false),
        ("Allow * on *; Deny *:* on *", false),
        ("Allow * on *; Deny !s3:* on *", false),
        ("Allow * on *; Deny !* on *", true),
        ("Allow * on *; Deny * on !arn:aws:s3:::b", false),
        ("Allow * on *; Deny iam:* on *", true),
        ("Allow * on *; Deny * on arn:aws:s3:::b", true),
        ("Allow * on *; Deny * on * if", true),
        ("", false),
    ] {
        assert_eq!(effective(short).admin().is_some(), admin, "{short}");
    }
}

#[test]
fn a_condition_is_told_beside_the_answer() {
    let (conditional, because) = effective("Allow * on * if").admin().expect("an administrator");
    assert!(conditional);
    assert_eq!(because[0].get("text").as_str(), Some("allows * on * under conditions"));
    let (conditional, _) = effective("Allow * on * if; Allow * on *").admin().expect("an administrator");
    assert!(!conditional, "one way without a condition is enough");
}

#[test]
fn documents_count_together() {
    let policies = [("a".into(), document("Allow * on *")), ("b".into(), document("Deny * on *"))];
    assert!(Effective::of(&policies).admin().is_none());
}

#[test]
fn a_whole_service_is_every_action_on_every_resource() {
    for (short, full) in [
        ("Allow kms:* on *", true),
        ("Allow KMS:* on *", true),
        ("Allow * on *", true),
        ("Allow k*:* on *", true),
        ("Allow !s3:* on *", true),
        ("Allow !s3:*,iam:PassRole on *", true),
        ("Allow !kms:Decrypt on *", false),
        ("Allow !*:Delete* on *", false),
        ("Allow kms:Get* on *", false),
        ("Allow kms:* on arn:aws:kms:eu-west-1:111122223333:key/1", false),
        ("Allow kms:* on arn:aws:kms:eu-west-1:*:*", false),
        ("Allow kms:* on arn:aws:s3:*:*:*", false),
        ("Allow kms:* on arn:aws:kms:*:*:*", true),
        ("Allow kms:* on *; Deny kms:ScheduleKeyDeletion on *", false),
        ("Allow kms:* on *; Deny s3:* on *", true),
        ("Allow kms:* on *; Deny * on *", false),
    ] {
        assert_eq!(effective(short).full_service("kms"), full, "{short}");
    }
}

fn paths(short: &str, boundary: Option<&str>) -> Vec<(String, bool)> {
    let boundary = boundary.map(effective);
    escalation(&effective(short), boundary.as_ref())
        .items()
        .iter()
        .map(|item| {
            let path = item.get("path").as_str().unwrap_or_default().trim_start_matches("aws-privesc-").to_owned();
            assert!(!item.get("because").items().is_empty());
            (path, item.get("limited").as_bool().unwrap_or_default())
        })
        .collect()
}

#[test]
fn paths_to_more_rights_are_found_by_their_sets() {
    let found =
        |paths: &[(&str, bool)]| paths.iter().map(|(path, limited)| ((*path).to_owned(), *limited)).collect::<Vec<_>>();
    assert_eq!(paths("Allow iam:CreateAccessKey on *", None), found(&[("013", false)]));
    assert_eq!(paths("Allow IAM:createaccesskey on *", None), found(&[("013", false)]));
    assert_eq!(paths("Allow iam:CreateAccessKey on arn:aws:iam::111122223333:user/x", None), found(&[("013", true)]));
    assert_eq!(paths("Allow iam:CreateAccessKey on * if", None), found(&[("013", true)]));
    assert_eq!(paths("Allow iam:PassRole on *", None), found(&[]));
    assert_eq!(paths("Allow iam:PassRole,ec2:RunInstances on *", None), found(&[("043", false)]));
    assert_eq!(
        paths("Allow iam:PassRole on arn:aws:iam::1:role/x; Allow ec2:Run* on *", None),
        found(&[("043", true)])
    );
    assert_eq!(paths("Allow s3:* on *", None), found(&[]));
    assert_eq!(paths("Allow iam:CreateAccessKey on *; Deny iam:*AccessKey on *", None), found(&[]));
    assert_eq!(paths("Allow iam:CreateAccessKey on *; Deny iam:*AccessKey on * if", None), found(&[("013", false)]));
    assert_eq!(paths("Allow * on *", None).len(), 101);
    assert!(paths("Allow iam:Put* on *", None).contains(&("017".to_owned(), false)));
    assert!(!paths("Allow iam:Put* on *; Deny iam:PutUserPolicy on *", None).contains(&("017".to_owned(), false)));
}

#[test]
fn a_boundary_caps_paths() {
    assert!(paths("Allow * on *", Some("Allow s3:* on *")).is_empty());
    assert_eq!(paths("Allow * on *", Some("Allow iam:CreateAccessKey on *")), [("013".to_owned(), false)]);
    assert_eq!(paths("Allow * on *", Some("Allow iam:CreateAccessKey on x")), [("013".to_owned(), true)]);
}

#[test]
fn what_cannot_be_read_leaves_the_answer_open() {
    let hole = json(r#"{"?": "denied"}"#);
    assert!(Effective::of(&[("p".into(), hole)]).open.is_some());
    assert!(Effective::of(&[("p".into(), Value::from("{"))]).open.is_some());
    assert!(Effective::of(&[("p".into(), Value::Null)]).open.is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_deny_never_makes_an_administrator_and_an_allow_never_unmakes_one(
        statements in prop::collection::vec((any::<bool>(), 0..6_usize, 0..4_usize), 0..5),
        extra in (0..6_usize, 0..4_usize),
    ) {
        const ACTIONS: [&str; 6] = ["*", "iam:*", "!iam:*", "s3:Get*", "!s3:*,iam:*", "*:*"];
        const RESOURCES: [&str; 4] = ["*", "arn:aws:s3:::b", "!arn:aws:s3:::b", "arn:aws:*"];
        let text = |(allow, action, resource): (bool, usize, usize)| {
            format!("{} {} on {}", if allow { "Allow" } else { "Deny" }, ACTIONS[action], RESOURCES[resource])
        };
        let base: Vec<String> = statements.into_iter().map(text).collect();
        let with = |allow: bool| {
            let mut all = base.clone();
            all.push(text((allow, extra.0, extra.1)));
            effective(&all.join("; ")).admin().is_some()
        };
        let before = effective(&base.join("; ")).admin().is_some();
        prop_assert!(!with(false) || before);
        prop_assert!(with(true) || !before);
    }
}
