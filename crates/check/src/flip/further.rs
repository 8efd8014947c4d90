//! What is tried where no single change makes a check pass.

use std::sync::Arc;

use expr::{Entity, Plan, Stop, To, Wish, best};
use resource::{Value, Verdict};

use super::proposed::Proposed;
use super::trials::Trials;
use super::{Case, facts, item, proposals};
use crate::WithParams;

/// From so many first steps a second one is taken.
const MOST_FIRST: usize = 3;

/// Changes with which it still fails, each with what the rule asks for then.
pub(super) fn in_two_steps(case: &Case<'_>, plans: &[Plan], trials: &mut Trials<'_>) -> Vec<Plan> {
    let mut both = Vec::new();
    for first in plans.iter().take(MOST_FIRST) {
        if trials.verdict(&first.wishes) == Some(Verdict::Fail) {
            both.extend(second(case, first));
        }
    }
    best(both)
}

fn second(case: &Case<'_>, first: &Plan) -> Vec<Plan> {
    let world = Proposed::new(case, &first.wishes);
    let subject = world.changed(case.subject);
    let then = Case { subject: &subject, scope: &world, ..*case };
    let plans = facts::lowered(&then, proposals(&then));
    plans.iter().filter_map(|second| together(first, second, &|uid| world.original(uid))).collect()
}

/// Both steps as changes of what there is now; where both change one place, the second is what becomes of it.
fn together(first: &Plan, second: &Plan, original: &dyn Fn(&Arc<str>) -> Option<Entity>) -> Option<Plan> {
    let makes = |plan: &Plan| plan.wishes.iter().any(|wish| matches!(wish.to, To::Exists(_)));
    // Two resources that do not exist yet would be taken for one.
    if second.wishes.is_empty() || (makes(first) && makes(second)) {
        return None;
    }
    let now = |wish: &Wish| {
        let mut now = wish.clone();
        let entity = &wish.spot.entity;
        let known = first.wishes.iter().find(|own| own.spot.entity.uid == entity.uid);
        let known = known.map(|own| own.spot.entity.clone()).or_else(|| original(&entity.uid));
        now.spot.path = unshifted(&wish.spot.path, &entity.uid, first);
        now.spot.entity = known.unwrap_or_else(|| entity.clone());
        now
    };
    let second = Plan { wishes: second.wishes.iter().map(now).collect() };
    let mut kept = first.clone();
    kept.wishes.retain(|own| match own.to {
        To::Holds(_) | To::Exists(_) => true,
        _ => second.wishes.iter().all(|wish| wish.spot != own.spot),
    });
    kept.and(&second)
}

/// A way through lists from which items are gone, as it was before.
fn unshifted(path: &[Stop], uid: &Arc<str>, first: &Plan) -> Vec<Stop> {
    let mut path = path.to_vec();
    let own = first.wishes.iter().filter(|wish| wish.to == To::Gone && wish.spot.entity.uid == *uid);
    let mut gone: Vec<&[Stop]> = own.map(|wish| wish.spot.path.as_slice()).collect();
    gone.sort();
    for gone in gone {
        let Some((Stop::Item(gone_at), list)) = gone.split_last() else { continue };
        if path.starts_with(list)
            && let Some(Stop::Item(at)) = path.get_mut(list.len())
            && *at >= *gone_at
        {
            *at += 1;
        }
    }
    path
}

/// What would make the check not apply, the changes that were to make it pass first.
pub(super) fn not_to_apply(case: &Case<'_>, plans: &[Plan]) -> Vec<Plan> {
    let scope = WithParams::new(case.scope, case.params);
    let more = match item(case) {
        Ok(item) => case.check.rule.wishes_not_to_apply(case.subject, &scope, item),
        Err(_) => Vec::new(),
    };
    let all = plans.iter().cloned().chain(facts::lowered(case, more));
    all.filter(|plan| !plan.wishes.iter().any(ends)).collect()
}

/// To do away with a resource is no way to set it right.
fn ends(wish: &Wish) -> bool {
    let (To::Is(Value::Str(state)) | To::Fits(_, Value::Str(state))) = &wish.to else { return false };
    let state = state.to_ascii_lowercase();
    ["terminat", "delet", "shutting"].iter().any(|word| state.contains(word))
}

#[cfg(test)]
mod tests;
