//! Text that came from a cloud, as HTML.

use std::fmt::{self, Display, Write};

use crate::is_hidden;

/// Escaped for HTML text and quoted attributes. What cannot be seen or would reorder its surroundings (control characters,
/// direction marks, zero-width characters) is written as its number: a name must not look like another.
pub(super) struct Text<'a>(pub(super) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' | '\t' => f.write_char(' ')?,
                letter if is_hidden(letter) => write!(f, "‹U+{:04X}›", u32::from(letter))?,
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}

/// A text cut to a number of characters, for places that have a link to the whole.
pub(super) fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// `2026-11-25 02:09 UTC`.
pub(super) fn moment(micros: i64) -> String {
    let text = finding::timestamp(micros);
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => text,
    }
}

/// A link to the findings that a filter selects.
pub(super) fn link(filter: &str) -> String {
    let mut text = String::from("#findings?q=");
    for byte in filter.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b':' | b'*' | b',' => {
                text.push(char::from(byte));
            }
            b' ' => text.push('+'),
            other => {
                let _ = write!(text, "%{other:02X}");
            }
        }
    }
    text
}

/// A value of a filter, quoted where it must be.
pub(super) fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.:/-@+".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
