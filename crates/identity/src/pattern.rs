//! IAM patterns: `*` is any number of characters, `?` is one. Matching is iterative and needs no more than
//! `pattern × text` steps; no pattern is ever turned into a regular expression.

/// Whether letters count: IAM compares actions in any letter case, resources as they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Letters {
    /// As written.
    Exact,
    /// In any case.
    Folded,
}

impl Letters {
    fn same(self, left: u8, right: u8) -> bool {
        match self {
            Letters::Exact => left == right,
            Letters::Folded => left.eq_ignore_ascii_case(&right),
        }
    }
}

/// Whether the pattern matches the text: a text is a pattern without wildcards, so only tests need to say so apart.
#[cfg(test)]
pub(crate) fn matches(pattern: &str, text: &str, letters: Letters) -> bool {
    glob(pattern.as_bytes(), text.as_bytes(), |p, t| p == b'?' || letters.same(p, t))
}

/// Whether every text that `inner` matches is matched by `outer` too. Sound, and complete but for patterns that only
/// together with `?` runs say the same (`*?` and `?*`): there it answers `false`.
pub(crate) fn covers(outer: &str, inner: &str, letters: Letters) -> bool {
    // A star of `inner` stands for anything, so only a star of `outer` may meet it.
    glob(outer.as_bytes(), inner.as_bytes(), |o, i| i != b'*' && (o == b'?' || letters.same(o, i)))
}

/// The greedy matcher: on a mismatch it falls back to the last star, which is enough for globs.
fn glob(pattern: &[u8], text: &[u8], same: impl Fn(u8, u8) -> bool) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(&byte) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&wanted) if same(wanted, byte) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).is_none_or(|rest| rest.iter().all(|byte| *byte == b'*'))
}

/// Whether some text is matched by both. Errs towards `true` where the literal heads and tails agree.
pub(crate) fn overlaps(left: &str, right: &str, letters: Letters) -> bool {
    if covers(left, right, letters) || covers(right, left, letters) {
        return true;
    }
    // Of a text and a pattern one covers the other, or they have nothing in common.
    if !is_wild(left) || !is_wild(right) {
        return false;
    }
    heads_agree(left.bytes(), right.bytes(), letters) && heads_agree(left.bytes().rev(), right.bytes().rev(), letters)
}

/// Whether two patterns agree up to the first star of either.
fn heads_agree(left: impl Iterator<Item = u8>, right: impl Iterator<Item = u8>, letters: Letters) -> bool {
    for (l, r) in left.zip(right) {
        if l == b'*' || r == b'*' {
            return true;
        }
        if !letters.same(l, r) && l != b'?' && r != b'?' {
            return false;
        }
    }
    true
}

/// Whether the text holds a wildcard.
pub(crate) fn is_wild(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether the text is nothing but wildcards.
pub(crate) fn is_any(text: &str) -> bool {
    !text.is_empty() && text.contains('*') && text.bytes().all(|byte| byte == b'*' || byte == b'?')
}

#[cfg(test)]
mod tests;
