//! Whom one value of a condition lets through, key by key.

use std::sync::{Arc, LazyLock};

use ipnet::IpNet;

use super::{Bound, Via};
use crate::party::{Party, To, attest};
use crate::pattern::{is_any, is_wild};
use crate::policy::Condition;
use crate::settings::{Settings, is_account, network};

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
        "ipaddress" => address_bound(key, value, settings),
        "bool" => flag_bound(key, value),
        "null" if value.eq_ignore_ascii_case("false") && key.starts_with("aws:principal") => signed_in(key),
        _ => Reach::Open,
    }
}

fn to(via: Via, mut party: Party) -> Reach {
    party.through_service = via == Via::Source;
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
        // Whoever owns the endpoint subscribes it: `*@corp.net` names somebody, though no account.
        "sns:endpoint" => to(Via::Caller, Party::new(To::Foreign, value.clone())),
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

/// An ARN with the account written out keeps to that account, whatever is open beside it: `arn:aws:sns:*:ACCOUNT:*` is
/// the documented form for several resources ("The confused deputy problem"). Without an account, three or more
/// wildcards or a tail that stands for every resource leave it open to all.
fn source_arn(value: &Arc<str>, settings: &Settings) -> Reach {
    let mut parts = value.splitn(6, ':').skip(2);
    let (Some(service), Some(account)) = (parts.next(), parts.nth(1)) else { return Reach::Open };
    if is_account(account) {
        return to(Via::Source, Party::account(account, value.clone(), settings));
    }
    if account.eq_ignore_ascii_case("${aws:resourceaccount}") {
        return to(Via::Source, Party::account(&settings.account, value.clone(), settings));
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
static PRIVATE: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let texts = [
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
    texts.iter().filter_map(|text| text.parse().ok()).collect()
});

fn is_private(range: &IpNet) -> bool {
    PRIVATE.iter().any(|private| private.contains(range))
}
