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
        // Patterns that add up.
        ("Allow a*,b*,c*,d*,e*,f*,g*,h*,i* on *; Allow j*,k*,l*,m*,n*,o*,p*,q*,r*,s*,t*,u*,v*,w*,x*,y*,z* on *", true),
        ("Allow a*:*,b*:*,c*:* on *", false),
        ("Allow *:C*,*:D*,*:G*,*:L*,*:P*,*:S*,*:T*,*:U* on *", true),
        ("Allow *:Get*,*:List*,*:Describe*,*:Search*,*:View*,*:Query*,*:BatchGet* on *", false),
        ("Allow *:Create*,*:Put* on *", false),
        ("Allow ?* on *", true),
        ("Allow s3:*,iam:*,ec2:*,kms:*,lambda:* on *", false),
        ("Allow *3:* on *", false),
        ("Allow !s3:Get*,!x on *", true),
        ("Allow !iam:*,sts:*,organizations:*,account:* on *; Allow iam:* on *", true),
        ("Allow !a*:*,!b*:* on arn:aws:s3:::b", false),
        ("Allow !a*:*,b*:*,c*:*,d*:*,e*:*,f*:*,g*:*,h*:*,i*:*,k*:*,l*:*,m*:* on *", false),
        ("Allow !*:Delete* on *", true),
        ("Allow * on *; Deny *:Delete*,*:Terminate* on *", true),
        ("Allow * on *; Deny *:Create*,*:Put*,*:Update*,*:Delete* on *", false),
        ("Allow * on *; Deny !*:Get*,*:List*,*:Describe* on *", false),
        ("Allow * on *; Deny a*,b*,c*,d*,e*,f*,g*,h*,i*,j*,k*,l*,m* on *", false),
        ("Allow * on *; Deny iam:* on arn:aws:iam::111122223333:role/x", true),
        ("Allow * on *; Deny !iam:*,sts:* on * if", true),
        ("Allow * on arn:aws:s3:::*,arn:aws:ec2:*:*:*", false),
        ("Allow * on arn:*:*:*:*:*", true),
        ("", false),
    ] {
        assert_eq!(effective(short).admin(None).is_some(), admin, "{short}");
    }
}

#[test]
fn a_condition_is_told_beside_the_answer() {
    let (conditional, because) = effective("Allow * on * if").admin(None).expect("an administrator");
    assert!(conditional);
    assert_eq!(
        because[0].get("text").as_str(),
        Some("allows * on *, only where Bool aws:MultiFactorAuthPresent = true")
    );
    let (conditional, _) = effective("Allow * on * if; Allow * on *").admin(None).expect("an administrator");
    assert!(!conditional, "one way without a condition is enough");
    let (conditional, because) = effective("Allow * on *; Deny !iam:* on * if").admin(None).expect("an administrator");
    assert!(conditional, "a Deny under conditions is a condition");
    let text = because[0].get("text").as_str();
    assert_eq!(text, Some("allows * on *, but not where Bool aws:MultiFactorAuthPresent = true"));
}

/// Every service by its own name, a third of them in each of three statements.
fn every_service(tail: &str) -> Vec<String> {
    let names: Vec<String> = published().services.iter().map(|(prefix, _)| format!("{prefix}{tail}")).collect();
    names.chunks(names.len() / 3 + 1).map(|third| format!("Allow {} on *", third.join(","))).collect()
}

#[test]
fn the_published_list_is_whole() {
    let actions = published().matching("*").count();
    assert!(published().services.len() > 400 && actions > 18_000, "{actions} actions");
    assert!(published().matching("S3:getobject").eq(["s3:GetObject"]));
    assert!(published().service("nope").is_none());
}

#[test]
fn the_actions_of_a_service_are_counted_to_the_last() {
    let published = published();
    let everything = published.set(&Coverage::of_actions(vec!["*".into()]));
    let mut all = 0;
    for (prefix, range) in &published.services {
        assert_eq!(everything.count(range), range.len(), "{prefix}");
        let own = published.set(&Coverage::of_actions(vec![format!("{prefix}:*").into()]));
        let counted: usize = published.services.iter().map(|(_, range)| own.count(range)).sum();
        assert_eq!(counted, range.len(), "{prefix}");
        all += range.len();
    }
    assert_eq!(published.matching("*:*").count(), all);
}

#[test]
fn services_named_one_by_one_add_up() {
    let all = effective(&every_service(":*").join("; "));
    assert!(all.admin(None).is_some_and(|(conditional, because)| !conditional && because.len() == 3));
    assert_eq!(all.admin_by(None).len(), 1, "the statements are of one policy");
    assert!(effective(&every_service(":Get*").join("; ")).admin(None).is_none());
    assert!(effective(&every_service(":*")[0]).admin(None).is_none(), "a third of the services is not most");
}

#[test]
fn parts_of_several_policies_are_told_by_policy() {
    let policies = [("a".into(), document("Allow !s*:* on *")), ("b".into(), document("Allow s*:* on *"))];
    let found = Effective::of(&policies);
    let names: Vec<Value> = found.admin_by(None).iter().map(|item| item.get("policy").clone()).collect();
    assert_eq!(names, [Value::from("a")], "all but a letter suffices");
    let thirds = every_service(":*");
    let documents: Vec<(Arc<str>, Value)> =
        ["c", "a", "b"].iter().zip(&thirds).map(|(name, third)| (Arc::from(*name), document(third))).collect();
    let names: Vec<Value> =
        Effective::of(&documents).admin_by(None).iter().map(|item| item.get("policy").clone()).collect();
    assert_eq!(names, ["a", "b", "c"].map(Value::from));
}

#[test]
fn a_boundary_and_policies_meet_action_by_action() {
    let admin =
        |policies: &str, boundary: &str| effective(policies).admin(Some(&effective(boundary))).map(|found| found.0);
    assert_eq!(admin("Allow * on *", "Allow * on *"), Some(false));
    assert_eq!(admin("Allow * on *", "Allow !iam:* on *"), Some(false));
    assert_eq!(admin("Allow * on *", "Allow s3:* on *"), None);
    assert_eq!(admin("Allow * on *", "Allow * on * if"), Some(true));
    assert_eq!(admin("Allow * on * if", "Allow * on *"), Some(true));
    assert_eq!(admin("Allow * on *", "Allow * on *; Deny !*:Get* on *"), None);
    assert_eq!(
        admin("Allow !a*:*,b*:*,c*:*,d*:* on *", "Allow !s*:*,t*:*,w*:*,e*:*,m*:* on *"),
        None,
        "each leaves most services, both together do not"
    );
}

#[test]
fn documents_count_together() {
    let policies = [("a".into(), document("Allow * on *")), ("b".into(), document("Deny * on *"))];
    assert!(Effective::of(&policies).admin(None).is_none());
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
        (
            "Allow kms:A*,kms:B*,kms:C*,kms:D*,kms:E*,kms:F*,kms:G* on *; Allow kms:I*,kms:L*,kms:P*,kms:R*,kms:S*,kms:T*,kms:U*,kms:V* on *",
            true,
        ),
        (
            "Allow kms:A*,kms:B*,kms:C*,kms:D*,kms:E*,kms:F*,kms:G* on *; Allow kms:I*,kms:L*,kms:P*,kms:R*,kms:S*,kms:T*,kms:U* on *",
            false,
        ),
        ("Allow !kms:Decrypt on *; Allow kms:Decrypt on *", true),
        ("Allow !kms:Decrypt on *; Allow kms:Decrypt on arn:aws:kms:eu-west-1:111122223333:key/1", false),
        ("Allow *:*e*,*:*i*,*:*a* on *", true),
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
    assert_eq!(paths("Allow iam:CreateAccessKey on *; Deny iam:*AccessKey on * if", None), found(&[("013", true)]));
    assert_eq!(paths("Allow * on *", None).len(), 101);
    assert!(paths("Allow iam:Put* on *", None).contains(&("017".to_owned(), false)));
    assert!(!paths("Allow iam:Put* on *; Deny iam:PutUserPolicy on *", None).contains(&("017".to_owned(), false)));
    let has =
        |short: &str, path: &str| paths(short, None).into_iter().find(|(found, _)| found == path).map(|found| found.1);
    let puts = "iam:PutUserPolicy,iam:PutRolePolicy,iam:PutGroupPolicy,iam:PutUserPermissionsBoundary";
    assert_eq!(has(&format!("Allow {puts} on *; Allow iam:PutRolePermissionsBoundary on *"), "017"), Some(false));
    assert_eq!(has(&format!("Allow {puts} on *"), "017"), None);
    assert_eq!(has("Allow iam:*e*,iam:*i*,iam:*a*,iam:*u* on *", "008"), Some(false));
    assert_eq!(has("Allow !iam:*,s3:* on *", "013"), None);
    assert_eq!(has("Allow !s3:* on *", "013"), Some(false));
    assert_eq!(has("Allow !s3:* on *; Deny !iam:Get*,ec2:* on *", "043"), None);
    assert_eq!(has("Allow iam:PassRole on *; Allow ec2:RunInstances on arn:aws:ec2:*:*:instance/*", "043"), Some(true));
    assert_eq!(has("Allow iam:CreateAccessKey on !arn:aws:iam::111122223333:user/admin", "013"), Some(false));
    assert_eq!(has("Allow iam:CreateAccessKey on *; Deny iam:* on *", "013"), None);
    assert_eq!(
        has("Allow iam:CreateAccessKey on *; Deny iam:* on !arn:aws:iam::111122223333:user/x", "013"),
        Some(true)
    );
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
            effective(&all.join("; ")).admin(None).is_some()
        };
        let before = effective(&base.join("; ")).admin(None).is_some();
        prop_assert!(!with(false) || before);
        prop_assert!(with(true) || !before);
    }
}
