//! Equality, order and membership.

use std::cmp::Ordering;
use std::sync::Arc;

use resource::{List, Value};

use crate::ast::{Comparison, Node};
use crate::{Holes, Moving, OpaqueValue, Truth, Val};

use super::{Collection, Ctx, Env, Release, TlsVersion, parse_moment};

impl Ctx<'_> {
    pub(super) fn comparison(&self, op: Comparison, left: &Node, right: &Node, env: &Env<'_>) -> Truth {
        let (left, right) = (self.eval(left, env), self.eval(right, env));
        self.note_whole(&left);
        self.note_whole(&right);
        match op {
            Comparison::Equal => self.equal(&left, &right),
            Comparison::Unequal => !self.equal(&left, &right),
            _ => self.ordered(op, &left, &right),
        }
    }

    pub(super) fn equal(&self, left: &Val, right: &Val) -> Truth {
        match (left, right) {
            (Val::Unknown(a), Val::Unknown(b)) => {
                let mut holes = a.clone();
                holes.join(b);
                Truth::Unknown(holes)
            }
            (Val::Unknown(holes), _) | (_, Val::Unknown(holes)) => Truth::Unknown(holes.clone()),
            (Val::AtLeast(least, holes), Val::Int(number)) | (Val::Int(number), Val::AtLeast(least, holes)) => {
                if least > number { Truth::False } else { Truth::Unknown(holes.clone()) }
            }
            (Val::AtLeast(_, holes), Val::AtLeast(..)) => Truth::Unknown(holes.clone()),
            (Val::Absent, Val::Absent) => Truth::True,
            (Val::Absent, _) | (_, Val::Absent) => Truth::False,
            (Val::Bool(a), Val::Bool(b)) => Truth::from(a == b),
            (Val::Str(a), Val::Str(b)) => Truth::from(a == b || same_moment(a, b)),
            (Val::Entity(a, _), Val::Entity(b, _)) => Truth::from(a.uid == b.uid),
            (Val::Entity(a, _), Val::Str(uid)) | (Val::Str(uid), Val::Entity(a, _)) => Truth::from(a.uid == *uid),
            (Val::Opaque(a), Val::Opaque(b)) => Truth::from(equal_opaque(a, b)),
            (Val::Opaque(a), Val::Str(text)) | (Val::Str(text), Val::Opaque(a)) => {
                Truth::from(like(a, text).is_some_and(|b| equal_opaque(a, &b)))
            }
            _ if several(left) && several(right) => self.equal_wholes(&left.to_value(), &right.to_value()),
            _ => match self.order(left, right) {
                Some(order) => Truth::from(order == Ordering::Equal),
                None => self.mismatch(),
            },
        }
    }

    /// What is compared member by member is paid for member by member.
    fn equal_wholes(&self, left: &Value, right: &Value) -> Truth {
        if !self.spend((weight(left) + weight(right)) / 4) {
            return Truth::Unknown(Self::too_expensive());
        }
        equal_values(left, right)
    }

    fn mismatch(&self) -> Truth {
        self.surprise();
        Truth::False
    }

    pub(super) fn ordered(&self, op: Comparison, left: &Val, right: &Val) -> Truth {
        match (left, right) {
            (Val::Absent, _) | (_, Val::Absent) => Truth::False,
            (Val::Unknown(holes), _) | (_, Val::Unknown(holes)) => Truth::Unknown(holes.clone()),
            (Val::AtLeast(least, holes), Val::Int(number)) => at_least(op, *least, *number, holes),
            (Val::Int(number), Val::AtLeast(least, holes)) => at_least(op.mirrored(), *least, *number, holes),
            (Val::AtLeast(_, holes), _) | (_, Val::AtLeast(_, holes)) => Truth::Unknown(holes.clone()),
            _ => match self.order(left, right) {
                Some(order) => Truth::from(holds(op, order)),
                None => self.mismatch(),
            },
        }
    }

    /// The order of two known values; `None` when they have none.
    fn order(&self, left: &Val, right: &Val) -> Option<Ordering> {
        match (left, right) {
            (Val::Int(a), Val::Int(b)) => Some(a.cmp(b)),
            (Val::Int(a), Val::Float(b)) => (*a as f64).partial_cmp(b),
            (Val::Float(a), Val::Int(b)) => a.partial_cmp(&(*b as f64)),
            (Val::Float(a), Val::Float(b)) => a.partial_cmp(b),
            (Val::Str(a), Val::Str(b)) => Some(text_order(a, b)),
            (Val::Timestamp(a), Val::Timestamp(b)) | (Val::Duration(a), Val::Duration(b)) => Some(self.moving(*a, *b)),
            (Val::Timestamp(a), Val::Str(text)) => {
                parse_moment(text).map(|moment| self.moving(*a, Moving::still(moment)))
            }
            (Val::Str(text), Val::Timestamp(b)) => {
                parse_moment(text).map(|moment| self.moving(Moving::still(moment), *b))
            }
            (Val::Opaque(a), Val::Opaque(b)) => order_opaque(a, b),
            (Val::Opaque(a), Val::Str(text)) => order_opaque(a, &like(a, text)?),
            (Val::Str(text), Val::Opaque(b)) => order_opaque(&like(b, text)?, b),
            _ => None,
        }
    }

    /// Compares what may move with the clock, and remembers when the two meet.
    fn moving(&self, left: Moving, right: Moving) -> Ordering {
        let apart = i128::from(left.at) - i128::from(right.at);
        let slope = i128::from(left.slope) - i128::from(right.slope);
        let closing = (apart < 0 && slope > 0) || (apart > 0 && slope < 0) || (apart == 0 && slope != 0);
        if closing {
            // One microsecond past the meeting also turns comparisons that include it.
            let after = (apart.abs() + slope.abs() - 1) / slope.abs() + 1;
            let at = i128::from(self.scope.now()) + after;
            self.turns_at(i64::try_from(at).unwrap_or(i64::MAX));
        }
        left.at.cmp(&right.at)
    }

    pub(super) fn membership(&self, item: &Node, list: &Node, env: &Env<'_>) -> Truth {
        let (item, list) = (self.eval(item, env), self.eval(list, env));
        self.note_whole(&list);
        self.is_in(&item, &list)
    }

    pub(super) fn is_in(&self, item: &Val, list: &Val) -> Truth {
        let items = match self.collection(list) {
            Collection::Absent => return Truth::False,
            Collection::Unknown(holes) => return Truth::Unknown(holes),
            Collection::Items(items) => items,
        };
        let mut unknown = items.open.clone();
        for at in 0..items.len {
            if !self.spend(1) {
                return Truth::Unknown(Self::too_expensive());
            }
            match self.equal(item, &items.item(at, self)) {
                Truth::True => return Truth::True,
                Truth::False => {}
                Truth::Unknown(holes) => crate::holes::gather(&mut unknown, &holes),
            }
        }
        unknown.map_or(Truth::False, Truth::Unknown)
    }
}

fn holds(op: Comparison, order: Ordering) -> bool {
    match op {
        Comparison::Equal => order.is_eq(),
        Comparison::Unequal => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

/// A number that is at least `least` against `number`: decided once the known part suffices.
fn at_least(op: Comparison, least: i64, number: i64, holes: &Holes) -> Truth {
    match op {
        Comparison::Greater if least > number => Truth::True,
        Comparison::GreaterOrEqual if least >= number => Truth::True,
        Comparison::Less if least >= number => Truth::False,
        Comparison::LessOrEqual if least > number => Truth::False,
        _ => Truth::Unknown(holes.clone()),
    }
}

/// How many values a document is made of.
fn weight(value: &Value) -> usize {
    match value {
        Value::List(list) => 1 + list.items.iter().map(weight).sum::<usize>(),
        Value::Map(map) => 1 + map.values().map(weight).sum::<usize>(),
        _ => 1,
    }
}

fn several(val: &Val) -> bool {
    matches!(val, Val::Place(_) | Val::List(_) | Val::Map(_) | Val::Set(..))
}

/// Texts such as `2026-01-02T03:04:05Z` may write one moment in two ways.
fn moments(a: &str, b: &str) -> Option<(i64, i64)> {
    let looks = |text: &str| text.len() >= 20 && text.as_bytes().get(4) == Some(&b'-') && text.ends_with('Z');
    if looks(a) && looks(b) { Some((parse_moment(a)?, parse_moment(b)?)) } else { None }
}

fn same_moment(a: &str, b: &str) -> bool {
    a.len() != b.len() && moments(a, b).is_some_and(|(a, b)| a == b)
}

fn text_order(a: &Arc<str>, b: &Arc<str>) -> Ordering {
    moments(a, b).map_or_else(|| a.cmp(b), |(a, b)| a.cmp(&b))
}

/// The text read as the kind of `opaque`.
fn like(opaque: &OpaqueValue, text: &str) -> Option<OpaqueValue> {
    match opaque {
        OpaqueValue::Version(_) => Release::parse(text).map(OpaqueValue::Version),
        OpaqueValue::Tls(_) => TlsVersion::parse(text).map(OpaqueValue::Tls),
        OpaqueValue::Cidr(_) => crate::network::parse_net(text).map(OpaqueValue::Cidr),
        OpaqueValue::Ports(..) | OpaqueValue::Filter(_) => None,
    }
}

fn order_opaque(a: &OpaqueValue, b: &OpaqueValue) -> Option<Ordering> {
    match (a, b) {
        (OpaqueValue::Version(a), OpaqueValue::Version(b)) => Some(a.cmp(b)),
        (OpaqueValue::Tls(a), OpaqueValue::Tls(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn equal_opaque(a: &OpaqueValue, b: &OpaqueValue) -> bool {
    match (a, b) {
        (OpaqueValue::Cidr(a), OpaqueValue::Cidr(b)) => a.trunc() == b.trunc(),
        (OpaqueValue::Ports(a, b), OpaqueValue::Ports(c, d)) => (a, b) == (c, d),
        _ => order_opaque(a, b) == Some(Ordering::Equal),
    }
}

/// Equality of whole documents: a difference that is known decides, whatever else is unknown.
fn equal_values(a: &Value, b: &Value) -> Truth {
    match (a, b) {
        (Value::Unknown(hole), _) | (_, Value::Unknown(hole)) => Truth::Unknown(Holes::one(Arc::clone(hole))),
        (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => Truth::from((*a as f64) == *b),
        (Value::Str(a), Value::Str(b)) => Truth::from(a == b || same_moment(a, b)),
        (Value::List(a), Value::List(b)) => equal_lists(a, b),
        (Value::Map(a), Value::Map(b)) => {
            // An absent member and a null one are the same.
            let names = a.keys().chain(b.keys().filter(|name| !a.contains_key(*name)));
            all(names
                .map(|name| equal_values(a.get(name).unwrap_or(Value::null()), b.get(name).unwrap_or(Value::null()))))
        }
        _ => Truth::from(a == b),
    }
}

fn equal_lists(a: &List, b: &List) -> Truth {
    match (&a.open, &b.open) {
        (None, None) if a.items.len() != b.items.len() => Truth::False,
        (None, None) => all(a.items.iter().zip(&b.items).map(|(a, b)| equal_values(a, b))),
        (Some(hole), _) => incomplete(a, b, hole),
        (_, Some(hole)) => incomplete(b, a, hole),
    }
}

/// An incomplete list never equals for sure; it differs for sure when the other is complete and too short or lacks an
/// item of it.
fn incomplete(open: &List, other: &List, hole: &Arc<resource::Hole>) -> Truth {
    let lacking = |item: &Value| other.items.iter().all(|candidate| equal_values(item, candidate) == Truth::False);
    if other.open.is_none() && (open.items.len() > other.items.len() || open.items.iter().any(lacking)) {
        Truth::False
    } else {
        Truth::Unknown(Holes::one(Arc::clone(hole)))
    }
}

fn all(truths: impl Iterator<Item = Truth>) -> Truth {
    let mut unknown: Option<Holes> = None;
    for truth in truths {
        match truth {
            Truth::False => return Truth::False,
            Truth::True => {}
            Truth::Unknown(holes) => crate::holes::gather(&mut unknown, &holes),
        }
    }
    unknown.map_or(Truth::True, Truth::Unknown)
}
