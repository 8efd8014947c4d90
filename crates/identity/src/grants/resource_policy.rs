//! Grants of a resource-based policy or a trust policy.

use std::sync::Arc;

use resource::{Hole, Value};

use super::{Grant, Grants, Neutralised, Reason, deny, narrow};
use crate::condition::{Restriction, restriction};
use crate::coverage::Coverage;
use crate::party::{Party, To, party};
use crate::policy::{Choice, Document, Effect, Statement};
use crate::settings::Settings;

/// The grants of one document; a hole where it cannot be read.
pub(crate) fn resource_policy(value: &Value, settings: &Settings) -> Grants {
    match value {
        Value::Null => Grants::default(),
        Value::Unknown(hole) => Grants::unknown(hole.clone()),
        // An empty text is how some services answer "no policy".
        Value::Str(text) if text.trim().is_empty() => Grants::default(),
        value => match Document::parse(value) {
            Ok(document) => of_document(&document, settings),
            Err(error) => Grants::unknown(error.hole()),
        },
    }
}

fn of_document(document: &Document, settings: &Settings) -> Grants {
    let mut grants = Grants { items: Vec::new(), open: document.open.clone() };
    for statement in &document.statements {
        match &statement.effect {
            Ok(Effect::Allow) => allow(statement, settings, &mut grants),
            Ok(Effect::Deny) => {}
            Err(hole) => grants.open = Some(hole.clone()),
        }
    }
    for statement in document.statements.iter().filter(|statement| statement.may_deny()) {
        grants.items = deny::subtract(std::mem::take(&mut grants.items), statement, settings);
    }
    // A statement that could not be read may be a Deny, which would take any grant away.
    if let Some(hole) = &document.open {
        for grant in &mut grants.items {
            deny::doubt(grant, hole);
        }
    }
    grants
}

fn allow(statement: &Statement, settings: &Settings, grants: &mut Grants) {
    let Some((parties, open)) = parties(statement, settings) else { return };
    grants.open = grants.open.take().or(open);
    let conditions = Conditions::read(statement, settings);
    if conditions.never {
        return;
    }
    for start in parties {
        let mut kept = vec![start.clone()];
        for bounds in &conditions.bounds {
            kept = kept.iter().flat_map(|party| narrow::narrow(party, bounds)).collect();
        }
        for party in kept {
            grants.items.push(grant(statement, &start, party, &conditions));
        }
    }
}

/// Whom a statement names, and why there may be more. `None` when it is about nobody.
fn parties(statement: &Statement, settings: &Settings) -> Option<(Vec<Party>, Option<Arc<Hole>>)> {
    match statement.principals.as_ref()? {
        Choice::Is(elements) => {
            let named = elements.items.iter().filter_map(|name| party(name, &statement.conditions, settings));
            Some((named.collect(), elements.open.clone()))
        }
        // Everyone but a few: whoever is not listed gets in.
        Choice::Not(elements) => Some((vec![Party::new(To::Anyone, "*")], elements.open.clone())),
    }
}

/// What a statement's conditions come to.
struct Conditions {
    /// Each holds the parties to these; the narrower ones first, so that a wider one can only confirm.
    bounds: Vec<Vec<crate::condition::Bound>>,
    /// A condition remains that an outsider may meet.
    remaining: bool,
    /// One can never hold.
    never: bool,
    /// One may restrict, but its values are not known.
    unknown: Option<Arc<Hole>>,
}

impl Conditions {
    fn read(statement: &Statement, settings: &Settings) -> Conditions {
        let unknown = statement.conditions_open.clone();
        let mut found = Conditions { bounds: Vec::new(), remaining: false, never: false, unknown };
        for condition in &statement.conditions {
            match restriction(condition, &statement.conditions, settings) {
                Restriction::No => found.remaining = true,
                Restriction::Always => {}
                Restriction::Never => found.never = true,
                Restriction::To(bounds) => {
                    found.remaining |= bounds.iter().any(|bound| bound.can_be_met());
                    found.bounds.push(bounds);
                }
                Restriction::Unknown(hole) => found.unknown = Some(hole),
            }
        }
        found.bounds.sort_by_key(|bounds| bounds.iter().map(|bound| bound.party.to).max());
        found
    }
}

fn grant(statement: &Statement, start: &Party, party: Party, conditions: &Conditions) -> Grant {
    let actions = Coverage::actions(&statement.actions);
    let mut because = vec![Reason { statement: statement.label.clone(), text: allows(statement, start, &actions) }];
    if party != *start {
        let text = match &party.held_to {
            Some(place) => format!("its conditions hold that account to {place}"),
            None => format!("its conditions keep it to {}", party.text()),
        };
        because.push(Reason { statement: statement.label.clone(), text });
    }
    // An unread condition may keep strangers out; it cannot make a grant to ourselves matter more.
    let unread = conditions.unknown.as_ref().filter(|_| party.to != To::Own);
    Grant {
        party,
        actions,
        resources: Coverage::resources(statement.resources.as_ref()),
        actions_open: statement.actions.open().or(statement.resources.as_ref().and_then(Choice::open)).cloned(),
        conditional: conditions.remaining,
        conditions: statement.conditions.iter().map(crate::policy::Condition::text).collect(),
        because,
        neutralised: unread.map_or(Neutralised::No, |hole| Neutralised::Unknown(hole.clone())),
    }
}

fn allows(statement: &Statement, party: &Party, actions: &Coverage) -> String {
    let listed = match &statement.actions {
        Choice::Is(_) => actions.is.join(", "),
        Choice::Not(_) => format!("everything but {}", actions.except.join(", ")),
    };
    let to = match &statement.principals {
        Some(Choice::Not(elements)) => {
            let names: Vec<String> = elements.items.iter().map(ToString::to_string).collect();
            format!("everyone but {}", names.join(", "))
        }
        _ => party.text(),
    };
    format!("allows {listed} to {to}")
}
