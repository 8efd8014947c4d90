//! The smallest change that makes a failing check pass: proposed by the rule, applied to copies of the documents, and
//! judged again with facts computed anew. What does not pass then is not called proven.

mod apply;
mod facts;
mod further;
mod minimal;
mod place;
mod proposed;
mod trials;
mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use catalog::{Catalog, Check};
use expr::{Entity, EntityData, Plan, Scope, To, Wish};
use resource::{Map, Value, Verdict};

use crate::WithParams;
use crate::scope::Later;
use trials::{Trials, silly};

/// Completes a changed resource: its facts and attributes as they would be.
pub trait Completer {
    /// The resource with facts and attributes computed anew in the given world.
    fn completed(&self, data: EntityData, scope: &dyn Scope) -> Entity;
}

/// A failing verdict.
#[derive(Clone, Copy)]
pub struct Case<'c> {
    /// For the types of what is changed.
    pub catalog: &'c Catalog,
    /// The check that failed.
    pub check: &'c Check,
    /// Its parameters.
    pub params: &'c Map,
    /// What it failed about.
    pub subject: &'c Entity,
    /// The world around it.
    pub scope: &'c dyn Scope,
    /// Computes facts anew.
    pub completer: &'c dyn Completer,
    /// Which item failed; empty for the subject itself.
    pub discriminator: &'c str,
}

/// A change, and whether the check passes with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    /// In words, to be read after "if".
    pub text: String,
    /// Whether the rule was run again over the changed documents and no longer failed: it passed, or, where nothing makes
    /// it pass, it no longer applied.
    pub proven: bool,
    /// What it said then, where it was run: `Unknown` where something that could not be read still decides.
    pub then: Option<Verdict>,
    /// Each change in words: whose, where, what.
    pub edits: Vec<Edited>,
    plan: Plan,
}

impl Flip {
    /// The global ids of the resources that it changes or makes.
    pub fn touched(&self) -> BTreeSet<Arc<str>> {
        self.plan.wishes.iter().map(|wish| wish.spot.entity.uid.clone()).collect()
    }

    /// A resource's document with the change.
    pub fn applied(&self, uid: &str, document: &Value) -> Value {
        let own: Vec<&Wish> = self.plan.wishes.iter().filter(|wish| *wish.spot.entity.uid == *uid).collect();
        apply::applied(document, &own)
    }
}

/// One change in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Edited {
    /// Whose document, the global id.
    pub uid: String,
    /// Where, `A.B[3]`; empty for a resource that does not exist yet.
    pub path: String,
    /// In words.
    pub text: String,
}

/// So many changed worlds are judged for one finding.
const MOST_TRIALS: usize = 48;
/// So many more where none of those passes: two steps, then that the check does not apply.
const MOST_FURTHER: usize = 16;
/// So many ways are shown.
const MOST_SHOWN: usize = 3;

/// The smallest changes, the best first: proven ones, or the one that the rule asks for where none is proven.
pub fn flips(case: &Case<'_>) -> Vec<Flip> {
    let plans = facts::lowered(case, proposals(case));
    let mut trials = Trials::new(case, MOST_TRIALS);
    let mut found = ways(&plans, &mut trials);
    if found.is_empty() {
        trials.left = MOST_FURTHER;
        found = ways(&further::in_two_steps(case, &plans, &mut trials), &mut trials);
    }
    if found.is_empty()
        && let Some(flip) = time_alone(case)
    {
        return vec![flip];
    }
    if found.is_empty() {
        // What is left open after the right change says more than how not to be asked.
        let open = unproven(case, &plans);
        if open.then == Some(Verdict::Unknown) {
            return vec![open];
        }
        trials.left = MOST_FURTHER;
        trials.goal = Verdict::NotApplicable;
        found = ways(&further::not_to_apply(case, &plans), &mut trials);
    }
    match found.as_slice() {
        [] => vec![unproven(case, &plans)],
        found => found.iter().map(|plan| words::flip(case, plan, Some(trials.goal))).collect(),
    }
}

/// Those of the plans that come out as looked for, without what they do not need.
fn ways(plans: &[Plan], trials: &mut Trials<'_>) -> Vec<Plan> {
    let mut found: Vec<Plan> = Vec::new();
    for plan in plans {
        if found.len() == MOST_SHOWN || trials.left == 0 {
            break;
        }
        if found.iter().all(|known| is_another_way(plan, known)) && trials.passes(&plan.wishes) {
            let plan = minimal::minimal(plan, trials);
            if found.iter().all(|known| is_another_way(&plan, known)) {
                found.push(plan);
            }
        }
    }
    found
}

/// How much larger than the smallest a change may be that is shown beside it.
const MORE: u32 = 14;

/// Whether a change is worth showing beside one that is known: elsewhere, not much larger, and nothing made anew where
/// what there is can be set right.
fn is_another_way(plan: &Plan, known: &Plan) -> bool {
    let makes = |plan: &Plan| {
        plan.wishes.iter().any(|wish| matches!(wish.to, To::Exists(_)) || place::item_beyond(&wish.spot).is_some())
    };
    let over = |one: &Wish, other: &Wish| {
        let (a, b) = (&one.spot, &other.spot);
        a.entity.uid == b.entity.uid && (a.path.starts_with(&b.path) || b.path.starts_with(&a.path))
    };
    // The same setting of another one of a set is no other way.
    let same = plan.wishes.iter().all(|one| {
        let like =
            |other: &&Wish| one.spot.entity.type_id == other.spot.entity.type_id && one.spot.path == other.spot.path;
        known.wishes.iter().any(|other| like(&other) && one.spot.entity.uid != other.spot.entity.uid)
    });
    let apart = !same && !plan.wishes.iter().any(|one| known.wishes.iter().any(|other| over(one, other)));
    apart
        && !makes(plan)
        && plan.cost() <= known.cost().saturating_add(MORE)
        && plan.wishes.len() <= known.wishes.len() + 1
}

/// What passes by itself if nothing happens until then.
fn time_alone(case: &Case<'_>) -> Option<Flip> {
    let outcomes = crate::run(case.check, case.params, case.subject, case.scope);
    let own = outcomes.iter().find(|outcome| outcome.discriminator == case.discriminator)?;
    let at = own.holds_until?;
    let later = Later { inner: case.scope, now: at };
    let outcomes = crate::run(case.check, case.params, case.subject, &later);
    let then = outcomes.iter().find(|outcome| outcome.discriminator == case.discriminator)?;
    let text = format!("nothing of the kind happens until {} (time alone turns it then)", words::day(at));
    (then.verdict == Verdict::Pass).then(|| Flip {
        text,
        proven: true,
        then: Some(Verdict::Pass),
        edits: Vec::new(),
        plan: Plan::default(),
    })
}

/// What the rule asks for, facts and all.
fn proposals(case: &Case<'_>) -> Vec<Plan> {
    let scope = WithParams::new(case.scope, case.params);
    match item(case) {
        Ok(item) => case.check.rule.wishes(case.subject, &scope, item),
        Err(Gone) => Vec::new(),
    }
}

/// The item is not there.
struct Gone;

/// The place of the item that failed; `None` for the subject itself.
fn item(case: &Case<'_>) -> Result<Option<usize>, Gone> {
    if !case.check.rule.is_per_item() {
        return Ok(None);
    }
    let outcomes = crate::run(case.check, case.params, case.subject, case.scope);
    let at = outcomes.iter().position(|outcome| outcome.discriminator == case.discriminator);
    at.map(Some).ok_or(Gone)
}

fn unproven(case: &Case<'_>, plans: &[Plan]) -> Flip {
    let sensible = |plan: &&Plan| !plan.wishes.is_empty() && !plan.wishes.iter().any(|wish| silly(case, wish));
    match plans.iter().find(sensible) {
        Some(plan) => {
            let then = Trials::new(case, 1).verdict(&plan.wishes);
            words::flip(case, plan, then)
        }
        None => {
            let condition = case.check.rule.pass_text().split_whitespace().collect::<Vec<_>>().join(" ");
            Flip {
                text: format!("{condition} holds"),
                proven: false,
                then: None,
                edits: Vec::new(),
                plan: Plan::default(),
            }
        }
    }
}
