//! The world as it would be.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use expr::{Entity, EntitySet, Scope, SetOf, To, Val, Wish};
use resource::Span;

use super::apply::applied;
use super::{Case, Completer};

/// A large set is not computed anew for one change elsewhere.
const MOST_RECOMPUTED: usize = 200;

/// A scope with changes laid over it.
pub(super) struct Proposed<'p> {
    inner: &'p dyn Scope,
    completer: &'p dyn Completer,
    subject: &'p Entity,
    /// Global id → what changes there.
    changes: HashMap<Arc<str>, Vec<&'p Wish>>,
    added: Vec<(&'p SetOf, &'p Entity)>,
    known: RefCell<HashMap<Arc<str>, Entity>>,
    /// The resources that are known, as they are without the changes.
    originals: RefCell<HashMap<Arc<str>, Entity>>,
}

impl<'p> Proposed<'p> {
    pub(super) fn new(case: &Case<'p>, wishes: &'p [Wish]) -> Self {
        let mut changes: HashMap<Arc<str>, Vec<&Wish>> = HashMap::new();
        let mut added = Vec::new();
        for wish in wishes {
            changes.entry(wish.spot.entity.uid.clone()).or_default().push(wish);
            if let To::Exists(set) = &wish.to {
                added.push((set, &wish.spot.entity));
            }
        }
        Proposed {
            inner: case.scope,
            completer: case.completer,
            subject: case.subject,
            changes,
            added,
            known: RefCell::default(),
            originals: RefCell::default(),
        }
    }

    /// A resource as it is without the changes; `None` where it would be the same with them.
    pub(super) fn original(&self, uid: &Arc<str>) -> Option<Entity> {
        self.originals.borrow().get(uid).cloned()
    }

    /// The resource as it would be. Its facts may rest on what changes elsewhere.
    pub(super) fn changed(&self, entity: &Entity) -> Entity {
        if let Some(known) = self.known.borrow().get(&entity.uid) {
            return known.clone();
        }
        let wishes = self.changes.get(&entity.uid);
        let has_facts = !entity.facts.is_null() || !entity.norm.is_null();
        if wishes.is_none() && !has_facts {
            return entity.clone();
        }
        self.originals.borrow_mut().insert(entity.uid.clone(), entity.clone());
        let mut data = (**entity).clone();
        if let Some(wishes) = wishes {
            data.document = applied(&data.document, wishes);
        }
        // While its facts are computed, who asks for it meets it with the old ones.
        self.known.borrow_mut().insert(entity.uid.clone(), Arc::new(data.clone()));
        let completed = self.completer.completed(data, self);
        self.known.borrow_mut().insert(entity.uid.clone(), completed.clone());
        completed
    }

    fn is_new(&self, entity: &Entity) -> bool {
        self.added.iter().any(|(_, added)| added.uid == entity.uid)
    }

    fn set(&self, inner: Option<Arc<EntitySet>>, belongs: impl Fn(&SetOf, &Entity) -> bool) -> Arc<EntitySet> {
        let mut set = inner.map_or_else(EntitySet::default, |set| (*set).clone());
        let recompute = set.members.len() <= MOST_RECOMPUTED;
        for member in set.members.iter_mut().flatten() {
            if recompute || self.changes.contains_key(&member.uid) || member.uid == self.subject.uid {
                *member = self.changed(member);
            }
        }
        let new = self.added.iter().filter(|(set, entity)| belongs(set, entity));
        set.members.extend(new.map(|(_, entity)| Ok(self.changed(entity))));
        Arc::new(set)
    }
}

impl Scope for Proposed<'_> {
    fn root(&self, name: &str) -> Option<Val> {
        let val = self.inner.root(name)?;
        Some(match val.as_entity() {
            Some(entity) => Val::from(self.changed(entity)),
            None => val,
        })
    }

    fn refs(&self, from: &Entity, edge: &str) -> Arc<EntitySet> {
        let inner = (!self.is_new(from)).then(|| self.inner.refs(from, edge));
        self.set(inner, |set, _| matches!(set, SetOf::Refs(of, name) if *of == from.uid && **name == *edge))
    }

    fn refs_in(&self, to: &Entity, edge: &str) -> Arc<EntitySet> {
        let inner = (!self.is_new(to)).then(|| self.inner.refs_in(to, edge));
        self.set(inner, |set, _| matches!(set, SetOf::RefsIn(of, name, _) if *of == to.uid && **name == *edge))
    }

    fn list(&self, type_id: &str, span: Span) -> Arc<EntitySet> {
        self.set(Some(self.inner.list(type_id, span)), |set, entity| {
            let near = span != Span::Region || self.subject.region.is_empty() || entity.region == self.subject.region;
            matches!(set, SetOf::List(of, _) if **of == *type_id) && near
        })
    }

    fn now(&self) -> i64 {
        self.inner.now()
    }

    fn call(&self, name: &str, args: &[Val]) -> Option<Val> {
        self.inner.call(name, args)
    }
}
