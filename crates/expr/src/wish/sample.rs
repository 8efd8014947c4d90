//! A text that a pattern matches, the plainest.

use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// What stands where a pattern lets letters repeat: the first that it allows.
const WORDS: [&str; 5] = ["aws", "any", "Any", "ANY", "1"];
/// More repetitions make no text that helps anybody.
const MOST_LETTERS: usize = 200;

/// A text that the pattern matches; `None` where none is found.
pub(super) fn sample(pattern: &str) -> Option<String> {
    let parsed = regex_syntax::parse(pattern).ok()?;
    let mut text = String::new();
    write(&parsed, &mut text)?;
    Regex::new(pattern).ok()?.is_match(&text).then_some(text)
}

fn write(part: &Hir, text: &mut String) -> Option<()> {
    if text.len() > MOST_LETTERS {
        return None;
    }
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => text.push(letter(class)?),
        HirKind::Repetition(repetition) => repeat(repetition, text)?,
        HirKind::Capture(capture) => write(&capture.sub, text)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, text))?,
        HirKind::Alternation(parts) => write(parts.first()?, text)?,
    }
    Some(())
}

fn repeat(repetition: &Repetition, text: &mut String) -> Option<()> {
    let (least, most) = (repetition.min, repetition.max.unwrap_or(u32::MAX));
    if let HirKind::Class(class) = repetition.sub.kind()
        && least > 0
    {
        let fits = |word: &&&str| {
            let length = u32::try_from(word.len()).unwrap_or(u32::MAX);
            (least..=most).contains(&length) && word.chars().all(|one| holds(class, one))
        };
        if let Some(word) = WORDS.iter().find(fits) {
            text.push_str(word);
            return Some(());
        }
    }
    (0..least).try_for_each(|_| write(&repetition.sub, text))
}

/// A letter of a class, a plain one where there is one.
fn letter(class: &Class) -> Option<char> {
    let plain = ['a', 'A', '1', '0', '-', '/'].into_iter().find(|one| holds(class, *one));
    plain.or_else(|| match class {
        Class::Unicode(ranges) => ranges.ranges().first().map(|range| range.start()),
        Class::Bytes(ranges) => ranges.ranges().first().map(|range| char::from(range.start())),
    })
}

fn holds(class: &Class, one: char) -> bool {
    match class {
        Class::Unicode(ranges) => ranges.ranges().iter().any(|range| (range.start()..=range.end()).contains(&one)),
        Class::Bytes(ranges) => u8::try_from(one)
            .is_ok_and(|one| ranges.ranges().iter().any(|range| (range.start()..=range.end()).contains(&one))),
    }
}

#[cfg(test)]
mod tests;
