//! What a rule goes through, seen through `let`, `filter` and `map`.

use std::sync::Arc;

use resource::Value;

use crate::ast::{Call, Kind, Node, Quantifier};
use crate::eval::{Collection, Env};
use crate::{Part, Spot, Truth, Val};

use super::Bound;
use super::walk::Walk;

/// `for VAR`, `CONDITION` of a `filter` in front.
pub(super) type Condition<'n> = (&'n str, &'n Node);

/// What an expression goes through, seen through `let` and `filter`.
pub(super) struct Source<'n> {
    pub(super) node: &'n Node,
    pub(super) conditions: Vec<Condition<'n>>,
}

/// An item of a source, its place and its value.
pub(super) struct Item {
    pub(super) spot: Option<Spot>,
    pub(super) val: Val,
}

impl Walk<'_> {
    /// Calls `then` with what a collection is made of, in the names that it sees.
    pub(super) fn source<T>(&self, node: &Node, env: &Env<'_>, then: &mut dyn FnMut(&Source<'_>, &Env<'_>) -> T) -> T {
        let mut conditions = Vec::new();
        let mut inner = node;
        while let Kind::Each(each) = &inner.kind
            && each.quantifier == Quantifier::Filter
        {
            conditions.push((&*each.var, &each.body));
            inner = &each.over;
        }
        if let Kind::Name(name) = &inner.kind
            && let Some((behind, names)) = env.let_of(name)
        {
            return self.source(behind, &names, &mut |source, names| {
                // The conditions in front of the name see the names of the outside, which a `let` cannot.
                let mut all = source.conditions.clone();
                all.extend(conditions.iter().copied());
                then(&Source { node: source.node, conditions: all }, names)
            });
        }
        then(&Source { node: inner, conditions }, env)
    }

    /// Where the values of an expression stand that is one value or a list of them, `.filter(…).map(…)` seen through.
    pub(super) fn spots(&self, node: &Node, env: &Env<'_>, bound: &Bound<'_>) -> Vec<Spot> {
        if let Kind::Name(name) = &node.kind
            && let Some((behind, names)) = env.let_of(name)
        {
            return self.spots(behind, &names, bound);
        }
        match &node.kind {
            Kind::List(parts) => parts.iter().flat_map(|part| self.spots(part, env, bound)).collect(),
            Kind::Each(each) if matches!(each.quantifier, Quantifier::Map | Quantifier::Filter) => {
                let mapped = each.quantifier == Quantifier::Map;
                let over = if mapped { &each.over } else { node };
                let passing = self.source(over, env, &mut |source, names| {
                    let items = self.items(source.node, names, bound).unwrap_or_default();
                    items.into_iter().filter(|item| self.may_be_in(source, item, names)).collect::<Vec<_>>()
                });
                let place = |item: Item| match mapped {
                    true => {
                        let inner = Env::item(env, &each.var, item.val);
                        self.spots(&each.body, &inner, &bound.with(&each.var, item.spot))
                    }
                    false => item.spot.into_iter().collect(),
                };
                passing.into_iter().flat_map(place).collect()
            }
            _ => {
                let Some(spot) = self.spot(node, env, bound) else { return Vec::new() };
                match spot.value() {
                    Value::List(list) => (0..list.items.len()).map(|at| spot.clone().item(at)).collect(),
                    _ => vec![spot],
                }
            }
        }
    }

    /// Whether an item is one that the conditions of a source let through, or may be.
    pub(super) fn may_be_in(&self, source: &Source<'_>, item: &Item, names: &Env<'_>) -> bool {
        source.conditions.iter().all(|(var, node)| {
            let inner = Env::item(names, var, item.val.clone());
            self.ctx.truth(node, &inner) != Truth::False
        })
    }

    pub(super) fn items(&self, node: &Node, env: &Env<'_>, bound: &Bound<'_>) -> Option<Vec<Item>> {
        let over = self.ctx.eval(node, env);
        match &node.kind {
            Kind::List(parts) => {
                let part = |node: &Node| Item { spot: self.spot(node, env, bound), val: self.ctx.eval(node, env) };
                return Some(parts.iter().map(part).collect());
            }
            Kind::Call(call) if *call.name == *"secrets" => return self.secrets(call, &over, env, bound),
            _ => {}
        }
        let place = self.spot(node, env, bound);
        let items = match self.ctx.collection(&over) {
            Collection::Absent => return Some(Vec::new()),
            Collection::Unknown(_) => return set_call(node).is_some().then(Vec::new),
            Collection::Items(items) => items,
        };
        let item = |at: usize| {
            let val = items.item(at, self.ctx);
            let spot = match &val {
                Val::Entity(entity, _) => {
                    Some(Spot { entity: Arc::clone(entity), part: Part::Document, path: Vec::new() })
                }
                Val::Place(place) => place.spot(),
                _ => place.clone().map(|place| place.item(at)),
            };
            Item { spot, val }
        };
        Some((0..items.len).map(item).collect())
    }

    /// What `secrets(list)` found, each at the place of the item of the list that holds it.
    fn secrets(&self, call: &Call, found: &Val, env: &Env<'_>, bound: &Bound<'_>) -> Option<Vec<Item>> {
        let list = self.source(call.args.first()?, env, &mut |source, names| self.spot(source.node, names, bound))?;
        let holders = list.value();
        let Collection::Items(items) = self.ctx.collection(found) else { return None };
        let item = |at: usize| {
            let val = items.item(at, self.ctx);
            let name = val.to_value().get("name").clone();
            let holds = |one: &Value| !name.is_null() && (*one.get("name") == name || *one.get("Name") == name);
            let place = holders.items().iter().position(holds);
            Item { spot: place.map(|place| list.clone().item(place)), val }
        };
        Some((0..items.len).map(item).collect())
    }
}

/// `list(…)`, `refs(…)`, `x.refs(…)`.
pub(super) fn set_call(node: &Node) -> Option<(Option<&Node>, &Call)> {
    match &node.kind {
        Kind::Call(call) if ["list", "refs", "refs_in"].contains(&&*call.name) => Some((None, call)),
        Kind::Method(on, call) if ["refs", "refs_in"].contains(&&*call.name) => Some((Some(on), call)),
        _ => None,
    }
}
