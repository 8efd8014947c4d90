//! Taking Deny statements away from grants.

use std::sync::Arc;

use resource::Hole;

use super::{Grant, Neutralised, Reason, narrow};
use crate::condition::{Bound, spared};
use crate::party::{Party, To, party as party_of};
use crate::policy::{Choice, Condition, Elements, Principal, Statement};
use crate::settings::Settings;

/// A grant is split by what a statement denies. Beyond this many parts only whole grants are taken away: too much is
/// then reported as granted, never too little.
const MAX_PARTS: usize = 512;

/// What a Deny statement does to a party.
enum Effect {
    /// Nothing.
    Spares,
    /// The party is denied.
    Denies,
    /// Only these of the party are left.
    Leaves(Vec<Party>),
}

/// The grants that are left after a Deny statement.
pub(super) fn subtract(grants: Vec<Grant>, statement: &Statement, settings: &Settings) -> Vec<Grant> {
    let mut left = Vec::new();
    let mut budget = MAX_PARTS.saturating_sub(grants.len());
    for grant in grants {
        match effect(&grant.party, statement, settings) {
            Effect::Spares => left.push(grant),
            _ if !touches(statement, &grant) => left.push(grant),
            _ if statement.hole().is_some() => left.push(doubted(grant, statement)),
            Effect::Denies => apply(grant, statement, &[], &mut budget, &mut left),
            Effect::Leaves(parties) => apply(grant, statement, &parties, &mut budget, &mut left),
        }
    }
    left
}

/// Whether the statement is about some of the grant's actions and resources, or may be.
fn touches(statement: &Statement, grant: &Grant) -> bool {
    let resources = statement.resources.as_ref();
    (statement.actions.open().is_some() || !grant.actions.split(Some(&statement.actions)).removed.is_empty())
        && (resources.is_some_and(|element| element.open().is_some())
            || !grant.resources.split(resources).removed.is_empty())
}

/// Part of the statement could not be read, and it may concern this grant.
fn doubted(mut grant: Grant, statement: &Statement) -> Grant {
    if let Some(hole) = statement.hole() {
        doubt(&mut grant, hole);
    }
    grant
}

pub(super) fn doubt(grant: &mut Grant, hole: &Arc<Hole>) {
    if grant.neutralised == Neutralised::No {
        grant.neutralised = Neutralised::Unknown(hole.clone());
    }
}

fn effect(party: &Party, statement: &Statement, settings: &Settings) -> Effect {
    let conditions: Vec<Condition> =
        statement.conditions.iter().filter(|condition| !surely_holds(condition, party)).cloned().collect();
    let by_condition = if conditions.is_empty() && statement.conditions_open.is_none() {
        None
    } else {
        match spared(&conditions, settings) {
            Some(bounds) => Some(bounds),
            // Unread conditions may come to anything; `subtract` turns that into doubt.
            None if statement.condition_hole().is_some() => Some(Vec::new()),
            None => return Effect::Spares,
        }
    };
    match &statement.principals {
        // A resource policy's statement without a principal is refused by the provider; it denies nobody.
        None => Effect::Spares,
        Some(Choice::Is(named)) if names(named, party, settings) || named.open.is_some() => match by_condition {
            None => Effect::Denies,
            Some(bounds) => held(party, &bounds),
        },
        Some(Choice::Is(_)) => Effect::Spares,
        Some(Choice::Not(spared)) => everyone_but(party, spared, by_condition.as_deref(), settings),
    }
}

/// Conditions that hold whenever this party asks, so that they spare nobody of it.
fn surely_holds(condition: &Condition, party: &Party) -> bool {
    let says = |wanted: &str| {
        let values = &condition.values;
        values.open.is_none()
            && !values.items.is_empty()
            && values.items.iter().all(|value| value.eq_ignore_ascii_case(wanted))
    };
    let key = condition.key.to_ascii_lowercase();
    let is_service = party.to == To::Service || party.through_service;
    let by_itself = party.account.is_some() && !party.through_service;
    match (&*condition.operator, key.as_str()) {
        ("bool", "aws:principalisawsservice") => (is_service && says("true")) || (by_itself && says("false")),
        // A service that acts for nobody sends no source, and confuses nobody.
        ("null", "aws:sourceaccount" | "aws:sourcearn" | "aws:sourceorgid") => is_service && says("false"),
        ("stringequals" | "stringlike", "aws:principalaccount") => {
            by_itself && condition.values.items.iter().any(|value| Some(value) == party.account.as_ref())
        }
        _ => false,
    }
}

fn held(party: &Party, bounds: &[Bound]) -> Effect {
    if bounds.is_empty() || (party.to == To::Service && !party.through_service && narrow::is_unmeetable(bounds)) {
        return Effect::Denies;
    }
    let kept = narrow::narrow(party, bounds);
    if kept == [party.clone()] { Effect::Spares } else { Effect::Leaves(kept) }
}

/// Whether the statement names everybody whom the party stands for.
fn names(named: &Elements<Principal>, of: &Party, settings: &Settings) -> bool {
    named.items.iter().any(|name| match (name, of.to) {
        (Principal::Anyone, _) => true,
        (_, To::Anyone) => false,
        (Principal::AnyAccount(_), To::Authenticated) => true,
        (name, _) => name.covers(&as_principal(of)) || party_of(name, &[], settings).is_some_and(|named| named == *of),
    })
}

/// The principal that a party came from, as far as it tells.
fn as_principal(party: &Party) -> Principal {
    // The caller is then the service, whoever it acts for.
    let account = party.account.as_ref().filter(|_| !party.through_service);
    match account {
        Some(account) => Principal::Account {
            account: account.clone(),
            arn: (*account != party.principal).then(|| party.principal.clone()),
        },
        None if party.through_service => Principal::Service(party.principal.clone()),
        None => Principal::Other(party.principal.clone()),
    }
}

/// `NotPrincipal`: everyone is denied but those listed.
fn everyone_but(of: &Party, spared: &Elements<Principal>, bounds: Option<&[Bound]>, settings: &Settings) -> Effect {
    if spared.items.iter().any(|name| matches!(name, Principal::Anyone)) || names(spared, of, settings) {
        return Effect::Spares;
    }
    // Some of a network's or an organisation's members, or of those for whom a service acts, may be on the list.
    if !of.to.is_public() && (of.account.is_none() || of.through_service) {
        return Effect::Spares;
    }
    // Of an account, the identities on the list are left; of strangers, everyone on it.
    let within = |name: &&Principal| of.to.is_public() || as_principal(of).covers(name);
    let mut left: Vec<Party> =
        spared.items.iter().filter(within).filter_map(|name| party_of(name, &[], settings)).collect();
    if let Some(bounds) = bounds {
        match held(of, bounds) {
            Effect::Spares => return Effect::Spares,
            Effect::Denies => {}
            Effect::Leaves(parties) => left.extend(parties),
        }
    }
    if left.is_empty() { Effect::Denies } else { Effect::Leaves(left) }
}

/// Splits a grant by the statement's actions and resources. What lies inside is granted to `left_over` only.
fn apply(grant: Grant, statement: &Statement, left_over: &[Party], budget: &mut usize, left: &mut Vec<Grant>) {
    let actions = grant.actions.split(Some(&statement.actions));
    let resources = grant.resources.split(statement.resources.as_ref());
    if actions.removed.is_empty() || resources.removed.is_empty() {
        left.push(grant);
        return;
    }
    let parts = 2 + left_over.len();
    let whole = actions.kept.is_empty() && resources.kept.is_empty();
    if !whole {
        if *budget < parts {
            left.push(grant);
            return;
        }
        *budget -= parts;
    }
    let reason = |text: String| Reason { statement: statement.label.clone(), text };
    if !actions.kept.is_empty() {
        let mut part = Grant { actions: actions.kept.clone(), ..grant.clone() };
        if part.actions != grant.actions {
            part.because.push(reason("denies some of the actions".to_owned()));
        }
        left.push(part);
    }
    if !resources.kept.is_empty() {
        let mut part = Grant { actions: actions.removed.clone(), resources: resources.kept.clone(), ..grant.clone() };
        part.because.push(reason("denies it on some of the resources".to_owned()));
        left.push(part);
    }
    for party in left_over {
        let mut part = Grant {
            party: party.clone(),
            actions: actions.removed.clone(),
            resources: resources.removed.clone(),
            ..grant.clone()
        };
        part.because.push(reason(format!("denies it to everyone but {}", party.text())));
        left.push(part);
    }
}
