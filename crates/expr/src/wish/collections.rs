//! `exists`, `all` and `size`: which items offend, which come nearest, what is missing.

use std::sync::Arc;

use resource::{Map, Value};

use crate::ast::{Call, Comparison, Each, Kind, Node, Quantifier};
use crate::eval::{Collection, Env, span_named};
use crate::{Entity, EntityData, Label, Part, Spot, Truth, Val};

use super::walk::Walk;
use super::{Bound, Plan, SetOf, To, best, every};

/// Part of the global id of a resource that is made up.
pub const NEW: &str = ":new:";
/// Of so many items each is looked at for what would make it fit.
const MOST_CANDIDATES: usize = 24;
/// More that offend are not mended one by one.
const MOST_OFFENDING: usize = 256;

/// `for VAR`, `CONDITION` of a `filter` in front.
type Condition<'n> = (&'n str, &'n Node);

/// What an expression goes through, seen through `let` and `filter`.
struct Source<'n> {
    node: &'n Node,
    conditions: Vec<Condition<'n>>,
}

/// An item of a source, its place and its value.
struct Item {
    spot: Option<Spot>,
    val: Val,
}

impl Walk<'_> {
    /// Calls `then` with what a collection is made of, in the names that it sees.
    fn source<T>(&self, node: &Node, env: &Env<'_>, then: &mut dyn FnMut(&Source<'_>, &Env<'_>) -> T) -> T {
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

    fn items(&self, node: &Node, env: &Env<'_>, bound: &Bound<'_>) -> Option<Vec<Item>> {
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

    pub(super) fn want_each(&self, each: &Each, truth: bool, env: &Env<'_>, bound: &Bound<'_>) -> Vec<Plan> {
        let (exists, body_truth) = match each.quantifier {
            Quantifier::Exists => (truth, truth),
            Quantifier::All => (!truth, truth),
            Quantifier::Filter | Quantifier::Map => return Vec::new(),
        };
        let over = &each.over;
        self.source(over, env, &mut |source, names| {
            let look = Look { walk: self, source, names, bound, env, body: Some((&each.var, &each.body, body_truth)) };
            if exists { look.some(true) } else { look.none() }
        })
    }

    /// `size(list) OP number`; `None` when the field is no size.
    pub(super) fn want_size(
        &self,
        field: &Node,
        op: Comparison,
        goal: &Val,
        env: &Env<'_>,
        bound: &Bound<'_>,
    ) -> Option<Vec<Plan>> {
        let list = match &field.kind {
            Kind::Call(call) if *call.name == *"size" => call.args.first()?,
            Kind::Method(on, call) if *call.name == *"size" && call.args.is_empty() => on,
            _ => return None,
        };
        let Val::Int(goal) = goal else { return Some(Vec::new()) };
        let goal = usize::try_from(*goal).ok()?;
        Some(self.source(list, env, &mut |source, names| {
            let look = Look { walk: self, source, names, bound, env, body: None };
            match op {
                Comparison::Equal if goal == 0 => look.none(),
                Comparison::LessOrEqual => look.at_most(goal),
                Comparison::Less => goal.checked_sub(1).map_or_else(Vec::new, |most| look.at_most(most)),
                Comparison::Greater if goal == 0 => look.some(false),
                Comparison::GreaterOrEqual if goal == 1 => look.some(false),
                Comparison::Unequal if goal == 0 => look.some(false),
                _ => Vec::new(),
            }
        }))
    }
}

/// A collection, and what is asked of its items.
struct Look<'l, 'w> {
    walk: &'l Walk<'w>,
    source: &'l Source<'l>,
    /// The names that the source and its conditions see.
    names: &'l Env<'l>,
    /// The names that the body sees.
    env: &'l Env<'l>,
    bound: &'l Bound<'l>,
    body: Option<(&'l str, &'l Node, bool)>,
}

impl Look<'_, '_> {
    /// Whether an item counts: its conditions hold and its body is as wanted.
    fn all_of(&self, item: &Item) -> Vec<Plan> {
        let conditions = self.source.conditions.iter().map(|(var, node)| (*var, *node, true, self.names));
        let body = self.body.iter().map(|(var, node, truth)| (*var, *node, *truth, self.env));
        every(conditions.chain(body).map(|(var, node, truth, env)| self.about(item, var, node, truth, env)))
    }

    fn about(&self, item: &Item, var: &str, node: &Node, truth: bool, env: &Env<'_>) -> Vec<Plan> {
        let inner = Env::item(env, var, item.val.clone());
        self.walk.want(node, truth, &inner, &self.bound.with(var, item.spot.clone()))
    }

    /// Whether an item is one that must not be: `None` when that is not known.
    fn offends(&self, item: &Item) -> bool {
        let conditions = self.source.conditions.iter().map(|(var, node)| (*var, *node, true, self.names));
        let body = self.body.iter().map(|(var, node, truth)| (*var, *node, !*truth, self.env));
        conditions.chain(body).all(|(var, node, truth, env)| {
            let inner = Env::item(env, var, item.val.clone());
            self.walk.ctx.truth(node, &inner) != Truth::from(!truth)
        })
    }

    /// The ways in which one item comes to fit, or a new one is there that does.
    fn some(&self, old_too: bool) -> Vec<Plan> {
        let Some(items) = self.walk.items(self.source.node, self.names, self.bound) else { return Vec::new() };
        let mut plans = Vec::new();
        if old_too || !self.source.conditions.is_empty() {
            plans.extend(items.iter().take(MOST_CANDIDATES).flat_map(|item| self.all_of(item)));
        }
        plans.extend(self.new_item(items.len()));
        best(plans)
    }

    fn new_item(&self, len: usize) -> Vec<Plan> {
        if let Some((set, type_id)) = self.new_in() {
            let entity = self.made_up(&type_id);
            let spot = Spot { entity: Arc::clone(&entity), part: Part::Document, path: Vec::new() };
            let item = Item { spot: Some(spot.clone()), val: Val::Entity(entity, Label::default()) };
            let cost = if matches!(set, SetOf::List(..)) { 22 } else { 40 };
            let made = Plan::one(spot, To::Exists(set), cost);
            return every([vec![made], self.all_of(&item)]);
        }
        let Some(list) = self.walk.spot(self.source.node, self.names, self.bound) else { return Vec::new() };
        if list.part != Part::Document || list.path.is_empty() {
            return Vec::new();
        }
        let spot = list.clone().item(len);
        let plans = self.all_of(&Item { spot: Some(spot.clone()), val: Val::Absent });
        let there = |plan: Plan| {
            let inside =
                |wish: &super::Wish| wish.spot.entity.uid == spot.entity.uid && wish.spot.path.starts_with(&spot.path);
            match plan.wishes.iter().any(inside) {
                true => plan,
                // Anything will do.
                false => plan.and(&Plan::one(spot.clone(), To::Present, 2)).unwrap_or(plan),
            }
        };
        let mut plans: Vec<Plan> = plans.into_iter().map(there).collect();
        // What there is comes first, and one that is only looked through is not added to.
        let near = spot.entity.uid == self.walk.subject.uid;
        for plan in &mut plans {
            if let Some(first) = plan.wishes.first_mut() {
                first.cost += if near { 16 } else { 24 };
            }
        }
        plans
    }

    /// The set that a new resource would belong to, and its type where the rule names it.
    fn new_in(&self) -> Option<(SetOf, Arc<str>)> {
        let (on, call) = set_call(self.source.node)?;
        let text = |at: usize| match self.walk.ctx.eval(call.args.get(at)?, self.names) {
            Val::Str(text) => Some(text),
            _ => None,
        };
        let first = text(0)?;
        if *call.name == *"list" {
            let span = text(1).map_or(Some(resource::Span::Account), |span| span_named(&span))?;
            return Some((SetOf::List(first.clone(), span), first));
        }
        let of = match on {
            Some(on) => self.walk.spot(on, self.names, self.bound)?.entity.uid.clone(),
            None => self.walk.subject.uid.clone(),
        };
        if *call.name == *"refs" {
            return Some((SetOf::Refs(of, first), "".into()));
        }
        let named = text(1);
        Some((SetOf::RefsIn(of, first, named.clone()), named.unwrap_or_default()))
    }

    /// A resource that does not exist yet, near what the rule looks at.
    fn made_up(&self, type_id: &Arc<str>) -> Entity {
        let number = self.walk.made.get() + 1;
        self.walk.made.set(number);
        let subject = self.walk.subject;
        let own = Some(&*subject.region).filter(|region| !region.is_empty());
        let region = self.bound.region().or(own).unwrap_or("us-east-1");
        let service = type_id.split('.').nth(1).unwrap_or("service");
        Arc::new(EntityData {
            uid: format!("arn:aws:{service}:{region}:{}{NEW}{number}", subject.account).into(),
            type_id: type_id.clone(),
            account: subject.account.clone(),
            region: region.into(),
            document: Value::Map(Map::new()),
            ..EntityData::default()
        })
    }

    /// The ways to have no item that offends.
    fn none(&self) -> Vec<Plan> {
        self.at_most(0)
    }

    fn at_most(&self, most: usize) -> Vec<Plan> {
        let Some(items) = self.walk.items(self.source.node, self.names, self.bound) else { return Vec::new() };
        let offending: Vec<&Item> = items.iter().filter(|item| self.offends(item)).collect();
        let whole = most == 0 && offending.len() == items.len() && self.source.conditions.is_empty() && items.len() > 1;
        let mut plans = Vec::new();
        if whole
            && let Some(list) = self.walk.spot(self.source.node, self.names, self.bound)
            && list.part == Part::Document
        {
            plans.extend(self.walk.wish(list, To::Empty, 30));
        }
        if offending.len() <= MOST_OFFENDING {
            let mended = offending.iter().skip(most).map(|item| self.mended(item));
            plans.extend(every(mended));
        }
        best(plans)
    }

    /// The ways in which an item no longer offends.
    fn mended(&self, item: &Item) -> Vec<Plan> {
        let conditions = self.source.conditions.iter().map(|(var, node)| (*var, *node, false, self.names));
        let body = self.body.iter().map(|(var, node, truth)| (*var, *node, *truth, self.env));
        let mut plans: Vec<Plan> = conditions
            .chain(body)
            .flat_map(|(var, node, truth, env)| self.about(item, var, node, truth, env))
            .collect();
        // A resource is not done away with, an item of a document may be.
        let item_of_list = item.spot.as_ref().filter(|spot| matches!(spot.path.last(), Some(crate::Stop::Item(_))));
        if let Some(spot) = item_of_list {
            let small = spot.part == Part::Facts || !matches!(item.val, Val::Place(_));
            plans.extend(self.walk.wish(spot.clone(), To::Gone, if small { 18 } else { 27 }));
        }
        best(plans)
    }
}

/// `list(…)`, `refs(…)`, `x.refs(…)`.
fn set_call(node: &Node) -> Option<(Option<&Node>, &Call)> {
    match &node.kind {
        Kind::Call(call) if ["list", "refs", "refs_in"].contains(&&*call.name) => Some((None, call)),
        Kind::Method(on, call) if ["refs", "refs_in"].contains(&&*call.name) => Some((Some(on), call)),
        _ => None,
    }
}
