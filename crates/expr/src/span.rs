//! Text of spans.

use std::ops::Range;

/// The text of a span with the brackets that belong to it: the parser leaves out those around its ends.
pub fn whole<'t>(text: &'t str, span: &Range<usize>) -> &'t str {
    let (mut start, mut end) = (span.start, span.end);
    loop {
        let inside = text.get(start..end).unwrap_or_default();
        let (open, closed) = unpaired(inside);
        let before = text.get(..start).unwrap_or_default();
        let after = text.get(end..).unwrap_or_default();
        if closed > 0 && before.trim_end().ends_with('(') {
            start = before.trim_end().len() - 1;
        } else if open > 0 && after.trim_start().starts_with(')') {
            end = text.len() - after.trim_start().len() + 1;
        } else {
            return inside;
        }
    }
}

/// How many brackets open and are not closed, and close and were not opened; those in quotes do not count.
fn unpaired(text: &str) -> (usize, usize) {
    let (mut open, mut closed, mut quote) = (0_usize, 0, None);
    for letter in text.chars() {
        match (letter, quote) {
            (_, Some(mark)) => quote = (letter != mark).then_some(mark),
            ('"' | '\'', None) => quote = Some(letter),
            ('(', None) => open += 1,
            (')', None) if open > 0 => open -= 1,
            (')', None) => closed += 1,
            _ => {}
        }
    }
    (open, closed)
}

#[cfg(test)]
mod tests;
