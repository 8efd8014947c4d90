//! Dated data: `catalog/data/<name>.toml`, lists that providers change, each with its source and its date.
//!
//! A check takes one as a parameter, so that its rule reads it as `params.…` and a user can put another in its place:
//! `"$data.lambda-runtimes"` is the table's rows, `"$data.high-risk-ports.key"` one column of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use resource::Value;
use serde::Deserialize;
use toml::Spanned;

use crate::error::CatalogError;
use crate::load::{embedded, from_toml};
use crate::{Catalog, Check, validate};

/// What a row may have.
const COLUMNS: [&str; 4] = ["key", "since", "until", "note"];

/// How a parameter names a table.
const OPENING: &str = "$data.";

/// A file of dated data.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// Its name: the file's without the ending.
    pub name: Arc<str>,
    /// The file it was read from, relative to its catalogue folder.
    pub file: String,
    /// Where its facts are from: an address.
    pub source: String,
    /// The day for which they were compared with the source.
    pub date: Date,
    /// What could not be compared, and other reservations.
    pub note: Option<String>,
    /// The crate that reads the file by itself; `None` for a table that checks name.
    pub reader: Option<String>,
    /// The rows of a table.
    pub rows: Vec<Value>,
}

/// The reference of a check's parameter to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DataUse {
    pub(crate) table: Arc<str>,
    column: Option<Arc<str>>,
    line: usize,
}

/// What every file has; a reader's own tables stand beside it.
#[derive(Deserialize)]
struct Head {
    source: Spanned<String>,
    date: Spanned<String>,
    note: Option<String>,
    reader: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "date")]
    _date: String,
    #[serde(rename = "note")]
    _note: Option<String>,
    rows: Spanned<Vec<Spanned<Row>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    key: Key,
    since: Option<String>,
    until: Option<String>,
    note: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(untagged)]
enum Key {
    Number(i64),
    Text(String),
}

impl Data {
    /// Reads a file. `file` is its path below its catalogue folder.
    fn parse(file: &str, text: &str) -> Result<Data, CatalogError> {
        let head: Head = from_toml(file, text)?;
        let error = |at: usize, words: String| {
            let before = text.get(..at).unwrap_or(text);
            CatalogError::at(file, 1 + before.matches('\n').count(), words)
        };
        let source = head.source.get_ref();
        if !source.starts_with("https://") {
            let words = format!("`source` is an address, `https://…`, not `{source}`");
            return Err(error(head.source.span().start, words));
        }
        let (start, written) = (head.date.span().start, head.date.get_ref());
        let date = day(written).ok_or_else(|| error(start, not_a_day("date", written)))?;
        let rows = match head.reader {
            Some(_) => Vec::new(),
            None => rows(&from_toml::<Table>(file, text)?.rows).map_err(|(at, words)| error(at, words))?,
        };
        let name = file.trim_start_matches("data/").trim_end_matches(".toml").into();
        let (file, source) = (file.to_owned(), head.source.into_inner());
        Ok(Data { name, file, source, date, note: head.note, reader: head.reader, rows })
    }

    /// Whole days from its date to a moment (microseconds since 1970 UTC); 0 before it.
    pub fn age(&self, now: i64) -> i64 {
        let today = jiff::Timestamp::from_microsecond(now).map(|now| jiff::tz::Offset::UTC.to_datetime(now).date());
        let days =
            today.ok().and_then(|today| self.date.until(today).ok()).map_or(0, |span| i64::from(span.get_days()));
        days.max(0)
    }

    fn values(&self, column: Option<&Arc<str>>) -> Value {
        Value::list(match column {
            Some(column) => self.rows.iter().map(|row| row.get(column).clone()).collect(),
            None => self.rows.clone(),
        })
    }
}

fn day(text: &str) -> Option<Date> {
    // The parser takes whole moments too, of which it drops the time.
    text.parse().ok().filter(|date: &Date| date.to_string() == text)
}

fn not_a_day(name: &str, text: &str) -> String {
    format!("`{name}` is a day, `2026-11-24`, not `{text}`")
}

/// The rows as rules see them; the error has the place of the row at fault. Every row has the same columns, but for
/// notes, so that no rule meets one without the day it compares with.
fn rows(given: &Spanned<Vec<Spanned<Row>>>) -> Result<Vec<Value>, (usize, String)> {
    let mut keys = BTreeSet::new();
    let shape = |row: &Row| (matches!(row.key, Key::Number(_)), row.since.is_some(), row.until.is_some());
    let Some(first) = given.get_ref().first().map(|row| shape(row.get_ref())) else {
        return Err((given.span().start, "a table has at least one row".to_owned()));
    };
    let one = |spanned: &Spanned<Row>| {
        let row = spanned.get_ref();
        let wrong = |words: String| (spanned.span().start, words);
        if shape(row) != first {
            return Err(wrong("every row has the same columns, and a `key` of the same kind".to_owned()));
        }
        let key = match &row.key {
            Key::Number(number) => Value::Int(*number),
            Key::Text(text) => Value::from(text.as_str()),
        };
        if !keys.insert(row.key.clone()) {
            return Err(wrong(format!("a row before has the key {} too", key.to_json())));
        }
        let days = [("since", &row.since), ("until", &row.until)];
        for (name, text) in days.iter().filter_map(|(name, text)| Some((*name, text.as_deref()?))) {
            day(text).ok_or_else(|| wrong(not_a_day(name, text)))?;
        }
        let texts = days.into_iter().chain([("note", &row.note)]);
        let texts = texts.filter_map(|(name, text)| Some((name, Value::from(text.as_deref()?))));
        Ok(Value::map([("key", key)].into_iter().chain(texts)))
    };
    given.get_ref().iter().map(one).collect()
}

/// The parameters that name a table. `text` is the whole file.
pub(crate) fn uses(params: &resource::Map, text: &str) -> BTreeMap<Arc<str>, DataUse> {
    let named = params.iter().filter_map(|(name, value)| Some((name, value.as_str()?.strip_prefix(OPENING)?)));
    named
        .map(|(name, reference)| {
            let (table, column) = reference.split_once('.').map_or((reference, None), |(table, c)| (table, Some(c)));
            let line = text.lines().position(|line| line.contains(&format!("{OPENING}{reference}")));
            let line = line.map_or(1, |index| index + 1);
            (name.clone(), DataUse { table: table.into(), column: column.map(Into::into), line })
        })
        .collect()
}

impl Catalog {
    /// Every file of dated data, by name.
    pub fn data(&self) -> impl Iterator<Item = &Data> {
        self.data.values()
    }

    /// A file of dated data.
    pub fn data_named(&self, name: &str) -> Option<&Data> {
        self.data.get(name)
    }

    /// Adds a file of a user, in place of one of that name; gives the name.
    pub(crate) fn replace_data(&mut self, file: &str, text: &str) -> Result<Arc<str>, CatalogError> {
        let found = Data::parse(file, text)?;
        let name = found.name.clone();
        let reader = self.data.get(&name).map_or(&found.reader, |known| &known.reader);
        match reader {
            None => _ = self.data.insert(name.clone(), found),
            // The repository's own folder on top of the program.
            Some(_) if embedded(file) == Some(text) => {}
            Some(reader) => {
                let words = format!("`{name}` is read by the program itself (`{reader}`) and cannot be replaced");
                return Err(CatalogError::at(file, 1, words).help("a table of your own takes another name and `rows`"));
            }
        }
        Ok(name)
    }

    /// Adds a file of the program.
    pub(crate) fn add_data(&mut self, file: &str, text: &str) -> Result<(), CatalogError> {
        let found = Data::parse(file, text)?;
        self.data.insert(found.name.clone(), found);
        Ok(())
    }

    /// Puts the tables in place of the parameters that name them.
    pub(crate) fn fill(&self, check: &mut Check) -> Result<(), CatalogError> {
        for (name, wanted) in &check.data {
            let error = |words: String| CatalogError::at(&check.file, wanted.line, words);
            let found = self.data.get(&wanted.table).filter(|found| found.reader.is_none()).ok_or_else(|| {
                let tables = self.data.values().filter(|found| found.reader.is_none());
                let known: Vec<Arc<str>> = tables.map(|found| found.name.clone()).collect();
                let words = format!("`{name}`: there is no table `data/{}.toml`", wanted.table);
                error(words).help(expr::nearest(&wanted.table, &known))
            })?;
            if let Some(column) = wanted.column.as_ref().filter(|column| !found.has(column)) {
                let has: Vec<&str> = COLUMNS.into_iter().filter(|one| found.has(one)).collect();
                let words = format!("`{name}`: not every row of `{}` has a `{column}`", found.file);
                return Err(error(words).help(format!("it has {}", has.join(", "))));
            }
            check.params.insert(name.clone(), found.values(wanted.column.as_ref()));
        }
        Ok(())
    }

    /// Fills the checks again that name one of these tables, and looks whether their rules still fit.
    pub(crate) fn refill(&mut self, tables: &BTreeSet<Arc<str>>) -> Vec<CatalogError> {
        let mut errors = Vec::new();
        let named = |check: &&Arc<Check>| check.data.values().any(|wanted| tables.contains(&wanted.table));
        let affected: Vec<Arc<Check>> = self.checks.values().filter(named).cloned().collect();
        for check in affected {
            let mut check = Check::clone(&check);
            match self.fill(&mut check) {
                Ok(()) => errors.extend(validate::check(self, &check)),
                Err(error) => errors.push(error),
            }
            self.checks.insert(check.id.clone(), Arc::new(check));
        }
        errors
    }
}

impl Data {
    fn has(&self, column: &str) -> bool {
        COLUMNS.contains(&column) && self.rows.iter().all(|row| !row.get(column).is_null())
    }
}

#[cfg(test)]
mod tests;
