//! Evidence and traces, gathered only when asked for.

use std::cell::RefMut;
use std::ops::Range;
use std::sync::Arc;

use resource::Value;

use super::{Ctx, brief};
use crate::Val;
use crate::ast::{Kind, Node};

/// A field that was read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Read {
    pub(crate) path: String,
    pub(crate) value: Value,
}

/// One node of a trace: a piece of the rule's text and what it gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The bytes of the rule's text.
    pub span: Range<usize>,
    /// What it gave, shortened.
    pub value: Value,
    /// What that rests on, in the order of evaluation.
    pub children: Vec<Step>,
}

/// More than this proves nothing more to a reader.
const MOST_READS: usize = 256;
const MOST_STEPS: usize = 24;

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

    pub(super) fn note_read(&self, path: &str, val: &Val) {
        if let Some(mut record) = self.recorded()
            && record.reads.len() < MOST_READS
        {
            record.reads.push(Read { path: path.to_owned(), value: brief(val) });
        }
    }

    /// A member was read and is not an object or a list.
    pub(super) fn note_member(&self, base: Option<String>, names: &[Arc<str>], val: &Val) {
        if self.record.is_none() || matches!(val, Val::Place(_)) {
            return;
        }
        if let Some(mut path) = base {
            for name in names {
                path.push('.');
                path.push_str(name);
            }
            self.note_read(&path, val);
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
                    self.note_read(&path, val);
                }
            }
            Val::Set(_, label) | Val::Entity(_, label) => {
                if let Some(path) = label.0.clone() {
                    self.note_read(&path, val);
                }
            }
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

    pub(super) fn step_ends(&self, node: &Node, val: &Val) {
        if let Some(mut record) = self.recorded()
            && let Some(steps) = record.steps.as_mut()
        {
            let children = steps.pop().unwrap_or_default();
            if let Some(siblings) = steps.last_mut()
                && siblings.len() < MOST_STEPS
            {
                siblings.push(Step { span: node.span.clone(), value: brief(val), children });
            }
        }
    }
}
