//! Administrators, and whole services.
//!
//! An administrator may do nearly everything: of more than half of the provider's services, three quarters or more of the
//! published actions on every resource. So `NotAction: iam:*` makes one, and so do fifty statements that name a service
//! each; reading everything does not.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use resource::Value;

use super::published::{Set, published};
use super::{Allowed, Because, Effective};
use crate::coverage::{Coverage, is_every_action};
use crate::pattern::is_wild;

/// Of a service's actions, how many of four must be allowed.
const MOST_ACTIONS: usize = 3;

impl Effective {
    /// Whether nearly every action is allowed on every resource, within a boundary where there is one: whether only
    /// under conditions, and by which statements.
    pub(crate) fn admin(&self, boundary: Option<&Effective>) -> Option<(bool, Because)> {
        let (conditional, by) = self.administering(boundary)?;
        Some((conditional, by.iter().map(|allowed| allowed.because()).collect()))
    }

    /// The statements that make an administrator, as items of `facts.admin_by`: one each if it suffices by itself, else
    /// one for each policy that takes part.
    pub(crate) fn admin_by(&self, boundary: Option<&Effective>) -> Vec<Value> {
        let Some((conditional, by)) = self.administering(boundary) else { return Vec::new() };
        let alone = by.iter().all(|allowed| allowed.is_admin(boundary));
        let item = |conditional: bool, parts: &[&Allowed]| {
            let policy = parts.first().map(|allowed| allowed.policy.clone()).unwrap_or_default();
            Value::map([
                ("policy", Value::Str(policy)),
                ("conditional", Value::Bool(conditional)),
                ("because", Value::list(parts.iter().map(|allowed| allowed.because()).collect())),
            ])
        };
        if alone {
            return by.iter().map(|allowed| item(allowed.is_conditional(), &[allowed])).collect();
        }
        let policies: BTreeSet<&Arc<str>> = by.iter().map(|allowed| &allowed.policy).collect();
        let of = |policy: &Arc<str>| by.iter().copied().filter(|allowed| allowed.policy == *policy).collect::<Vec<_>>();
        policies.into_iter().map(|policy| item(conditional, &of(policy))).collect()
    }

    /// The statements that make an administrator: those that do so by themselves, else all that take part. `true` if it
    /// takes one with conditions.
    fn administering(&self, boundary: Option<&Effective>) -> Option<(bool, Vec<&Allowed>)> {
        let (broad, free) = (self.broad(false), self.broad(true));
        let alone: Vec<&Allowed> = broad.iter().copied().filter(|allowed| allowed.is_admin(boundary)).collect();
        let together = |parts: &[&Allowed], free: bool| {
            let limit = boundary.map(|boundary| boundary.broad(free));
            holds_most(parts, limit.as_deref())
        };
        if alone.iter().any(|allowed| !allowed.is_conditional()) {
            return Some((false, alone));
        }
        if together(&free, true) {
            return Some((false, free));
        }
        if !alone.is_empty() {
            return Some((true, alone));
        }
        together(&broad, false).then_some((true, broad))
    }

    /// What reaches every resource; with `free` only what does so under no condition.
    fn broad(&self, free: bool) -> Vec<&Allowed> {
        self.allowed.iter().filter(|allowed| allowed.is_broad() && !(free && allowed.is_conditional())).collect()
    }

    /// Whether every action of a service is allowed on every resource.
    pub(crate) fn full_service(&self, service: &str) -> bool {
        let reaching: Vec<&Allowed> =
            self.allowed.iter().filter(|allowed| allowed.is_broad() || allowed.is_broad_in(service)).collect();
        let includes = |action: &str| reaching.iter().any(|allowed| allowed.actions.includes(action));
        let whole = format!("{service}:*");
        includes(&whole) || published().each(&whole, includes)
    }
}

impl Allowed {
    /// Whether this alone makes an administrator. Without conditions of its own it must do so without the boundary's.
    fn is_admin(&self, boundary: Option<&Effective>) -> bool {
        let limit = boundary.map(|boundary| boundary.broad(!self.is_conditional()));
        self.is_broad() && holds_most(&[self], limit.as_deref())
    }
}

/// Whether parts that reach every resource hold most services, within other such parts.
fn holds_most(parts: &[&Allowed], limit: Option<&[&Allowed]>) -> bool {
    let published = published();
    let needed = published.services.len() / 2 + 1;
    if !may_hold(parts, needed) || limit.is_some_and(|limit| !may_hold(limit, needed)) {
        return false;
    }
    if holds_everything(parts) && limit.is_none_or(holds_everything) {
        return true;
    }
    let mut held = together(parts);
    if let Some(limit) = limit {
        held.keep(&together(limit));
    }
    let most = |range: &Range<usize>| !range.is_empty() && held.count(range) * 4 >= range.len() * MOST_ACTIONS;
    published.services.iter().filter(|(_, range)| most(range)).take(needed).count() == needed
}

fn holds_everything(parts: &[&Allowed]) -> bool {
    let all = |part: &&Allowed| part.actions.except.is_empty() && part.actions.is.iter().any(|is| is_every_action(is));
    parts.iter().any(all)
}

fn together(parts: &[&Allowed]) -> Set {
    let mut all = published().set(&Coverage::of_actions(Vec::new()));
    parts.iter().for_each(|part| all.add(&published().set(&part.actions)));
    all
}

/// A cheap answer for nearly every policy: patterns that name their service cannot reach more services than they name.
fn may_hold(parts: &[&Allowed], needed: usize) -> bool {
    let mut named = BTreeSet::new();
    for pattern in parts.iter().flat_map(|part| &part.actions.is) {
        match pattern.split_once(':') {
            Some((service, _)) if !is_wild(service) => named.insert(service.to_ascii_lowercase()),
            _ => return true,
        };
    }
    named.len() >= needed
}
