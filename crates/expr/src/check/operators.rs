//! Operators between types.

use super::infer::{Checker, Static};
use super::nearest::nearest;
use crate::ast::{Arithmetic, Comparison, Kind, Node};
use crate::eval::parse_moment;
use crate::{Opaque, Type};

/// Whether a value of one type may stand where another is expected.
pub(super) fn assignable(found: &Type, expected: &Type) -> bool {
    match (found, expected) {
        (Type::Any | Type::Null, _) | (_, Type::Any) => true,
        (Type::Int, Type::Number) => true,
        // Moments are text in documents.
        (Type::Timestamp, Type::String) => true,
        (Type::List(found), Type::List(expected)) | (Type::Map(found), Type::Map(expected)) => {
            assignable(found, expected)
        }
        _ => found == expected,
    }
}

/// Whether two values may be equal at all.
fn comparable(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Any | Type::Null, _) | (_, Type::Any | Type::Null) => true,
        (Type::Int | Type::Number, Type::Int | Type::Number) => true,
        (Type::Timestamp, Type::String) | (Type::String, Type::Timestamp) => true,
        (Type::List(a), Type::List(b)) | (Type::Map(a), Type::Map(b)) => comparable(a, b),
        (Type::Map(_) | Type::Object(_), Type::Map(_) | Type::Object(_)) => true,
        (Type::Entity(_), Type::Entity(_) | Type::String) | (Type::String, Type::Entity(_)) => true,
        (Type::Opaque(opaque), Type::String) | (Type::String, Type::Opaque(opaque)) => {
            matches!(opaque, Opaque::Version | Opaque::Tls | Opaque::Cidr)
        }
        _ => a == b,
    }
}

fn has_order(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Any
            | Type::Int
            | Type::Number
            | Type::String
            | Type::Timestamp
            | Type::Duration
            | Type::Opaque(Opaque::Version | Opaque::Tls)
    )
}

impl Checker<'_> {
    /// Both operands, counted as read; two resources are told apart by their ids alone.
    fn operands(&mut self, left: &Node, right: &Node) -> (Static, Static) {
        let (left, right) = (self.place(left), self.place(right));
        let resources = matches!((&left.ty, &right.ty), (Type::Entity(_), Type::Entity(_) | Type::String))
            || matches!((&left.ty, &right.ty), (Type::String, Type::Entity(_)));
        for side in [&left, &right] {
            self.consume(side, !(resources && matches!(side.ty, Type::Entity(_))));
        }
        (left, right)
    }

    pub(super) fn comparison(&mut self, op: Comparison, left: &Node, right: &Node, node: &Node) -> Static {
        let (on_left, on_right) = self.operands(left, right);
        self.words(&on_left, right);
        self.words(&on_right, left);
        let (a, b) = (on_left.ty, on_right.ty);
        if !comparable(&a, &b) {
            let message = format!("{a} cannot be compared with {b}");
            self.fault(&node.span, message, conversion(&a, &b));
        } else if op.is_ordering()
            && let Some(without) = [&a, &b].into_iter().find(|ty| !has_order(ty))
        {
            let help =
                if *without == Type::Null { "ask `has(x)`, or compare with `==`" } else { "compare with `==` or `!=`" };
            self.fault(&node.span, format!("{without} has no order"), help);
        }
        let moments = [(&a, right), (&b, left)];
        for (_, literal) in moments.into_iter().filter(|(ty, _)| **ty == Type::Timestamp) {
            if let Kind::Str(text) = &literal.kind
                && parse_moment(text).is_none()
            {
                let message = format!("`{text}` is not a timestamp");
                self.fault(&literal.span, message, "write it as 2026-01-02T03:04:05Z or 2026-01-02");
            }
        }
        Static::of(Type::Bool)
    }

    /// A literal beside a text that only has certain values is one of these, or the comparison never holds.
    fn words(&mut self, beside: &Static, literal: &Node) {
        let Some(words) = &beside.words else { return };
        let literals = match &literal.kind {
            Kind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(literal),
        };
        for literal in literals {
            if let Kind::Str(text) = &literal.kind
                && !words.contains(text)
            {
                let message = format!("`{text}` is none of the values that the provider has for this");
                self.fault(&literal.span, message, nearest(text, words));
            }
        }
    }

    pub(super) fn membership(&mut self, item: &Node, list: &Node) -> Static {
        let (on_item, on_list) = (self.place(item), self.place(list));
        self.consume(&on_item, true);
        self.consume(&on_list, true);
        self.words(&on_item, list);
        self.words(&on_list, item);
        let (item_type, list_type) = (on_item.ty, on_list.ty);
        let inner = match &list_type {
            Type::List(inner) => (**inner).clone(),
            Type::Map(_) | Type::Object(_) => Type::String,
            Type::Any | Type::Null => Type::Any,
            Type::String => {
                self.fault(&list.span, "text has no items", "write `text.contains(part)`");
                Type::Any
            }
            other => {
                self.fault(&list.span, format!("this is {other}, where a list is expected"), "only lists have items");
                Type::Any
            }
        };
        if !comparable(&item_type, &inner) {
            let message = format!("{item_type} cannot be in a list of {inner}");
            self.fault(&item.span, message, conversion(&item_type, &inner));
        }
        Static::of(Type::Bool)
    }

    pub(super) fn negative(&mut self, inner: &Node) -> Static {
        let ty = self.infer(inner);
        if !matches!(ty, Type::Int | Type::Number | Type::Duration | Type::Any) {
            self.fault(&inner.span, format!("{ty} has no sign"), "only numbers and durations can be negative");
            return Static::of(Type::Any);
        }
        Static::of(ty)
    }

    pub(super) fn arithmetic(&mut self, op: Arithmetic, left: &Node, right: &Node, node: &Node) -> Static {
        let (a, b) = (self.infer(left), self.infer(right));
        let moment = |ty: &Type| *ty == Type::Timestamp;
        let span = |ty: &Type| *ty == Type::Duration;
        let number = |ty: &Type| matches!(ty, Type::Int | Type::Number);
        let ty = match op {
            _ if matches!(a, Type::Any | Type::Null) || matches!(b, Type::Any | Type::Null) => Type::Any,
            _ if a == Type::Int && b == Type::Int => Type::Int,
            _ if number(&a) && number(&b) => Type::Number,
            Arithmetic::Add if a == Type::String && b == Type::String => Type::String,
            Arithmetic::Add if matches!((&a, &b), (Type::List(_), Type::List(_))) => {
                if a == b {
                    a
                } else {
                    Type::list(Type::Any)
                }
            }
            Arithmetic::Add | Arithmetic::Subtract if moment(&a) && span(&b) => Type::Timestamp,
            Arithmetic::Add if span(&a) && moment(&b) => Type::Timestamp,
            Arithmetic::Subtract if moment(&a) && moment(&b) => Type::Duration,
            Arithmetic::Add | Arithmetic::Subtract if span(&a) && span(&b) => Type::Duration,
            Arithmetic::Multiply if span(&a) && b == Type::Int || a == Type::Int && span(&b) => Type::Duration,
            _ => {
                let message = format!("this cannot be done with {a} and {b}");
                self.fault(&node.span, message, conversion(&a, &b));
                Type::Any
            }
        };
        Static::of(ty)
    }
}

/// How one of two types might become the other.
fn conversion(a: &Type, b: &Type) -> &'static str {
    let either = |wanted: &dyn Fn(&Type) -> bool| wanted(a) || wanted(b);
    let number = |ty: &Type| matches!(ty, Type::Int | Type::Number);
    if either(&|ty| *ty == Type::Duration) {
        "write a duration as `duration(\"90d\")` or `days(90)`"
    } else if either(&|ty| *ty == Type::Timestamp) {
        "read a moment with `timestamp(x)`; `age(x)` is how long ago it was"
    } else if either(&|ty| *ty == Type::String) && either(&number) {
        "put the number in quotes, or read the text with `int(x)`"
    } else if either(&|ty| *ty == Type::String) && either(&|ty| *ty == Type::Bool) {
        "compare the text with \"true\" or \"false\""
    } else if either(&|ty| matches!(ty, Type::List(_))) {
        "ask for an item: `x in list`, `list.exists(x, …)`"
    } else {
        "compare values of one type"
    }
}
