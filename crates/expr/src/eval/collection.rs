//! What can be gone through item by item.

use std::sync::Arc;

use resource::{Hole, List, Value, Why};

use crate::val::Items as Computed;
use crate::{Entity, EntitySet, Holes, Label, Place, Val};

use super::Ctx;

/// A value seen as several.
pub(crate) enum Collection<'v> {
    Absent,
    Unknown(Holes),
    Items(Items<'v>),
}

/// The known items, and why there may be more.
pub(crate) struct Items<'v> {
    pub(crate) len: usize,
    pub(crate) open: Option<Holes>,
    source: Source<'v>,
}

enum Source<'v> {
    Place(&'v Place),
    Keys(Vec<Arc<str>>),
    List(&'v Arc<Computed>),
    /// The members that exist, by their places in the set.
    Set(&'v Arc<EntitySet>, &'v Label, Option<Vec<usize>>),
}

impl Ctx<'_> {
    pub(crate) fn collection<'v>(&self, val: &'v Val) -> Collection<'v> {
        match val {
            Val::Absent => Collection::Absent,
            Val::Unknown(holes) | Val::AtLeast(_, holes) => Collection::Unknown(holes.clone()),
            Val::Place(place) => match place.resolve() {
                Value::List(List { items, open }) => Collection::Items(Items {
                    len: items.len(),
                    open: open.clone().map(Holes::one),
                    source: Source::Place(place),
                }),
                Value::Map(map) => self.keys(map.keys()),
                _ => self.not_a_collection(),
            },
            Val::List(list) => {
                Collection::Items(Items { len: list.items.len(), open: list.open.clone(), source: Source::List(list) })
            }
            Val::Set(set, label) => Collection::Items(members(set, label)),
            Val::Map(map) => self.keys(map.keys()),
            _ => self.not_a_collection(),
        }
    }

    /// A map is gone through by its names.
    fn keys<'k>(&self, keys: impl Iterator<Item = &'k Arc<str>>) -> Collection<'static> {
        let keys: Vec<Arc<str>> = keys.cloned().collect();
        self.spend(keys.len() / 8);
        Collection::Items(Items { len: keys.len(), open: None, source: Source::Keys(keys) })
    }

    fn not_a_collection(&self) -> Collection<'static> {
        self.surprise();
        Collection::Absent
    }

    /// How many items there are.
    pub(super) fn size(&self, val: &Val) -> Val {
        if let Val::Str(text) = val {
            return Val::Int(i64::try_from(text.chars().count()).unwrap_or(i64::MAX));
        }
        self.note_whole(val);
        match self.collection(val) {
            Collection::Absent => Val::Int(0),
            Collection::Unknown(holes) => Val::Unknown(holes),
            Collection::Items(items) => {
                let known = i64::try_from(items.len).unwrap_or(i64::MAX);
                match &items.open {
                    Some(holes) => {
                        items.note_open(self, holes);
                        Val::AtLeast(known, holes.clone())
                    }
                    None => Val::Int(known),
                }
            }
        }
    }
}

/// A foreign member exists. One that could not be read may turn out not to, so it only leaves the set incomplete.
fn members<'v>(set: &'v Arc<EntitySet>, label: &'v Label) -> Items<'v> {
    let mut open = set.open.clone().map(Holes::one);
    let mut unread = false;
    for hole in set.members.iter().filter_map(unread_member) {
        unread = true;
        crate::holes::gather(&mut open, &Holes::one(Arc::clone(hole)));
    }
    let existing = unread.then(|| {
        let known = set.members.iter().enumerate().filter(|(_, member)| unread_member(member).is_none());
        known.map(|(at, _)| at).collect::<Vec<usize>>()
    });
    let len = existing.as_ref().map_or(set.members.len(), Vec::len);
    Items { len, open, source: Source::Set(set, label, existing) }
}

fn unread_member(member: &Result<Entity, Arc<Hole>>) -> Option<&Arc<Hole>> {
    member.as_ref().err().filter(|hole| hole.why != Why::Foreign)
}

impl Items<'_> {
    pub(crate) fn item(&self, at: usize, ctx: &Ctx<'_>) -> Val {
        match &self.source {
            Source::Place(place) => {
                let item = place.item(at);
                if ctx.record.is_some()
                    && !matches!(item, Val::Place(_))
                    && let Some(path) = place.path_text()
                {
                    ctx.note_read(&format!("{path}[{at}]"), place.spot().map(|spot| spot.item(at)), &item);
                }
                item
            }
            Source::Keys(keys) => keys.get(at).map_or(Val::Absent, |key| Val::Str(Arc::clone(key))),
            Source::List(list) => list.items.get(at).cloned().unwrap_or(Val::Absent),
            Source::Set(set, label, existing) => match set.members.get(place_of(existing.as_ref(), at)) {
                Some(Ok(entity)) => {
                    let label = label.0.as_ref().map(|text| Arc::from(format!("{text}[{}]", entity.uid)));
                    Val::Entity(Arc::clone(entity), Label(label))
                }
                Some(Err(hole)) => {
                    let val = Val::unknown(Arc::clone(hole));
                    if let Some(text) = &label.0 {
                        ctx.note_read(&format!("{text}[{at}]"), None, &val);
                    }
                    val
                }
                None => Val::Absent,
            },
        }
    }

    /// Evidence that the list is incomplete.
    pub(super) fn note_open(&self, ctx: &Ctx<'_>, open: &Holes) {
        let (path, spot) = match &self.source {
            Source::Place(place) => (place.path_text(), place.spot()),
            Source::Set(_, label, _) => (label.0.as_ref().map(|text| text.to_string()), None),
            Source::Keys(_) | Source::List(_) => (None, None),
        };
        if let Some(path) = path {
            ctx.note_read(&path, spot, &Val::Unknown(open.clone()));
        }
    }
}

fn place_of(existing: Option<&Vec<usize>>, at: usize) -> usize {
    existing.map_or(at, |places| places.get(at).copied().unwrap_or(usize::MAX))
}
