//! Changes applied to a copy of a document.

use std::sync::Arc;

use expr::{ANY, Stop, To, Wish, follow};
use resource::{List, Map, Value};

/// The document with the changes. Items that go are taken out last, from the end, so that places stay what they were.
pub(super) fn applied(document: &Value, wishes: &[&Wish]) -> Value {
    let mut changed = document.clone();
    let mut gone: Vec<&[Stop]> = Vec::new();
    for wish in wishes {
        let path = wish.spot.path.as_slice();
        match &wish.to {
            To::Gone => gone.push(path),
            To::Exists(_) => {}
            To::Holds(item) => {
                let mut items = follow(&changed, path).items().to_vec();
                items.push(item.clone());
                put(&mut changed, path, Value::list(items));
            }
            to => {
                let value = becomes(to, follow(&changed, path));
                put(&mut changed, path, value);
            }
        }
    }
    gone.sort();
    for path in gone.into_iter().rev() {
        remove(&mut changed, path);
    }
    changed
}

fn becomes(to: &To, before: &Value) -> Value {
    match to {
        To::Is(value) | To::Bound(_, value) | To::Fits(_, value) => value.clone(),
        To::Not(value) => other_than(value),
        To::Unlike(_) => Value::from(ANY),
        To::Present | To::SameAs(_) => match before {
            Value::Null | Value::Unknown(_) => Value::from(ANY),
            Value::Str(text) if text.is_empty() => Value::from(ANY),
            present => present.clone(),
        },
        To::Absent => Value::Null,
        To::Empty => Value::list(Vec::new()),
        To::Since(moment) => moment_value(moment.saturating_add(1_000_000)),
        To::Matches(alternatives) => Value::from(widened(before, alternatives)),
        To::Gone | To::Holds(_) | To::Exists(_) => before.clone(),
    }
}

fn other_than(value: &Value) -> Value {
    match value {
        Value::Bool(truth) => Value::Bool(!truth),
        Value::Int(number) => Value::Int(number.saturating_add(1)),
        _ => Value::from(ANY),
    }
}

fn moment_value(at: i64) -> Value {
    jiff::Timestamp::from_microsecond(at).map_or(Value::Null, |moment| Value::from(moment.to_string()))
}

/// A filter pattern with more alternatives.
pub(super) fn widened(before: &Value, alternatives: &[String]) -> String {
    let own = before.as_str().map(|text| text.trim().trim_start_matches('{').trim_end_matches('}').trim().to_owned());
    let own = own.filter(|text| !text.is_empty()).map(|text| format!("({text})"));
    let more = alternatives.iter().map(|text| format!("({text})"));
    format!("{{ {} }}", own.into_iter().chain(more).collect::<Vec<_>>().join(" || "))
}

/// Puts a value, making objects and lists on the way.
fn put(value: &mut Value, path: &[Stop], new: Value) {
    let Some((stop, rest)) = path.split_first() else {
        *value = new;
        return;
    };
    match stop {
        Stop::Member(name) => {
            if !matches!(value, Value::Map(_)) {
                *value = Value::Map(Map::new());
            }
            if let Value::Map(map) = value {
                put(map.entry(Arc::clone(name)).or_default(), rest, new);
            }
        }
        Stop::Item(at) => {
            if !matches!(value, Value::List(_)) {
                *value = Value::list(Vec::new());
            }
            if let Value::List(list) = value {
                put_item(list, *at, rest, new);
            }
        }
    }
}

fn put_item(list: &mut List, at: usize, rest: &[Stop], new: Value) {
    if at >= list.items.len() {
        list.items.push(Value::Null);
    }
    let last = list.items.len().saturating_sub(1);
    if let Some(item) = list.items.get_mut(at.min(last)) {
        put(item, rest, new);
    }
}

/// Takes an item out of its list, or a member out of its object.
fn remove(value: &mut Value, path: &[Stop]) {
    let Some((last, way)) = path.split_last() else { return };
    let holder = way.iter().try_fold(value, |value, stop| match (stop, value) {
        (Stop::Member(name), Value::Map(map)) => map.get_mut(name),
        (Stop::Item(at), Value::List(list)) => list.items.get_mut(*at),
        _ => None,
    });
    match (last, holder) {
        (Stop::Item(at), Some(Value::List(list))) if *at < list.items.len() => {
            list.items.remove(*at);
        }
        // A policy without statements is one that allows nothing; without the member it is none at all.
        (Stop::Member(name), Some(Value::Map(map))) if **name == *"Statement" => {
            map.insert(Arc::clone(name), Value::list(Vec::new()));
        }
        (Stop::Member(name), Some(Value::Map(map))) => {
            map.remove(name);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
