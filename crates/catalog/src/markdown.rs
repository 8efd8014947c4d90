//! The little Markdown that a check's file needs: headings, fences, prose.

/// A piece of a file; lines count from 1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Block<'a> {
    /// `## Text`.
    Heading { level: usize, text: &'a str, line: usize },
    /// A fenced block; `line` is that of the opening fence, `text` ends with a newline.
    Fence { info: &'a str, text: &'a str, line: usize },
    /// Lines between the others, trimmed; never empty.
    Text { text: &'a str },
}

/// Splits a file. An unclosed fence runs to the end.
pub(crate) fn blocks(source: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut lines = source.split_inclusive('\n').enumerate().map(|(index, line)| (index + 1, line)).peekable();
    let mut offset = 0;
    let mut prose_start = 0;
    while let Some((number, line)) = lines.next() {
        let start = offset;
        offset += line.len();
        let trimmed = line.trim_end();
        let ticks = trimmed.bytes().take_while(|byte| *byte == b'`').count();
        let hashes = trimmed.bytes().take_while(|byte| *byte == b'#').count();
        if ticks >= 3 {
            push_text(&mut found, &source[prose_start..start]);
            let body = offset;
            let mut end = offset;
            for (_, inner) in lines.by_ref() {
                offset += inner.len();
                let closing = inner.trim_end();
                if closing.len() >= ticks && closing.bytes().all(|byte| byte == b'`') {
                    break;
                }
                end = offset;
            }
            found.push(Block::Fence { info: trimmed[ticks..].trim(), text: &source[body..end], line: number });
            prose_start = offset;
        } else if hashes > 0 && trimmed[hashes..].starts_with(' ') {
            push_text(&mut found, &source[prose_start..start]);
            found.push(Block::Heading { level: hashes, text: trimmed[hashes..].trim(), line: number });
            prose_start = offset;
        }
    }
    push_text(&mut found, &source[prose_start..]);
    found
}

fn push_text<'a>(found: &mut Vec<Block<'a>>, text: &'a str) {
    let text = text.trim();
    if !text.is_empty() {
        found.push(Block::Text { text });
    }
}

#[cfg(test)]
mod tests;
