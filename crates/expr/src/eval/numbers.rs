//! Arithmetic. What does not fit gives absent; absent stays absent.

use std::sync::Arc;

use crate::ast::{Arithmetic, Node};
use crate::{Moving, Val};

use super::{Collection, Ctx, Env, MOST_ITEMS, MOST_TEXT, parse_moment};

impl Ctx<'_> {
    pub(super) fn negative(&self, inner: &Node, env: &Env<'_>) -> Val {
        match self.eval(inner, env) {
            Val::Int(number) => number.checked_neg().map_or(Val::Absent, Val::Int),
            Val::Float(number) => Val::Float(-number),
            Val::Duration(span) => Val::Duration(Moving { at: span.at.saturating_neg(), slope: -span.slope }),
            Val::Absent => Val::Absent,
            Val::Unknown(holes) | Val::AtLeast(_, holes) => Val::Unknown(holes),
            _ => self.surprise(),
        }
    }

    pub(super) fn arithmetic(&self, op: Arithmetic, left: &Node, right: &Node, env: &Env<'_>) -> Val {
        let (left, right) = (self.eval(left, env), self.eval(right, env));
        match (&left, &right) {
            (Val::Absent, _) | (_, Val::Absent) => Val::Absent,
            (Val::Unknown(a), Val::Unknown(b)) => {
                let mut holes = a.clone();
                holes.join(b);
                Val::Unknown(holes)
            }
            (Val::Unknown(holes), _) | (_, Val::Unknown(holes)) => Val::Unknown(holes.clone()),
            (Val::AtLeast(..), _) | (_, Val::AtLeast(..)) => open_sum(op, &left, &right),
            (Val::Int(a), Val::Int(b)) => whole(op, *a, *b).map_or(Val::Absent, Val::Int),
            (Val::Int(a), Val::Float(b)) => broken(op, *a as f64, *b),
            (Val::Float(a), Val::Int(b)) => broken(op, *a, *b as f64),
            (Val::Float(a), Val::Float(b)) => broken(op, *a, *b),
            (Val::Str(a), Val::Str(b)) if op == Arithmetic::Add => self.joined(a, b),
            (Val::Place(_) | Val::List(_) | Val::Set(..), Val::Place(_) | Val::List(_) | Val::Set(..))
                if op == Arithmetic::Add =>
            {
                self.concatenated(&left, &right)
            }
            _ => self.clockwork(op, &left, &right),
        }
    }

    fn joined(&self, a: &Arc<str>, b: &Arc<str>) -> Val {
        let length = a.len() + b.len();
        if length > MOST_TEXT || !self.spend(length / 64) {
            return self.spent();
        }
        Val::Str(format!("{a}{b}").into())
    }

    fn concatenated(&self, left: &Val, right: &Val) -> Val {
        let (mut items, mut open) = (Vec::new(), None);
        for part in [left, right] {
            let Collection::Items(more) = self.collection(part) else { return self.surprise() };
            if items.len() + more.len > MOST_ITEMS || !self.spend(more.len) {
                return self.spent();
            }
            items.extend((0..more.len).map(|at| more.item(at, self)));
            if let Some(holes) = &more.open {
                crate::holes::gather(&mut open, holes);
            }
        }
        Val::list(items, open)
    }

    /// Moments and lengths of time.
    fn clockwork(&self, op: Arithmetic, left: &Val, right: &Val) -> Val {
        let (left, right) = (as_moment(left, right), as_moment(right, left));
        let moved = |a: Moving, b: Moving| match op {
            Arithmetic::Add => Some(Moving { at: a.at.checked_add(b.at)?, slope: a.slope + b.slope }),
            Arithmetic::Subtract => Some(Moving { at: a.at.checked_sub(b.at)?, slope: a.slope - b.slope }),
            _ => None,
        };
        let result = match (op, &left, &right) {
            (Arithmetic::Subtract, Val::Timestamp(a), Val::Timestamp(b)) => moved(*a, *b).map(Val::Duration),
            (Arithmetic::Add | Arithmetic::Subtract, Val::Timestamp(a), Val::Duration(b)) => {
                moved(*a, *b).map(Val::Timestamp)
            }
            (Arithmetic::Add, Val::Duration(a), Val::Timestamp(b)) => moved(*a, *b).map(Val::Timestamp),
            (Arithmetic::Add | Arithmetic::Subtract, Val::Duration(a), Val::Duration(b)) => {
                moved(*a, *b).map(Val::Duration)
            }
            (Arithmetic::Multiply, Val::Duration(span), Val::Int(times))
            | (Arithmetic::Multiply, Val::Int(times), Val::Duration(span)) => {
                let at = span.at.checked_mul(*times);
                at.zip(span.slope.checked_mul(*times)).map(|(at, slope)| Val::Duration(Moving { at, slope }))
            }
            _ => return self.surprise(),
        };
        result.unwrap_or(Val::Absent)
    }
}

/// Text beside a moment or a length of time is read as a moment.
fn as_moment(val: &Val, other: &Val) -> Val {
    match (val, other) {
        (Val::Str(text), Val::Timestamp(_) | Val::Duration(_)) => {
            parse_moment(text).map_or(Val::Absent, |at| Val::Timestamp(Moving::still(at)))
        }
        (Val::Str(text), Val::Str(_)) => match parse_moment(text) {
            Some(at) => Val::Timestamp(Moving::still(at)),
            None => val.clone(),
        },
        _ => val.clone(),
    }
}

fn whole(op: Arithmetic, a: i64, b: i64) -> Option<i64> {
    match op {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::Divide => a.checked_div(b),
        Arithmetic::Remainder => a.checked_rem(b),
    }
}

fn broken(op: Arithmetic, a: f64, b: f64) -> Val {
    let result = match op {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / b,
        Arithmetic::Remainder => a % b,
    };
    if result.is_finite() { Val::Float(result) } else { Val::Absent }
}

/// Sizes of incomplete lists still add up to a least size; nothing else can be said of them.
fn open_sum(op: Arithmetic, left: &Val, right: &Val) -> Val {
    let least = |val: &Val| match val {
        Val::AtLeast(least, _) | Val::Int(least) => Some(*least),
        _ => None,
    };
    let mut holes = None;
    for val in [left, right] {
        if let Val::AtLeast(_, more) = val {
            crate::holes::gather(&mut holes, more);
        }
    }
    let Some(holes) = holes else { return Val::Absent };
    match (op, least(left), least(right), right) {
        (Arithmetic::Add, Some(a), Some(b), _) | (Arithmetic::Subtract, Some(a), Some(b), Val::Int(_)) => {
            let sum = if op == Arithmetic::Add { a.checked_add(b) } else { a.checked_sub(b) };
            sum.map_or(Val::Absent, |sum| Val::AtLeast(sum, holes))
        }
        _ => Val::Unknown(holes),
    }
}
