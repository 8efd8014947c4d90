//! Evidence and traces, gathered only when asked for.

use std::cell::RefMut;
use std::ops::Range;
use std::sync::Arc;

use resource::Value;

use super::{Ctx, brief, item as named};
use crate::ast::{Kind, Node};
use crate::{Entity, Label, Place, Spot, Val};

/// A field that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// As evidence names it: `self.A.B[3]`, `list("aws.x")`.
    pub path: String,
    /// What was there, shortened.
    pub value: Value,
    /// Whose it is and where; `None` for sets, parameters and settings.
    pub spot: Option<Spot>,
}

/// What kind of piece of a rule a [`Step`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `&&`: the children are the operands that decided.
    And,
    /// `||`: likewise.
    Or,
    /// `!x`.
    Negation,
    /// `==`, `<`, `in`, `has(x)`.
    Comparison,
    /// `exists`, `all`, `filter`, `map`.
    Each,
    /// A member of a resource or of an item.
    Field,
    /// A root, a `let` (its expression is the child, where it is used first) or an item's variable.
    Name,
    /// An item that `exists`, `all` or `filter` looked at; its span is the variable's.
    Item,
    /// A function, a method, or anything else that makes a value.
    Value,
}

/// One node of a trace: a piece of the rule's text and what it gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The bytes of the rule's text.
    pub span: Range<usize>,
    /// What it is.
    pub shape: Shape,
    /// What it gave, shortened.
    pub value: Value,
    /// What that rests on, in the order of evaluation; operands that did not decide are left out.
    pub children: Vec<Step>,
}

/// What a member is read of.
pub(crate) enum Base<'v> {
    Place(&'v Place),
    Entity(&'v Entity, &'v Label),
}

impl Base<'_> {
    fn text(&self) -> Option<String> {
        match self {
            Base::Place(place) => place.path_text(),
            Base::Entity(_, label) => label.0.as_ref().map(|text| text.to_string()),
        }
    }

    fn spot(&self, names: &[Arc<str>]) -> Option<Spot> {
        match self {
            Base::Place(place) => Some(place.spot()?.members(names)),
            Base::Entity(entity, _) => Some(Spot::of(entity, names)),
        }
    }
}

/// More than this proves nothing more to a reader.
const MOST_READS: usize = 256;
const MOST_STEPS: usize = 24;
/// Of a computed list.
const SHOWN: usize = 12;

#[derive(Debug)]
pub(crate) struct Record {
    reads: Vec<Read>,
    /// The open steps, innermost last; `None` when no trace is wanted.
    steps: Option<Vec<Vec<Step>>>,
}

impl Record {
    pub(super) fn new(trace: bool) -> Self {
        Record { reads: Vec::new(), steps: trace.then(|| vec![Vec::new()]) }
    }
}

impl Ctx<'_> {
    fn recorded(&self) -> Option<RefMut<'_, Record>> {
        self.record.as_ref().map(std::cell::RefCell::borrow_mut)
    }

    /// A point in the evidence to come back to.
    pub(crate) fn mark(&self) -> usize {
        self.recorded().map_or(0, |record| record.reads.len())
    }

    pub(super) fn reads_since(&self, mark: usize) -> Vec<Read> {
        self.recorded().map_or_else(Vec::new, |record| record.reads.get(mark..).unwrap_or_default().to_vec())
    }

    pub(super) fn read_again(&self, reads: &[Read]) {
        if let Some(mut record) = self.recorded() {
            let room = MOST_READS.saturating_sub(record.reads.len());
            record.reads.extend(reads.iter().take(room).cloned());
        }
    }

    /// Forgets what was read from `from` up to `to`: operands that did not decide.
    pub(crate) fn forget(&self, from: usize, to: usize) {
        if let Some(mut record) = self.recorded() {
            let end = to.min(record.reads.len());
            if from < end {
                record.reads.drain(from..end);
            }
        }
    }

    /// Keeps, of what was read since `from`, only these ranges.
    pub(super) fn keep(&self, from: usize, ranges: &[Range<usize>]) {
        if let Some(mut record) = self.recorded() {
            let kept: Vec<Read> =
                ranges.iter().flat_map(|range| record.reads.get(range.clone()).unwrap_or_default().to_vec()).collect();
            record.reads.truncate(from);
            record.reads.extend(kept);
        }
    }

    /// How many steps the innermost open one has.
    pub(super) fn steps(&self) -> usize {
        let record = self.recorded();
        let open = record.as_ref().and_then(|record| record.steps.as_ref()).and_then(|steps| steps.last());
        open.map_or(0, Vec::len)
    }

    /// Forgets steps of the innermost open one.
    pub(super) fn forget_steps(&self, from: usize, to: usize) {
        let mut record = self.recorded();
        let open = record.as_mut().and_then(|record| record.steps.as_mut()).and_then(|steps| steps.last_mut());
        if let Some(steps) = open
            && from < to.min(steps.len())
        {
            let to = to.min(steps.len());
            steps.drain(from..to);
        }
    }

    pub(super) fn note_read(&self, path: &str, spot: Option<Spot>, val: &Val) {
        if let Some(mut record) = self.recorded()
            && record.reads.len() < MOST_READS
        {
            record.reads.push(Read { path: path.to_owned(), value: brief(val), spot });
        }
    }

    /// A member was read and is not an object or a list.
    pub(super) fn note_member(&self, base: &Base<'_>, names: &[Arc<str>], val: &Val) {
        if self.record.is_none() || matches!(val, Val::Place(_)) {
            return;
        }
        if let Some(mut path) = base.text() {
            for name in names {
                path.push('.');
                path.push_str(name);
            }
            self.note_read(&path, base.spot(names), val);
        }
    }

    /// An object, a list or a set was used as a whole.
    pub(super) fn note_whole(&self, val: &Val) {
        if self.record.is_none() {
            return;
        }
        match val {
            Val::Place(place) => {
                if let Some(path) = place.path_text() {
                    self.note_read(&path, place.spot(), val);
                }
            }
            Val::Entity(entity, Label(Some(path))) => self.note_read(path, Some(Spot::of(entity, &[])), val),
            Val::Set(_, Label(Some(path))) => self.note_read(path, None, val),
            // What a filter left of a list.
            Val::List(list) => list.items.iter().take(SHOWN).for_each(|item| self.note_whole(item)),
            _ => {}
        }
    }

    pub(crate) fn take_reads(&self) -> Vec<Read> {
        self.recorded().map_or_else(Vec::new, |mut record| std::mem::take(&mut record.reads))
    }

    pub(crate) fn take_steps(&self) -> Vec<Step> {
        let mut record = self.recorded();
        let steps = record.as_mut().and_then(|record| record.steps.as_mut());
        steps.and_then(|steps| steps.first_mut()).map(std::mem::take).unwrap_or_default()
    }

    pub(super) fn step_begins(&self, node: &Node) -> bool {
        if matches!(node.kind, Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_)) {
            return false;
        }
        let mut record = self.recorded();
        match record.as_mut().and_then(|record| record.steps.as_mut()) {
            Some(steps) => {
                steps.push(Vec::new());
                true
            }
            None => false,
        }
    }

    /// Keeps, of the innermost open step's children since `from`, only these ranges.
    pub(super) fn keep_steps(&self, from: usize, ranges: &[Range<usize>]) {
        let mut record = self.recorded();
        let open = record.as_mut().and_then(|record| record.steps.as_mut()).and_then(|steps| steps.last_mut());
        if let Some(steps) = open {
            let kept: Vec<Step> =
                ranges.iter().flat_map(|range| steps.get(range.clone()).unwrap_or_default().to_vec()).collect();
            steps.truncate(from);
            steps.extend(kept);
        }
    }

    pub(super) fn step_ends(&self, node: &Node, val: &Val) {
        if let Some(mut record) = self.recorded()
            && let Some(steps) = record.steps.as_mut()
        {
            let children = steps.pop().unwrap_or_default();
            if let Some(siblings) = steps.last_mut()
                && siblings.len() < MOST_STEPS
            {
                siblings.push(Step { span: node.span.clone(), shape: shape(node), value: brief(val), children });
            }
        }
    }

    /// Names the item that the next steps look at.
    pub(super) fn note_item(&self, span: &Range<usize>, item: &Val) {
        if let Some(mut record) = self.recorded()
            && let Some(siblings) = record.steps.as_mut().and_then(|steps| steps.last_mut())
            && siblings.len() < MOST_STEPS
        {
            siblings.push(Step { span: span.clone(), shape: Shape::Item, value: named(item), children: Vec::new() });
        }
    }
}

fn shape(node: &Node) -> Shape {
    match node.kind {
        Kind::And(_) => Shape::And,
        Kind::Or(_) => Shape::Or,
        Kind::Not(_) => Shape::Negation,
        Kind::Compare(..) | Kind::In(..) | Kind::Has(_) => Shape::Comparison,
        Kind::Each(_) => Shape::Each,
        Kind::Path(..) | Kind::Index(..) => Shape::Field,
        Kind::Name(_) => Shape::Name,
        _ => Shape::Value,
    }
}
