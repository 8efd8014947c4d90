//! What stands in a stored document in the place of a secret.

use std::ops::Range;
use std::sync::Arc;

use super::scan::Match;

const OPEN: &str = "«secret: ";
const UNSCANNED: &str = "«unscanned: ";
const CLOSE: &str = "»";

/// A marker found in a text.
pub(super) struct Marker {
    pub(super) span: Range<usize>,
    pub(super) detector: Arc<str>,
}

/// Every marker of a text.
pub(super) fn markers(text: &str) -> Vec<Marker> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(OPEN)) {
        let start = from + at;
        let inside = start + OPEN.len();
        from = inside;
        let Some(rest) = text.get(inside..) else { break };
        let Some(length) = rest.find(CLOSE) else { break };
        let Some(id) = rest.get(..length).filter(|id| is_id(id)) else { continue };
        from = inside + length + CLOSE.len();
        found.push(Marker { span: start..from, detector: id.into() });
    }
    found
}

fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 40
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The text with a marker for each match. A marker keeps the line breaks of what it replaces, so that the lines of
/// what follows stay true.
pub(super) fn put(text: &str, matches: &[Match]) -> String {
    let mut new = String::with_capacity(text.len());
    let mut from = 0;
    for found in matches {
        new.push_str(text.get(from..found.span.start).unwrap_or_default());
        new.push_str(OPEN);
        new.push_str(&found.detector);
        new.push_str(CLOSE);
        let lines = text.get(found.span.clone()).unwrap_or_default().matches('\n').count();
        new.extend(std::iter::repeat_n('\n', lines));
        from = found.span.end;
    }
    new.push_str(text.get(from..).unwrap_or_default());
    new
}

/// What stands for a text that was too long to search.
pub(super) fn unscanned(bytes: usize) -> String {
    format!("{UNSCANNED}{bytes} bytes{CLOSE}")
}

/// Whether the text stands for one that was not searched.
pub(super) fn is_unscanned(text: &str) -> bool {
    text.starts_with(UNSCANNED) && text.ends_with(CLOSE)
}
