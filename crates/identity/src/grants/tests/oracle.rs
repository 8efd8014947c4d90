//! The grants against a slow oracle: callers who really ask, one request at a time, evaluated as the provider's
//! "Policy evaluation logic" says and nothing more.

use std::collections::BTreeMap;

use proptest::prelude::*;
use resource::Value;

use super::{PROBES, document, in_set, json, settings};
use crate::grants::{Grant, Grants, Neutralised, resource_policy};
use crate::party::To;
use crate::pattern::{Letters, matches};

/// Somebody who asks.
struct Caller {
    name: &'static str,
    /// What `Principal` texts name them.
    principals: &'static [&'static str],
    keys: BTreeMap<&'static str, &'static str>,
}

fn caller(name: &'static str, principals: &'static [&'static str], keys: &[(&'static str, &'static str)]) -> Caller {
    Caller { name, principals, keys: keys.iter().copied().collect() }
}

fn callers() -> Vec<Caller> {
    let service = ["sns.amazonaws.com"].as_slice();
    vec![
        caller("anonymous", &[], &[("aws:SourceIp", "8"), ("aws:SecureTransport", "true")]),
        caller(
            "stranger",
            &["999988887777", "arn:aws:iam::999988887777:role/x"],
            &[
                ("aws:SourceIp", "8"),
                ("aws:SecureTransport", "true"),
                ("aws:PrincipalAccount", "999988887777"),
                ("aws:PrincipalOrgID", "o-stranger99"),
                ("aws:PrincipalIsAWSService", "false"),
            ],
        ),
        caller(
            "foreign",
            &["444455556666", "arn:aws:iam::444455556666:role/x"],
            &[
                ("aws:SourceIp", "8"),
                ("aws:SecureTransport", "true"),
                ("aws:PrincipalAccount", "444455556666"),
                ("aws:PrincipalIsAWSService", "false"),
            ],
        ),
        caller(
            "sibling",
            &["555566667777", "arn:aws:iam::555566667777:role/r"],
            &[
                ("aws:SourceIp", "8"),
                ("aws:SecureTransport", "true"),
                ("aws:PrincipalAccount", "555566667777"),
                ("aws:PrincipalOrgID", "o-own1234567"),
                ("aws:PrincipalIsAWSService", "false"),
            ],
        ),
        caller(
            "service for a stranger",
            service,
            &[
                ("aws:SourceAccount", "999988887777"),
                ("aws:SecureTransport", "true"),
                ("aws:PrincipalIsAWSService", "true"),
            ],
        ),
        caller(
            "service for the foreign account",
            service,
            &[
                ("aws:SourceAccount", "444455556666"),
                ("aws:SecureTransport", "true"),
                ("aws:PrincipalIsAWSService", "true"),
            ],
        ),
    ]
}

// The oracle reads the statements that the strategies below make, not policies at large.

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Str(text) => vec![text.to_string()],
        other => other.items().iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

fn names(value: &Value, caller: &Caller) -> bool {
    if value.as_str() == Some("*") {
        return true;
    }
    value
        .as_map()
        .into_iter()
        .flatten()
        .flat_map(|(_, named)| texts(named))
        .any(|name| name == "*" || caller.principals.contains(&name.as_str()))
}

fn fits(statement: &Value, caller: &Caller, (action, resource): (&str, &str)) -> bool {
    let any = |value: &Value, text: &str| texts(value).iter().any(|pattern| matches(pattern, text, Letters::Folded));
    let choice = |is: &str, not: &str, test: &dyn Fn(&Value) -> bool| {
        if statement.get(is).is_null() { !test(statement.get(not)) } else { test(statement.get(is)) }
    };
    choice("Principal", "NotPrincipal", &|value| names(value, caller))
        && choice("Action", "NotAction", &|value| any(value, action))
        && choice("Resource", "NotResource", &|value| any(value, resource))
        && statement.get("Condition").as_map().into_iter().flatten().all(|(operator, keys)| {
            keys.as_map()
                .into_iter()
                .flatten()
                .all(|(key, values)| holds(operator, caller.keys.get(&**key).copied(), &texts(values)))
        })
}

fn holds(operator: &str, given: Option<&str>, values: &[String]) -> bool {
    if operator == "Null" {
        return values.iter().any(|value| (value == "true") == given.is_none());
    }
    let (operator, if_exists) = operator.strip_suffix("IfExists").map_or((operator, false), |head| (head, true));
    let Some(given) = given else { return if_exists || operator.contains("Not") };
    // Addresses are told apart by their first number here.
    let same = values.iter().any(|value| value == given || value.split('.').next() == Some(given));
    if operator.contains("Not") { !same } else { same }
}

fn allowed(policy: &[Value], caller: &Caller, probe: (&str, &str)) -> bool {
    let any = |effect: &str| {
        policy
            .iter()
            .any(|statement| statement.get("Effect").as_str() == Some(effect) && fits(statement, caller, probe))
    };
    any("Allow") && !any("Deny")
}

const PRINCIPALS: [&str; 7] = [
    r#"{"AWS": "arn:aws:iam::444455556666:role/x"}"#,
    r#""*""#,
    r#"{"AWS": "*"}"#,
    r#"{"AWS": "444455556666"}"#,
    r#"{"AWS": ["444455556666", "arn:aws:iam::555566667777:role/r"]}"#,
    r#"{"Service": "sns.amazonaws.com"}"#,
    r#"{"AWS": "111122223333"}"#,
];
const ACTIONS: [&str; 6] = [
    r#""Action": "*""#,
    r#""Action": "s3:*""#,
    r#""Action": ["s3:GetObject", "s3:Put*"]"#,
    r#""NotAction": "s3:Get*""#,
    r#""Action": "s3:*Object""#,
    r#""NotAction": ["s3:*Object", "kms:*"]"#,
];
const RESOURCES: [&str; 4] = [
    r#""Resource": "*""#,
    r#""Resource": "arn:aws:s3:::b/*""#,
    r#""NotResource": "arn:aws:s3:::b/*""#,
    r#""Resource": ["arn:aws:s3:::b/x/*", "arn:aws:s3:::c"]"#,
];
const CONDITIONS: [&str; 18] = [
    "{}",
    "{}",
    r#"{"StringEquals": {"aws:PrincipalOrgID": "o-own1234567"}}"#,
    r#"{"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-own1234567"}}"#,
    r#"{"StringNotEquals": {"aws:PrincipalOrgID": "o-own1234567"}}"#,
    r#"{"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-own1234567"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}"#,
    r#"{"StringEquals": {"aws:SourceAccount": "444455556666"}}"#,
    r#"{"StringEquals": {"aws:SourceAccount": "111122223333"}}"#,
    r#"{"StringNotEquals": {"aws:PrincipalAccount": ["111122223333", "444455556666"]}}"#,
    r#"{"Bool": {"aws:SecureTransport": "false"}}"#,
    r#"{"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#,
    r#"{"StringEquals": {"aws:PrincipalAccount": "444455556666"}}"#,
    r#"{"Null": {"aws:PrincipalOrgID": "true"}}"#,
    r#"{"Null": {"aws:SourceAccount": "false"}}"#,
    r#"{"Bool": {"aws:PrincipalIsAWSService": "true"}}"#,
    r#"{"Bool": {"aws:PrincipalIsAWSService": "false"}}"#,
    r#"{"StringNotEqualsIfExists": {"aws:SourceAccount": "111122223333"}, "Null": {"aws:SourceAccount": "false"}, "Bool": {"aws:PrincipalIsAWSService": "true"}}"#,
    r#"{"Null": {"aws:PrincipalOrgID": "false"}}"#,
];

/// With `crossing`, patterns may overlap without one holding the other, and callers may be asked to be of some organisation.
fn a_statement(crossing: bool) -> impl Strategy<Value = Value> {
    let actions = if crossing { ACTIONS.len() } else { ACTIONS.len() - 2 };
    let conditions = if crossing { CONDITIONS.len() } else { CONDITIONS.len() - 1 };
    let choice = (any::<bool>(), any::<bool>(), 0..PRINCIPALS.len(), 0..actions, 0..RESOURCES.len(), 0..conditions);
    choice.prop_map(|(allow, not, principal, action, resource, condition)| {
        let effect = if allow { "Allow" } else { "Deny" };
        let element = if not && !allow { "NotPrincipal" } else { "Principal" };
        json(&format!(
            r#"{{"Effect": "{effect}", "{element}": {}, {}, {}, "Condition": {}}}"#,
            PRINCIPALS[principal], ACTIONS[action], RESOURCES[resource], CONDITIONS[condition]
        ))
    })
}

fn told<'a>(grants: &'a Grants, (action, resource): (&'a str, &'a str)) -> impl Iterator<Item = &'a Grant> {
    grants.items.iter().filter(move |grant| in_set(&grant.actions, action) && in_set(&grant.resources, resource))
}

/// Whether a grant would tell a reader that this caller may get in.
fn means(grant: &Grant, caller: &Caller) -> bool {
    let account = grant.party.account.as_deref();
    grant.party.to.is_public()
        || match caller.name {
            "foreign" => account == Some("444455556666"),
            "sibling" => account == Some("555566667777") || grant.party.to == To::Own,
            "service for a stranger" => grant.party.to == To::Service && !grant.party.guarded,
            "service for the foreign account" => {
                account == Some("444455556666") || (grant.party.to == To::Service && !grant.party.guarded)
            }
            _ => false,
        }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn whoever_gets_in_is_told_of(policy in prop::collection::vec(a_statement(true), 1..5)) {
        let grants = resource_policy(&document(Value::list(policy.clone())), &settings());
        for caller in callers() {
            for probe in PROBES {
                if allowed(&policy, &caller, probe) {
                    prop_assert!(told(&grants, probe).any(|grant| means(grant, &caller)), "{} {probe:?}", caller.name);
                }
            }
        }
    }

    /// Where a Deny's `NotAction` crosses a pattern, or statements are about the members of any organisation, more is told
    /// than is granted: that is left out here.
    #[test]
    fn a_public_grant_without_conditions_lets_a_stranger_in(policy in prop::collection::vec(a_statement(false), 1..5)) {
        let grants = resource_policy(&document(Value::list(policy.clone())), &settings());
        let strangers: Vec<Caller> = callers().into_iter().take(2).collect();
        for probe in PROBES {
            for grant in told(&grants, probe) {
                if grant.party.to.is_public() && !grant.conditional && grant.neutralised == Neutralised::No {
                    let in_ = strangers.iter().any(|caller| allowed(&policy, caller, probe));
                    prop_assert!(in_, "{probe:?} {:?}", grant.because);
                }
            }
        }
    }
}
