//! Values as people see them.

use std::sync::Arc;

use resource::Value;

use crate::Val;

use super::{moment_text, span_text};

const MOST_LETTERS: usize = 200;
const MOST_ITEMS: usize = 10;

fn cut(text: &str) -> String {
    let clean = |letter: char| if letter.is_control() { ' ' } else { letter };
    let mut letters = text.chars().map(clean);
    let mut shown: String = letters.by_ref().take(MOST_LETTERS).collect();
    if letters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// A value inside a sentence.
pub(crate) fn shown(val: &Val) -> String {
    match val {
        Val::Absent => "(absent)".to_owned(),
        Val::Unknown(_) => "(unknown)".to_owned(),
        Val::AtLeast(least, _) => format!("at least {least}"),
        Val::Str(text) => cut(text),
        Val::Timestamp(moment) => moment_text(moment.at),
        Val::Duration(span) => span_text(span.at),
        Val::Entity(entity, _) if !entity.name.is_empty() => cut(&entity.name),
        Val::Place(place) => shown_value(place.resolve()),
        other => shown_value(&other.to_value()),
    }
}

fn shown_value(value: &Value) -> String {
    match value {
        Value::Null => "(absent)".to_owned(),
        Value::Unknown(_) => "(unknown)".to_owned(),
        Value::Str(text) => cut(text),
        Value::List(list) => {
            let mut items: Vec<String> = list.items.iter().take(MOST_ITEMS).map(shown_value).collect();
            if list.items.len() > MOST_ITEMS {
                items.push(format!("{} more", list.items.len() - MOST_ITEMS));
            }
            if list.open.is_some() {
                items.push("perhaps others".to_owned());
            }
            if items.is_empty() { "none".to_owned() } else { items.join(", ") }
        }
        other => cut(&start_of(other).0),
    }
}

/// The JSON of a value as far as it will be shown, and whether that is all. Documents may be large, so it stops there.
fn start_of(value: &Value) -> (String, bool) {
    struct Start(Vec<u8>);
    impl std::io::Write for Start {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.extend_from_slice(bytes);
            // The longest letter has four bytes.
            if self.0.len() > 4 * MOST_LETTERS { Err(std::io::ErrorKind::StorageFull.into()) } else { Ok(bytes.len()) }
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut start = Start(Vec::new());
    let whole = serde_json::to_writer(&mut start, value).is_ok();
    (String::from_utf8_lossy(&start.0).into_owned(), whole)
}

/// A value as evidence: what is long is cut.
pub(crate) fn brief(val: &Val) -> Value {
    match val {
        Val::Place(place) => brief_value(place.resolve(), MOST_LETTERS),
        // A set of which nothing is known.
        Val::Set(set, _) if set.members.is_empty() => match &set.open {
            Some(hole) => Value::Unknown(Arc::clone(hole)),
            None => Value::list(Vec::new()),
        },
        other => brief_value(&other.to_value(), MOST_LETTERS),
    }
}

/// An item that a trace names: whole, unless it is very long.
pub(crate) fn item(val: &Val) -> Value {
    match val {
        Val::Place(place) => brief_value(place.resolve(), 4 * MOST_LETTERS),
        other => brief(other),
    }
}

fn brief_value(value: &Value, most: usize) -> Value {
    match value {
        Value::Str(text) if text.len() > MOST_LETTERS => Value::Str(Arc::from(cut(text))),
        Value::List(_) | Value::Map(_) => match start_of(value) {
            (json, true) if json.len() <= most => value.clone(),
            (json, _) => Value::from(cut(&json)),
        },
        scalar => scalar.clone(),
    }
}
