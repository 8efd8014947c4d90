//! The text before it is parsed: string literals, comments, brackets, and the guard.

use std::borrow::Cow;
use std::ops::Range;

use crate::Diagnostic;

/// The longest text of one expression, in bytes.
pub(crate) const MOST_BYTES: usize = 8 * 1024;
/// The deepest nesting of brackets.
pub(crate) const MOST_NESTING: usize = 48;
/// The most `!`, `-` and `?` together: each may cost the parser a level of its stack.
pub(crate) const MOST_PREFIXES: usize = 128;
/// The most operators and dots: a chain of them makes a tree as deep as it is long, which is dropped recursively.
pub(crate) const MOST_OPERATORS: usize = 1024;

/// Whether a text nests so little that any stack can parse it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Light,
    Heavy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A name, keyword or number.
    Word,
    /// A string literal with its prefix and quotes.
    Text {
        closed: bool,
    },
    Comment,
    Open,
    Close,
    /// Any other byte but white space.
    Sign(u8),
}

/// Cuts a text into pieces as the parser's lexer does, white space left out.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = (Piece, Range<usize>)> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        let start = at;
        let (piece, end) = piece_at(text, *bytes.get(at)?, at);
        at = end;
        Some((piece, start..end))
    })
}

fn piece_at(text: &str, first: u8, start: usize) -> (Piece, usize) {
    let bytes = text.as_bytes();
    let count = |from: usize, test: &dyn Fn(&u8) -> bool| {
        from + bytes.get(from..).unwrap_or_default().iter().take_while(|byte| test(byte)).count()
    };
    match first {
        b'"' | b'\'' => text_at(bytes, start, false),
        b'#' => (Piece::Comment, count(start, &|byte| *byte != b'\n')),
        b'/' if bytes.get(start + 1) == Some(&b'/') => (Piece::Comment, count(start, &|byte| *byte != b'\n')),
        b'(' | b'[' | b'{' => (Piece::Open, start + 1),
        b')' | b']' | b'}' => (Piece::Close, start + 1),
        b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' => {
            let end = count(start, &|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
            let word = bytes.get(start..end).unwrap_or_default();
            let quoted = matches!(bytes.get(end), Some(b'"' | b'\''));
            let is = |prefix: &[u8]| word.eq_ignore_ascii_case(prefix);
            if quoted && (is(b"r") || is(b"b") || is(b"br") || is(b"rb")) {
                text_at(bytes, end, !is(b"b"))
            } else {
                (Piece::Word, end)
            }
        }
        other => (Piece::Sign(other), start + 1),
    }
}

/// A string literal whose opening quote stands at `quote_at`.
fn text_at(bytes: &[u8], quote_at: usize, raw: bool) -> (Piece, usize) {
    let quote = bytes.get(quote_at).copied().unwrap_or(b'"');
    let triple = bytes.get(quote_at..quote_at + 3) == Some(&[quote; 3]);
    let width = if triple { 3 } else { 1 };
    let mut at = quote_at + width;
    while let Some(byte) = bytes.get(at) {
        if *byte == b'\\' && !raw {
            at += 2;
        } else if *byte == quote && (!triple || bytes.get(at..at + 3) == Some(&[quote; 3])) {
            return (Piece::Text { closed: true }, at + width);
        } else {
            at += 1;
        }
    }
    (Piece::Text { closed: false }, bytes.len())
}

/// The text with comments turned into spaces, so that every byte keeps its place.
pub(crate) fn without_comments(text: &str) -> Cow<'_, str> {
    let comments: Vec<_> = pieces(text).filter(|(piece, _)| *piece == Piece::Comment).map(|(_, range)| range).collect();
    if comments.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for comment in comments {
        out.push_str(text.get(from..comment.start).unwrap_or_default());
        out.extend(std::iter::repeat_n(' ', comment.len()));
        from = comment.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(out)
}

/// Refuses what the parser's stack might not survive, and syntax that is not part of the language.
pub(crate) fn guard(text: &str) -> Result<Weight, Diagnostic> {
    if text.len() > MOST_BYTES {
        return Err(Diagnostic::new(
            MOST_BYTES..text.len(),
            format!("the expression has {} bytes; {MOST_BYTES} are allowed", text.len()),
            "name parts of it with `let`",
        ));
    }
    let (mut nesting, mut deepest, mut prefixes, mut operators) = (0_usize, 0_usize, 0_usize, 0_usize);
    for (piece, range) in pieces(text) {
        match piece {
            Piece::Open => nesting += 1,
            Piece::Close => nesting = nesting.saturating_sub(1),
            Piece::Text { closed: false } => {
                return Err(Diagnostic::new(
                    range.start..range.start + 1,
                    "the text is not closed",
                    "add the closing quote",
                ));
            }
            Piece::Sign(b'`') => {
                return Err(Diagnostic::new(
                    range,
                    "names cannot be quoted with a backtick",
                    "write `x[\"name\"]` for such a member",
                ));
            }
            Piece::Sign(b'!' | b'-' | b'?') => prefixes += 1,
            Piece::Sign(b',' | b':') => {}
            Piece::Sign(_) => operators += 1,
            Piece::Word if text.get(range.clone()) == Some("in") => operators += 1,
            Piece::Word | Piece::Comment | Piece::Text { .. } => {}
        }
        deepest = deepest.max(nesting);
        let too_much = [
            (nesting > MOST_NESTING, "brackets nest", MOST_NESTING),
            (prefixes > MOST_PREFIXES, "`!`, `-` and `?` are used", MOST_PREFIXES),
            (operators > MOST_OPERATORS, "operators are used", MOST_OPERATORS),
        ];
        if let Some((_, what, most)) = too_much.into_iter().find(|(exceeded, ..)| *exceeded) {
            return Err(Diagnostic::new(
                range,
                format!("{what} more than {most} times"),
                "name parts of it with `let`",
            ));
        }
    }
    let light = deepest + prefixes <= 16 && operators <= 256;
    Ok(if light { Weight::Light } else { Weight::Heavy })
}

/// Where `word` stands outside of brackets and literals, last occurrence.
pub(crate) fn last_word(text: &str, word: &str) -> Option<Range<usize>> {
    let mut nesting = 0_usize;
    let mut found = None;
    for (piece, range) in pieces(text) {
        match piece {
            Piece::Open => nesting += 1,
            Piece::Close => nesting = nesting.saturating_sub(1),
            Piece::Word if nesting == 0 && text.get(range.clone()) == Some(word) => found = Some(range),
            _ => {}
        }
    }
    found
}
