//! Single fields.

use resource::Value;

use crate::ast::{Call, Kind, Node};
use crate::eval::Env;
use crate::{Part, Spot, Stop, Val};

use super::sample::sample;
use super::walk::Walk;
use super::{ANY, Bound, Plan, To};

/// A resource that was made up.
pub(super) fn is_new(spot: &Spot) -> bool {
    spot.entity.uid.contains(super::collections::NEW)
}

/// A place in a list where there is no item yet, or in a resource that was made up.
pub(super) fn is_open(spot: &Spot) -> bool {
    is_new(spot) || beyond(spot)
}

const OFF: [&str; 4] = ["disabled", "off", "none", "expired"];

/// The member that tells an item of a list from others: another name would make it another item.
fn names_an_item(spot: &Spot) -> bool {
    let Some(Stop::Member(name)) = spot.path.last() else { return false };
    let telling = ["name", "key", "id", "field", "arn"].iter().any(|end| name.to_ascii_lowercase().ends_with(end));
    let in_list = spot.path.iter().any(|stop| matches!(stop, Stop::Item(_)));
    telling && in_list && !is_open(spot) && spot.value().as_str().is_some()
}

fn beyond(spot: &Spot) -> bool {
    if spot.part != Part::Document {
        return false;
    }
    spot.path.iter().enumerate().any(|(at, stop)| match stop {
        Stop::Item(index) => {
            let list = crate::follow(&spot.entity.document, spot.path.get(..at).unwrap_or_default());
            *index >= list.items().len()
        }
        Stop::Member(_) => false,
    })
}

impl Walk<'_> {
    /// How dear a change there is: settings of the resource itself come first.
    pub(super) fn price(&self, spot: &Spot, base: u32) -> u32 {
        if is_new(spot) {
            return 1;
        }
        match &*spot.entity.type_id {
            _ if beyond(spot) => 2,
            _ if spot.entity.uid == self.subject.uid => base,
            "aws.account" | "aws.region" => base + 1,
            _ => base + 2,
        }
    }

    pub(super) fn wish(&self, spot: Spot, to: To, base: u32) -> Vec<Plan> {
        // An id, a name or a number of ours cannot be set.
        if spot.part == Part::Known || (spot.path.is_empty() && !matches!(to, To::Exists(_))) {
            return Vec::new();
        }
        // What an item of a fact says follows from what it rests on: it goes with that, or is made harmless.
        let told = spot.part == Part::Facts && spot.path.iter().any(|stop| matches!(stop, Stop::Item(_)));
        if told && !matches!(to, To::Gone | To::Present | To::Is(Value::Bool(_))) {
            return Vec::new();
        }
        let renames = matches!(to, To::Is(_) | To::Not(_) | To::Absent | To::Bound(..) | To::Fits(..) | To::Unlike(_));
        if renames && names_an_item(&spot) {
            return Vec::new();
        }
        // To switch a thing off is a larger change than to set it right.
        let off = matches!(&to, To::Is(Value::Str(text)) if OFF.contains(&text.to_ascii_lowercase().as_str()));
        let cost = self.price(&spot, base) + u32::from(off);
        vec![Plan::one(spot, to, cost)]
    }

    pub(super) fn want_field(&self, node: &Node, truth: bool, env: &Env<'_>, bound: &Bound<'_>) -> Vec<Plan> {
        match (self.spot(node, env, bound), &node.kind) {
            (Some(spot), _) => self.wish(spot, To::Is(Value::Bool(truth)), 10),
            (None, Kind::Path(base, _)) if !truth => self.want_less_policy(base, env, bound),
            _ => Vec::new(),
        }
    }

    pub(super) fn want_presence(&self, inner: &Node, truth: bool, env: &Env<'_>, bound: &Bound<'_>) -> Vec<Plan> {
        match self.spot(inner, env, bound) {
            Some(spot) if truth => self.wish(spot, To::Present, 12),
            Some(spot) => self.wish(spot, To::Absent, 12),
            None => Vec::new(),
        }
    }

    pub(super) fn want_membership(
        &self,
        item: &Node,
        list: &Node,
        truth: bool,
        env: &Env<'_>,
        bound: &Bound<'_>,
    ) -> Vec<Plan> {
        let (value, among) = (self.ctx.eval(item, env).to_value(), self.ctx.eval(list, env).to_value());
        let mut plans = Vec::new();
        if let Some(spot) = self.spot(item, env, bound) {
            plans.extend(match among.items().first() {
                Some(first) if truth => self.wish(spot, To::Is(first.clone()), 14),
                _ if truth => Vec::new(),
                _ => self.wish(spot, To::Not(value.clone()), not(&value)),
            });
        }
        if let Some(spot) = self.spot(list, env, bound) {
            plans.extend(self.want_held(spot, &among, &value, truth));
        }
        plans
    }

    /// A list that is to hold a value, or not to.
    fn want_held(&self, list: Spot, among: &Value, value: &Value, truth: bool) -> Vec<Plan> {
        if truth {
            let known = !matches!(value, Value::Null | Value::Unknown(_));
            return if known { self.wish(list, To::Holds(value.clone()), 14) } else { Vec::new() };
        }
        match among.items().iter().position(|item| item == value) {
            Some(at) => self.wish(list.item(at), To::Gone, 18),
            None => Vec::new(),
        }
    }

    pub(super) fn want_call(&self, call: &Call, truth: bool, env: &Env<'_>, bound: &Bound<'_>) -> Vec<Plan> {
        match (&*call.name, call.args.as_slice()) {
            // Such as an address that is not to be public.
            (_, [arg]) if !truth => self.other(arg, env, bound),
            _ => Vec::new(),
        }
    }

    /// Any other value than there is.
    pub(super) fn other(&self, node: &Node, env: &Env<'_>, bound: &Bound<'_>) -> Vec<Plan> {
        match (self.spot(node, env, bound), self.ctx.eval(node, env)) {
            (Some(spot), value @ (Val::Str(_) | Val::Int(_) | Val::Float(_))) => {
                let value = value.to_value();
                let cost = not(&value);
                self.wish(spot, To::Not(value), cost)
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn want_method(
        &self,
        on: &Node,
        call: &Call,
        truth: bool,
        env: &Env<'_>,
        bound: &Bound<'_>,
    ) -> Vec<Plan> {
        match (&*call.name, call.args.as_slice()) {
            ("requires", [clauses]) if truth => self.through(on, env, &mut |on, env| {
                let Kind::Call(pattern) = &on.kind else { return Vec::new() };
                let spot = pattern.args.first().and_then(|arg| self.spot(arg, env, bound));
                let wanted = alternative(&self.ctx.eval(clauses, env).to_value());
                match (spot, wanted) {
                    (Some(spot), Some(wanted)) => {
                        // The pattern that comes nearest.
                        let own = bare(spot.value().as_str().unwrap_or_default());
                        let lacking = wanted.split(" && ").filter(|clause| !own.contains(&bare(clause))).count();
                        let cost = 12 + 2 * u32::try_from(lacking).unwrap_or(u32::MAX / 4);
                        self.wish(spot, To::Matches(vec![wanted]), cost)
                    }
                    _ => Vec::new(),
                }
            }),
            ("contains", [item])
                if !matches!(self.ctx.eval(on, env), Val::Str(_)) && self.spot(on, env, bound).is_some() =>
            {
                let (list, item) = (self.ctx.eval(on, env).to_value(), self.ctx.eval(item, env).to_value());
                self.spot(on, env, bound).map_or_else(Vec::new, |spot| self.want_held(spot, &list, &item, truth))
            }
            (name, [text]) if truth => self.want_fitting(on, name, &self.ctx.eval(text, env), env, bound),
            _ if truth => Vec::new(),
            (name, args) => match self.want_less_policy(on, env, bound) {
                none if none.is_empty() => {
                    let told = args.first().and_then(|text| unlike(name, &self.ctx.eval(text, env)));
                    told.map_or_else(|| self.other(on, env, bound), |told| self.unlike(on, told, env, bound))
                }
                less => less,
            },
        }
    }

    /// Text that is not to begin, end or be so.
    fn unlike(&self, on: &Node, told: String, env: &Env<'_>, bound: &Bound<'_>) -> Vec<Plan> {
        match (self.spot(on, env, bound), self.ctx.eval(on, env)) {
            (Some(spot), value @ Val::Str(_)) => self.wish(spot, To::Unlike(told), not(&value.to_value())),
            _ => Vec::new(),
        }
    }

    /// Text that is to begin, end or be so.
    fn want_fitting(&self, on: &Node, name: &str, wanted: &Val, env: &Env<'_>, bound: &Bound<'_>) -> Vec<Plan> {
        let (Some(spot), Val::Str(wanted)) = (self.spot(on, env, bound), wanted) else { return Vec::new() };
        let quoted = Value::Str(wanted.clone()).to_json();
        let (how, value) = match name {
            "startsWith" => (format!("begins with {quoted}"), format!("{wanted}{ANY}")),
            "endsWith" => (format!("ends with {quoted}"), format!("{ANY}{wanted}")),
            "contains" => (format!("contains {quoted}"), format!("{ANY}{wanted}")),
            "matches" => match sample(wanted) {
                Some(value) => (format!("is {} or the like", Value::from(value.as_str()).to_json()), value),
                None => return Vec::new(),
            },
            _ => return Vec::new(),
        };
        // A neighbour's text is its name or leads somewhere: it would be another one.
        let told = matches!(spot.value(), Value::Str(_));
        if told && !is_open(&spot) && spot.entity.uid != self.subject.uid {
            return Vec::new();
        }
        self.wish(spot, To::Fits(how, Value::from(value)), if told { 30 } else { 14 })
    }
}

/// What text is to be like no more, in words.
fn unlike(name: &str, wanted: &Val) -> Option<String> {
    let Val::Str(wanted) = wanted else { return None };
    let verb = match name {
        "startsWith" => "begin with",
        "endsWith" => "end with",
        "contains" => "contain",
        "matches" => "match",
        _ => return None,
    };
    Some(format!("does not {verb} {}", Value::Str(wanted.clone()).to_json()))
}

/// Another value: small where it is one of a few words, large for an address or a text.
pub(super) fn not(value: &Value) -> u32 {
    let word = |text: &str| text.chars().all(|letter| letter.is_ascii_alphabetic() || "_- ".contains(letter));
    if value.as_str().is_some_and(word) { 22 } else { 60 }
}

/// A clause without what may be written in several ways.
fn bare(text: &str) -> String {
    text.chars().filter(|letter| !matches!(letter, '"' | '(' | ')') && !letter.is_whitespace()).collect()
}

/// The clauses of `requires` as one alternative of a filter pattern.
fn alternative(clauses: &Value) -> Option<String> {
    let mut parts = Vec::new();
    for (selector, tests) in clauses.as_map()? {
        let tests = if tests.as_str().is_some() { std::slice::from_ref(tests) } else { tests.items() };
        for test in tests {
            let text = crate::eval::clause(selector, test.as_str()?)?.text();
            parts.push(format!("({text})"));
        }
    }
    Some(parts.join(" && "))
}
