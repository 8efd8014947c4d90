//! Which conditions keep a grant to whom.
//!
//! A condition *restricts* when every value it allows names somebody: an account, an organisation, a network, a
//! resource on whose behalf a service calls. The list of keys and forms follows "The meaning of public" (Amazon S3
//! User Guide) and "AWS global condition context keys" (AWS IAM User Guide).

use std::sync::Arc;

use ipnet::IpNet;
use resource::Hole;

use crate::party::{Party, To, attest};
use crate::pattern::{is_any, is_wild};
use crate::policy::{Condition, Quantifier};
use crate::settings::{Settings, is_account, network};

#[cfg(test)]
mod tests;

/// What of a request a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Via {
    /// The caller itself.
    Caller,
    /// The caller's organisation.
    Organisation,
    /// The account or resource for which a service calls.
    Source,
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
    const FORMS: [&str; 9] = [
        "111122223333",
        "arn:aws:sns:eu-west-1:111122223333:topic",
        "o-a1b2c3d4e5",
        "vpc-1a2b3c4d",
        "10.0.0.0/8",
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

/// Whom one value lets through.
enum Reach {
    Open,
    Always,
    Nobody,
    To(Bound),
}

fn value_bound(condition: &Condition, key: &str, value: &Arc<str>, settings: &Settings) -> Reach {
    match &*condition.operator {
        "stringequals" | "stringequalsignorecase" | "stringlike" | "arnequals" | "arnlike" => {
            text_bound(key, value, settings)
        }
        "ipaddress" => address_bound(key, value, settings),
        "bool" => flag_bound(key, value),
        "null" if value.eq_ignore_ascii_case("false") && key.starts_with("aws:principal") => signed_in(key),
        _ => Reach::Open,
    }
}

fn to(via: Via, party: Party) -> Reach {
    Reach::To(Bound { via, party })
}

fn signed_in(text: &str) -> Reach {
    to(Via::Caller, Party::new(To::Authenticated, text))
}

fn flag_bound(key: &str, value: &str) -> Reach {
    if !value.eq_ignore_ascii_case("true") {
        return Reach::Open;
    }
    match key {
        "aws:principalisawsservice" | "aws:viaawsservice" => to(Via::Service, Party::new(To::Service, key)),
        "aws:multifactorauthpresent" => signed_in(key),
        _ => Reach::Open,
    }
}

fn text_bound(key: &str, value: &Arc<str>, settings: &Settings) -> Reach {
    if is_any(value) {
        return Reach::Open;
    }
    match key {
        "aws:principalaccount" | "kms:calleraccount" | "aws:vpceaccount" => account(Via::Caller, value, settings),
        "aws:sourceaccount" | "aws:sourceowner" => account(Via::Source, value, settings),
        "s3:dataaccesspointaccount" => account(Via::Caller, value, settings),
        "aws:principalarn" | "s3:dataaccesspointarn" => caller_arn(value, settings),
        "aws:sourcearn" => source_arn(value, settings),
        "aws:principalorgid" | "aws:vpceorgid" => organisation(Via::Organisation, value, settings),
        "aws:principalorgpaths" | "aws:vpceorgpaths" => organisation(Via::Organisation, value, settings),
        "aws:sourceorgid" | "aws:sourceorgpaths" => organisation(Via::Source, value, settings),
        "aws:sourcevpc" | "aws:sourcevpce" => fixed(Via::Network, To::Own, value),
        "aws:resourceaccount" | "s3:resourceaccount" => resource_account(value, settings),
        "aws:userid" => user_id(value, settings),
        "aws:username" => fixed(Via::Caller, To::Foreign, value),
        "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" | "kms:viaservice" => {
            to(Via::Service, Party::new(To::Service, value.clone()))
        }
        "aws:principalservicename" | "aws:principalservicenameslist" => {
            to(Via::Service, Party::new(To::Service, value.clone()))
        }
        "lambda:eventsourcetoken" => to(Via::Source, Party::new(To::Service, "holder of the event source token").guarded()),
        "lambda:functionurlauthtype" if value.eq_ignore_ascii_case("AWS_IAM") => signed_in("AWS_IAM"),
        "aws:principaltype" if !is_wild(value) && !value.eq_ignore_ascii_case("anonymous") => signed_in(value),
        _ => Reach::Open,
    }
}

/// A policy variable that stands for the owner: `${aws:ResourceAccount}` and the organisation's like.
fn is_owner_variable(value: &str) -> bool {
    ["${aws:resourceaccount}", "${aws:resourceorgid}", "${aws:resourceorgpaths}"]
        .iter()
        .any(|variable| value.eq_ignore_ascii_case(variable))
}

fn account(via: Via, value: &Arc<str>, settings: &Settings) -> Reach {
    if is_owner_variable(value) {
        return to(via, Party::account(&settings.account, settings.account.clone(), settings));
    }
    if is_account(value) { to(via, Party::account(value, value.clone(), settings)) } else { Reach::Open }
}

/// The resource lies in its own account, so naming that keeps nobody out, and naming only another lets nobody in.
fn resource_account(value: &str, settings: &Settings) -> Reach {
    if is_wild(value) || value.contains("${") || *value == *settings.account { Reach::Always } else { Reach::Nobody }
}

fn organisation(via: Via, value: &str, settings: &Settings) -> Reach {
    let id = value.split('/').next().unwrap_or(value);
    if is_owner_variable(value) {
        return to(via, Party::account(&settings.account, settings.account.clone(), settings));
    }
    // `o-…/r-…/ou-…/*` is the documented way to name everything below a unit; only the id must be fixed.
    if is_wild(id) || value.contains("${") { Reach::Open } else { to(via, Party::organisation(id, settings)) }
}

fn fixed(via: Via, kind: To, value: &Arc<str>) -> Reach {
    if is_wild(value) || value.contains("${") { Reach::Open } else { to(via, Party::new(kind, value.clone())) }
}

/// `AROA…:session` and `AIDA…` name one identity, whose account the id does not tell.
fn user_id(value: &Arc<str>, settings: &Settings) -> Reach {
    if is_account(value) {
        return to(Via::Caller, Party::account(value, value.clone(), settings));
    }
    let id = value.split(':').next().unwrap_or(value);
    if is_wild(id) || id.len() < 16 || value.contains("${") {
        return Reach::Open;
    }
    let mut party = Party::new(To::Foreign, value.clone());
    party.doubt = Some(attest(&format!("to which account the unique id `{id}` belongs")));
    to(Via::Caller, party)
}

fn caller_arn(value: &Arc<str>, settings: &Settings) -> Reach {
    let Some(account) = value.split(':').nth(4) else { return Reach::Open };
    if account.eq_ignore_ascii_case("${aws:resourceaccount}") {
        return to(Via::Caller, Party::account(&settings.account, value.clone(), settings));
    }
    if is_account(account) {
        return to(Via::Caller, Party::account(account, value.clone(), settings));
    }
    // Any account can make a role of that name.
    if is_wild(account) { signed_in(value) } else { Reach::Open }
}

/// A wildcard that leaves the resource open, as the evaluator's definition has it: three or more, or a tail that
/// stands for every resource.
fn source_arn(value: &Arc<str>, settings: &Settings) -> Reach {
    let stars = value.matches(['*', '?']).count();
    if stars >= 3 || value.ends_with(":*") {
        return Reach::Open;
    }
    let mut parts = value.splitn(6, ':').skip(2);
    let (service, account) = (parts.next(), parts.nth(1));
    match (service, account) {
        (Some(_), Some(account)) if is_account(account) => {
            to(Via::Source, Party::account(account, value.clone(), settings))
        }
        (Some(_), Some(account)) if account.eq_ignore_ascii_case("${aws:resourceaccount}") => {
            to(Via::Source, Party::account(&settings.account, value.clone(), settings))
        }
        // Bucket ARNs carry no account; the name itself is unique in the world.
        (Some("s3"), Some(_)) | (Some(_), Some("")) if !value.contains("${") => {
            to(Via::Source, Party::new(To::Service, value.clone()).guarded())
        }
        (Some(_), Some(_)) if !value.contains("${") => to(Via::Source, Party::new(To::Foreign, value.clone())),
        _ => Reach::Open,
    }
}

fn address_bound(key: &str, value: &Arc<str>, settings: &Settings) -> Reach {
    if !matches!(key, "aws:sourceip" | "aws:vpcsourceip") {
        return Reach::Open;
    }
    match network(value) {
        Some(range) if is_private(&range) || settings.trusted_networks.iter().any(|own| own.contains(&range)) => {
            to(Via::Network, Party::new(To::Own, value.clone()))
        }
        _ => Reach::Open,
    }
}

/// Ranges that are never routed on the internet.
fn is_private(range: &IpNet) -> bool {
    const PRIVATE: [&str; 9] = [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "127.0.0.0/8",
        "fc00::/7",
        "fe80::/10",
        "::1/128",
    ];
    PRIVATE.iter().filter_map(|text| text.parse::<IpNet>().ok()).any(|private| private.contains(range))
}
