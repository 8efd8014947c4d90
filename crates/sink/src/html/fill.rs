//! Filled-in texts as their differences from the template that they were made of.

/// The literal parts of a text with placeholders in braces. Anything in braces on one line counts as a placeholder:
/// whether it is one is settled when a filled-in text is matched.
pub(super) fn literals(template: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut literal = 0;
    let mut from = 0;
    while let Some(open) = template[from..].find('{').map(|at| from + at) {
        match template[open + 1..].find(['{', '}', '\n']).map(|at| open + 1 + at) {
            Some(close) if template[close..].starts_with('}') => {
                parts.push(&template[literal..open]);
                (literal, from) = (close + 1, close + 1);
            }
            _ => from = open + 1,
        }
    }
    parts.push(&template[literal..]);
    parts
}

/// What stands between the literal parts in `text`; `None` when it was not made of them. Put together again, literals
/// and values give exactly `text`.
pub(super) fn values<'a>(literals: &[&str], text: &'a str) -> Option<Vec<&'a str>> {
    let (first, rest) = literals.split_first()?;
    let mut left = text.strip_prefix(first)?;
    let Some((last, middle)) = rest.split_last() else { return left.is_empty().then(Vec::new) };
    let mut found = Vec::new();
    for literal in middle {
        let (value, after) = left.split_once(literal)?;
        found.push(value);
        left = after;
    }
    found.push(left.strip_suffix(last)?);
    Some(found)
}

#[cfg(test)]
mod tests;
