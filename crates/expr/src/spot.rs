//! Whose data something is, and where in it.

use std::fmt;
use std::sync::Arc;

use resource::Value;

use crate::Entity;

/// Which part of a resource's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The provider's document.
    Document,
    /// What `identity` and `graph` computed.
    Facts,
    /// The kind's attributes.
    Norm,
    /// Known without reading: an account's id, a region's name, a global id.
    Known,
}

/// One step into a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stop {
    /// The member of that name.
    Member(Arc<str>),
    /// The item at that place, from 0.
    Item(usize),
}

/// A place in a resource's data, there or not: an absent member has a spot too.
#[derive(Clone, Debug)]
pub struct Spot {
    /// The resource.
    pub entity: Entity,
    /// The part of it.
    pub part: Part,
    /// The way there.
    pub path: Vec<Stop>,
}

impl PartialEq for Spot {
    fn eq(&self, other: &Spot) -> bool {
        self.entity.uid == other.entity.uid && self.part == other.part && self.path == other.path
    }
}

impl Spot {
    /// Where members of a resource lead, `facts`, `norm` and `uid` being ours.
    pub fn of(entity: &Entity, names: &[Arc<str>]) -> Spot {
        let part = match names.first().map(|name| &**name) {
            Some("facts") => Part::Facts,
            Some("norm") => Part::Norm,
            Some("uid") => Part::Known,
            Some(name) if entity.extra.contains_key(name) => Part::Known,
            _ => Part::Document,
        };
        let skip = usize::from(matches!(part, Part::Facts | Part::Norm));
        let path = names.iter().skip(skip).map(|name| Stop::Member(Arc::clone(name))).collect();
        Spot { entity: Arc::clone(entity), part, path }
    }

    /// The spot of a member of what lies here.
    #[must_use]
    pub fn member(mut self, name: &Arc<str>) -> Spot {
        // A resource itself: its first member tells the part.
        if self.part == Part::Document && self.path.is_empty() {
            return Spot::of(&self.entity, std::slice::from_ref(name));
        }
        self.path.push(Stop::Member(Arc::clone(name)));
        self
    }

    /// The spot of a member of a member …
    #[must_use]
    pub fn members(self, names: &[Arc<str>]) -> Spot {
        names.iter().fold(self, Spot::member)
    }

    /// The spot of an item of what lies here.
    #[must_use]
    pub fn item(mut self, at: usize) -> Spot {
        self.path.push(Stop::Item(at));
        self
    }

    /// What lies here.
    pub fn value(&self) -> Value {
        let start = match self.part {
            Part::Document => &self.entity.document,
            Part::Facts => &self.entity.facts,
            Part::Norm => &self.entity.norm,
            Part::Known => return self.known(),
        };
        follow(start, &self.path).clone()
    }

    fn known(&self) -> Value {
        match self.path.first() {
            Some(Stop::Member(name)) if **name == *"uid" => Value::Str(Arc::clone(&self.entity.uid)),
            Some(Stop::Member(name)) => self.entity.extra.get(name).cloned().unwrap_or_default(),
            _ => Value::Null,
        }
    }
}

/// What lies at the end of a way; absent where nothing does, the hole where one lies on the way.
pub fn follow<'v>(from: &'v Value, path: &[Stop]) -> &'v Value {
    path.iter().fold(from, |value, stop| match stop {
        Stop::Member(name) => value.get(name),
        Stop::Item(at) => value.items().get(*at).unwrap_or_else(|| value.unknown().map_or(Value::null(), |_| value)),
    })
}

/// `A.B[3]`.
impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self.part {
            Part::Document | Part::Known => "",
            Part::Facts => "facts",
            Part::Norm => "norm",
        };
        f.write_str(part)?;
        let mut first = part.is_empty();
        for stop in &self.path {
            match stop {
                Stop::Member(name) if first => f.write_str(name)?,
                Stop::Member(name) => write!(f, ".{name}")?,
                Stop::Item(at) => write!(f, "[{at}]")?,
            }
            first = false;
        }
        Ok(())
    }
}
