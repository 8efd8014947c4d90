//! What would have to be otherwise for a condition to hold: changes of documents, the smallest first.
//!
//! These are proposals. Whoever applies one must judge again: a change may have other effects than the one it was
//! proposed for.

mod bound;
mod collections;
mod compare;
mod leaf;
mod policy;
mod sample;
mod source;
mod walk;

use std::sync::Arc;

use resource::{Span, Value};

use crate::ast::Node;
use crate::eval::{Budget, Ctx, Env};
use crate::{Entity, Expr, Rule, Scope, Spot, whole};

use bound::Bound;
pub use collections::NEW;
pub use policy::without_allows;
use walk::Walk;

/// Which set a resource that does not exist yet would belong to.
#[derive(Clone, Debug, PartialEq)]
pub enum SetOf {
    /// `list(TYPE, SPAN)`.
    List(Arc<str>, Span),
    /// Where an edge of a resource leads: its global id, the edge.
    Refs(Arc<str>, Arc<str>),
    /// The resources whose edge leads to a resource: its global id, the edge, the type where the rule names one.
    RefsIn(Arc<str>, Arc<str>, Option<Arc<str>>),
}

/// What becomes of a place.
#[derive(Clone, Debug, PartialEq)]
pub enum To {
    /// This value.
    Is(Value),
    /// At least, at most, more than, less than: the word and a value that satisfies it.
    Bound(&'static str, Value),
    /// Any value that does so, in words, and one that does: `ends with ".internal"`.
    Fits(String, Value),
    /// Any other value than this.
    Not(Value),
    /// Any value that is not so, in words: `does not begin with "http:"`.
    Unlike(String),
    /// Any value.
    Present,
    /// Nothing.
    Absent,
    /// The item is taken out of its list.
    Gone,
    /// The list gets this item.
    Holds(Value),
    /// The list has no items.
    Empty,
    /// At or after this moment, microseconds since 1970 UTC.
    Since(i64),
    /// The same as that member of the other one, both being made up.
    SameAs(String),
    /// The filter pattern has these alternatives too.
    Matches(Vec<String>),
    /// The spot's resource, which does not exist yet, exists.
    Exists(SetOf),
}

impl To {
    /// Whether a value stands there with it, and one that may be any where no more is asked.
    fn is_there(&self) -> bool {
        matches!(self, To::Is(_) | To::Bound(..) | To::Fits(..) | To::Matches(_) | To::SameAs(_))
    }
}

/// What stands for any value: no provider's document holds it.
pub const ANY: &str = "(any value)";

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Where.
    pub spot: Spot,
    /// What it becomes.
    pub to: To,
    /// How large a change it is; only the order matters.
    pub cost: u32,
}

/// Changes that together are meant to make a condition hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The changes, in no order.
    pub wishes: Vec<Wish>,
}

/// How many plans are kept at each step.
const MOST_PLANS: usize = 6;
/// The items of a fact may be many that rest on one statement.
const MOST_WISHES: usize = 256;

impl Plan {
    pub(crate) fn one(spot: Spot, to: To, cost: u32) -> Plan {
        Plan { wishes: vec![Wish { spot, to, cost }] }
    }

    /// How large a change it is: only the order matters.
    pub fn cost(&self) -> u32 {
        self.wishes.iter().map(|wish| wish.cost).fold(0, u32::saturating_add)
    }

    /// Both, unless they contradict one another.
    #[must_use]
    pub fn and(&self, other: &Plan) -> Option<Plan> {
        let mut both = self.clone();
        for wish in &other.wishes {
            if both.wishes.iter().any(|own| own.spot == wish.spot && own.to == wish.to) {
                continue;
            }
            let Some(same) = both.wishes.iter_mut().find(|own| own.spot == wish.spot) else {
                both.wishes.push(wish.clone());
                continue;
            };
            match (&mut same.to, &wish.to) {
                (To::Matches(own), To::Matches(new)) => {
                    same.cost = same.cost.saturating_add(wish.cost);
                    own.extend(new.iter().filter(|text| !own.contains(text)).cloned().collect::<Vec<_>>());
                }
                (To::Holds(_), To::Holds(_)) => both.wishes.push(wish.clone()),
                (To::Present, to) if to.is_there() => *same = wish.clone(),
                (to, To::Present) if to.is_there() => {}
                (To::Not(_) | To::Unlike(_), To::Gone | To::Absent) => *same = wish.clone(),
                (To::Gone | To::Absent, To::Not(_) | To::Unlike(_)) => {}
                _ => return None,
            }
        }
        (both.wishes.len() <= MOST_WISHES).then_some(both)
    }
}

/// Every way to have one of each, the cheapest first; none where one of them has no way.
pub fn every(parts: impl IntoIterator<Item = Vec<Plan>>) -> Vec<Plan> {
    let mut all = vec![Plan::default()];
    for part in parts {
        let joined = all.iter().flat_map(|one| part.iter().filter_map(|other| one.and(other)));
        all = best(joined.collect());
        if all.is_empty() {
            return all;
        }
    }
    all
}

/// The cheapest, each once.
pub fn best(mut plans: Vec<Plan>) -> Vec<Plan> {
    plans.sort_by_key(|plan| (plan.cost(), plan.wishes.len()));
    plans.dedup();
    plans.truncate(MOST_PLANS);
    plans
}

impl Expr {
    /// Where its value stands in the data of a resource; `None` for what is computed.
    pub fn spot(&self, subject: &Entity, scope: &dyn Scope) -> Option<Spot> {
        let ctx = Ctx::new(scope, Some(subject), Budget::default());
        Walk::new(&ctx, subject).spot(&self.node, &Env::EMPTY, &Bound::NONE)
    }

    /// What would make the expression about `subject` true or, if not `truth`, false. Empty when nothing can be said;
    /// a plan without changes when it is so already.
    pub fn wishes(&self, subject: &Entity, scope: &dyn Scope, truth: bool) -> Vec<Plan> {
        let ctx = Ctx::new(scope, Some(subject), Budget::default());
        Walk::new(&ctx, subject).want(&self.node, truth, &Env::EMPTY, &Bound::NONE)
    }
}

impl Rule {
    /// What would make the rule pass for its subject, or for the item of that index in rules with `for`.
    pub fn wishes(&self, subject: &Entity, scope: &dyn Scope, item: Option<usize>) -> Vec<Plan> {
        let ctx = Ctx::new(scope, Some(subject), Budget::default());
        let walk = Walk::new(&ctx, subject);
        self.with_names(&ctx, item, &mut |env, var| match var {
            Some((name, over, at)) => {
                let spot = walk.spot(over, env, &Bound::NONE).map(|spot| spot.item(at));
                walk.want(&self.pass, true, env, &Bound::NONE.with(name, spot))
            }
            None => walk.want(&self.pass, true, env, &Bound::NONE),
        })
    }

    /// What would make the rule have nothing to say of its subject, or of that item: the condition under which it
    /// applies does not hold, or the item is none of those that `for` goes through.
    pub fn wishes_not_to_apply(&self, subject: &Entity, scope: &dyn Scope, item: Option<usize>) -> Vec<Plan> {
        let ctx = Ctx::new(scope, Some(subject), Budget::default());
        let walk = Walk::new(&ctx, subject);
        self.with_names(&ctx, item, &mut |env, var| {
            let mut plans = match var {
                Some((_, over, at)) => walk.want_left_out(over, at, env),
                None => Vec::new(),
            };
            if let Some(applies) = &self.applies {
                plans.extend(walk.want(applies, false, env, &Bound::NONE));
            }
            best(plans)
        })
    }

    /// The text of the condition under which it passes.
    pub fn pass_text(&self) -> &str {
        whole(&self.text, &self.pass.span)
    }
}

/// An item of `for`: its variable, what it is an item of, and its place there.
pub(crate) type ForItem<'r> = Option<(&'r str, &'r Node, usize)>;
