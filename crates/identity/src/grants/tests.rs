//! The book of grants, other lists of grants, and laws that hold for every policy.

use proptest::prelude::*;
use resource::Value;

use super::*;
use crate::settings::Settings;

mod oracle;

const BOOKS: [&str; 5] = [
    include_str!("../../tests/book/grants.md"),
    include_str!("../../tests/book/conditions.md"),
    include_str!("../../tests/book/denies.md"),
    include_str!("../../tests/book/services.md"),
    include_str!("../../tests/book/federation.md"),
];

fn settings() -> Settings {
    let text = r#"{"trusted_accounts": ["222233334444"], "own_organisations": ["o-own1234567"],
                   "trusted_networks": ["203.0.113.0/24"]}"#;
    Settings::new(&Value::from_json(text).expect("JSON"), "111122223333", "aws")
}

fn json(text: &str) -> Value {
    Value::from_json(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A grant as the book writes it.
fn line(grant: &Grant) -> String {
    let mut line = grant.party.to.as_str().to_owned();
    if let Some(account) = &grant.party.account {
        line = format!("{line} {account}");
    }
    let mut actions = grant.actions.is.join(", ");
    if grant.actions_open.is_some() {
        actions.push_str("(unknown)");
    }
    if !grant.actions.except.is_empty() {
        actions = format!("{actions} except {}", grant.actions.except.join(", "));
    }
    line = format!("{line} | {actions}");
    let value = grant.to_value("policy");
    for (flag, set) in [
        ("guarded", grant.party.guarded),
        ("held", value.get("neutralised_by").as_str().is_some()),
        ("unknown", value.get("neutralised_by").unknown().is_some()),
        ("conditional", grant.conditional),
    ] {
        if set {
            line = format!("{line} | {flag}");
        }
    }
    line
}

fn lines(grants: &Grants) -> Vec<String> {
    let mut lines: Vec<String> = grants.items.iter().map(line).collect();
    lines.extend(grants.open.iter().map(|_| "open".to_owned()));
    lines
}

/// Statements become a document.
fn document(statements: Value) -> Value {
    Value::map([("Version", Value::from("2012-10-17")), ("Statement", statements)])
}

#[test]
fn every_case_of_the_book_grants_what_it_says() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for case in BOOKS.iter().flat_map(|book| book.split("\n### ").skip(1)) {
        let (name, rest) = case.split_once('\n').expect("a name");
        assert!(rest.starts_with("Rests on: "), "{name} names no page");
        let (_, rest) = rest.split_once("```json").expect("a policy");
        let (flags, rest) = rest.split_once('\n').expect("flags");
        let (policy, rest) = rest.split_once("```").expect("the end of the policy");
        let (_, rest) = rest.split_once("```grants\n").expect("grants");
        let (expected, _) = rest.split_once("```").expect("the end of the grants");
        let mut settings = settings();
        if flags.contains("no-organisation") {
            settings = Settings {
                own_organisations: Default::default(),
                ..Settings::new(&Value::Null, "111122223333", "aws")
            };
        }
        let found = lines(&resource_policy(&document(json(policy)), &settings));
        let expected: Vec<&str> = expected.lines().collect();
        if found != expected {
            wrong.push(format!("{name}\n  expected {expected:?}\n  found    {found:?}"));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 380, "{count} cases");
}

#[test]
fn a_malformed_policy_leaves_the_grants_unknown_and_says_what_is_wrong() {
    for (text, words) in [
        (r#""{""#, "not JSON"),
        ("[]", "it is a list, not an object"),
        ("{}", "`Statement` is missing"),
        (r#"{"Statement": [1]}"#, "statement 1 is a number"),
        (r#"{"Statement": {"Action": "*", "Principal": "*"}}"#, "`Effect` must be"),
        (r#"{"Statement": {"Effect": "Allow", "Principal": "*"}}"#, "`Action` or `NotAction` is missing"),
        (r#"{"Statement": {"Effect": "Allow", "Principal": "x", "Action": "*"}}"#, "`Principal` must be `*`"),
        (r#"{"Statement": {"Effect": "Allow", "Principal": {"X": "*"}, "Action": "*"}}"#, "the kind `X`"),
        (r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "NotAction": "*"}}"#, "both"),
        (r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": [{}]}}"#, "expected text"),
        (
            r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Condition": {"Bool": 1}}}"#,
            "`Condition.Bool`",
        ),
    ] {
        let grants = resource_policy(&json(text), &settings());
        let detail = grants.open.and_then(|hole| hole.detail.clone()).unwrap_or_default();
        assert!(detail.contains(words), "{text}: {detail}");
    }
}

#[test]
fn no_policy_is_no_grant_and_a_hole_is_not() {
    assert_eq!(resource_policy(&Value::Null, &settings()), Grants::default());
    assert_eq!(resource_policy(&Value::from(""), &settings()), Grants::default());
    assert!(resource_policy(&json(r#"{"?": "denied"}"#), &settings()).open.is_some());
}

#[test]
fn acls_grant_to_groups_and_users() {
    let acl_of = |grantee: &str, permission: &str| {
        let text = format!(
            r#"{{"Owner": {{"ID": "me"}}, "Grants": [{{"Grantee": {grantee}, "Permission": "{permission}"}}]}}"#
        );
        lines(&acl(&json(&text), Value::null()))
    };
    let group = |name: &str| format!(r#"{{"Type": "Group", "URI": "http://acs.amazonaws.com/groups/{name}"}}"#);
    assert_eq!(acl_of(&group("global/AllUsers"), "READ_ACP"), ["anyone | s3:GetBucketAcl"]);
    assert_eq!(acl_of(&group("global/AuthenticatedUsers"), "WRITE_ACP"), ["authenticated | s3:PutBucketAcl"]);
    assert_eq!(acl_of(&group("s3/LogDelivery"), "READ_ACP"), ["service | s3:GetBucketAcl | guarded"]);
    assert_eq!(acl_of(&group("new/Group"), "FULL_CONTROL"), ["authenticated | s3:*"]);
    assert_eq!(acl_of(r#"{"Type": "CanonicalUser", "ID": "me"}"#, "FULL_CONTROL"), ["own | s3:*"]);
    assert_eq!(acl_of(r#"{"Type": "CanonicalUser", "ID": "you"}"#, "FULL_CONTROL"), ["foreign | s3:*"]);
    assert_eq!(acl_of(r#"{"?": "denied"}"#, "READ"), ["open"]);
    assert_eq!(lines(&acl(&json(r#"{"?": "denied"}"#), Value::null())), ["open"]);
}

#[test]
fn shared_lists_grant_to_accounts_and_everyone() {
    let of = |text: &str| lines(&sharing(&json(text), &settings()));
    assert_eq!(of(r#"["all"]"#), ["anyone | *"]);
    assert_eq!(of(r#"["111122223333", "444455556666"]"#), ["own 111122223333 | *", "foreign 444455556666 | *"]);
    assert_eq!(of(r#"[{"Group": "all"}]"#), ["anyone | *"]);
    assert_eq!(of(r#"[{"UserId": "222233334444"}]"#), ["own 222233334444 | *"]);
    let organisation = r#"[{"OrganizationArn": "arn:aws:organizations::444455556666:organization/o-own1234567"}]"#;
    assert_eq!(of(organisation), ["own | *"]);
    assert_eq!(of("[]"), Vec::<String>::new());
    assert_eq!(of(r#"{"known": [{"Group": "all"}], "?": "throttled"}"#), ["anyone | *", "open"]);
}

#[test]
fn kms_grants_name_their_grantee() {
    let of = |grantee: &str| {
        let text = format!(r#"[{{"GranteePrincipal": "{grantee}", "Operations": ["Decrypt"], "GrantId": "g"}}]"#);
        lines(&kms_grants(&json(&text), &settings()))
    };
    assert_eq!(of("arn:aws:iam::444455556666:role/x"), ["foreign 444455556666 | kms:Decrypt"]);
    assert_eq!(of("arn:aws:iam::111122223333:role/x"), ["own 111122223333 | kms:Decrypt"]);
    assert_eq!(of("rds.eu-west-1.amazonaws.com"), ["service | kms:Decrypt | guarded"]);
    assert_eq!(of("dynamodb.cn-north-1.amazonaws.com.cn"), ["service | kms:Decrypt | guarded"]);
    assert_eq!(of("arn:aws:iam::222233334444:root"), ["own 222233334444 | kms:Decrypt"]);
    assert_eq!(of("arn:aws:sts::444455556666:assumed-role/x/s"), ["foreign 444455556666 | kms:Decrypt"]);
    assert_eq!(of("AROAABCDEFGHIJKLMNOPQ"), Vec::<String>::new(), "the role is gone");
}

/// "Grants in AWS KMS", AWS KMS Developer Guide: constraints hold a grant to an encryption context, which the grantee
/// itself sends.
#[test]
fn a_kms_grants_constraints_are_conditions_and_what_is_unread_leaves_more_open() {
    let of = |text: &str| kms_grants(&json(text), &settings());
    let constrained =
        of(r#"[{"GranteePrincipal": "arn:aws:iam::444455556666:role/x", "Operations": ["Decrypt", "CreateGrant"],
             "Constraints": {"EncryptionContextSubset": {"app": "x"}}, "GrantId": "g1"}]"#);
    assert_eq!(lines(&constrained), ["foreign 444455556666 | kms:Decrypt, kms:CreateGrant | conditional"]);
    assert_eq!(constrained.items[0].conditions, ["EncryptionContextSubset"]);
    assert_eq!(&*constrained.items[0].because[0].statement, "g1");
    let own =
        r#"{"GranteePrincipal": "arn:aws:iam::111122223333:role/x", "Operations": ["Decrypt"], "Constraints": {}}"#;
    let unread = r#"{"GranteePrincipal": {"?": "denied"}, "Operations": ["Decrypt"]}"#;
    assert_eq!(lines(&of(&format!("[{own}, {unread}]"))), ["own 111122223333 | kms:Decrypt", "open"]);
    assert_eq!(lines(&of(r#"{"?": "denied", "call": "kms:ListGrants"}"#)), ["open"]);
    assert_eq!(lines(&of("[]")), Vec::<String>::new());
}

#[test]
fn a_block_reaches_public_grants_and_what_a_public_policy_grants_to_others() {
    let statements = |text: &str| resource_policy(&document(json(text)), &settings());
    let foreign =
        r#"{"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:GetObject", "Resource": "*"}"#;
    let public = r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}"#;
    let by = Neutralised::By("RestrictPublicBuckets".into());

    let mut alone = statements(&format!("[{foreign}]"));
    alone.block(&by, true);
    assert!(
        alone.items.iter().all(|grant| grant.neutralised == Neutralised::No),
        "a policy that is not public is left alone"
    );

    let mut both = statements(&format!("[{foreign}, {public}]"));
    both.block(&by, true);
    assert!(both.items.iter().all(|grant| grant.neutralised == by));

    let mut acl_like = statements(&format!("[{foreign}, {public}]"));
    acl_like.block(&by, false);
    let flags: Vec<bool> = acl_like.items.iter().map(|grant| grant.neutralised == by).collect();
    assert_eq!(flags, [false, true]);
}

#[test]
fn a_flood_of_denials_keeps_the_work_bounded() {
    let mut statements = vec![json(r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}"#)];
    for index in 0..600 {
        let text =
            format!(r#"{{"Effect": "Deny", "Principal": "*", "Action": "s3:a{index}*", "Resource": "r{index}*"}}"#);
        statements.push(json(&text));
    }
    let grants = resource_policy(&document(Value::list(statements)), &settings());
    assert!(grants.items.len() <= 600, "{}", grants.items.len());
    assert!(grants.items.iter().any(|grant| grant.party.to == To::Anyone));
}

// Laws.

const PRINCIPALS: [&str; 7] = [
    r#""*""#,
    r#"{"AWS": "*"}"#,
    r#"{"AWS": "111122223333"}"#,
    r#"{"AWS": "444455556666"}"#,
    r#"{"AWS": ["444455556666", "arn:aws:iam::555566667777:role/r"]}"#,
    r#"{"Service": "sns.amazonaws.com"}"#,
    r#"{"?": "variable"}"#,
];
const ACTIONS: [&str; 6] = [
    r#""Action": "*""#,
    r#""Action": "s3:*""#,
    r#""Action": ["s3:GetObject", "s3:Put*"]"#,
    r#""NotAction": "s3:Get*""#,
    r#""Action": "s3:*Object""#,
    r#""Action": {"?": "variable"}"#,
];
const RESOURCES: [&str; 4] = [
    r#""Resource": "*""#,
    r#""Resource": "arn:aws:s3:::b/*""#,
    r#""NotResource": "arn:aws:s3:::b/*""#,
    r#""Resource": "arn:aws:s3:::b/x/*""#,
];
const CONDITIONS: [&str; 7] = [
    "{}",
    r#"{"StringEquals": {"aws:PrincipalOrgID": "o-own1234567"}}"#,
    r#"{"StringNotEquals": {"aws:PrincipalOrgID": "o-own1234567"}}"#,
    r#"{"StringEquals": {"aws:SourceAccount": "444455556666"}}"#,
    r#"{"Bool": {"aws:SecureTransport": "false"}}"#,
    r#"{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#,
    r#"{"?": "variable"}"#,
];

fn a_statement(effect: &'static str) -> impl Strategy<Value = Value> {
    let choice = (0..PRINCIPALS.len(), any::<bool>(), 0..ACTIONS.len(), 0..RESOURCES.len(), 0..CONDITIONS.len());
    choice.prop_map(move |(principal, not, action, resource, condition)| {
        let element = if not && effect == "Deny" { "NotPrincipal" } else { "Principal" };
        json(&format!(
            r#"{{"Effect": "{effect}", "{element}": {}, {}, {}, "Condition": {}}}"#,
            PRINCIPALS[principal], ACTIONS[action], RESOURCES[resource], CONDITIONS[condition]
        ))
    })
}

fn statements() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(prop_oneof![2 => a_statement("Allow"), 1 => a_statement("Deny")], 0..5)
}

/// Requests on which two sets of grants are compared.
const PROBES: [(&str, &str); 6] = [
    ("s3:getobject", "arn:aws:s3:::b/x/1"),
    ("s3:getobject", "arn:aws:s3:::b/y"),
    ("s3:putobject", "arn:aws:s3:::b/y"),
    ("s3:getbucketacl", "arn:aws:s3:::c"),
    ("s3:deleteobject", "arn:aws:s3:::c/z"),
    ("kms:decrypt", "arn:aws:kms:::k"),
];

fn in_set(set: &Coverage, text: &str) -> bool {
    set.is.iter().any(|pattern| crate::pattern::matches(pattern, text, set.letters()))
        && !set.except.iter().any(|pattern| crate::pattern::matches(pattern, text, set.letters()))
}

/// How far a probe is allowed to strangers: 0 no, 1 perhaps, 2 yes.
fn public(grants: &Grants, (action, resource): (&str, &str)) -> u8 {
    let certain = grants
        .items
        .iter()
        .filter(|grant| grant.party.to.is_public())
        .filter(|grant| in_set(&grant.actions, action) && in_set(&grant.resources, resource))
        .map(|grant| if grant.neutralised == Neutralised::No { 2 } else { 1 })
        .max();
    let unclear = grants.open.is_some() || grants.items.iter().any(|grant| grant.actions_open.is_some());
    certain.unwrap_or(0).max(u8::from(unclear))
}

fn grants_of(statements: &[Value]) -> Grants {
    resource_policy(&document(Value::list(statements.to_vec())), &settings())
}

/// The value with its holes filled.
fn filled(value: &Value, with: &[Value]) -> Value {
    match value {
        Value::Unknown(_) => with[0].clone(),
        Value::List(list) => Value::list(list.items.iter().map(|item| filled(item, with)).collect()),
        Value::Map(map) => Value::Map(
            map.iter()
                .map(|(name, item)| {
                    let value = match (&**name, item) {
                        ("Action", Value::Unknown(_)) => with[1].clone(),
                        ("Condition", Value::Unknown(_)) => with[2].clone(),
                        (_, item) => filled(item, with),
                    };
                    (name.clone(), value)
                })
                .collect(),
        ),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn adding_a_deny_never_adds_a_grant(policy in statements(), deny in a_statement("Deny")) {
        let before = grants_of(&policy);
        let mut more = policy;
        more.push(deny);
        let after = grants_of(&more);
        for probe in PROBES {
            prop_assert!(public(&after, probe) <= public(&before, probe), "{probe:?}");
        }
    }

    #[test]
    fn adding_an_allow_never_removes_a_grant(policy in statements(), allow in a_statement("Allow")) {
        let before = grants_of(&policy);
        let mut more = policy;
        more.push(allow);
        let after = grants_of(&more);
        for probe in PROBES {
            prop_assert!(public(&after, probe) >= public(&before, probe), "{probe:?}");
        }
    }

    #[test]
    fn filling_a_hole_never_contradicts_what_was_certain(
        policy in statements(),
        principal in 0..PRINCIPALS.len() - 1,
        condition in 0..CONDITIONS.len() - 1,
    ) {
        let with = [json(PRINCIPALS[principal]), json(r#""s3:GetObject""#), json(CONDITIONS[condition])];
        let before = grants_of(&policy);
        let known: Vec<Value> = policy.iter().map(|statement| filled(statement, &with)).collect();
        let after = grants_of(&known);
        for probe in PROBES {
            match public(&before, probe) {
                0 => prop_assert_eq!(public(&after, probe), 0, "{:?}", probe),
                2 => prop_assert_eq!(public(&after, probe), 2, "{:?}", probe),
                _ => {}
            }
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
        resource_policy(&Value::from(text.as_str()), &settings());
        let wrapped = format!(r#"{{"Statement": {{"Effect": "Allow", "Principal": {{"AWS": {text:?}}}, "Action": {text:?}}}}}"#);
        if let Ok(value) = Value::from_json(&wrapped) {
            resource_policy(&value, &settings());
        }
    }
}
