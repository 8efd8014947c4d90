//! The entry point: facts of one resource.

use std::collections::BTreeSet;
use std::sync::Arc;

use catalog::{Catalog, Policy, PolicyKind, ResourceType};
use expr::{Entity, EntitySet, Scope, Truth, Val};
use resource::{Hole, List, Map, Span, Value};

use crate::effective::{Effective, escalation};
use crate::grants::{Grants, Neutralised, acl, kms_grants, resource_policy, sharing};
use crate::places::places;
use crate::secrets;
use crate::settings::Settings;
use crate::transport::Transport;

#[cfg(test)]
mod tests;
mod within;

/// What surrounds the resource whose facts are computed.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The catalogue, for the types of neighbours.
    pub catalog: &'a Catalog,
    /// The resource's scope; `self` is supplied here.
    pub scope: &'a dyn Scope,
    /// The owner and whom it trusts.
    pub settings: &'a Settings,
}

/// Computes the wanted facts of `identity` (`grants`, `tls_only`, `admin`, `admin_by`, `escalation`, `secrets`) for one resource. Facts whose
/// source the resource's type does not have are empty, not unknown: it has no such policy.
pub fn facts(entity: &Entity, of: &ResourceType, world: &World<'_>, wanted: &BTreeSet<Arc<str>>) -> Map {
    let mut found = Map::new();
    if wanted.contains("grants") {
        found.insert("grants".into(), grants(entity, of, world));
    }
    if wanted.contains("tls_only") {
        found.insert("tls_only".into(), tls_only(entity, of));
    }
    if ["admin", "admin_by", "escalation"].iter().any(|name| wanted.contains(*name)) {
        let rights = Rights::of(entity, of, world);
        if wanted.contains("admin") {
            found.insert("admin".into(), rights.admin());
        }
        if wanted.contains("admin_by") {
            found.insert("admin_by".into(), rights.admin_by());
        }
        if wanted.contains("escalation") {
            found.insert("escalation".into(), escalation(&rights.policies, rights.boundary.as_ref()));
        }
    }
    if wanted.contains("secrets") {
        found.insert("secrets".into(), secrets::of_document(of, &entity.document, world.settings));
    }
    found
}

/// The grants of one resource-based policy document, as items of `facts.grants`: what remains when only the document
/// and the owner are known. `called` is what reason chains call it.
pub fn policy_grants(document: &Value, called: &str, settings: &Settings) -> Value {
    let grants = resource_policy(document, settings);
    Value::List(List { items: grants.to_values(called), open: grants.open })
}

fn grants(entity: &Entity, of: &ResourceType, world: &World<'_>) -> Value {
    let mut all = List::default();
    let settings = with_organisation(entity, world);
    for policy in of.policy.iter().filter(|policy| policy.kind != PolicyKind::Identity) {
        let found = of_policy(policy, entity, world, &settings);
        all.open = all.open.or(found.open.clone());
        all.items.extend(found.to_values(&policy.called));
    }
    Value::List(all)
}

/// The grants of one policy of a resource, with what neutralises them.
fn of_policy(policy: &Policy, entity: &Entity, world: &World<'_>, settings: &Settings) -> Grants {
    let found = places(&entity.document, &policy.at);
    let mut all = Grants { items: Vec::new(), open: found.open };
    let open_keys = policy.open_keys.iter().map(|key| key.to_ascii_lowercase()).collect();
    let settings = Settings { open_keys, canonical: canonical(entity, world), ..settings.clone() };
    for value in found.values {
        let mut grants = read(policy, value, entity, &settings);
        if let Some(blocked) = blocked(policy, entity, world) {
            grants.block(&blocked, policy.kind == PolicyKind::Policy);
        }
        if let Some(edge) = &policy.within {
            within::hold(&mut grants, entity, edge, world, &settings);
        }
        all.open = all.open.or(grants.open);
        all.items.extend(grants.items);
    }
    all
}

/// The owner's canonical id, as an ACL of the resource tells it.
fn canonical(entity: &Entity, world: &World<'_>) -> Option<Arc<str>> {
    let of = world.catalog.resource_type(&entity.type_id)?;
    let acl = of.policy.iter().find(|policy| policy.kind == PolicyKind::Acl)?;
    match entity.document.at(&acl.at).get("Owner").get("ID") {
        Value::Str(id) => Some(id.clone()),
        _ => None,
    }
}

/// The settings, and what the account itself tells about its organisation.
fn with_organisation(entity: &Entity, world: &World<'_>) -> Settings {
    let mut settings = world.settings.clone();
    if let Some(organisation) = world.catalog.facts().organisation() {
        settings.with_organisation(&organisation.evaluate(&Of { entity, scope: world.scope }).to_value());
    }
    settings
}

fn tls_only(entity: &Entity, of: &ResourceType) -> Value {
    let mut transport = Transport::default();
    for policy in of.policy.iter().filter(|policy| policy.kind == PolicyKind::Policy) {
        let found = places(&entity.document, &policy.at);
        transport.note(found.open);
        for value in found.values {
            transport.read(value, &entity.uid);
        }
    }
    transport.tls_only(&entity.uid)
}

fn read(policy: &Policy, value: &Value, entity: &Entity, settings: &Settings) -> Grants {
    match policy.kind {
        PolicyKind::Policy | PolicyKind::Trust => resource_policy(value, settings),
        PolicyKind::Acl => acl(value, entity.document.get("Owner").get("ID")),
        PolicyKind::Shared => sharing(value, settings),
        PolicyKind::Grants => kms_grants(value, settings),
        PolicyKind::Identity => Grants::default(),
    }
}

/// What the type's `blocked` expression says.
fn blocked(policy: &Policy, entity: &Entity, world: &World<'_>) -> Option<Neutralised> {
    let expression = policy.blocked.as_ref()?;
    match expression.evaluate(&Of { entity, scope: world.scope }).truth() {
        Truth::True => Some(Neutralised::By(match &policy.blocked_by {
            Some(name) => name.render(&Of { entity, scope: world.scope }, &str::to_owned).into(),
            None => "another setting".into(),
        })),
        Truth::False => None,
        Truth::Unknown(holes) => Some(Neutralised::Unknown(holes.first().clone())),
    }
}

/// What a principal's, or a managed policy's, documents allow.
struct Rights {
    policies: Effective,
    boundary: Option<Effective>,
}

impl Rights {
    fn of(entity: &Entity, of: &ResourceType, world: &World<'_>) -> Rights {
        let mut documents = Documents::default();
        documents.add(entity, of, world, 0);
        let mut bounds = Documents::default();
        let edges = &of.edge;
        for edge in edges.iter().filter(|edge| world.catalog.facts().bounded_by().contains(&edge.name)) {
            bounds.add_neighbours(&world.scope.refs(entity, &edge.name), world, 1);
        }
        let bounded = !bounds.items.is_empty() || bounds.open.is_some();
        Rights { policies: documents.effective(), boundary: bounded.then(|| bounds.effective()) }
    }

    fn admin(&self) -> Value {
        let bound = self.boundary.as_ref();
        // A boundary that is fully known and does not allow it decides alone.
        if bound.is_some_and(|bound| bound.open.is_none() && bound.admin(None).is_none()) {
            return Value::Bool(false);
        }
        if self.policies.open.is_none() && self.policies.admin(None).is_none() {
            return Value::Bool(false);
        }
        match self.unread() {
            Some(hole) => Value::Unknown(hole),
            None => Value::Bool(self.policies.admin(bound).is_some()),
        }
    }

    fn admin_by(&self) -> Value {
        // What an unread boundary lets through is left to the hole.
        let known = self.boundary.as_ref().filter(|bound| bound.open.is_none());
        Value::List(List { items: self.policies.admin_by(known), open: self.unread() })
    }

    /// Why rights, or what bounds them, are not fully known.
    fn unread(&self) -> Option<Arc<Hole>> {
        self.policies.open.clone().or_else(|| self.boundary.as_ref().and_then(|bound| bound.open.clone()))
    }
}

/// Policy documents with their names.
#[derive(Default)]
struct Documents {
    items: Vec<(Arc<str>, Value)>,
    open: Option<Arc<Hole>>,
}

/// A user → its groups → their policies; nothing is nested deeper.
const MAX_DEPTH: usize = 3;

impl Documents {
    fn add(&mut self, entity: &Entity, of: &ResourceType, world: &World<'_>, depth: usize) {
        for policy in of.policy.iter().filter(|policy| policy.kind == PolicyKind::Identity) {
            let found = places(&entity.document, &policy.at);
            self.open = self.open.take().or(found.open);
            let name: Arc<str> = format!("{} of {}", policy.called, entity.name).into();
            self.items.extend(found.values.into_iter().map(|value| (name.clone(), value.clone())));
        }
        if depth >= MAX_DEPTH {
            return;
        }
        for edge in of.edge.iter().filter(|edge| world.catalog.facts().allowed_by().contains(&edge.name)) {
            self.add_neighbours(&world.scope.refs(entity, &edge.name), world, depth + 1);
        }
    }

    fn add_neighbours(&mut self, set: &EntitySet, world: &World<'_>, depth: usize) {
        self.open = self.open.take().or_else(|| set.open.clone());
        for member in &set.members {
            match member {
                Ok(entity) => {
                    if let Some(of) = world.catalog.resource_type(&entity.type_id) {
                        self.add(entity, of, world, depth);
                    }
                }
                Err(hole) => self.open = Some(hole.clone()),
            }
        }
    }

    fn effective(self) -> Effective {
        let mut found = Effective::of(&self.items);
        found.open = found.open.or(self.open);
        found
    }
}

/// A scope whose `self` is the resource at hand.
struct Of<'a> {
    entity: &'a Entity,
    scope: &'a dyn Scope,
}

impl Scope for Of<'_> {
    fn root(&self, name: &str) -> Option<Val> {
        match name {
            "self" => Some(Val::from(self.entity.clone())),
            _ => self.scope.root(name),
        }
    }
    fn refs(&self, from: &Entity, edge: &str) -> Arc<EntitySet> {
        self.scope.refs(from, edge)
    }
    fn refs_in(&self, to: &Entity, edge: &str) -> Arc<EntitySet> {
        self.scope.refs_in(to, edge)
    }
    fn list(&self, type_id: &str, span: Span) -> Arc<EntitySet> {
        self.scope.list(type_id, span)
    }
    fn now(&self) -> i64 {
        self.scope.now()
    }
    fn call(&self, name: &str, args: &[Val]) -> Option<Val> {
        self.scope.call(name, args)
    }
}
