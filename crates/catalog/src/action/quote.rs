//! Values on a POSIX command line. Names come from the cloud, where strangers may have chosen them.

use resource::Value;

/// What the CLI would read in place of the text.
pub(super) const ADDRESS: &str = "the address of a file or page";

/// Why a text must not stand on a command line; `None` when it may.
pub(super) fn refused(text: &str) -> Option<&'static str> {
    if text.chars().any(|letter| letter.is_control() || is_invisible(letter)) {
        return Some("control or invisible characters");
    }
    // The CLI reads a file, or a web page, in place of a value that begins so.
    let reads = ["file://", "fileb://", "http://", "https://"];
    let lower = text.trim_start().to_ascii_lowercase();
    reads.iter().any(|start| lower.starts_with(start)).then_some(ADDRESS)
}

/// Characters that change how what stands around them is shown: bidirectional marks, line and paragraph separators,
/// zero-width characters.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// A word of a command line: as it stands where no shell could read more into it, else in single quotes.
pub(super) fn word(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_./:@,+-".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// JSON text in which only plain characters stand for themselves: others are escaped, so that they are data and shown.
pub(super) fn json(value: &Value) -> String {
    let mut out = String::new();
    for letter in value.to_json().chars() {
        if letter.is_control() || is_invisible(letter) {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(letter);
        }
    }
    out
}
