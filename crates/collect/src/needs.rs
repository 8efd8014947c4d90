//! What a type's details give and what they read, worked out once per type.

use std::collections::BTreeSet;

use catalog::ResourceType;
use resource::Path;

use crate::Knowledge;
use crate::reads::{Members, Reads};

/// A type with the members that each of its details gives and reads.
pub(crate) struct Needs<'a> {
    pub(crate) of: &'a ResourceType,
    pub(crate) gives: Vec<Vec<Path>>,
    pub(crate) reads: Vec<Reads>,
    /// What the region reads that the resource is asked in.
    region: Members,
    /// What the owner reads.
    owner: Members,
}

impl<'a> Needs<'a> {
    pub(crate) fn new(knowledge: &dyn Knowledge, of: &'a ResourceType) -> Self {
        let members = |expression: &Option<expr::Expr>| {
            let mut reads = Reads::default();
            expression.iter().for_each(|expression| reads.expression(expression));
            reads.own
        };
        Needs {
            of,
            gives: (0..of.get.len()).map(|index| gives(knowledge, of, index)).collect(),
            reads: of.get.iter().map(|get| Reads::of_get(of, get)).collect(),
            region: members(&of.region),
            owner: members(&of.owner),
        }
    }

    /// The details that give something that is read.
    pub(crate) fn giving(&self, read: &Members) -> impl Iterator<Item = usize> {
        let needed = |gives: &Vec<Path>| gives.iter().any(|given| read.need(given));
        self.gives.iter().enumerate().filter(move |(_, gives)| needed(gives)).map(|(index, _)| index)
    }

    /// Whether a detail must wait for another: only for one that comes before it in the file.
    pub(crate) fn waits(&self, later: usize, earlier: usize) -> bool {
        let (Some(reads), Some(gives)) = (self.reads.get(later), self.gives.get(earlier)) else { return false };
        earlier < later && gives.iter().any(|given| reads.own.need(given))
    }

    /// Whether the resource's region is known only after a detail.
    pub(crate) fn is_placed_by(&self, index: usize) -> bool {
        self.gives.get(index).is_some_and(|gives| gives.iter().any(|given| self.region.need(given)))
    }

    /// Adds the details that tell where a resource is asked and whose it is, whatever else is demanded, and those
    /// that other details wait for.
    pub(crate) fn complete(&self, gets: &mut BTreeSet<usize>) {
        gets.retain(|index| *index < self.of.get.len());
        gets.extend(self.giving(&self.region).chain(self.giving(&self.owner)));
        // From the last to the first: one that is waited for may itself wait.
        for later in (0..self.of.get.len()).rev() {
            if gets.contains(&later) {
                gets.extend((0..later).filter(|earlier| self.waits(later, *earlier)));
            }
        }
    }

    /// The members of the parent that the type's listing, names and details read.
    pub(crate) fn of_parent(&self, gets: &BTreeSet<usize>) -> Members {
        let of = self.of;
        let mut reads = Reads::default();
        reads.template(&of.uid);
        if let Some(list) = &of.list {
            reads.input(&list.with);
            list.keep.iter().for_each(|keep| reads.expression(keep));
        }
        let named = of.owner.iter().chain(&of.region).chain(&of.keys).chain(of.edge.iter().map(|edge| &edge.by));
        named.for_each(|expression| reads.expression(expression));
        for index in gets {
            if let Some(get) = of.get.get(*index) {
                reads.parent.join(Reads::of_get(of, get).parent);
            }
        }
        reads.parent
    }
}

/// Where the model cannot say what a detail gives, its failure must still leave a hole: everything it could touch.
fn gives(knowledge: &dyn Knowledge, of: &ResourceType, index: usize) -> Vec<Path> {
    let known = knowledge.gives(of, index);
    let Some(get) = of.get.get(index).filter(|_| known.is_empty()) else { return known };
    let place = get.per.clone().unwrap_or_default();
    vec![get.into.as_ref().map_or(place.clone(), |into| place.join(into))]
}
