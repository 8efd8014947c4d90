//! Searching one text.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::detectors::{Detector, Detectors};
use super::marker::{Marker, markers};

/// Texts longer than this are not searched; what holds them is then unknown.
pub(super) const MAX_TEXT: usize = 1 << 20;

/// Whole values longer than this are documents, not passwords.
const MAX_NAMED: usize = 512;

/// A secret of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) span: Range<usize>,
    pub(super) detector: Arc<str>,
}

/// What to search with.
pub(super) struct Scan<'a> {
    pub(super) detectors: &'a Detectors,
    /// Names whose values are not secrets, lower case.
    pub(super) ignored_names: Option<&'a BTreeSet<String>>,
}

/// `name = value`, `"name": "value"`, `--name value`, `name: value` inside a text.
static PAIR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x) (?P<name> [A-Za-z][A-Za-z0-9_.-]{1,80} ) ["']? [\ \t]{0,4} (?: => | := | [:=] ) [\ \t]{0,4}
           (?: "(?P<double>[^"\r\n«»]{1,512})" | '(?P<single>[^'\r\n«»]{1,512})' | (?P<bare>[^\s"'`,;(){}\[\]«»]{1,512}) )"#,
    )
    .ok()
});

impl Scan<'_> {
    /// The line and detector of each secret, markers included.
    pub(super) fn findings(&self, text: &str, name: Option<&str>) -> Vec<(usize, Arc<str>)> {
        if name.is_some_and(|name| self.is_ignored_name(name)) {
            return Vec::new();
        }
        let mut found: Vec<(usize, Arc<str>)> =
            self.matches(text, name).into_iter().map(|found| (found.span.start, found.detector)).collect();
        let markers = markers(text).into_iter().filter(|marker| !self.is_ignored_marker(text, marker));
        found.extend(markers.map(|marker| (marker.span.start, marker.detector)));
        found.sort();
        let mut lines = Lines { text, at: 0, line: 1 };
        found.into_iter().map(|(start, detector)| (lines.of(start), detector)).collect()
    }

    /// The secrets of a text, in order and apart from each other; what a marker already stands for is not one.
    pub(super) fn matches(&self, text: &str, name: Option<&str>) -> Vec<Match> {
        // The name is part of what detectors see, so that `AWS_SECRET_ACCESS_KEY` is recognised in an object too.
        let prefix = name.map_or(0, |name| name.len() + 1);
        let joined = name.map(|name| format!("{name}={text}"));
        let whole = joined.as_deref().unwrap_or(text);
        let candidates = self.detectors.candidates(whole);
        let taken = markers(whole);
        let mut found: Vec<Match> = Vec::new();
        for (detector, _) in self.detectors.list.iter().zip(&candidates).filter(|(_, seen)| **seen) {
            self.run(detector, whole, &mut found);
        }
        if candidates.last().copied().unwrap_or(false) {
            self.named(whole, name.map(|name| (name, prefix)), &mut found);
        }
        found.retain(|found| found.span.start >= prefix && !touches_marker(&found.span, &taken));
        let mut apart = merge(found);
        for found in &mut apart {
            found.span = found.span.start - prefix..found.span.end - prefix;
        }
        apart
    }

    fn run(&self, detector: &Detector, text: &str, found: &mut Vec<Match>) {
        let Some((patterns, ignore)) = detector.patterns() else { return };
        for pattern in patterns {
            for captures in pattern.captures_iter(text) {
                let Some(secret) = captures.name("secret").or_else(|| captures.get(0)) else { continue };
                let value = secret.as_str();
                if detector.is_dense(value) && !ignore.is_match(value) && !self.detectors.is_ignored(value) {
                    found.push(Match { span: secret.range(), detector: detector.id.clone() });
                }
            }
        }
    }

    /// Values beside secret-like names: the whole text under its own name, and pairs inside it.
    fn named(&self, text: &str, own: Option<(&str, usize)>, found: &mut Vec<Match>) {
        let rule = &self.detectors.named;
        if let Some((name, prefix)) = own {
            let value = text.get(prefix..).unwrap_or_default();
            let trimmed = value.trim();
            let start = prefix + (value.len() - value.trim_start().len());
            let is_plain = trimmed.len() <= MAX_NAMED && !trimmed.contains(['\n', '«', '»']);
            if is_plain && rule.accepts(name, trimmed) && !self.detectors.is_ignored(trimmed) {
                found.push(Match { span: start..start + trimmed.len(), detector: rule.id.clone() });
                return;
            }
        }
        let Some(pairs) = PAIR.as_ref() else { return };
        let from = own.map_or(0, |(_, prefix)| prefix);
        let Some(body) = text.get(from..) else { return };
        for captures in pairs.captures_iter(body) {
            let value = ["double", "single", "bare"].iter().find_map(|group| captures.name(group));
            let (Some(name), Some(value)) = (captures.name("name"), value) else { continue };
            let (name, secret) = (name.as_str(), value.as_str());
            // `secret = derive(…)` is code.
            if body.get(value.end()..).is_some_and(|rest| rest.starts_with('(')) {
                continue;
            }
            if rule.accepts(name, secret) && !self.is_ignored_name(name) && !self.detectors.is_ignored(secret) {
                found.push(Match { span: from + value.start()..from + value.end(), detector: rule.id.clone() });
            }
        }
    }

    /// Whether a marker stands for the value of an ignored name: scrubbing knows no settings.
    fn is_ignored_marker(&self, text: &str, marker: &Marker) -> bool {
        if self.ignored_names.is_none_or(BTreeSet::is_empty) {
            return false;
        }
        let before = text.get(..marker.span.start).unwrap_or_default();
        let before = before.rsplit('\n').next().unwrap_or_default().trim_end_matches(['"', '\'', ' ', '=', ':', '>']);
        let start = before.rfind(|found: char| !(found.is_ascii_alphanumeric() || "_.-".contains(found)));
        let name = start.and_then(|start| before.get(start..)).map_or(before, |rest| {
            let mut letters = rest.chars();
            letters.next();
            letters.as_str()
        });
        self.is_ignored_name(name)
    }

    fn is_ignored_name(&self, name: &str) -> bool {
        self.ignored_names.is_some_and(|names| !names.is_empty() && names.contains(&name.to_lowercase()))
    }
}

fn touches_marker(span: &Range<usize>, markers: &[Marker]) -> bool {
    markers.iter().any(|marker| marker.span.start < span.end && span.start < marker.span.end)
}

/// Joins overlapping matches; the detector that comes first in the table names them.
fn merge(found: Vec<Match>) -> Vec<Match> {
    // The sort is stable, so among equal starts the earlier detector stays first.
    let mut ordered: Vec<(usize, Match)> = found.into_iter().enumerate().collect();
    ordered.sort_by_key(|(_, found)| found.span.start);
    let mut apart: Vec<(usize, Match)> = Vec::new();
    for (rank, next) in ordered {
        match apart.last_mut() {
            Some((best, last)) if next.span.start < last.span.end => {
                last.span.end = last.span.end.max(next.span.end);
                if rank < *best {
                    *best = rank;
                    last.detector = next.detector;
                }
            }
            _ => apart.push((rank, next)),
        }
    }
    apart.into_iter().map(|(_, found)| found).collect()
}

/// Line numbers of growing offsets.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn of(&mut self, offset: usize) -> usize {
        let between = self.text.as_bytes().get(self.at..offset).unwrap_or_default();
        self.line += between.iter().filter(|byte| **byte == b'\n').count();
        self.at = offset.max(self.at);
        self.line
    }
}
