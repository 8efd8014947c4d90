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
        other => cut(&other.to_json()),
    }
}

/// A value as evidence: what is long is cut.
pub(crate) fn brief(val: &Val) -> Value {
    let value = val.to_value();
    match &value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Unknown(_) => value,
        Value::Str(text) if text.len() <= MOST_LETTERS => value,
        Value::Str(text) => Value::Str(Arc::from(cut(text))),
        Value::List(_) | Value::Map(_) => {
            let json = value.to_json();
            if json.len() <= MOST_LETTERS { value } else { Value::from(cut(&json)) }
        }
    }
}
