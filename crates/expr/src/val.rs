//! Values of expressions.

use std::collections::BTreeMap;
use std::sync::Arc;

use ipnet::IpNet;
use resource::{Hole, List, Map, Value};

use crate::eval::{FilterPattern, Release, TlsVersion, moment_text, span_text};
use crate::{Entity, EntitySet, Holes, Place};

/// The value of an expression. Cheap to clone.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Val {
    /// Known to be absent; the same as `null`.
    Absent,
    /// Not known, and why.
    Unknown(Holes),
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Str(Arc<str>),
    /// A list or an object inside a document.
    Place(Place),
    /// A computed list.
    List(Arc<Items>),
    /// A computed object.
    Map(Arc<BTreeMap<Arc<str>, Val>>),
    /// A resource.
    Entity(Entity, Label),
    /// Several resources.
    Set(Arc<EntitySet>, Label),
    /// A moment.
    Timestamp(Moving),
    /// A length of time.
    Duration(Moving),
    /// The size of an incomplete list: at least this many, perhaps more.
    AtLeast(i64, Holes),
    /// The result of `cidr`, `ports`, `version`, `tls` or `filter_pattern`.
    Opaque(Arc<OpaqueValue>),
}

/// How evidence names where a value came from. Only kept while evidence is gathered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label(pub(crate) Option<Arc<str>>);

impl Label {
    pub(crate) fn new(text: impl Into<Arc<str>>) -> Self {
        Label(Some(text.into()))
    }
}

/// A computed list and whether it is all there is.
#[derive(Clone, Debug, Default)]
pub struct Items {
    pub(crate) items: Vec<Val>,
    pub(crate) open: Option<Holes>,
}

/// Microseconds that move with the clock: `at` is the value now, and it grows by `slope` per microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moving {
    /// The value now. Timestamps count from 1970 UTC.
    pub at: i64,
    /// 1 for `now` and ages, −1 for what is left until a moment, 0 for what stands still.
    pub slope: i64,
}

impl Moving {
    pub(crate) fn still(at: i64) -> Self {
        Moving { at, slope: 0 }
    }
}

/// What only functions make.
#[derive(Debug)]
pub enum OpaqueValue {
    /// `cidr(x)`.
    Cidr(IpNet),
    /// `ports(from, to)`, both included.
    Ports(i64, i64),
    /// `version(x)`.
    Version(Release),
    /// `tls(x)`.
    Tls(TlsVersion),
    /// `filter_pattern(x)`.
    Filter(FilterPattern),
}

/// A truth value of Kleene's logic.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// It is so.
    True,
    /// It is not so.
    False,
    /// It could not be decided, and what kept it undecided.
    Unknown(Holes),
}

impl From<bool> for Truth {
    fn from(truth: bool) -> Self {
        if truth { Truth::True } else { Truth::False }
    }
}

impl std::ops::Not for Truth {
    type Output = Truth;
    fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            unknown @ Truth::Unknown(_) => unknown,
        }
    }
}

impl From<Truth> for Val {
    fn from(truth: Truth) -> Val {
        match truth {
            Truth::True => Val::Bool(true),
            Truth::False => Val::Bool(false),
            Truth::Unknown(holes) => Val::Unknown(holes),
        }
    }
}

impl From<&str> for Val {
    fn from(text: &str) -> Val {
        Val::Str(text.into())
    }
}

impl From<Value> for Val {
    fn from(value: Value) -> Val {
        match value {
            Value::List(_) | Value::Map(_) => Val::document(Arc::new(value)),
            scalar => Val::scalar(&scalar).unwrap_or(Val::Absent),
        }
    }
}

impl From<Entity> for Val {
    fn from(entity: Entity) -> Val {
        Val::Entity(entity, Label::default())
    }
}

impl From<Arc<EntitySet>> for Val {
    fn from(set: Arc<EntitySet>) -> Val {
        Val::Set(set, Label::default())
    }
}

impl Val {
    /// A shared document, without copying it.
    pub fn document(value: Arc<Value>) -> Val {
        Val::scalar(&value).unwrap_or_else(|| Val::Place(Place::shared(value)))
    }

    /// A value that is unknown for one reason.
    pub fn unknown(hole: Arc<Hole>) -> Val {
        Val::Unknown(Holes::one(hole))
    }

    /// `None` for a list or an object.
    pub(crate) fn scalar(value: &Value) -> Option<Val> {
        Some(match value {
            Value::Null => Val::Absent,
            Value::Bool(truth) => Val::Bool(*truth),
            Value::Int(number) => Val::Int(*number),
            Value::Float(number) => Val::Float(*number),
            Value::Str(text) => Val::Str(Arc::clone(text)),
            Value::Unknown(hole) => Val::unknown(Arc::clone(hole)),
            Value::List(_) | Value::Map(_) => return None,
        })
    }

    /// A computed list.
    pub(crate) fn list(items: Vec<Val>, open: Option<Holes>) -> Val {
        Val::List(Arc::new(Items { items, open }))
    }

    /// Whether it is known to be absent.
    pub fn is_absent(&self) -> bool {
        matches!(self, Val::Absent)
    }

    /// The text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Val::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The resource.
    pub fn as_entity(&self) -> Option<&Entity> {
        match self {
            Val::Entity(entity, _) => Some(entity),
            _ => None,
        }
    }

    /// Why it is unknown.
    pub fn holes(&self) -> Option<&Holes> {
        match self {
            Val::Unknown(holes) | Val::AtLeast(_, holes) => Some(holes),
            _ => None,
        }
    }

    /// A hole in it or anywhere inside it.
    pub(crate) fn inner_hole(&self) -> Option<Arc<Hole>> {
        match self {
            Val::Unknown(holes) | Val::AtLeast(_, holes) => Some(Arc::clone(holes.first())),
            Val::Place(place) => place.resolve().first_hole().cloned(),
            Val::List(_) | Val::Map(_) | Val::Set(..) => self.to_value().first_hole().cloned(),
            _ => None,
        }
    }

    /// The value in Boolean position: absent is false, and so is what is not a truth value.
    pub fn truth(&self) -> Truth {
        match self {
            Val::Bool(truth) => Truth::from(*truth),
            Val::Unknown(holes) | Val::AtLeast(_, holes) => Truth::Unknown(holes.clone()),
            _ => Truth::False,
        }
    }

    /// As a plain value. Resources are their global ids, moments RFC 3339 text, durations text such as `90d`.
    pub fn to_value(&self) -> Value {
        match self {
            Val::Absent => Value::Null,
            Val::Unknown(holes) | Val::AtLeast(_, holes) => Value::Unknown(Arc::clone(holes.first())),
            Val::Bool(truth) => Value::Bool(*truth),
            Val::Int(number) => Value::Int(*number),
            Val::Float(number) => Value::Float(*number),
            Val::Str(text) => Value::Str(Arc::clone(text)),
            Val::Place(place) => place.resolve().clone(),
            Val::List(list) => Value::List(List {
                items: list.items.iter().map(Val::to_value).collect(),
                open: list.open.as_ref().map(|holes| Arc::clone(holes.first())),
            }),
            Val::Map(map) => {
                Value::Map(map.iter().map(|(name, val)| (Arc::clone(name), val.to_value())).collect::<Map>())
            }
            Val::Entity(entity, _) => Value::Str(Arc::clone(&entity.uid)),
            Val::Set(set, _) => Value::List(List {
                items: set
                    .members
                    .iter()
                    .map(|member| match member {
                        Ok(entity) => Value::Str(Arc::clone(&entity.uid)),
                        Err(hole) => Value::Unknown(Arc::clone(hole)),
                    })
                    .collect(),
                open: set.open.clone(),
            }),
            Val::Timestamp(moment) => Value::from(moment_text(moment.at)),
            Val::Duration(span) => Value::from(span_text(span.at)),
            Val::Opaque(opaque) => Value::from(opaque.text()),
        }
    }
}

impl OpaqueValue {
    fn text(&self) -> String {
        match self {
            OpaqueValue::Cidr(net) => net.to_string(),
            OpaqueValue::Ports(from, to) if from == to => from.to_string(),
            OpaqueValue::Ports(from, to) => format!("{from}-{to}"),
            OpaqueValue::Version(version) => version.text().to_owned(),
            OpaqueValue::Tls(version) => version.to_string(),
            OpaqueValue::Filter(pattern) => pattern.text().to_owned(),
        }
    }
}
