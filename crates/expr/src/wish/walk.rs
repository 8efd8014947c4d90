//! Through the connectives, with the truth that is wanted.

use std::cell::Cell;
use std::sync::Arc;

use crate::ast::{Comparison, Kind, Node};
use crate::eval::{Ctx, Env};
use crate::{Entity, Spot, Truth, Val};

use super::{Bound, Plan, best, every};

/// How many nodes are looked at for one finding.
const MOST_NODES: u32 = 6_000;

pub(super) struct Walk<'w> {
    pub(super) ctx: &'w Ctx<'w>,
    pub(super) subject: &'w Entity,
    left: Cell<u32>,
    /// How many resources have been made up.
    pub(super) made: Cell<usize>,
}

impl<'w> Walk<'w> {
    pub(super) fn new(ctx: &'w Ctx<'w>, subject: &'w Entity) -> Self {
        Walk { ctx, subject, left: Cell::new(MOST_NODES), made: Cell::new(0) }
    }

    /// The ways to make a condition come out as wanted.
    pub(super) fn want(&self, node: &Node, truth: bool, env: &Env<'_>, bound: &Bound<'_>) -> Vec<Plan> {
        let left = self.left.get().saturating_sub(1);
        self.left.set(left);
        if left == 0 {
            return Vec::new();
        }
        if let (Kind::Compare(Comparison::Equal, left, right), true) = (&node.kind, truth)
            && let Some(plans) = self.want_same(left, right, env, bound)
        {
            return plans;
        }
        if self.ctx.truth(node, env) == Truth::from(truth) {
            return vec![Plan::default()];
        }
        match (&node.kind, truth) {
            (Kind::Not(inner), _) => self.want(inner, !truth, env, bound),
            (Kind::And(parts), true) | (Kind::Or(parts), false) => {
                every(parts.iter().map(|part| match self.want(part, truth, env, bound) {
                    // What could not be read may be right already.
                    none if none.is_empty() && matches!(self.ctx.truth(part, env), Truth::Unknown(_)) => {
                        vec![Plan::default()]
                    }
                    ways => ways,
                }))
            }
            (Kind::Or(parts), true) | (Kind::And(parts), false) => {
                best(parts.iter().flat_map(|part| self.want(part, truth, env, bound)).collect())
            }
            (Kind::Choose(parts), _) => {
                let [condition, yes, no] = &**parts;
                match self.ctx.truth(condition, env) {
                    Truth::True => self.want(yes, truth, env, bound),
                    Truth::False => self.want(no, truth, env, bound),
                    Truth::Unknown(_) => Vec::new(),
                }
            }
            (Kind::Name(name), _) => match env.let_of(name) {
                Some((node, inner)) => self.want(node, truth, &inner, bound),
                None => self.want_field(node, truth, env, bound),
            },
            (Kind::Path(..) | Kind::Index(..), _) => self.want_field(node, truth, env, bound),
            (Kind::Has(inner), _) => self.want_presence(inner, truth, env, bound),
            (Kind::Compare(op, left, right), _) => self.want_comparison(*op, left, right, truth, env, bound),
            (Kind::In(item, list), _) => self.want_membership(item, list, truth, env, bound),
            (Kind::Each(each), _) => self.want_each(each, truth, env, bound),
            (Kind::Call(call), _) => self.want_call(call, truth, env, bound),
            (Kind::Method(on, call), _) => self.want_method(on, call, truth, env, bound),
            _ => Vec::new(),
        }
    }

    /// Where the value of an expression stands; `None` for what is computed.
    pub(super) fn spot(&self, node: &Node, env: &Env<'_>, bound: &Bound<'_>) -> Option<Spot> {
        match &node.kind {
            Kind::Name(name) => {
                if let Some(spot) = bound.spot(name) {
                    return Some(spot.clone());
                }
                if let Some((node, inner)) = env.let_of(name) {
                    return self.spot(node, &inner, bound);
                }
                spot_of(&self.ctx.eval(node, env))
            }
            Kind::Path(base, members) => {
                let below = match self.ctx.eval(base, env) {
                    Val::Entity(entity, _) => return Some(Spot::of(&entity, &members.names)),
                    Val::Place(place) => place.spot(),
                    Val::Absent | Val::Unknown(_) => self.spot(base, env, bound),
                    _ => None,
                };
                Some(below?.members(&members.names))
            }
            Kind::Index(base, index) => {
                let base = self.spot(base, env, bound)?;
                match self.ctx.eval(index, env) {
                    Val::Str(key) => Some(base.member(&key)),
                    Val::Int(at) => Some(base.item(usize::try_from(at).ok()?)),
                    _ => None,
                }
            }
            Kind::Choose(parts) => {
                let [condition, yes, no] = &**parts;
                let chosen = if self.ctx.truth(condition, env) == Truth::True { yes } else { no };
                self.spot(chosen, env, bound)
            }
            // What only reads a value in another way.
            Kind::Call(call) if READINGS.contains(&&*call.name) => self.spot(call.args.first()?, env, bound),
            _ => None,
        }
    }

    /// A `let` seen through.
    pub(super) fn through<'n, T>(
        &self,
        node: &'n Node,
        env: &'n Env<'n>,
        then: &mut dyn FnMut(&Node, &Env<'_>) -> T,
    ) -> T {
        if let Kind::Name(name) = &node.kind
            && let Some((node, inner)) = env.let_of(name)
        {
            return self.through(node, &inner, then);
        }
        then(node, env)
    }
}

/// Functions whose result says the same as their argument.
const READINGS: [&str; 7] = ["lower", "upper", "timestamp", "json", "int", "version", "tls"];

pub(super) fn spot_of(val: &Val) -> Option<Spot> {
    match val {
        Val::Entity(entity, _) => {
            Some(Spot { entity: Arc::clone(entity), part: crate::Part::Document, path: Vec::new() })
        }
        Val::Place(place) => place.spot(),
        _ => None,
    }
}
