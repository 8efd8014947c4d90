//! Every service with the actions that its provider publishes: `catalog/api/aws/published.json`; and sets of them.
//!
//! Source: "Actions, resources, and condition keys for AWS services", Service Authorization Reference.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex};

use resource::Value;

use crate::coverage::{Coverage, is_every_action};
use crate::pattern::{Letters, covers, is_wild};

/// All published actions, those of a service side by side.
#[derive(Default)]
pub(super) struct Published {
    /// `s3:GetObject`, each.
    actions: Vec<String>,
    /// Prefix and where its actions are, sorted by prefix.
    pub(super) services: Vec<(Arc<str>, Range<usize>)>,
}

/// Empty if the list does not load, which a test rules out.
static PUBLISHED: LazyLock<Published> = LazyLock::new(|| {
    let document = catalog::embedded("api/aws/published.json").and_then(|text| Value::from_json(text).ok());
    let mut all = Published::default();
    for (prefix, actions) in document.as_ref().and_then(Value::as_map).into_iter().flatten() {
        let from = all.actions.len();
        all.actions.extend(actions.items().iter().filter_map(Value::as_str).map(|name| format!("{prefix}:{name}")));
        all.services.push((prefix.clone(), from..all.actions.len()));
    }
    all
});

/// All published actions.
pub(super) fn published() -> &'static Published {
    &PUBLISHED
}

impl Published {
    /// Where the actions of a service are; its prefix in any letter case.
    pub(super) fn service(&self, prefix: &str) -> Option<Range<usize>> {
        let prefix = prefix.to_ascii_lowercase();
        let at = self.services.binary_search_by(|(found, _)| (**found).cmp(prefix.as_str())).ok()?;
        self.services.get(at).map(|(_, range)| range.clone())
    }

    /// Where the actions that a pattern may match are.
    fn range(&self, pattern: &str) -> Range<usize> {
        match pattern.split_once(':') {
            Some((service, _)) if !is_wild(service) => self.service(service).unwrap_or(0..0),
            _ => 0..self.actions.len(),
        }
    }

    /// The published actions that a pattern matches.
    pub(super) fn matching(&self, pattern: &str) -> impl Iterator<Item = &str> {
        let range = self.range(pattern);
        let names = self.actions.get(range).unwrap_or_default();
        names.iter().map(String::as_str).filter(move |name| covers(pattern, name, Letters::Folded))
    }

    /// Whether `holds` is true for every published action that a pattern with wildcards matches, of which there is at
    /// least one.
    pub(super) fn each(&self, pattern: &str, mut holds: impl FnMut(&str) -> bool) -> bool {
        let mut any = false;
        is_wild(pattern)
            && self.matching(pattern).all(|action| {
                any = true;
                holds(action)
            })
            && any
    }

    /// The published actions of a set.
    pub(super) fn set(&self, coverage: &Coverage) -> Set {
        let mut set = Set(vec![0; self.actions.len().div_ceil(64)]);
        for pattern in &coverage.is {
            self.apply(&mut set, pattern, |word, bits| *word |= bits);
        }
        for pattern in &coverage.except {
            self.apply(&mut set, pattern, |word, bits| *word &= !bits);
        }
        set
    }

    fn apply(&self, set: &mut Set, pattern: &str, change: fn(&mut u64, u64)) {
        if is_every_action(pattern) {
            set.0.iter_mut().for_each(|word| change(word, u64::MAX));
            return;
        }
        let range = self.range(pattern);
        if range.len() == self.actions.len() {
            let all = self.remembered(pattern);
            set.0.iter_mut().zip(&all.0).for_each(|(word, bits)| change(word, *bits));
            return;
        }
        self.mark(set, pattern, range, change);
    }

    fn mark(&self, set: &mut Set, pattern: &str, range: Range<usize>, change: fn(&mut u64, u64)) {
        for at in range {
            let matches = self.actions.get(at).is_some_and(|name| covers(pattern, name, Letters::Folded));
            if let Some(word) = set.0.get_mut(at / 64).filter(|_| matches) {
                change(word, 1 << (at % 64));
            }
        }
    }

    /// The actions of a pattern that reaches across services, which takes long and comes again and again.
    fn remembered(&self, pattern: &str) -> Arc<Set> {
        /// About 1 MiB.
        const MOST: usize = 400;
        static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Set>>>> = LazyLock::new(Mutex::default);
        if let Ok(known) = KNOWN.lock()
            && let Some(set) = known.get(pattern)
        {
            return set.clone();
        }
        let mut set = Set(vec![0; self.actions.len().div_ceil(64)]);
        self.mark(&mut set, pattern, 0..self.actions.len(), |word, bits| *word |= bits);
        let set = Arc::new(set);
        if let Ok(mut known) = KNOWN.lock() {
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(pattern.to_owned(), set.clone());
        }
        set
    }
}

/// A set of published actions.
#[derive(Clone)]
pub(super) struct Set(Vec<u64>);

impl Set {
    pub(super) fn add(&mut self, other: &Set) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, more)| *word |= more);
    }

    pub(super) fn keep(&mut self, other: &Set) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, more)| *word &= more);
    }

    /// How many of the actions at these places are in the set.
    pub(super) fn count(&self, range: &Range<usize>) -> usize {
        let words = self.0.iter().enumerate().skip(range.start / 64).take_while(|(at, _)| at * 64 < range.end);
        let inside = words.map(|(at, word)| {
            let below = u64::MAX << range.start.saturating_sub(at * 64);
            let above = u64::MAX >> (at * 64 + 64).saturating_sub(range.end).min(63);
            (word & below & above).count_ones() as usize
        });
        inside.sum()
    }
}
