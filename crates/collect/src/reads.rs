//! Which members the expressions of a type file read.

use std::collections::BTreeMap;
use std::sync::Arc;

use catalog::{Argument, Get, Input, ResourceType};
use expr::{Expr, Of, Schema, Template, Type, Use};
use resource::{Path, Segment};

use crate::scope::RESERVED;

/// Member paths, and whether what lies below them is read too.
#[derive(Debug, Default)]
pub(crate) struct Members(BTreeMap<Path, bool>);

impl Members {
    fn add(&mut self, path: Path, deep: bool) {
        *self.0.entry(path).or_default() |= deep;
    }

    pub(crate) fn join(&mut self, other: Members) {
        other.0.into_iter().for_each(|(path, deep)| self.add(path, deep));
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.keys()
    }

    /// Whether a call that gives the member at `given` gives something that is read.
    pub(crate) fn need(&self, given: &Path) -> bool {
        let needs = |read: &Path, deep: bool| {
            // Whether something is there, or how many there are, does not depend on members of its items.
            read.touches(given) && (deep || given.segments().len() <= read.segments().len())
        };
        self.0.iter().any(|(read, deep)| needs(read, *deep))
    }
}

/// What an expression reads: of the resource itself, of the item at hand, of the parent.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    pub(crate) own: Members,
    pub(crate) item: Members,
    pub(crate) parent: Members,
}

impl Reads {
    pub(crate) fn expression(&mut self, expression: &Expr) {
        self.uses(expression.check(&Anything, None, &Type::Any).uses);
    }

    pub(crate) fn template(&mut self, template: &Template) {
        self.uses(template.check(&Anything, None).uses);
    }

    fn uses(&mut self, uses: Vec<Use>) {
        for one in uses {
            let Use::Member { of, path, deep } = one else { continue };
            match of {
                Of::Subject => self.own.add(path, deep),
                Of::Root(root) if *root == *"item" => self.item.add(path, deep),
                Of::Root(root) if *root == *"parent" => self.parent.add(path, deep),
                Of::Root(root) if !RESERVED.contains(&&*root) => {
                    self.own.add(Path::default().member(&root).join(&path), deep);
                }
                Of::Root(_) | Of::Type(_) => {}
            }
        }
    }

    pub(crate) fn input(&mut self, input: &Input) {
        for argument in input.0.values() {
            self.argument(argument);
        }
    }

    fn argument(&mut self, argument: &Argument) {
        match argument {
            Argument::Constant(_) => {}
            Argument::Expression(expression) => self.expression(expression),
            Argument::List(arguments) => arguments.iter().for_each(|argument| self.argument(argument)),
            Argument::Map(arguments) => arguments.values().for_each(|argument| self.argument(argument)),
        }
    }

    /// What a detail reads before its call is made.
    pub(crate) fn of_get(of: &ResourceType, get: &Get) -> Reads {
        let mut reads = Reads::default();
        reads.input(&get.with);
        for expression in get.when.iter().chain(&get.row) {
            reads.expression(expression);
        }
        if get.at.is_none()
            && get.call.is_some()
            && let Some(region) = &of.region
        {
            reads.expression(region);
        }
        if let Some(per) = &get.per {
            let Reads { own, item, .. } = &mut reads;
            item.0.iter().for_each(|(path, deep)| own.add(per.join(path), *deep));
            // The list itself must be in.
            own.add(per.clone(), false);
        }
        reads
    }

    /// The members of an item by which a call names it, best first: single names that the input is made of.
    pub(crate) fn identity(input: &Input) -> Vec<Arc<str>> {
        let mut reads = Reads::default();
        reads.input(input);
        let single = |path: &Path| match path.segments() {
            [Segment::Member(name)] => Some(Arc::clone(name)),
            _ => None,
        };
        reads.item.paths().filter_map(single).collect()
    }
}

/// The members that the keys of a type are made of. A hole at one of them means that a resource of the type may answer to
/// a name that could not be read: then a name that is not found is not known to be missing.
pub fn key_members(of: &ResourceType) -> Vec<Path> {
    let mut reads = Reads::default();
    of.keys.iter().for_each(|key| reads.expression(key));
    reads.own.paths().cloned().collect()
}

/// A schema in which everything may be anything: only what is read is asked, not whether it is right.
struct Anything;

impl Schema for Anything {
    fn root(&self, _: &str) -> Option<Type> {
        Some(Type::Any)
    }
    fn roots(&self) -> Vec<Arc<str>> {
        Vec::new()
    }
    fn entity(&self, _: &str) -> Option<Type> {
        None
    }
    fn entity_names(&self) -> Vec<Arc<str>> {
        Vec::new()
    }
    fn edge(&self, _: &str, _: &str) -> Option<Arc<str>> {
        None
    }
    fn edge_names(&self, _: &str) -> Vec<Arc<str>> {
        Vec::new()
    }
    fn incoming(&self, _: &str, _: &str) -> Vec<Arc<str>> {
        Vec::new()
    }
    fn incoming_names(&self, _: &str) -> Vec<Arc<str>> {
        Vec::new()
    }
    fn facts(&self) -> Type {
        Type::Any
    }
    fn norm(&self, _: &str) -> Type {
        Type::Any
    }
}

#[cfg(test)]
mod tests;
