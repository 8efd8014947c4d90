//! The table of detectors, compiled.

use std::sync::{Arc, LazyLock, OnceLock};

use aho_corasick::AhoCorasick;
use regex::{Regex, RegexSet};
use serde::Deserialize;

// Beside its tables the file has a source and a date, which the catalogue reads.
#[derive(Debug, Deserialize)]
struct Table {
    ignore: Vec<String>,
    detector: Vec<Row>,
    named: NamedRow,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: Arc<str>,
    title: String,
    keywords: Vec<String>,
    patterns: Vec<String>,
    #[serde(default)]
    entropy: f64,
    #[serde(default)]
    ignore: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedRow {
    id: Arc<str>,
    title: String,
    keywords: Vec<String>,
    names: String,
    passwords: String,
    not_names: String,
    length: usize,
    entropy: f64,
    password_length: usize,
    password_entropy: f64,
    not_values: Vec<String>,
}

/// All detectors.
pub(super) struct Detectors {
    pub(super) list: Vec<Detector>,
    pub(super) named: Named,
    ignore: RegexSet,
    keywords: AhoCorasick,
    /// The detector of each keyword; the named rule comes last.
    owners: Vec<usize>,
}

/// One detector. Its expressions are compiled when a keyword of it is first seen.
pub(super) struct Detector {
    pub(super) id: Arc<str>,
    pub(super) title: String,
    entropy: f64,
    patterns: Vec<String>,
    ignore: Vec<String>,
    compiled: OnceLock<Option<(Vec<Regex>, RegexSet)>>,
}

/// The rule for values beside secret-like names.
pub(super) struct Named {
    pub(super) id: Arc<str>,
    pub(super) title: String,
    names: Regex,
    passwords: Regex,
    not_names: Regex,
    not_values: RegexSet,
    length: usize,
    entropy: f64,
    password_length: usize,
    password_entropy: f64,
}

static EMBEDDED: LazyLock<Option<Detectors>> =
    LazyLock::new(|| Detectors::parse(catalog::embedded("data/secret-detectors.toml")?).ok());

impl Detectors {
    /// The detectors that the program carries; `None` when the table is broken, which makes every answer unknown.
    pub(super) fn embedded() -> Option<&'static Detectors> {
        EMBEDDED.as_ref()
    }

    /// Reads the table; the error says where it is wrong.
    pub(super) fn parse(text: &str) -> Result<Detectors, String> {
        let table: Table = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut owners = Vec::new();
        let mut keywords = Vec::new();
        let rows = table.detector.iter().map(|row| &row.keywords).chain([&table.named.keywords]);
        for (owner, words) in rows.enumerate() {
            owners.extend(std::iter::repeat_n(owner, words.len()));
            keywords.extend(words.iter().cloned());
        }
        let keywords =
            AhoCorasick::builder().ascii_case_insensitive(true).build(&keywords).map_err(|error| error.to_string())?;
        Ok(Detectors {
            list: table.detector.into_iter().map(Detector::of).collect(),
            named: Named::of(&table.named).map_err(|error| error.to_string())?,
            ignore: RegexSet::new(&table.ignore).map_err(|error| error.to_string())?,
            keywords,
            owners,
        })
    }

    /// Which detectors have a keyword in the text; the last flag is the named rule's.
    pub(super) fn candidates(&self, text: &str) -> Vec<bool> {
        let mut seen = vec![false; self.list.len() + 1];
        for found in self.keywords.find_overlapping_iter(text) {
            if let Some(flag) = self.owners.get(found.pattern().as_usize()).and_then(|owner| seen.get_mut(*owner)) {
                *flag = true;
            }
        }
        seen
    }

    pub(super) fn is_ignored(&self, secret: &str) -> bool {
        self.ignore.is_match(secret)
    }
}

impl Detector {
    fn of(row: Row) -> Detector {
        Detector {
            id: row.id,
            title: row.title,
            entropy: row.entropy,
            patterns: row.patterns,
            ignore: row.ignore,
            compiled: OnceLock::new(),
        }
    }

    /// Its expressions. That each compiles is tested.
    pub(super) fn patterns(&self) -> Option<&(Vec<Regex>, RegexSet)> {
        let compile = || {
            let patterns = self.patterns.iter().map(|pattern| Regex::new(pattern)).collect::<Result<_, _>>().ok()?;
            Some((patterns, RegexSet::new(&self.ignore).ok()?))
        };
        self.compiled.get_or_init(compile).as_ref()
    }

    pub(super) fn is_dense(&self, secret: &str) -> bool {
        self.entropy <= 0.0 || entropy(secret) >= self.entropy
    }
}

impl Named {
    fn of(row: &NamedRow) -> Result<Named, regex::Error> {
        Ok(Named {
            id: row.id.clone(),
            title: row.title.clone(),
            names: Regex::new(&row.names)?,
            passwords: Regex::new(&row.passwords)?,
            not_names: Regex::new(&row.not_names)?,
            not_values: RegexSet::new(&row.not_values)?,
            length: row.length,
            entropy: row.entropy,
            password_length: row.password_length,
            password_entropy: row.password_entropy,
        })
    }

    /// Whether a value under a name is a secret, as far as this rule goes.
    pub(super) fn accepts(&self, name: &str, value: &str) -> bool {
        if self.not_names.is_match(name) {
            return false;
        }
        let is_password = self.passwords.is_match(name);
        if !is_password && !self.names.is_match(name) {
            return false;
        }
        if is_password && value.len() >= self.password_length && entropy(value) >= self.password_entropy {
            // A password may well look like words; only places and dates are excused.
            return !self.not_values.is_match(value) || value.chars().any(|found| "!#%^&*+=~".contains(found));
        }
        // Tokens and keys are one word; people put spaces into passwords only.
        value.len() >= self.length
            && !value.contains(char::is_whitespace)
            && entropy(value) >= self.entropy
            && !self.not_values.is_match(value)
    }
}

/// Bits per character.
pub(super) fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = text.len() as f64;
    -counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / total;
            share * share.log2()
        })
        .sum::<f64>()
}
