//! `exists`, `all` and `size`: which items offend, which come nearest, what is missing.

use std::sync::Arc;

use resource::{Map, Value};

use crate::ast::{Comparison, Each, Kind, Node, Quantifier};
use crate::eval::{Collection, Env, span_named};
use crate::{Entity, EntityData, Label, Part, Spot, Stop, Truth, Val};

use super::source::{Item, Source, set_call};
use super::walk::Walk;
use super::{Bound, Plan, SetOf, To, best, every};

/// Part of the global id of a resource that is made up.
pub const NEW: &str = ":new:";
/// Of so many items each is looked at for what would make it fit.
const MOST_CANDIDATES: usize = 24;
/// To have a value in place of another of a list, above what one more would cost.
const INSTEAD: u32 = 10;
/// That an item is not asked about is a worse way than that it is right.
const NOT_ASKED: u32 = 10;
/// More that offend are not mended one by one.
const MOST_OFFENDING: usize = 256;

impl Walk<'_> {
    /// The ways in which that item of what a rule goes through is none of them.
    pub(super) fn want_left_out(&self, over: &Node, at: usize, env: &Env<'_>) -> Vec<Plan> {
        let all = self.ctx.eval(over, env);
        let Collection::Items(items) = self.ctx.collection(&all) else { return Vec::new() };
        let val = items.item(at, self.ctx);
        let whole = self.spot(over, env, &Bound::NONE).map(|spot| spot.item(at));
        let item = Item { spot: super::walk::spot_of(&val).or(whole), val };
        self.source(over, env, &mut |source, names| {
            let bound = &Bound::NONE;
            Look { walk: self, source, names, bound, env: names, body: None }.mended(&item)
        })
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
        if let Some(text) = self.text() {
            return self.walk.wish(text, To::Present, 12);
        }
        let Some(items) = self.walk.items(self.source.node, self.names, self.bound) else { return Vec::new() };
        let mut plans = Vec::new();
        if old_too || !self.source.conditions.is_empty() {
            plans.extend(items.iter().take(MOST_CANDIDATES).flat_map(|item| {
                // Of a list of values one more is a smaller change than another instead of one.
                let instead = |plan: &Plan| {
                    plan.wishes.iter().any(|wish| Some(&wish.spot) == item.spot.as_ref() && wish.to != To::Present)
                };
                let ways = self.all_of(item).into_iter();
                ways.map(move |plan| if instead(&plan) { dearer(plan, INSTEAD) } else { plan }).collect::<Vec<_>>()
            }));
        }
        plans.extend(self.new_item(items.len()));
        best(plans)
    }

    /// The text whose size is asked for, or that would stand there: what is absent and named in the singular is no list.
    fn text(&self) -> Option<Spot> {
        if self.body.is_some() || !self.source.conditions.is_empty() {
            return None;
        }
        let spot = self.walk.spot(self.source.node, self.names, self.bound)?;
        let is_text = match (spot.value(), spot.path.last()) {
            (Value::Str(_), _) => true,
            (Value::Null, Some(Stop::Member(name))) => !is_plural(name),
            _ => false,
        };
        is_text.then_some(spot)
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
        // Two values that a list lacks are two items.
        let held = |mut plan: Plan| {
            for wish in plan.wishes.iter_mut().filter(|wish| wish.spot == spot) {
                if let To::Is(value) = &wish.to {
                    let (spot, to) = (list.clone(), To::Holds(value.clone()));
                    *wish = super::Wish { spot, to, cost: wish.cost };
                }
            }
            plan
        };
        let plans = plans.into_iter().map(there).map(held);
        // What there is comes first, and one that is only looked through is not added to.
        let near = spot.entity.uid == self.walk.subject.uid;
        plans.into_iter().map(|plan| dearer(plan, if near { 16 } else { 24 })).collect()
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
        if most == 0
            && let Kind::Path(base, _) = &self.source.node.kind
        {
            plans.extend(self.walk.want_less_policy(base, self.names, self.bound));
        }
        best(plans)
    }

    /// The ways in which an item no longer offends.
    fn mended(&self, item: &Item) -> Vec<Plan> {
        let conditions = self.source.conditions.iter().map(|(var, node)| (*var, *node, false, self.names));
        let body = self.body.iter().map(|(var, node, truth)| (*var, *node, *truth, self.env));
        let ways: Vec<_> = conditions.chain(body).collect();
        let last = ways.len().saturating_sub(1);
        let mut plans: Vec<Plan> = Vec::new();
        for (at, (var, node, truth, env)) in ways.into_iter().enumerate() {
            let asked = if at == last { 0 } else { NOT_ASKED };
            plans.extend(self.about(item, var, node, truth, env).into_iter().map(|plan| dearer(plan, asked)));
        }
        // A resource is not done away with, an item of a document may be.
        let item_of_list = item.spot.as_ref().filter(|spot| matches!(spot.path.last(), Some(Stop::Item(_))));
        if let Some(spot) = item_of_list {
            let small = spot.part == Part::Facts || !matches!(item.val, Val::Place(_));
            plans.extend(self.walk.wish(spot.clone(), To::Gone, if small { 18 } else { 27 }));
        }
        best(plans)
    }
}

/// The plan, so much dearer.
fn dearer(mut plan: Plan, more: u32) -> Plan {
    if let Some(first) = plan.wishes.first_mut() {
        first.cost = first.cost.saturating_add(more);
    }
    plan
}

/// Whether providers call a list so: `Subnets`, `RoleDetailList`, not `Address`.
fn is_plural(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    (name.ends_with('s') && !name.ends_with("ss")) || ["list", "set", "statement"].iter().any(|end| name.ends_with(end))
}
