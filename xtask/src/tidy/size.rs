//! How long files and functions may be, and that tests stand apart.

use super::tree::{Problem, Tree};

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 120;

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (file, text) in tree.iter().filter(|(file, _)| file.ends_with(".rs")) {
        let lines: Vec<&str> = text.lines().collect();
        if lines.len() > FILE_LINES {
            let text = format!("has {} lines; a file past {FILE_LINES} is two nouns, split it", lines.len());
            problems.push(Problem::new(file, text));
        }
        for (start, length) in functions(&lines) {
            if length > FUNCTION_LINES {
                let text = format!("this function has {length} lines, {FUNCTION_LINES} is the limit");
                problems.push(Problem::at(file, start, text));
            }
        }
        for (number, pair) in lines.windows(2).enumerate() {
            let inline = pair[1].starts_with("mod ") && pair[1].ends_with('{');
            if pair[0] == "#[cfg(test)]" && inline {
                problems.push(Problem::at(file, number, "put these tests into a file of their own"));
            }
        }
    }
    problems
}

/// (first line, number of lines) of each function. rustfmt puts a body's closing brace under the `fn` that opened it.
fn functions(lines: &[&str]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let words = line.split_whitespace().take(5);
        let opens = words.take_while(|word| !word.contains('(') || word.starts_with("pub(")).any(|word| word == "fn");
        if !opens || line.trim_start().starts_with("//") || line.trim_end().ends_with([';', '}']) {
            continue;
        }
        let closing = format!("{}}}", " ".repeat(indent));
        if let Some(length) = lines[start..].iter().position(|line| *line == closing) {
            found.push((start, length + 1));
        }
    }
    found
}
