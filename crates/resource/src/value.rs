//! The document tree.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Hole, Path, Segment};

/// The members of an object, sorted by name so that equal documents hash equally.
pub type Map = BTreeMap<Arc<str>, Value>;

/// A value of a provider's document. `Null` means *absent* everywhere: a known answer.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value {
    /// Known to be absent.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number; never NaN or infinite.
    Float(f64),
    /// Text. Timestamps are RFC 3339 text in UTC, blobs are base64 text.
    Str(Arc<str>),
    /// Several values.
    List(List),
    /// An object.
    Map(Map),
    /// Not known, and why.
    Unknown(Arc<Hole>),
}

/// Several values, which know whether they are all there are.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct List {
    /// The known members.
    pub items: Vec<Value>,
    /// Why there may be more; `None` when the list is complete.
    pub open: Option<Arc<Hole>>,
}

static NULL: Value = Value::Null;

impl Value {
    /// The shared absent value.
    pub fn null() -> &'static Value {
        &NULL
    }

    /// A complete list.
    pub fn list(items: Vec<Value>) -> Value {
        Value::List(List { items, open: None })
    }

    /// An object of the given members.
    pub fn map<K: Into<Arc<str>>>(members: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Map(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// Whether the value is absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The whole number.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// Whether this is that text, or the truth value so written (`[IsDefaultVersion=true]`).
    pub fn is_written(&self, text: &str) -> bool {
        match self {
            Value::Str(own) => &**own == text,
            Value::Bool(truth) => text == if *truth { "true" } else { "false" },
            _ => false,
        }
    }

    /// The members of an object.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The known items of a list; empty for anything else.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::List(list) => &list.items,
            _ => &[],
        }
    }

    /// The hole, when the value is unknown.
    pub fn unknown(&self) -> Option<&Arc<Hole>> {
        match self {
            Value::Unknown(hole) => Some(hole),
            _ => None,
        }
    }

    /// A member of an object. A member of absent is absent, a member of unknown is that unknown.
    pub fn get(&self, name: &str) -> &Value {
        match self {
            Value::Map(map) => map.get(name).unwrap_or(&NULL),
            Value::Unknown(_) => self,
            _ => &NULL,
        }
    }

    /// The one value that a path without `[]` leads to; absent where nothing is, the hole where one lies on the way.
    pub fn at(&self, path: &Path) -> &Value {
        let mut value = self;
        for segment in path.segments() {
            value = match segment {
                Segment::Member(name) => value.get(name),
                Segment::Each => return value,
                Segment::Where { member, equals } => {
                    match value.items().iter().find(|item| item.get(member).is_written(equals)) {
                        Some(item) => item,
                        None => value.unknown().map_or(&NULL, |_| value),
                    }
                }
            };
        }
        value
    }

    /// Every value that a path leads to, `[]` meaning each item. A hole on the way is one of them.
    pub fn each<'a>(&'a self, path: &Path) -> Vec<&'a Value> {
        let mut values = vec![self];
        for segment in path.segments() {
            values = match segment {
                Segment::Member(name) => values.into_iter().map(|value| value.get(name)).collect(),
                Segment::Each => values
                    .into_iter()
                    .flat_map(
                        |value| if value.unknown().is_some() { std::slice::from_ref(value) } else { value.items() },
                    )
                    .collect(),
                Segment::Where { member, equals } => values
                    .into_iter()
                    .flat_map(Value::items)
                    .filter(|item| item.get(member).is_written(equals))
                    .collect(),
            };
            values.retain(|value| !value.is_null());
        }
        values
    }

    /// Puts `value` at `path`, making objects on the way. `[]` means each existing item, and an absent list stays absent.
    /// A hole on the way is left alone: what lies below it is unknown anyway.
    pub fn put(&mut self, path: &[Segment], value: Value) {
        let Some((segment, rest)) = path.split_first() else {
            *self = value;
            return;
        };
        match segment {
            Segment::Member(name) => {
                if self.is_null() {
                    *self = Value::Map(Map::new());
                }
                if let Value::Map(map) = self {
                    map.entry(name.clone()).or_default().put(rest, value);
                }
            }
            Segment::Each => {
                if let Value::List(list) = self {
                    for item in &mut list.items {
                        item.put(rest, value.clone());
                    }
                }
            }
            Segment::Where { member, equals } => {
                if let Value::List(list) = self {
                    for item in list.items.iter_mut().filter(|item| item.get(member).is_written(equals)) {
                        item.put(rest, value.clone());
                    }
                }
            }
        }
    }

    /// Lays a hole over the document: the value at `path` becomes unknown. With `partial` a list there keeps its
    /// known items and is marked as incomplete instead.
    pub fn lay_hole(&mut self, path: &Path, hole: &Arc<Hole>, partial: bool) {
        if partial && let Value::List(list) = self.at(path) {
            let open = Value::List(List { items: list.items.clone(), open: Some(hole.clone()) });
            self.put(path.segments(), open);
        } else {
            self.put(path.segments(), Value::Unknown(hole.clone()));
        }
    }

    /// Adds the members of another object; a member that both have as objects is merged, otherwise the other's wins.
    pub fn merge(&mut self, other: Value) {
        match (self, other) {
            (Value::Map(mine), Value::Map(theirs)) => {
                for (name, value) in theirs {
                    match mine.entry(name) {
                        std::collections::btree_map::Entry::Vacant(place) => {
                            place.insert(value);
                        }
                        std::collections::btree_map::Entry::Occupied(mut place) => place.get_mut().merge(value),
                    }
                }
            }
            (_, Value::Null) => {}
            (mine, theirs) => *mine = theirs,
        }
    }

    /// The first hole found anywhere inside, depth first.
    pub fn first_hole(&self) -> Option<&Arc<Hole>> {
        match self {
            Value::Unknown(hole) => Some(hole),
            Value::List(list) => list.items.iter().find_map(Value::first_hole).or(list.open.as_ref()),
            Value::Map(map) => map.values().find_map(Value::first_hole),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Str(text.into())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Str(text.into())
    }
}
impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Value::Bool(truth)
    }
}
impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}
impl From<Hole> for Value {
    fn from(hole: Hole) -> Self {
        Value::Unknown(Arc::new(hole))
    }
}
