//! A resource while its details come in.

use std::sync::Arc;

use catalog::{Get, ResourceType};
use expr::{Entity, EntityData};
use resource::{Hole, HoleRecord, Path, Value, Why};

use crate::decode::{Undecodable, decode_members};
use crate::document::{Spot, remove_spot, spot_mut};
use crate::plan::{GetPlan, TypePlan};

/// What a detail came to.
pub(crate) enum What {
    /// A value to put into the document.
    Value(Box<Taken>),
    /// Known to be absent.
    Absent,
    /// Not known.
    Unknown(Arc<Hole>),
    /// The resource, or the item, has vanished since it was listed.
    Gone,
}

/// A value from an answer. Paths are below it.
pub(crate) struct Taken {
    pub(crate) value: Value,
    pub(crate) undecodable: Vec<Undecodable>,
    /// Lists whose later pages were not read, and why.
    pub(crate) cut: Option<(Vec<Path>, Arc<Hole>)>,
}

/// A detail's result on its way into a draft.
pub(crate) struct Given {
    /// Index of the draft in its chunk.
    pub(crate) draft: usize,
    /// Index into [`TypePlan::gets`].
    pub(crate) get: usize,
    /// Which item, for a per-item detail.
    pub(crate) spot: Option<Spot>,
    pub(crate) what: What,
}

/// A resource while its details come in. The document holds known values only.
pub(crate) struct Draft {
    pub(crate) entity: Entity,
    pub(crate) parent: Option<Entity>,
    pub(crate) holes: Vec<HoleRecord>,
    pub(crate) gone: bool,
}

impl Draft {
    pub(crate) fn new(of: &ResourceType, uid: Arc<str>, document: Value, parent: Option<Entity>) -> Self {
        let data = EntityData { uid, type_id: Arc::clone(&of.id), document, ..EntityData::default() };
        Draft { entity: Arc::new(data), parent, holes: Vec::new(), gone: false }
    }

    /// Sets the id, which the listed item has only now told.
    pub(crate) fn named(&mut self, uid: &Arc<str>) {
        Arc::make_mut(&mut self.entity).uid = Arc::clone(uid);
        for record in &mut self.holes {
            record.resource = Some(Arc::clone(uid));
        }
    }

    /// The document as expressions see it: with its holes, and those of the unit where they matter.
    pub(crate) fn view(&self, missing: &[HoleRecord]) -> Entity {
        if self.holes.is_empty() && missing.is_empty() {
            return Arc::clone(&self.entity);
        }
        let mut data = (*self.entity).clone();
        for record in missing.iter().chain(&self.holes) {
            record.lay_over(&mut data.document);
        }
        Arc::new(data)
    }

    /// Decodes members of the listed item.
    pub(crate) fn decode(&mut self, plan: &TypePlan, call: Option<&str>) {
        for (path, how) in &plan.decode {
            let bad = decode_members(self.document(), path, *how);
            self.undecodable(bad, &Path::default(), call);
        }
    }

    fn document(&mut self) -> &mut Value {
        &mut Arc::make_mut(&mut self.entity).document
    }

    fn hole(&mut self, members: Vec<Path>, partial: bool, hole: Arc<Hole>) {
        let resource = Some(Arc::clone(&self.entity.uid));
        self.holes.push(HoleRecord { resource, members, partial, hole });
    }

    fn undecodable(&mut self, bad: Vec<Undecodable>, base: &Path, call: Option<&str>) {
        for (path, why) in bad {
            let mut hole = Hole::new(Why::Failed).detail(&why);
            hole.call = call.map(Into::into);
            self.hole(vec![base.join(&path)], false, Arc::new(hole));
        }
    }

    /// Puts a detail's result into the document, or its hole beside it. An item that has vanished is left for
    /// [`Draft::remove`], because the places of the others count on it.
    pub(crate) fn apply(&mut self, get: &Get, plan: &GetPlan, given: Given) -> Option<Spot> {
        let spot = given.spot;
        match given.what {
            What::Absent => {}
            What::Gone if spot.is_some() => return spot,
            What::Gone => self.gone = true,
            What::Unknown(hole) => self.hole(members(get, plan, spot.as_ref()), false, hole),
            What::Value(taken) => self.put(get, plan, spot.as_ref(), *taken),
        }
        None
    }

    fn put(&mut self, get: &Get, plan: &GetPlan, spot: Option<&Spot>, taken: Taken) {
        let base = spot.map(|spot| spot.path.clone()).unwrap_or_default();
        let base = get.into.as_ref().map_or(base.clone(), |into| base.join(into));
        let place = match (&get.per, spot) {
            (Some(per), Some(spot)) => spot_mut(self.document(), per.segments(), &spot.address),
            _ => Some(self.document()),
        };
        let Some(place) = place else { return };
        match (&get.into, taken.value) {
            (_, Value::Null) => {}
            (Some(into), value) => place.put(into.segments(), value),
            (None, value @ Value::Map(_)) if place.as_map().is_some() => place.merge(value),
            (None, _) => {
                let hole = Hole::new(Why::Failed).detail("the answer is no object; the type file must say `into`");
                return self.hole(members(get, plan, spot), false, Arc::new(hole));
            }
        }
        let call = plan.call.as_ref().map(ToString::to_string);
        self.undecodable(taken.undecodable, &base, call.as_deref());
        if let Some((lists, hole)) = taken.cut {
            self.hole(lists.iter().map(|list| base.join(list)).collect(), true, hole);
        }
    }

    /// Takes vanished items out of their list.
    pub(crate) fn remove(&mut self, get: &Get, mut spots: Vec<Spot>) {
        let Some(per) = &get.per else { return };
        spots.sort_by(|one, other| other.address.cmp(&one.address));
        for spot in spots {
            remove_spot(self.document(), per, &spot.address);
        }
    }
}

/// The members that a detail gives: for a per-item detail those of that item only.
fn members(get: &Get, plan: &GetPlan, spot: Option<&Spot>) -> Vec<Path> {
    let (Some(per), Some(spot)) = (&get.per, spot) else { return plan.gives.to_vec() };
    let below = |given: &Path| {
        let rest = given.segments().get(per.segments().len()..).unwrap_or_default();
        spot.path.join(&Path::new(rest.to_vec()))
    };
    plan.gives.iter().map(below).collect()
}
