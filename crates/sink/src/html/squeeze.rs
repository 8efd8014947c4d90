//! Leaves out of a script what only its readers need: comments, indentation, spaces around signs.
//!
//! It knows just enough of the language for the files beside it: strings, templates and regular expressions are copied
//! as they are, and a line end stays where a statement might end. A loop whose body is a lone `;` must not end a block.

/// The script without comments and without spaces that do not matter.
pub(super) fn squeeze(source: &str) -> String {
    let letters: Vec<char> = source.chars().collect();
    let mut squeezer = Squeezer { letters: &letters, at: 0, out: String::with_capacity(source.len()) };
    while let Some(letter) = squeezer.peek(0) {
        squeezer.step(letter);
    }
    squeezer.out
}

struct Squeezer<'a> {
    letters: &'a [char],
    at: usize,
    out: String,
}

impl Squeezer<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.at + ahead).copied()
    }

    fn take(&mut self) -> Option<char> {
        let letter = self.peek(0)?;
        self.at += 1;
        self.out.push(letter);
        Some(letter)
    }

    fn step(&mut self, letter: char) {
        match letter {
            '/' if self.peek(1) == Some('/') => {
                while self.peek(0).is_some_and(|letter| letter != '\n') {
                    self.at += 1;
                }
            }
            '\'' | '"' => self.quoted(letter),
            '`' => self.template(),
            '/' if self.begins_expression() => self.expression(),
            letter if letter.is_whitespace() => self.space(),
            '}' => {
                if self.out.ends_with(';') {
                    self.out.pop();
                }
                self.take();
            }
            '=' if self.peek(1) == Some('>') => {
                self.bare_parameter();
                self.take();
            }
            _ => drop(self.take()),
        }
    }

    /// Whether a slash here begins a regular expression rather than divides.
    fn begins_expression(&self) -> bool {
        self.out.trim_end().chars().next_back().is_none_or(|last| "(,=:[!&|?{};<>".contains(last))
    }

    /// `(a)=>` is `a=>`, where no word stands before it.
    fn bare_parameter(&mut self) {
        let Some(inside) = self.out.strip_suffix(')') else { return };
        let Some((before, name)) = inside.rsplit_once('(') else { return };
        let word = |letter: char| letter.is_alphanumeric() || letter == '_';
        if !name.is_empty() && name.chars().all(word) && before.ends_with(['(', ',', '=', ':', '?', '[', '>', '&', '|'])
        {
            self.out = format!("{before}{name}");
        }
    }

    fn quoted(&mut self, quote: char) {
        self.take();
        while let Some(letter) = self.take() {
            if letter == '\\' {
                self.take();
            } else if letter == quote {
                return;
            }
        }
    }

    fn expression(&mut self) {
        self.take();
        let mut class = false;
        while let Some(letter) = self.take() {
            match letter {
                '\\' => drop(self.take()),
                '[' => class = true,
                ']' => class = false,
                '/' if !class => return,
                _ => {}
            }
        }
    }

    fn template(&mut self) {
        self.take();
        while let Some(letter) = self.take() {
            match letter {
                '\\' => drop(self.take()),
                '$' if self.peek(0) == Some('{') => self.inside_template(),
                '`' => return,
                _ => {}
            }
        }
    }

    fn inside_template(&mut self) {
        let mut depth = 0_usize;
        while let Some(letter) = self.peek(0) {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            self.step(letter);
            if depth == 0 {
                return;
            }
        }
    }

    /// A run of spaces becomes one line end, one space, or nothing.
    fn space(&mut self) {
        let mut line_end = false;
        while let Some(letter) = self.peek(0).filter(|letter| letter.is_whitespace()) {
            line_end |= letter == '\n';
            self.at += 1;
        }
        let (Some(before), Some(after)) = (self.out.chars().next_back(), self.peek(0)) else { return };
        let sign = |letter: char| !letter.is_alphanumeric() && !"_$\"'`#".contains(letter);
        if line_end {
            let joined = before == '\n' || "{[(,;:?&|=<>".contains(before) || ")],;.:?&|".contains(after);
            if !joined {
                self.out.push('\n');
            }
        } else if before != '\n' {
            // `a + +b` must not become `a++b`.
            let clash = before == after && "+-".contains(before);
            let quote = |letter: char| "\"'`".contains(letter);
            if clash || !(sign(before) || sign(after) || quote(before) || quote(after)) {
                self.out.push(' ');
            }
        }
    }
}

#[cfg(test)]
mod tests;
