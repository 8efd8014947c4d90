//! Comparisons: what the field on one side must become.

use resource::Value;

use crate::ast::{Comparison, Kind, Node};
use crate::eval::Env;
use crate::{OpaqueValue, Spot, Stop, Val};

use super::leaf::{is_open, not};
use super::walk::Walk;
use super::{Bound, Plan, To};

impl Walk<'_> {
    pub(super) fn want_comparison(
        &self,
        op: Comparison,
        left: &Node,
        right: &Node,
        truth: bool,
        env: &Env<'_>,
        bound: &Bound<'_>,
    ) -> Vec<Plan> {
        let op = if truth { op } else { op.opposite() };
        let mut plans = self.one_side(op, left, right, env, bound);
        plans.extend(self.one_side(op.mirrored(), right, left, env, bound));
        super::best(plans)
    }

    /// `new.A == other.B`, neither of which is there yet; `None` when that is not the case.
    pub(super) fn want_same(&self, left: &Node, right: &Node, env: &Env<'_>, bound: &Bound<'_>) -> Option<Vec<Plan>> {
        if !self.ctx.eval(left, env).is_absent() || !self.ctx.eval(right, env).is_absent() {
            return None;
        }
        let (left, right) = (self.spot(left, env, bound)?, self.spot(right, env, bound)?);
        if !is_open(&left) || !is_open(&right) {
            return None;
        }
        let Some(Stop::Member(name)) = right.path.last() else { return None };
        let same = self.wish(left, To::SameAs(name.to_string()), 1);
        Some(super::every([same, self.wish(right, To::Present, 1)]))
    }

    /// `field OP goal`, the field being what changes.
    fn one_side(&self, op: Comparison, field: &Node, goal: &Node, env: &Env<'_>, bound: &Bound<'_>) -> Vec<Plan> {
        let goal_val = self.ctx.eval(goal, env);
        if let Some(plans) =
            self.through(field, env, &mut |field, env| self.want_size(field, op, &goal_val, env, bound))
        {
            return plans;
        }
        if let Some(plans) = self.through(field, env, &mut |field, env| self.want_age(field, op, &goal_val, env, bound))
        {
            return plans;
        }
        let Some(spot) = self.spot(field, env, bound) else { return Vec::new() };
        // Nothing that exists is pointed at something else: only what is made up takes its value from another field.
        // A setting of the subject may still be one of what the subject itself lists.
        let aim = self.spot(goal, env, bound);
        let own = |aim: &Spot| {
            let subject = &self.subject.uid;
            aim.entity.uid == *subject && spot.entity.uid == *subject && spot.path.len() == 1 && aim.path.len() > 1
        };
        if !is_open(&spot) && aim.as_ref().is_some_and(|aim| !own(aim)) {
            return Vec::new();
        }
        let current = self.ctx.eval(field, env);
        match (op, value_of(&goal_val)) {
            (Comparison::Equal, Some(Value::Null)) => self.wish(spot, To::Absent, 12),
            (Comparison::Unequal, Some(Value::Null)) => self.wish(spot, To::Present, 12),
            (Comparison::Unequal, Some(Value::Str(text))) if text.is_empty() => self.wish(spot, To::Present, 12),
            (_, None | Some(Value::Null)) => Vec::new(),
            (Comparison::Equal, Some(goal)) => {
                let base = if matches!((&current, &goal), (Val::Str(_), Value::Str(_))) { 14 } else { 10 };
                self.wish(spot, To::Is(goal), base)
            }
            (Comparison::Unequal, Some(goal)) => match opposite(&goal) {
                Some(other) => self.wish(spot, To::Is(other), 10),
                None => {
                    let cost = not(&goal);
                    self.wish(spot, To::Not(goal), cost)
                }
            },
            (Comparison::GreaterOrEqual, Some(goal)) => self.wish(spot, To::Bound("at least", goal), 10),
            (Comparison::LessOrEqual, Some(goal)) => self.wish(spot, To::Bound("at most", goal), 10),
            (Comparison::Greater, Some(Value::Int(goal))) => {
                self.wish(spot, To::Bound("at least", Value::Int(goal.saturating_add(1))), 10)
            }
            (Comparison::Less, Some(Value::Int(goal))) => {
                self.wish(spot, To::Bound("at most", Value::Int(goal.saturating_sub(1))), 10)
            }
            _ => Vec::new(),
        }
    }

    /// `age(moment) OP duration`; `None` when the field is no age.
    fn want_age(
        &self,
        field: &Node,
        op: Comparison,
        goal: &Val,
        env: &Env<'_>,
        bound: &Bound<'_>,
    ) -> Option<Vec<Plan>> {
        let (Kind::Call(call), Val::Duration(span)) = (&field.kind, goal) else { return None };
        if *call.name != *"age" {
            return None;
        }
        let arg = call.args.first()?;
        let spot = self.through(arg, env, &mut |arg, env| self.spot(arg, env, bound))?;
        let moment = self.ctx.scope().now().saturating_sub(span.at);
        Some(match op {
            Comparison::Less | Comparison::LessOrEqual => self.wish(spot, To::Since(moment), 26),
            // What has happened cannot be undone: time alone helps.
            _ => Vec::new(),
        })
    }
}

/// The only other value, written as providers write it.
fn opposite(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Bool(truth) => Value::Bool(!truth),
        Value::Str(text) => Value::from(match &**text {
            "true" => "false",
            "false" => "true",
            _ => return None,
        }),
        _ => return None,
    })
}

fn value_of(val: &Val) -> Option<Value> {
    match val {
        Val::Absent => Some(Value::Null),
        Val::Bool(_) | Val::Int(_) | Val::Float(_) | Val::Str(_) => Some(val.to_value()),
        Val::Opaque(opaque) if matches!(**opaque, OpaqueValue::Version(_) | OpaqueValue::Tls(_)) => {
            Some(val.to_value())
        }
        _ => None,
    }
}
