//! Which conditions keep a grant to whom.
//!
//! A condition *restricts* when every value it allows names somebody: an account, an organisation, a network, a
//! resource on whose behalf a service calls. The list of keys and forms follows "The meaning of public" (Amazon S3
//! User Guide) and "AWS global condition context keys" (AWS IAM User Guide).

use std::sync::Arc;

use resource::Hole;

use crate::party::{Party, To};
use crate::policy::{Condition, Quantifier};
use crate::settings::Settings;

mod addresses;
mod keys;

use keys::{Reach, value_bound};

/// What of a request a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Via {
    /// The caller itself.
    Caller,
    /// The caller's organisation.
    Organisation,
    /// The account or resource for which a service calls.
    Source,
    /// The encryption context, which services fill in with the resource that they serve and others as they like.
    Context,
    /// Where the request comes from.
    Network,
    /// The service that passes the request on.
    Service,
}

/// One party that a condition lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    pub(crate) via: Via,
    pub(crate) party: Party,
}

impl Bound {
    /// Whether somebody who is not ours may meet it: from a network that is not ours, with a context of their choice.
    pub(crate) fn can_be_met(&self) -> bool {
        self.via == Via::Context || (self.via == Via::Network && self.party.to != To::Own)
    }
}

/// What a condition of an Allow statement does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Restriction {
    /// It does not keep strangers out.
    No,
    /// It always holds.
    Always,
    /// It never holds.
    Never,
    /// Only these get through.
    To(Vec<Bound>),
    /// It may restrict; a value is not known.
    Unknown(Arc<Hole>),
}

/// What a condition of an Allow statement does; `all` are the statement's conditions.
pub(crate) fn restriction(condition: &Condition, all: &[Condition], settings: &Settings) -> Restriction {
    let key = condition.key.to_ascii_lowercase();
    // `ForAllValues` and `IfExists` hold when the key is absent, unless another condition demands the key.
    let lax = condition.quantifier == Quantifier::All || condition.if_exists;
    if lax && !all.iter().any(|other| demands(other, &key)) {
        return Restriction::No;
    }
    if &*condition.operator == "ipaddress" {
        return addresses::restriction(condition, &key, settings);
    }
    let mut bounds = Vec::new();
    for value in &condition.values.items {
        match value_bound(condition, &key, value, settings) {
            Reach::Open => return Restriction::No,
            Reach::Always => return Restriction::Always,
            Reach::Nobody => {}
            Reach::To(bound) => bounds.push(bound),
        }
    }
    match &condition.values.open {
        Some(_) if !can_restrict(condition, &key, settings) => Restriction::No,
        Some(hole) => Restriction::Unknown(hole.clone()),
        None if bounds.is_empty() => Restriction::Never,
        None => Restriction::To(bounds),
    }
}

/// Whether some value of the key would restrict: one of each form is tried.
fn can_restrict(condition: &Condition, key: &str, settings: &Settings) -> bool {
    const FORMS: [&str; 8] = [
        "111122223333",
        "arn:aws:sns:eu-west-1:111122223333:topic",
        "o-a1b2c3d4e5",
        "vpc-1a2b3c4d",
        "true",
        "false",
        "AWS_IAM",
        "AROAABCDEFGHIJKLMNOPQ",
    ];
    FORMS.iter().any(|form| !matches!(value_bound(condition, key, &Arc::from(*form), settings), Reach::Open))
}

/// Whether a condition holds only when the key is present.
fn demands(condition: &Condition, key: &str) -> bool {
    &*condition.operator == "null"
        && condition.key.eq_ignore_ascii_case(key)
        && condition.values.open.is_none()
        && condition.values.items.iter().all(|value| value.eq_ignore_ascii_case("false"))
}

/// Whom a Deny statement's conditions spare: it denies everyone else. `None` when strangers may be spared too.
pub(crate) fn spared(conditions: &[Condition], settings: &Settings) -> Option<Vec<Bound>> {
    let mut bounds = Vec::new();
    for condition in conditions {
        // All conditions must hold for the denial, so a caller is spared by failing any one of them.
        match restriction(&affirmed(condition)?, &[], settings) {
            Restriction::To(found) => bounds.extend(found),
            Restriction::Never => {}
            _ => return None,
        }
    }
    Some(bounds)
}

/// The condition under which a negated condition does not hold. `None` where an absent key makes it not hold.
fn affirmed(condition: &Condition) -> Option<Condition> {
    let (operator, value): (&str, Option<&str>) = match &*condition.operator {
        "stringnotequals" | "stringnotequalsignorecase" => ("stringequals", None),
        "stringnotlike" => ("stringlike", None),
        "arnnotequals" | "arnnotlike" => ("arnlike", None),
        "notipaddress" => ("ipaddress", None),
        // Denied where the key is absent, so spared only where it is present.
        "null" => match condition.values.items.as_slice() {
            [value] if value.eq_ignore_ascii_case("true") => ("null", Some("false")),
            _ => return None,
        },
        // Denied where the flag is false or absent, so spared only where it is true.
        "bool" if condition.if_exists => match condition.values.items.as_slice() {
            [value] if value.eq_ignore_ascii_case("false") => ("bool", Some("true")),
            _ => return None,
        },
        _ => return None,
    };
    // `ForAnyValue` of a negated operator does not hold for an absent key.
    if condition.quantifier == Quantifier::Any || condition.values.open.is_some() {
        return None;
    }
    let mut affirmed = condition.clone();
    affirmed.operator = operator.into();
    affirmed.quantifier = Quantifier::One;
    affirmed.if_exists = false;
    if let Some(value) = value {
        affirmed.values.items = vec![value.into()];
    }
    Some(affirmed)
}
