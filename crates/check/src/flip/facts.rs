//! From changes of facts to changes of what they are computed from.

use std::sync::Arc;

use expr::{Entity, Part, Plan, Scope, Spot, Stop, To, Wish, best, every, follow};
use resource::{Map, Value};

use super::{Case, place};
use crate::locate::locate_every;
use crate::{OnSubject, WithParams};

/// To make a resource anew is a larger change than to set one.
const MADE_ANEW: u32 = 20;
/// How often a fact may rest on another.
const MOST_DEPTH: usize = 4;

/// The plans with every change of a fact replaced by changes of documents; plans that cannot be are left out.
pub(super) fn lowered(case: &Case<'_>, plans: Vec<Plan>) -> Vec<Plan> {
    let scope = WithParams::new(case.scope, case.params);
    let lower = Lower { case, scope: &scope };
    let mut all: Vec<Plan> = plans.iter().flat_map(|plan| lower.plan(plan, 0)).collect();
    for wish in all.iter_mut().flat_map(|plan| &mut plan.wishes) {
        if !matches!(wish.to, To::Since(_)) && place::is_fixed(case, &wish.spot) {
            wish.cost = wish.cost.saturating_add(MADE_ANEW);
        }
    }
    best(all)
}

struct Lower<'l> {
    case: &'l Case<'l>,
    scope: &'l dyn Scope,
}

impl Lower<'_> {
    fn plan(&self, plan: &Plan, depth: usize) -> Vec<Plan> {
        every(plan.wishes.iter().map(|wish| match wish.spot.part {
            Part::Document => vec![Plan { wishes: vec![wish.clone()] }],
            Part::Facts if depth < MOST_DEPTH => self.fact(wish, depth),
            Part::Norm if depth < MOST_DEPTH => self.attribute(wish, depth),
            _ => Vec::new(),
        }))
    }

    fn all(&self, plans: Vec<Plan>, depth: usize) -> Vec<Plan> {
        best(plans.iter().flat_map(|plan| self.plan(plan, depth + 1)).collect())
    }

    fn attribute(&self, wish: &Wish, depth: usize) -> Vec<Plan> {
        let Some((Stop::Member(name), rest)) = wish.spot.path.split_first() else { return Vec::new() };
        let entity = &wish.spot.entity;
        let of = self.case.catalog.resource_type(&entity.type_id);
        let Some(expression) = of.and_then(|of| of.norm.get(name)) else { return Vec::new() };
        let scope = OnSubject::new(self.scope, entity);
        if let Some(mut spot) = expression.spot(entity, &scope) {
            spot.path.extend(rest.iter().cloned());
            return self.all(vec![Plan { wishes: vec![Wish { spot, ..wish.clone() }] }], depth);
        }
        match &wish.to {
            To::Is(Value::Bool(truth)) if rest.is_empty() => self.all(expression.wishes(entity, &scope, *truth), depth),
            _ => Vec::new(),
        }
    }

    fn fact(&self, wish: &Wish, depth: usize) -> Vec<Plan> {
        let entity = &wish.spot.entity;
        let mut path = wish.spot.path.iter();
        let Some(Stop::Member(name)) = path.next() else { return Vec::new() };
        match (path.next(), path.next(), &wish.to) {
            (None, _, To::Is(Value::Bool(truth))) => self.whole(entity, name, *truth, depth),
            (Some(Stop::Item(at)), None, To::Gone) => {
                entity.facts.get(name).items().get(*at).map_or_else(Vec::new, |item| self.without(entity, name, item))
            }
            (Some(Stop::Item(at)), Some(Stop::Member(member)), to) => {
                let item = entity.facts.get(name).items().get(*at);
                item.map_or_else(Vec::new, |item| self.item(entity, item, member, to, depth))
            }
            _ => Vec::new(),
        }
    }

    /// A fact that is a truth value.
    fn whole(&self, entity: &Entity, name: &Arc<str>, truth: bool, depth: usize) -> Vec<Plan> {
        if let Some(derive) = self.case.catalog.facts().get(name).and_then(|fact| fact.derive.as_ref()) {
            return self.all(derive.wishes(entity, &OnSubject::new(self.scope, entity), truth), depth);
        }
        match (&**name, truth) {
            ("admin", false) => match entity.facts.get("admin_by").items() {
                [] => self.less_allowed(entity),
                by => every(by.iter().map(|item| self.without(entity, name, item))),
            },
            ("tls_only", true) => self.denies_plain_http(entity),
            _ => Vec::new(),
        }
    }

    /// The statements of its own policies that allow something.
    fn less_allowed(&self, entity: &Entity) -> Vec<Plan> {
        let Some(of) = self.case.catalog.resource_type(&entity.type_id) else { return Vec::new() };
        let own = of.policy.iter().filter(|policy| policy.kind == catalog::PolicyKind::Identity);
        let ways = own.flat_map(|policy| crate::ways(&entity.document, &policy.at));
        let spot = |path| Spot { entity: entity.clone(), part: Part::Document, path };
        best(expr::without_allows(&ways.map(spot).collect::<Vec<_>>()))
    }

    /// An item of a fact is not to be: what its reasons name goes.
    fn without(&self, entity: &Entity, name: &Arc<str>, item: &Value) -> Vec<Plan> {
        let gone = |spot: Spot| Plan { wishes: vec![Wish { spot, to: To::Gone, cost: 18 }] };
        if &**name == "secrets" {
            return self.secret(entity, item).map(gone).into_iter().collect();
        }
        let mut ways: Vec<Plan> = Vec::new();
        let mut together = Vec::new();
        for reason in item.get("because").items() {
            let named: Vec<Plan> = self.named(entity, item, reason).into_iter().map(gone).collect();
            ways.extend(named.iter().cloned());
            together.extend(named.into_iter().map(|plan| vec![plan]));
        }
        // Ranges that only together are everybody: one less would pass while half of everybody still comes in.
        if together.len() > 1 {
            ways.retain(|plan| !plan.wishes.iter().any(|wish| place::is_part_of_all(&wish.spot)));
        }
        // Of others that do it only together one less is enough, or all must go.
        if together.len() > 1 {
            ways.extend(every(together));
        }
        best(ways)
    }

    /// What a reason names: in the resource's own document, or in a neighbour's that its rights come from.
    fn named(&self, entity: &Entity, item: &Value, reason: &Value) -> Vec<Spot> {
        let here = |entity: &Entity| -> Vec<Spot> {
            let Some(of) = self.case.catalog.resource_type(&entity.type_id) else { return Vec::new() };
            let found = locate_every(of, &entity.name, &entity.document, item, reason);
            let spot = |path| Spot { entity: entity.clone(), part: Part::Document, path };
            found.into_iter().map(|found| spot(found.path)).collect()
        };
        let own = here(entity);
        if own.is_empty() { self.neighbours(entity).iter().flat_map(here).collect() } else { own }
    }

    fn neighbours(&self, entity: &Entity) -> Vec<Entity> {
        let Some(of) = self.case.catalog.resource_type(&entity.type_id) else { return Vec::new() };
        let edges = of.edge.iter().filter(|edge| self.case.catalog.facts().allowed_by().contains(&edge.name));
        let sets = edges.map(|edge| self.scope.refs(entity, &edge.name));
        sets.flat_map(|set| set.members.iter().filter_map(|member| member.as_ref().ok()).cloned().collect::<Vec<_>>())
            .collect()
    }

    /// The variable, or the line's whole text, that holds a secret.
    fn secret(&self, entity: &Entity, item: &Value) -> Option<Spot> {
        let of = self.case.catalog.resource_type(&entity.type_id)?;
        let place = item.get("place").as_str()?;
        let source = of.secret.iter().find(|secret| secret.place == place)?;
        let name = item.get("name").as_str();
        crate::ways(&entity.document, &source.at).into_iter().find_map(|way| {
            let stop = match (follow(&entity.document, &way), name) {
                (Value::Map(map), Some(name)) if map.contains_key(name) => Some(Stop::Member(name.into())),
                (Value::List(list), Some(name)) => {
                    let named = |one: &Value| {
                        ["name", "Name", "key", "Key"].iter().any(|key| one.get(key).as_str() == Some(name))
                    };
                    Some(Stop::Item(list.items.iter().position(named)?))
                }
                (Value::Str(_), None) => None,
                _ => return None,
            };
            let path = way.iter().cloned().chain(stop).collect();
            Some(Spot { entity: entity.clone(), part: Part::Document, path })
        })
    }

    /// A member of an item is to be otherwise.
    fn item(&self, entity: &Entity, item: &Value, member: &str, to: &To, depth: usize) -> Vec<Plan> {
        match (member, to) {
            ("neutralised_by", To::Present) => {
                let Some(of) = self.case.catalog.resource_type(&entity.type_id) else { return Vec::new() };
                let policy = item.get("policy").as_str().unwrap_or_default();
                let blocked =
                    of.policy.iter().filter(|one| one.called == policy).filter_map(|one| one.blocked.as_ref());
                let scope = OnSubject::new(self.scope, entity);
                best(blocked.flat_map(|expression| self.all(expression.wishes(entity, &scope, true), depth)).collect())
            }
            ("guarded", To::Is(Value::Bool(true))) => self.guards(entity, item),
            _ => Vec::new(),
        }
    }

    /// A condition that holds a service to our own account ("The confused deputy problem", AWS IAM User Guide).
    fn guards(&self, entity: &Entity, item: &Value) -> Vec<Plan> {
        let plans = item.get("because").items().iter().map(|reason| {
            let Some(mut spot) = self.named(entity, item, reason).into_iter().next() else { return Vec::new() };
            let names = ["Condition", "StringEquals", "aws:SourceAccount"];
            spot.path.extend(names.map(|name| Stop::Member(name.into())));
            let account = Value::Str(entity.account.clone());
            vec![Plan { wishes: vec![Wish { spot, to: To::Is(account), cost: 12 }] }]
        });
        every(plans)
    }

    /// A statement that denies whoever comes without TLS.
    fn denies_plain_http(&self, entity: &Entity) -> Vec<Plan> {
        let Some(of) = self.case.catalog.resource_type(&entity.type_id) else { return Vec::new() };
        let Some(policy) = of.policy.iter().find(|one| one.kind == catalog::PolicyKind::Policy) else {
            return Vec::new();
        };
        let service = entity.type_id.split('.').nth(1).unwrap_or_default();
        let text = |text: &str| Value::from(text);
        let object = |members: Vec<(&str, Value)>| Value::map(members);
        let statement = object(vec![
            ("Sid", text("DenyPlainHttp")),
            ("Effect", text("Deny")),
            ("Principal", text("*")),
            ("Action", Value::from(format!("{service}:*"))),
            ("Resource", Value::list(vec![text(&entity.uid), Value::from(format!("{}/*", entity.uid))])),
            ("Condition", object(vec![("Bool", object(vec![("aws:SecureTransport", text("false"))]))])),
        ]);
        let members = policy.at.segments().iter().map_while(|segment| match segment {
            resource::Segment::Member(name) => Some(Stop::Member(name.clone())),
            _ => None,
        });
        let mut spot = Spot { entity: entity.clone(), part: Part::Document, path: members.collect() };
        let to = match follow(&entity.document, &spot.path) {
            Value::Map(_) => {
                spot.path.push(Stop::Member("Statement".into()));
                To::Holds(statement)
            }
            _ => To::Is(Value::Map(Map::from([
                ("Version".into(), text("2012-10-17")),
                ("Statement".into(), Value::list(vec![statement])),
            ]))),
        };
        vec![Plan { wishes: vec![Wish { spot, to, cost: 14 }] }]
    }
}
