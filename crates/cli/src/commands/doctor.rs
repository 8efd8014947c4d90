//! `plumb doctor`: what works here and what does not, without asking a provider anything.

use std::sync::Arc;

use catalog::{Catalog, Data};
use serde_json::{Value, json};
use store::{Store, StoreError};

use crate::args::{Format, Shared};
use crate::config::{self, Config};
use crate::exit::Exit;
use crate::output::say;
use crate::style::{Style, counted};

/// Facts older than this are worth a look: providers announce the end of a version months ahead.
const OLD: i64 = 90;

pub(crate) fn run(shared: &Shared, style: &Style) -> anyhow::Result<Exit> {
    let report = Report::of(shared, jiff::Timestamp::now().as_microsecond());
    match shared.format {
        Some(Format::Json) => say!("{}", serde_json::to_string_pretty(&report.to_json())?),
        Some(Format::Jsonl) => say!("{}", report.to_json()),
        _ => report.lines(style).iter().for_each(|line| say!("{line}")),
    }
    Ok(if report.is_broken() { Exit::Error } else { Exit::Clean })
}

/// What was looked at.
struct Report {
    parts: Vec<Part>,
    data: Vec<Dated>,
}

/// One thing that works or does not.
struct Part {
    name: &'static str,
    /// What it is, or what is wrong with it and the next step.
    state: Result<String, String>,
    /// For programs.
    facts: Value,
}

/// A file of dated data.
struct Dated {
    data: Data,
    age: i64,
}

impl Report {
    /// `now` is in microseconds since 1970 UTC.
    fn of(shared: &Shared, now: i64) -> Report {
        let loaded = config::catalog(shared);
        let dated = |data: &Data| Dated { data: data.clone(), age: data.age(now) };
        let data = loaded.as_ref().map(|catalog| catalog.data().map(dated).collect()).unwrap_or_default();
        let parts = vec![catalogue(shared, &loaded), configuration(shared, loaded.is_ok()), store(shared)];
        Report { parts, data }
    }

    fn is_broken(&self) -> bool {
        self.parts.iter().any(|part| part.state.is_err())
    }

    fn warnings(&self) -> Vec<String> {
        self.data.iter().filter_map(Dated::warning).collect()
    }

    fn lines(&self, style: &Style) -> Vec<String> {
        let mut lines = Vec::new();
        for part in &self.parts {
            let (mark, words) = match &part.state {
                Ok(words) => (style.green("ok  "), words),
                Err(words) => (style.red("fail"), words),
            };
            let words = words.replace('\n', &format!("\n{}", " ".repeat(20)));
            lines.push(format!("{mark}  {:<13} {words}", part.name));
        }
        for one in &self.data {
            let mark = if one.is_old() { style.unknown("old ") } else { style.green("ok  ") };
            let data = &one.data;
            let age = counted(one.age.unsigned_abs(), "day", "days");
            lines.push(format!("{mark}  {:<13} {} of {}, {age}: {}", "data", data.name, data.date, data.source));
            if let Some(note) = &data.note {
                lines.push(format!("{}{}", " ".repeat(20), style.dim(note)));
            }
        }
        lines.extend(self.warnings().iter().map(|words| format!("{}{words}", style.unknown("warning: "))));
        lines
    }

    fn to_json(&self) -> Value {
        let mut document = serde_json::Map::new();
        for part in &self.parts {
            let mut facts = part.facts.clone();
            facts["works"] = part.state.is_ok().into();
            facts["words"] = part.state.as_ref().map_or_else(|words| words.as_str(), |words| words.as_str()).into();
            document.insert(part.name.to_owned(), facts);
        }
        document.insert("data".to_owned(), self.data.iter().map(Dated::to_json).collect());
        document.insert("warnings".to_owned(), self.warnings().into());
        document.into()
    }
}

impl Dated {
    fn is_old(&self) -> bool {
        self.age > OLD
    }

    fn warning(&self) -> Option<String> {
        let data = &self.data;
        let next = match data.reader {
            Some(_) => "a later plumb may have it newer".to_owned(),
            None => format!(
                "a later plumb may have it newer, or put your own into DIR/{} and give --catalog DIR",
                data.file
            ),
        };
        self.is_old().then(|| {
            format!("{} was compared with its source {} days ago, more than {OLD}\n  help: {next}", data.file, self.age)
        })
    }

    fn to_json(&self) -> Value {
        let data = &self.data;
        json!({
            "name": &*data.name, "file": data.file, "source": data.source, "date": data.date.to_string(),
            "age_days": self.age, "old": self.is_old(), "rows": data.rows.len(), "note": data.note,
        })
    }
}

fn catalogue(shared: &Shared, loaded: &anyhow::Result<Arc<Catalog>>) -> Part {
    let folders: Vec<String> = shared.catalogs.iter().map(|folder| folder.display().to_string()).collect();
    let (state, facts) = match loaded.as_ref().map_err(|error| format!("{error:#}")).and_then(|found| counts(found)) {
        Ok((words, facts)) => (Ok(words), facts),
        Err(words) => (Err(words), json!({})),
    };
    let beside = if folders.is_empty() { String::new() } else { format!("; with {} on top", folders.join(", ")) };
    let mut part = Part { name: "catalogue", state: state.map(|words| words + &beside), facts };
    part.facts["folders"] = folders.into();
    part
}

fn counts(catalog: &Catalog) -> Result<(String, Value), String> {
    let frameworks = catalog.frameworks().map_err(|error| error.to_string())?.len();
    let (checks, types, actions) =
        (catalog.checks().count(), catalog.resource_types().count(), catalog.actions().count());
    let words = format!(
        "plumb {} with {}, {}, {}, {}",
        env!("CARGO_PKG_VERSION"),
        counted(checks as u64, "check", "checks"),
        counted(types as u64, "type", "types"),
        counted(frameworks as u64, "framework", "frameworks"),
        counted(actions as u64, "fix", "fixes"),
    );
    let version = catalog.version();
    Ok((
        words,
        json!({"version": version, "checks": checks, "types": types, "frameworks": frameworks, "fixes": actions}),
    ))
}

/// A configuration is tried on the catalogue: it must name checks and parameters that exist.
fn configuration(shared: &Shared, loaded: bool) -> Part {
    let path = Config::path(shared).map(|path| path.display().to_string());
    let tried = Config::load(shared).and_then(|config| if loaded { config.catalog(shared).map(drop) } else { Ok(()) });
    let state = match (&path, tried) {
        (_, Err(error)) => Err(format!("{error:#}")),
        (None, Ok(())) => Ok("none: no --config, and no plumb.toml in this folder".to_owned()),
        (Some(path), Ok(())) if loaded => Ok(format!("{path} fits the catalogue")),
        (Some(path), Ok(())) => {
            Ok(format!("{path} is well-formed; without the catalogue its checks are not looked up"))
        }
    };
    Part { name: "configuration", state, facts: json!({"file": path}) }
}

fn store(shared: &Shared) -> Part {
    let location = match config::store_location(shared) {
        Ok(location) => location,
        Err(error) => return Part { name: "store", state: Err(format!("{error:#}")), facts: json!({}) },
    };
    let (state, scans) = match Store::open_existing(&location).and_then(|store| store.reader()?.scan_history()) {
        Ok(scans) => {
            let last = scans.first().and_then(|scan| jiff::Timestamp::from_microsecond(scan.started).ok());
            let last =
                last.map(|at| format!(", the last of {}", at.strftime("%Y-%m-%dT%H:%M:%SZ"))).unwrap_or_default();
            (Ok(format!("{location} opens: {}{last}", counted(scans.len() as u64, "scan", "scans"))), scans.len())
        }
        Err(StoreError::Missing { .. }) => (Ok(format!("none yet at {location}: the first scan makes it")), 0),
        Err(error) => (Err(error.to_string()), 0),
    };
    Part { name: "store", state, facts: json!({"location": location, "scans": scans}) }
}

#[cfg(test)]
mod tests;
