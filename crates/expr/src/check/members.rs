//! Members and indexes.

use std::ops::Range;
use std::sync::Arc;

use resource::Segment;

use super::infer::{At, Checker, Static, extended};
use super::nearest::nearest;
use crate::ast::{Kind, Members, Node};
use crate::{ObjectType, Of, Type};

impl Checker<'_> {
    pub(super) fn path(&mut self, base: &Node, members: &Members) -> Static {
        let mut value = self.place(base);
        for (name, span) in members.names.iter().zip(members.spans.iter()) {
            value = self.member(value, name, span);
        }
        value
    }

    fn member(&mut self, value: Static, name: &Arc<str>, span: &Range<usize>) -> Static {
        let down = |value: &Static, ty: Type| Static::at(ty, extended(&value.at, Segment::Member(Arc::clone(name))));
        match &value.ty {
            Type::Any => down(&value, Type::Any),
            Type::Null => Static::of(Type::Null),
            Type::Map(item) => down(&value, (**item).clone()),
            Type::Object(object) => match object.members.get(name) {
                Some(ty) => Static { words: object.words.get(name).cloned(), ..down(&value, ty.clone()) },
                None => self.no_member(&value, object, name, span),
            },
            Type::Entity(type_id) => {
                let type_id = Arc::clone(type_id);
                self.entity_member(&value, &type_id, name, span)
            }
            Type::List(_) => {
                let help = format!("write `.exists(x, x.{name} …)`, `.all(…)`, `.map(…)` or `[0]`");
                self.broken(&value, span, format!("a list has no member `{name}`"), help)
            }
            other => {
                let message = format!("{other} has no member `{name}`");
                self.broken(&value, span, message, "look at what stands before the dot")
            }
        }
    }

    /// After a fault everything is allowed, and what led there counts as read.
    fn broken(&mut self, value: &Static, span: &Range<usize>, message: String, help: impl Into<String>) -> Static {
        self.consume(value, true);
        self.fault(span, message, help);
        Static::of(Type::Any)
    }

    fn no_member(&mut self, value: &Static, object: &Arc<ObjectType>, name: &str, span: &Range<usize>) -> Static {
        let known: Vec<Arc<str>> = object.members.keys().cloned().collect();
        let help = nearest(name, &known);
        let of = if object.name.is_empty() { String::new() } else { format!(" of `{}`", object.name) };
        self.broken(value, span, format!("unknown member `{name}`{of}"), help)
    }

    fn entity_member(&mut self, value: &Static, type_id: &Arc<str>, name: &Arc<str>, span: &Range<usize>) -> Static {
        let of = match &value.at {
            Some(At::Member(of, path)) if path.is_empty() => of.clone(),
            _ => Of::Type(Arc::clone(type_id)),
        };
        match &**name {
            "facts" => return Static::at(self.schema.facts(), Some(At::Facts(of, None))),
            "norm" => return Static::at(self.schema.norm(type_id), Some(At::Norm(of, None))),
            "uid" => return Static::of(Type::String),
            _ => {}
        }
        let document = Static::at(self.schema.entity(type_id).unwrap_or(Type::Any), Some(At::Member(of, Vec::new())));
        match &document.ty {
            Type::Object(object) if !object.members.contains_key(name) => {
                let mut known: Vec<Arc<str>> = object.members.keys().cloned().collect();
                known.extend(["facts", "norm", "uid"].map(Arc::from));
                let help = nearest(name, &known);
                self.broken(&document, span, format!("unknown member `{name}` of `{type_id}`"), help)
            }
            // Only documents lead on from here; an entity inside an entity would not end.
            Type::Entity(_) => Static::of(Type::Any),
            _ => self.member(document, name, span),
        }
    }

    pub(super) fn index(&mut self, base: &Node, index: &Node, node: &Node) -> Static {
        let value = self.place(base);
        let index_type = self.infer(index);
        if let Kind::Str(name) = &index.kind {
            return match &value.ty {
                Type::List(_) => {
                    self.broken(&value, &index.span, "a list is indexed by a number".to_owned(), "write `[0]`")
                }
                _ => self.member(value, name, &index.span),
            };
        }
        match (&value.ty, &index_type) {
            (Type::List(item), Type::Int | Type::Any) => Static {
                words: value.words.clone(),
                ..Static::at((**item).clone(), extended(&value.at, Segment::Each))
            },
            // Which member it is shows only later: the whole counts as read.
            (Type::Map(item), Type::String | Type::Any) => Static::at((**item).clone(), value.at.clone()),
            (Type::Any, _) => Static::at(Type::Any, value.at.clone()),
            (Type::Null, _) => Static::of(Type::Null),
            (ty, index) => {
                let message = format!("{ty} cannot be indexed by {index}");
                self.broken(&value, &node.span, message, "lists are indexed by numbers, maps by names")
            }
        }
    }
}
