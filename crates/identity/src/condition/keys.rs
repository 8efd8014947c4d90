//! Whom one value of a condition lets through, key by key.

use std::sync::Arc;

use super::{Bound, Via};
use crate::party::{Party, To, attest};
use crate::pattern::{is_any, is_wild};
use crate::policy::Condition;
use crate::settings::{Settings, is_account};

/// Whom one value lets through.
pub(super) enum Reach {
    Open,
    Always,
    Nobody,
    To(Bound),
}

pub(super) fn value_bound(condition: &Condition, key: &str, value: &Arc<str>, settings: &Settings) -> Reach {
    match &*condition.operator {
        "stringequals" | "stringequalsignorecase" | "stringlike" | "arnequals" | "arnlike" => {
            text_bound(key, value, settings)
        }
        "bool" => flag_bound(key, value),
        "null" if value.eq_ignore_ascii_case("false") => presence_bound(key),
        _ => Reach::Open,
    }
}

/// Who sends a key at all: "Availability" of each in "AWS global condition context keys".
fn presence_bound(key: &str) -> Reach {
    match key {
        // Sent only by a service that calls for somebody.
        "aws:sourceaccount" | "aws:sourcearn" | "aws:sourceorgid" | "aws:sourceorgpaths" => {
            to(Via::Service, Party::new(To::Service, key))
        }
        "aws:multifactorauthpresent" | "aws:multifactorauthage" => signed_in(key),
        // The account of an anonymous caller is `anonymous`, and its type is `Anonymous`: these are always sent.
        "aws:principalaccount" | "aws:principaltype" => Reach::Always,
        _ if key.starts_with("aws:principal") => signed_in(key),
        _ => Reach::Open,
    }
}

fn to(via: Via, mut party: Party) -> Reach {
    party.through_service = matches!(via, Via::Source | Via::Context);
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
        // A mount target lies in a VPC of ours; the Amazon EFS User Guide counts it among what is not public.
        "elasticfilesystem:accessedviamounttarget" => to(Via::Network, Party::new(To::Own, "a mount target")),
        _ => Reach::Open,
    }
}

fn text_bound(key: &str, value: &Arc<str>, settings: &Settings) -> Reach {
    if is_any(value) || settings.open_keys.contains(key) {
        return Reach::Open;
    }
    let value = &owner_written_out(value, settings);
    match key {
        "aws:principalaccount" | "kms:calleraccount" | "aws:vpceaccount" => account(Via::Caller, value, settings),
        "aws:sourceaccount" | "aws:sourceowner" => account(Via::Source, value, settings),
        "s3:dataaccesspointaccount" => account(Via::Network, value, settings),
        "aws:principalarn" => caller_arn(value, settings),
        // These name a resource through which the caller comes, of an account that must be written out.
        "s3:dataaccesspointarn" | "elasticfilesystem:accesspointarn" | "aws:sourcevpcarn" => {
            resource_arn(Via::Network, value, settings)
        }
        "ec2:sourceinstancearn" | "ssm:sourceinstancearn" | "lambda:sourcefunctionarn" => {
            resource_arn(Via::Caller, value, settings)
        }
        "aws:sourcearn" => source_arn(value, settings),
        "aws:principalorgid" | "aws:vpceorgid" => organisation(Via::Organisation, value, settings),
        "aws:principalorgpaths" | "aws:vpceorgpaths" => organisation(Via::Organisation, value, settings),
        "aws:sourceorgid" | "aws:sourceorgpaths" => organisation(Via::Source, value, settings),
        "aws:sourcevpc" | "aws:sourcevpce" | "aws:ec2instancesourcevpc" => fixed(Via::Network, To::Own, value),
        "aws:resourceaccount" | "s3:resourceaccount" => resource_account(value, settings),
        "aws:resourceorgid" | "aws:resourceorgpaths" => resource_organisation(value, settings),
        "sns:endpoint" => endpoint(value),
        "aws:userid" => user_id(value, settings),
        "aws:username" => fixed(Via::Caller, To::Foreign, value),
        "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" | "kms:viaservice" => {
            to(Via::Service, Party::new(To::Service, value.clone()))
        }
        "aws:principalservicename" | "aws:principalservicenameslist" => {
            to(Via::Service, Party::new(To::Service, value.clone()))
        }
        "lambda:eventsourcetoken" => {
            to(Via::Source, Party::new(To::Service, "holder of the event source token").guarded())
        }
        "lambda:functionurlauthtype" if value.eq_ignore_ascii_case("AWS_IAM") => signed_in("AWS_IAM"),
        _ if key.starts_with("kms:encryptioncontext:") => context(value, settings),
        "aws:principaltype" if !is_wild(value) && !value.eq_ignore_ascii_case("anonymous") => signed_in(value),
        _ => Reach::Open,
    }
}

/// The value with `${aws:ResourceAccount}` written out.
fn owner_written_out(value: &Arc<str>, settings: &Settings) -> Arc<str> {
    const VARIABLE: &str = "${aws:resourceaccount}";
    match value.to_ascii_lowercase().find(VARIABLE) {
        Some(at) => {
            let (head, rest) = value.split_at(at);
            let tail = rest.get(VARIABLE.len()..).unwrap_or_default();
            format!("{head}{}{tail}", settings.account).into()
        }
        None => value.clone(),
    }
}

/// A policy variable that stands for the owner's organisation.
fn is_owner_variable(value: &str) -> bool {
    ["${aws:resourceorgid}", "${aws:resourceorgpaths}"].iter().any(|variable| value.eq_ignore_ascii_case(variable))
}

fn account(via: Via, value: &Arc<str>, settings: &Settings) -> Reach {
    if is_account(value) { to(via, Party::account(value, value.clone(), settings)) } else { Reach::Open }
}

/// The resource lies in its own account, so naming that keeps nobody out, and naming only another lets nobody in.
fn resource_account(value: &str, settings: &Settings) -> Reach {
    // The other way round, it says that the caller's account is the resource's.
    if value.eq_ignore_ascii_case("${aws:principalaccount}") {
        return to(Via::Caller, Party::account(&settings.account, settings.account.clone(), settings));
    }
    if is_wild(value) || value.contains("${") || *value == *settings.account { Reach::Always } else { Reach::Nobody }
}

/// Likewise of the organisation. Whether a named one is the resource's is not always known; then it keeps nobody out.
fn resource_organisation(value: &str, settings: &Settings) -> Reach {
    if ["${aws:principalorgid}", "${aws:principalorgpaths}"].iter().any(|same| value.eq_ignore_ascii_case(same)) {
        return to(Via::Organisation, Party::account(&settings.account, settings.account.clone(), settings));
    }
    let id = value.split('/').next().unwrap_or(value);
    if settings.own_organisations.contains(id) { Reach::Always } else { Reach::Open }
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
    if is_account(account) {
        return to(Via::Caller, Party::account(account, value.clone(), settings));
    }
    // Any account can make a role of that name.
    if is_wild(account) { signed_in(value) } else { Reach::Open }
}

fn resource_arn(via: Via, value: &Arc<str>, settings: &Settings) -> Reach {
    match value.split(':').nth(4) {
        Some(account) if is_account(account) => to(via, Party::account(account, value.clone(), settings)),
        _ => Reach::Open,
    }
}

/// `kms:EncryptionContext:aws:logs:arn` and its like: the documented guard where a service sends no source ("Encrypt log
/// data in CloudWatch Logs using AWS KMS", Amazon CloudWatch Logs User Guide).
fn context(value: &Arc<str>, settings: &Settings) -> Reach {
    match value.split(':').nth(4) {
        Some(account) if value.starts_with("arn:") && is_account(account) => {
            to(Via::Context, Party::account(account, value.clone(), settings))
        }
        _ => Reach::Open,
    }
}

/// Whoever owns the endpoint subscribes it: `*@corp.net` names somebody, though no account. A pattern that is all wildcard
/// after the protocol (`https://*`), or an ARN in every account, names nobody.
fn endpoint(value: &Arc<str>) -> Reach {
    let open = if value.starts_with("arn:") {
        is_wild(value) && !value.split(':').nth(4).is_some_and(is_account)
    } else {
        let rest = value.split_once("://").map_or(&**value, |(_, rest)| rest);
        rest.chars().all(|letter| matches!(letter, '*' | '?' | '@' | '.' | '/' | ':'))
    };
    if open { Reach::Open } else { to(Via::Caller, Party::new(To::Foreign, value.clone())) }
}

/// An ARN with the account written out keeps to that account, whatever is open beside it: `arn:aws:sns:*:ACCOUNT:*` is
/// the documented form for several resources ("The confused deputy problem"). Without an account, three or more
/// wildcards or a tail that stands for every resource leave it open to all.
fn source_arn(value: &Arc<str>, settings: &Settings) -> Reach {
    let mut parts = value.splitn(6, ':').skip(2);
    let (Some(service), Some(account)) = (parts.next(), parts.nth(1)) else { return Reach::Open };
    if is_account(account) {
        return to(Via::Source, Party::account(account, value.clone(), settings));
    }
    let wildcards = value.matches(['*', '?']).count();
    if wildcards >= 3 || value.ends_with(":*") || value.contains("${") {
        return Reach::Open;
    }
    // Bucket ARNs carry no account; the name itself is unique in the world.
    if service == "s3" || account.is_empty() {
        return to(Via::Source, Party::new(To::Service, value.clone()).guarded());
    }
    to(Via::Source, Party::new(To::Foreign, value.clone()))
}
