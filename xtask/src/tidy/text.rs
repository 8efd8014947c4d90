//! What must not stand in a source file.

use regex::Regex;

use super::tree::{Problem, Tree, code, is_test};

/// Crates that compute: no I/O, no clock.
const PURE: [&str; 6] = ["resource", "expr", "identity", "graph", "check", "finding"];
/// Crates whose public items must be documented.
const DOCUMENTED: [&str; 6] = ["resource", "expr", "catalog", "identity", "graph", "check"];
const FORBIDDEN: [(&str, &str); 11] = [
    ("std::fs", "reads or writes files"),
    ("TcpStream", "opens sockets"),
    ("UdpSocket", "opens sockets"),
    ("ToSocketAddrs", "asks a name server"),
    ("std::process", "starts processes"),
    ("std::env::", "reads the environment"),
    ("SystemTime::now", "reads the clock"),
    ("Instant::now", "reads the clock"),
    ("Timestamp::now", "reads the clock"),
    ("Zoned::now", "reads the clock"),
    ("File::open", "reads files"),
];

pub(super) fn pure(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for name in PURE {
        for (file, text) in tree.product(name) {
            for (number, line) in text.lines().map(code).enumerate() {
                for (word, does) in FORBIDDEN.iter().filter(|(word, _)| line.contains(word)) {
                    let text = format!("`{name}` is pure, `{word}` {does}; take it as an argument");
                    problems.push(Problem::at(file, number, text));
                }
            }
        }
    }
    for name in DOCUMENTED {
        let file = format!("crates/{name}/src/lib.rs");
        let Some(text) = tree.get(&file) else { continue };
        if !text.lines().any(|line| line.starts_with("#![deny(") && line.contains("missing_docs")) {
            problems.push(Problem::new(&file, "must say `#![deny(missing_docs)]`"));
        }
    }
    for name in tree.crates().into_iter().filter(|name| !matches!(*name, "cli" | "xtask")) {
        let file = format!("crates/{name}/src/lib.rs");
        let opening = tree.get(&file).is_some_and(|text| text.starts_with("//!"));
        if !opening {
            problems
                .push(Problem::new(&file, "must open with `//!`: what the crate is, what it may not do, an example"));
        }
    }
    problems
}

pub(super) fn silent(tree: &Tree) -> Vec<Problem> {
    const MACROS: [&str; 4] = ["println!(", "eprintln!(", "print!(", "eprint!("];
    let mut problems = Vec::new();
    for name in tree.crates().into_iter().filter(|name| !matches!(*name, "cli" | "xtask")) {
        for (file, text) in tree.product(name).filter(|(file, _)| !file.ends_with("/src/main.rs")) {
            for (number, line) in text.lines().map(code).enumerate() {
                if MACROS.iter().any(|name| line.starts_with(name) || line.contains(&format!(" {name}"))) {
                    let text = "a library prints nothing; use `tracing`, or return it";
                    problems.push(Problem::at(file, number, text));
                }
            }
        }
    }
    problems
}

pub(super) fn sleepless(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let tests = tree.iter().filter(|(file, _)| is_test(file) && file.ends_with(".rs") || file.starts_with("tests/"));
    for (file, text) in tests.filter(|(file, _)| !file.starts_with("xtask/")) {
        for (number, line) in text.lines().enumerate() {
            if ["::sleep(", ".sleep("].iter().any(|call| code(line).contains(call)) {
                problems.push(Problem::at(
                    file,
                    number,
                    "no test sleeps: wait for the event itself, or move the clock",
                ));
            }
        }
    }
    problems
}

/// Who may speak of leave to write.
const WRITERS: [&str; 2] = ["cloud", "remedy"];

pub(super) fn write_grants(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for name in tree.crates().into_iter().filter(|name| !WRITERS.contains(name) && *name != "xtask") {
        for (file, text) in tree.product(name) {
            for (number, line) in text.lines().map(code).enumerate() {
                if ["WriteGrant", "grant::"].iter().any(|word| line.contains(word)) {
                    let text =
                        format!("`{name}` may not write to a cloud; only `remedy` makes a grant, after approval");
                    problems.push(Problem::at(file, number, text));
                }
            }
        }
    }
    problems
}

pub(super) fn leftovers(tree: &Tree) -> Vec<Problem> {
    // Put together so that this file does not find itself.
    let home =
        ["/ro", "ot/|/Us", "ers/|/ho", "me/(?:runner|dev|user|build|ubuntu)/|/wo", "rk/|/tm", "p/plumb"].concat();
    let paths = Regex::new(&format!(r#"(?:^|["'`\s=(:])({home})"#));
    let words = Regex::new(&["\\b(?:TO", "DO|FIX", "ME|XX", "X)\\b"].concat());
    let (Ok(paths), Ok(words)) = (paths, words) else {
        return vec![Problem::new("xtask/src/tidy/text.rs", "a pattern is malformed; correct it")];
    };
    let outside = [".", "./sha", "red/"].concat();
    let mut problems = Vec::new();
    for (file, text) in tree.iter().filter(|(file, _)| !file.ends_with("Cargo.lock")) {
        let source = file.ends_with(".rs") || file.ends_with(".py") || file.ends_with(".toml") || !file.contains('.');
        // The catalogue's examples and the demo's documents speak of other people's machines.
        let documents = file.starts_with("catalog/") || file.starts_with("crates/cli/demo/");
        for (number, line) in text.lines().enumerate() {
            if let Some(found) = paths.captures(line).filter(|_| !documents) {
                let text = format!("`{}` is a path of one machine", &found[1]);
                problems.push(Problem::at(file, number, text));
            }
            if line.contains(&outside) {
                problems.push(Problem::at(file, number, "refers to a folder outside the project"));
            }
            if source && !is_test(file) && line.contains(['#', '/']) && words.is_match(line) {
                problems.push(Problem::at(file, number, "finish it, or open an issue and say what is so today"));
            }
        }
    }
    problems
}
