//! The type of each node, and where its value lives.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use resource::{Path, Segment};

use super::nearest::nearest;
use crate::ast::{Each, Kind, Node, Quantifier};
use crate::{Diagnostic, Of, Schema, Type, Use, Words};

/// A type, and the place whose value it is, if it is one as it stands.
///
/// A place is not read until something other than a member access uses it: then it counts with everything below.
#[derive(Clone, Debug)]
pub(super) struct Static {
    pub(super) ty: Type,
    pub(super) at: Option<At>,
    /// The values that the text, or each item of the list, may have; `None` when that is not known.
    pub(super) words: Option<Words>,
}

#[derive(Clone, Debug)]
pub(super) enum At {
    Member(Of, Vec<Segment>),
    Facts(Of, Option<Arc<str>>),
    Norm(Of, Option<Arc<str>>),
}

impl Static {
    pub(super) fn of(ty: Type) -> Self {
        Static { ty, at: None, words: None }
    }

    pub(super) fn at(ty: Type, at: Option<At>) -> Self {
        Static { ty, at, words: None }
    }
}

pub(super) struct Checker<'s> {
    pub(super) schema: &'s dyn Schema,
    pub(super) subject: Option<Arc<str>>,
    /// Innermost last.
    pub(super) names: Vec<(Arc<str>, Static)>,
    pub(super) errors: Vec<Diagnostic>,
    pub(super) uses: BTreeSet<Use>,
}

impl<'s> Checker<'s> {
    pub(super) fn new(schema: &'s dyn Schema, subject: Option<&str>) -> Self {
        let subject = subject.map(Arc::from);
        Checker { schema, subject, names: Vec::new(), errors: Vec::new(), uses: BTreeSet::new() }
    }

    pub(super) fn fault(&mut self, span: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let fault = Diagnostic::new(span.clone(), message, help);
        // A let is looked at once, but an operand may be looked at again by its operator.
        if !self.errors.contains(&fault) {
            self.errors.push(fault);
        }
    }

    /// `let NAME = NODE`.
    pub(super) fn bind(&mut self, name: &Arc<str>, span: &Range<usize>, node: &Node) {
        let value = self.place(node);
        self.introduce(name, span, value);
    }

    /// `for VAR in OVER`.
    pub(super) fn bind_item(&mut self, var: &Arc<str>, span: &Range<usize>, over: &Node) {
        let collection = self.place(over);
        let item = self.item_of(&collection, &over.span);
        self.introduce(var, span, item);
    }

    fn introduce(&mut self, name: &Arc<str>, span: &Range<usize>, value: Static) {
        if self.find(name).is_some() {
            let message = format!("`{name}` already means something");
            self.fault(span, message, "choose another name");
        }
        self.names.push((Arc::clone(name), value));
    }

    /// The type of a node whose value is used.
    pub(super) fn infer(&mut self, node: &Node) -> Type {
        let found = self.place(node);
        self.consume(&found, true);
        found.ty
    }

    /// A node in Boolean position.
    pub(super) fn boolean(&mut self, node: &Node) {
        let ty = self.infer(node);
        if !(ty == Type::Bool || ty.is_open()) {
            let help = match ty {
                Type::String => "compare it: `x == \"…\"`, or ask `has(x)`",
                _ => "compare it, or ask `has(x)` whether it is there",
            };
            self.fault(&node.span, format!("this is {ty}, where a truth value is expected"), help);
        }
    }

    /// Counts a place as read. `deep` is false where only its presence or number is asked.
    pub(super) fn consume(&mut self, value: &Static, deep: bool) {
        let used = match &value.at {
            None => return,
            Some(At::Facts(of, name)) => Use::Facts { of: of.clone(), name: name.clone() },
            Some(At::Norm(of, name)) => Use::Norm { of: of.clone(), name: name.clone() },
            Some(At::Member(of, path)) => {
                // Whether a resource is there is not read from its document.
                if path.is_empty() && !deep && matches!(value.ty, Type::Entity(_)) {
                    return;
                }
                Use::Member { of: of.clone(), path: Path::new(path.clone()), deep }
            }
        };
        self.uses.insert(used);
    }

    /// The type of a node and where its value lives, without counting it as read.
    pub(super) fn place(&mut self, node: &Node) -> Static {
        match &node.kind {
            Kind::Null => Static::of(Type::Null),
            Kind::Bool(_) => Static::of(Type::Bool),
            Kind::Int(_) => Static::of(Type::Int),
            Kind::Float(_) => Static::of(Type::Number),
            Kind::Str(_) => Static::of(Type::String),
            Kind::Name(name) => self.name(name, node),
            Kind::Path(base, members) => self.path(base, members),
            Kind::Index(base, index) => self.index(base, index, node),
            Kind::Each(each) => self.each(each),
            Kind::Choose(parts) => self.choose(parts),
            Kind::List(items) => {
                let types: Vec<Type> = items.iter().map(|item| self.infer(item)).collect();
                Static::of(Type::list(common(&types)))
            }
            Kind::Map(entries) => self.map_literal(entries),
            Kind::Has(inner) => {
                let inner = self.place(inner);
                self.consume(&inner, false);
                Static::of(Type::Bool)
            }
            Kind::Not(inner) => {
                self.boolean(inner);
                Static::of(Type::Bool)
            }
            Kind::And(parts) | Kind::Or(parts) => {
                parts.iter().for_each(|part| self.boolean(part));
                Static::of(Type::Bool)
            }
            Kind::Compare(op, left, right) => self.comparison(*op, left, right, node),
            Kind::In(item, list) => self.membership(item, list),
            Kind::Arithmetic(op, left, right) => self.arithmetic(*op, left, right, node),
            Kind::Negative(inner) => self.negative(inner),
            Kind::Call(call) => self.call(call, node),
            Kind::Method(on, call) => self.method(on, call),
        }
    }

    fn find(&self, name: &str) -> Option<Static> {
        if let Some((_, value)) = self.names.iter().rev().find(|(known, _)| **known == *name) {
            return Some(value.clone());
        }
        let subject = self.subject.as_ref();
        Some(match (name, subject) {
            ("now", _) => Static::of(Type::Timestamp),
            ("self", Some(subject)) => {
                Static::at(Type::Entity(Arc::clone(subject)), Some(At::Member(Of::Subject, Vec::new())))
            }
            ("facts", Some(_)) => Static::at(self.schema.facts(), Some(At::Facts(Of::Subject, None))),
            ("norm", Some(subject)) => Static::at(self.schema.norm(subject), Some(At::Norm(Of::Subject, None))),
            _ => {
                let ty = self.schema.root(name)?;
                let at = match (name, &ty) {
                    ("facts", _) => At::Facts(Of::Subject, None),
                    ("norm", _) => At::Norm(Of::Subject, None),
                    ("self", _) => At::Member(Of::Subject, Vec::new()),
                    (_, Type::Entity(id)) => At::Member(Of::Type(Arc::clone(id)), Vec::new()),
                    _ => At::Member(Of::Root(name.into()), Vec::new()),
                };
                Static::at(ty, Some(at))
            }
        })
    }

    fn name(&mut self, name: &Arc<str>, node: &Node) -> Static {
        if let Some(found) = self.find(name) {
            return found;
        }
        let mut known: Vec<Arc<str>> = self.names.iter().map(|(name, _)| Arc::clone(name)).collect();
        known.extend(self.schema.roots());
        known.extend(["self", "facts", "norm", "now"].map(Arc::from));
        let help = nearest(name, &known);
        self.fault(&node.span, format!("nothing here is called `{name}`"), help);
        Static::of(Type::Any)
    }

    fn choose(&mut self, parts: &[Node; 3]) -> Static {
        let [condition, yes, no] = parts;
        self.boolean(condition);
        let types = [self.infer(yes), self.infer(no)];
        Static::of(common(&types))
    }

    fn map_literal(&mut self, entries: &[(Node, Node)]) -> Static {
        let mut types = Vec::new();
        for (key, value) in entries {
            let ty = self.infer(key);
            if ty != Type::String && !ty.is_open() {
                self.fault(&key.span, format!("this is {ty}, where a name is expected"), "write the name in quotes");
            }
            types.push(self.infer(value));
        }
        Static::of(Type::map(common(&types)))
    }

    /// The item of a collection. That it has items counts as read.
    fn item_of(&mut self, collection: &Static, span: &Range<usize>) -> Static {
        self.consume(collection, false);
        match &collection.ty {
            Type::List(item) => {
                let at = extended(&collection.at, Segment::Each);
                Static { ty: (**item).clone(), at, words: collection.words.clone() }
            }
            // A map is gone through by its names.
            Type::Map(_) | Type::Object(_) => {
                self.consume(collection, true);
                Static::of(Type::String)
            }
            Type::Any => Static::at(Type::Any, extended(&collection.at, Segment::Each)),
            Type::Null => Static::of(Type::Any),
            other => {
                let message = format!("this is {other}, where a list is expected");
                self.fault(span, message, "only lists and sets have items");
                Static::of(Type::Any)
            }
        }
    }

    fn each(&mut self, each: &Each) -> Static {
        let over = self.place(&each.over);
        let item = self.item_of(&over, &each.over.span);
        let item_type = item.ty.clone();
        let depth = self.names.len();
        self.introduce(&each.var, &each.var_span, item);
        let body = match each.quantifier {
            Quantifier::Map => self.infer(&each.body),
            _ => {
                self.boolean(&each.body);
                Type::Bool
            }
        };
        self.names.truncate(depth);
        match each.quantifier {
            Quantifier::Exists | Quantifier::All => Static::of(Type::Bool),
            // What is left of a list still lies where the list lies.
            Quantifier::Filter => {
                let list = matches!(over.ty, Type::List(_) | Type::Any);
                Static { ty: Type::list(item_type), at: over.at.filter(|_| list), words: over.words }
            }
            Quantifier::Map => Static::of(Type::list(body)),
        }
    }
}

/// A place one step further down.
pub(super) fn extended(at: &Option<At>, step: Segment) -> Option<At> {
    Some(match at.as_ref()? {
        At::Member(of, path) => At::Member(of.clone(), path.iter().cloned().chain([step]).collect()),
        At::Facts(of, name) => At::Facts(of.clone(), named(name, step)),
        At::Norm(of, name) => At::Norm(of.clone(), named(name, step)),
    })
}

fn named(name: &Option<Arc<str>>, step: Segment) -> Option<Arc<str>> {
    match (name, step) {
        (None, Segment::Member(member)) => Some(member),
        (known, _) => known.clone(),
    }
}

/// The type that all have, or anything.
pub(super) fn common(types: &[Type]) -> Type {
    let mut known = types.iter().filter(|ty| **ty != Type::Null);
    let Some(first) = known.next() else { return Type::Any };
    let numbers = |ty: &Type| matches!(ty, Type::Int | Type::Number);
    match known.find(|ty| *ty != first) {
        None => first.clone(),
        Some(_) if types.iter().all(|ty| numbers(ty) || *ty == Type::Null) => Type::Number,
        Some(_) => Type::Any,
    }
}
