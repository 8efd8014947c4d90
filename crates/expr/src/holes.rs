//! The reasons why something is unknown.

use std::sync::Arc;

use resource::{Hole, Why};

/// The holes that keep a value from being known: at least one, each once, in the order met.
#[derive(Clone, Debug, PartialEq)]
pub struct Holes {
    first: Arc<Hole>,
    rest: Vec<Arc<Hole>>,
}

/// A verdict names at most this many holes; what is unknown stays unknown.
const MOST: usize = 32;

impl Holes {
    /// One hole.
    pub fn one(hole: Arc<Hole>) -> Self {
        Holes { first: hole, rest: Vec::new() }
    }

    /// A hole made here.
    pub(crate) fn made(why: Why, detail: &str) -> Self {
        Holes::one(Arc::new(Hole::new(why).detail(detail)))
    }

    /// The first.
    pub fn first(&self) -> &Arc<Hole> {
        &self.first
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Hole>> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// Adds one.
    pub fn add(&mut self, hole: Arc<Hole>) {
        if self.rest.len() + 1 < MOST && !self.iter().any(|known| *known == hole) {
            self.rest.push(hole);
        }
    }

    /// Adds others.
    pub fn join(&mut self, other: &Holes) {
        for hole in other.iter() {
            self.add(Arc::clone(hole));
        }
    }

    /// As a list.
    pub fn to_vec(&self) -> Vec<Arc<Hole>> {
        self.iter().cloned().collect()
    }
}

/// Adds `more` to what may be there already.
pub(crate) fn gather(into: &mut Option<Holes>, more: &Holes) {
    match into {
        Some(holes) => holes.join(more),
        None => *into = Some(more.clone()),
    }
}
