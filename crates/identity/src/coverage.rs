//! Sets of actions or resources: patterns, less other patterns; and taking a statement's set away from them.

use std::sync::Arc;

use crate::pattern::{Letters, covers, is_any, is_wild, overlaps};
use crate::policy::Choice;

/// What the patterns of `is` match and no pattern of `except` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Coverage {
    pub(crate) is: Vec<Arc<str>>,
    pub(crate) except: Vec<Arc<str>>,
    letters: Letters,
}

/// A set split by another.
pub(crate) struct Split {
    /// What lies outside, over-estimated where patterns cross.
    pub(crate) kept: Coverage,
    /// What lies inside.
    pub(crate) removed: Coverage,
}

impl Coverage {
    /// Every resource.
    pub(crate) fn every_resource() -> Coverage {
        Coverage { is: vec!["*".into()], except: Vec::new(), letters: Letters::Exact }
    }

    /// These actions.
    pub(crate) fn of_actions(is: Vec<Arc<str>>) -> Coverage {
        Coverage { is, except: Vec::new(), letters: Letters::Folded }
    }

    /// These resources.
    pub(crate) fn of_resources(is: Vec<Arc<str>>) -> Coverage {
        Coverage { is, ..Coverage::every_resource() }
    }

    /// The actions that a statement names.
    pub(crate) fn actions(element: &Choice<Arc<str>>) -> Coverage {
        Coverage { letters: Letters::Folded, ..Coverage::resources(Some(element)) }
    }

    /// The resources that a statement names. `None` (a trust policy's) means all.
    pub(crate) fn resources(element: Option<&Choice<Arc<str>>>) -> Coverage {
        let all = Coverage::every_resource();
        match element {
            None => all,
            Some(Choice::Is(elements)) => Coverage { is: elements.items.clone(), ..all },
            Some(Choice::Not(elements)) => Coverage { except: elements.items.clone(), ..all },
        }
    }

    #[cfg(test)]
    pub(crate) fn letters(&self) -> Letters {
        self.letters
    }

    fn covers(&self, outer: &str, inner: &str) -> bool {
        // `*:*` is every action there is, and so is `*`.
        (self.letters == Letters::Folded && is_every_action(outer)) || covers(outer, inner, self.letters)
    }

    fn overlaps(&self, left: &str, right: &str) -> bool {
        overlaps(left, right, self.letters)
    }

    /// Whether a pattern of the set has a wildcard, or the set is all but some.
    pub(crate) fn is_wide(&self) -> bool {
        !self.except.is_empty() || self.is.iter().any(|pattern| is_wild(pattern))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.is.iter().all(|pattern| self.except.iter().any(|except| self.covers(except, pattern)))
    }

    /// Whether every text of `pattern` is in the set.
    pub(crate) fn includes(&self, pattern: &str) -> bool {
        self.is.iter().any(|own| self.covers(own, pattern))
            && !self.except.iter().any(|except| self.overlaps(except, pattern))
    }

    /// Splits the set by what a statement's element names.
    pub(crate) fn split(&self, by: Option<&Choice<Arc<str>>>) -> Split {
        let nothing = Coverage { is: Vec::new(), ..self.clone() };
        match by {
            None => Split { kept: nothing, removed: self.clone() },
            Some(Choice::Is(elements)) => self.split_by(&elements.items, nothing),
            Some(Choice::Not(elements)) => self.split_by_rest(&elements.items, nothing),
        }
    }

    fn split_by(&self, denied: &[Arc<str>], nothing: Coverage) -> Split {
        let (mut kept, mut removed) = (nothing.clone(), nothing);
        for own in &self.is {
            if denied.iter().any(|pattern| self.covers(pattern, own)) {
                removed.is.push(own.clone());
                continue;
            }
            kept.is.push(own.clone());
            for pattern in denied.iter().filter(|pattern| self.overlaps(pattern, own)) {
                push(&mut kept.except, pattern);
                // Where they only cross, the part inside cannot be written as a pattern; the whole is a safe estimate.
                push(&mut removed.is, if self.covers(own, pattern) { pattern } else { own });
            }
        }
        Split { kept, removed }
    }

    /// Splits by everything but `spared`.
    fn split_by_rest(&self, spared: &[Arc<str>], nothing: Coverage) -> Split {
        let (mut kept, mut removed) = (nothing.clone(), nothing);
        for own in &self.is {
            if spared.iter().any(|pattern| self.covers(pattern, own)) {
                kept.is.push(own.clone());
                continue;
            }
            removed.is.push(own.clone());
            for pattern in spared.iter().filter(|pattern| self.overlaps(pattern, own)) {
                push(&mut removed.except, pattern);
                push(&mut kept.is, if self.covers(own, pattern) { pattern } else { own });
            }
        }
        Split { kept, removed }
    }
}

/// `*`, `**`, `*:*`.
pub(crate) fn is_every_action(pattern: &str) -> bool {
    is_any(pattern) || pattern.split_once(':').is_some_and(|(service, action)| is_any(service) && is_any(action))
}

fn push(list: &mut Vec<Arc<str>>, pattern: &Arc<str>) {
    if !list.contains(pattern) {
        list.push(pattern.clone());
    }
}
