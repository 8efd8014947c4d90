//! The name that was probably meant.

use std::sync::Arc;

/// A help line: the nearest of the known names, or the first few of them.
pub fn nearest(name: &str, known: &[Arc<str>]) -> String {
    let close = known
        .iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1.max(name.len().max(candidate.len()) / 3))
        .min();
    if let Some((_, candidate)) = close {
        return format!("did you mean `{candidate}`?");
    }
    if known.is_empty() {
        return "there are none here".to_owned();
    }
    let mut names: Vec<&str> = known.iter().map(|name| &**name).collect();
    names.sort_unstable();
    let more = if names.len() > 8 { ", …" } else { "" };
    names.truncate(8);
    format!("known are {}{more}", names.join(", "))
}

/// Edits between two names: letters added, left out, changed or swapped. A change of case does not count.
fn distance(a: &str, b: &str) -> usize {
    let lower = |text: &str| text.chars().take(64).map(|letter| letter.to_ascii_lowercase()).collect::<Vec<_>>();
    let (a, b) = (lower(a), lower(b));
    let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let changed = at(&row, j) + usize::from(from != to);
            let mut least = changed.min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(to) && b.get(j - 1) == Some(from);
            if swapped {
                least = least.min(at(&above, j - 1) + 1);
            }
            next.push(least);
        }
        above = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(0)
}
