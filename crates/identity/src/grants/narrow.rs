//! Holding a party to what conditions let through.

use crate::condition::{Bound, Via};
use crate::party::{Party, To};

/// The parties that remain of `party` when only `bounds` get through. A party that the bounds say nothing about stays.
pub(super) fn narrow(party: &Party, bounds: &[Bound]) -> Vec<Party> {
    match party.to {
        To::Anyone | To::Authenticated => strangers(party, bounds),
        To::Service => vec![service(party, bounds)],
        To::Foreign => foreign(party, bounds),
        To::Own => vec![party.clone()],
    }
}

/// The widest of the parties; strangers are held to the bounds only if each of these is narrower.
fn strangers(party: &Party, bounds: &[Bound]) -> Vec<Party> {
    // Anybody may claim any context.
    if bounds.iter().any(|bound| bound.via == Via::Context) {
        return vec![party.clone()];
    }
    let widest = bounds.iter().map(|bound| bound.party.to).max();
    if widest.is_some_and(|widest| widest >= party.to) {
        return vec![party.clone()];
    }
    let mut parties: Vec<Party> = Vec::new();
    for bound in bounds {
        if !parties.contains(&bound.party) {
            parties.push(bound.party.clone());
        }
    }
    parties
}

/// A service that may only act for certain accounts or resources.
fn service(party: &Party, bounds: &[Bound]) -> Party {
    let sources: Vec<&Bound> = bounds.iter().filter(|bound| matches!(bound.via, Via::Source | Via::Context)).collect();
    if is_unmeetable(bounds) {
        return Party { held_to: Some("what a service does not send".into()), ..party.clone() };
    }
    if sources.is_empty() || sources.len() < bounds.len() {
        return party.clone();
    }
    match sources.iter().find(|bound| bound.party.to == To::Foreign) {
        // The service is held, but to somebody else: that account is who gets in.
        Some(bound) => Party {
            to: To::Foreign,
            account: bound.party.account.clone(),
            doubt: bound.party.doubt.clone(),
            through_service: true,
            ..party.clone().guarded()
        },
        None => party.clone().guarded(),
    }
}

/// Conditions on who the caller is, which a service as the caller cannot meet: it belongs to no account and no
/// organisation ("AWS global condition context keys", `aws:PrincipalOrgID`).
pub(super) fn is_unmeetable(bounds: &[Bound]) -> bool {
    let by_account =
        |bound: &Bound| matches!(bound.via, Via::Caller | Via::Organisation) && !bound.party.to.is_public();
    !bounds.is_empty() && bounds.iter().all(by_account)
}

/// An account that is not ours: it may turn out to be of our organisation, or not to be let through at all.
fn foreign(party: &Party, bounds: &[Bound]) -> Vec<Party> {
    if !bounds.is_empty() && bounds.iter().all(|bound| bound.via == Via::Organisation) {
        let own = bounds.iter().all(|bound| bound.party.to == To::Own);
        let doubt = bounds.iter().find_map(|bound| bound.party.doubt.clone());
        return vec![match (own, doubt) {
            (true, _) => Party { to: To::Own, doubt: None, ..party.clone() },
            (false, doubt) => Party { doubt: doubt.or_else(|| party.doubt.clone()), ..party.clone() },
        }];
    }
    let named = bounds.iter().all(|bound| bound.via == Via::Caller && bound.party.account.is_some());
    if named && party.account.is_some() && !bounds.iter().any(|bound| bound.party.account == party.account) {
        return Vec::new();
    }
    let ours = |bound: &Bound| bound.party.to == To::Own || bound.via == Via::Service;
    match bounds.first() {
        Some(first) if bounds.iter().all(ours) => {
            vec![Party { held_to: Some(first.party.principal.clone()), ..party.clone() }]
        }
        _ => vec![party.clone()],
    }
}
