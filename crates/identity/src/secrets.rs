//! Secrets in clear text: where they are and which detector recognised them, never what they are.
//!
//! Detectors are data, `catalog/data/secret-detectors.toml`. Before a document is stored, [`scrub`] puts a marker in
//! the place of each secret; a marker counts as a finding of the detector it names, so that the fact computed from the
//! store is the one that was computed when the document was read.

use std::sync::Arc;

use catalog::ResourceType;
use resource::{Hole, List, Value, Why};

use crate::places::{change_at, places};
use crate::settings::Settings;

mod detectors;
mod marker;
mod scan;
#[cfg(test)]
mod tests;
mod texts;

use detectors::Detectors;
use scan::Scan;

/// A secret: its place, never its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretFound {
    /// What the type's file calls the place: "user data".
    pub place: Arc<str>,
    /// The variable's name, where there is one.
    pub name: Option<Arc<str>>,
    /// The line of the text, from 1.
    pub line: usize,
    /// The detector's id.
    pub detector: Arc<str>,
}

impl SecretFound {
    fn to_value(&self) -> Value {
        Value::map([
            ("place", Value::Str(self.place.clone())),
            ("name", self.name.clone().map(Value::Str).unwrap_or_default()),
            ("line", Value::Int(i64::try_from(self.line).unwrap_or(i64::MAX))),
            ("detector", Value::Str(self.detector.clone())),
        ])
    }
}

/// Every detector: its id, as facts and markers name it, and what it recognises. Empty when the table does not load.
pub fn detectors() -> Vec<(Arc<str>, String)> {
    let Some(table) = Detectors::embedded() else { return Vec::new() };
    let listed = table.list.iter().map(|detector| (detector.id.clone(), detector.title.clone()));
    listed.chain([(table.named.id.clone(), table.named.title.clone())]).collect()
}

/// The fact of one document: the secrets at its type's secret places.
pub(crate) fn of_document(of: &ResourceType, document: &Value, settings: &Settings) -> Value {
    let mut all = Found::default();
    for secret in &of.secret {
        let found = places(document, &secret.at);
        all.open = all.open.or(found.open);
        for value in found.values {
            all.read(&secret.place, value, settings);
        }
    }
    all.into_value()
}

/// The secrets of any value.
pub(crate) fn of_value(place: &str, value: &Value, settings: &Settings) -> Value {
    let mut all = Found::default();
    all.read(place, value, settings);
    all.into_value()
}

/// Puts a marker in the place of every secret at the type's secret places, and says what it found. A text that could
/// not be searched is replaced as a whole.
pub fn scrub(of: &ResourceType, document: &mut Value) -> Vec<SecretFound> {
    let mut all = Found::default();
    for secret in &of.secret {
        let place: Arc<str> = secret.place.as_str().into();
        change_at(document, secret.at.segments(), &mut |value| {
            texts::change_texts(value, None, &mut scrubbed);
            all.read(&place, value, &Settings::default());
        });
    }
    all.items.sort();
    all.items.dedup();
    all.items
}

/// Replacing one match can at worst let another, shorter one show; it cannot go on.
const ROUNDS: usize = 8;

/// The text without its secrets; `None` when there are none.
fn scrubbed(text: &str, name: Option<&str>) -> Option<String> {
    let Some(detectors) = Detectors::embedded().filter(|_| text.len() <= scan::MAX_TEXT) else {
        return (!marker::is_unscanned(text)).then(|| marker::unscanned(text.len()));
    };
    let mut current: Option<String> = None;
    for _ in 0..ROUNDS {
        let before = current.as_deref().unwrap_or(text);
        let found = Scan { detectors, ignored_names: None }.matches(before, name);
        if found.is_empty() {
            return current;
        }
        current = Some(marker::put(before, &found));
    }
    // Not reached by any text known; nothing may leak if it were.
    Some(marker::unscanned(text.len()))
}

/// Secrets gathered from several texts.
#[derive(Default)]
struct Found {
    items: Vec<SecretFound>,
    open: Option<Arc<Hole>>,
}

impl Found {
    fn read(&mut self, place: &str, value: &Value, settings: &Settings) {
        let texts = texts::read(value);
        self.open = self.open.take().or(texts.open);
        let detectors = Detectors::embedded();
        let place: Arc<str> = place.into();
        for (name, text) in texts.items {
            let Some(detectors) = detectors else {
                self.open = Some(failed("the table of secret detectors does not load"));
                return;
            };
            if text.len() > scan::MAX_TEXT || marker::is_unscanned(text) {
                self.open = Some(failed("the text is longer than 1 MiB and was not searched for secrets"));
                continue;
            }
            let scan = Scan { detectors, ignored_names: Some(&settings.ignored_secret_names) };
            for (line, detector) in scan.findings(text, name) {
                let name = name.map(Arc::from);
                self.items.push(SecretFound { place: place.clone(), name, line, detector });
            }
        }
    }

    fn into_value(mut self) -> Value {
        self.items.sort();
        self.items.dedup();
        Value::List(List { items: self.items.iter().map(SecretFound::to_value).collect(), open: self.open })
    }
}

fn failed(detail: &str) -> Arc<Hole> {
    Arc::new(Hole::new(Why::Failed).detail(detail))
}
