//! Values at a path, with what is known about those that may be missing.

use std::sync::Arc;

use resource::{Hole, List, Path, Segment, Value};

/// What a path leads to, and why there may be more.
#[derive(Debug, Default)]
pub(crate) struct Places<'a> {
    pub(crate) values: Vec<&'a Value>,
    pub(crate) open: Option<Arc<Hole>>,
}

/// Every value at a path, `[]` meaning each item. Holes on the way leave the answer open.
pub(crate) fn places<'a>(document: &'a Value, path: &Path) -> Places<'a> {
    let mut found = Places::default();
    walk(document, path.segments(), &mut found);
    found
}

fn walk<'a>(value: &'a Value, path: &[Segment], found: &mut Places<'a>) {
    if let Value::Unknown(hole) = value {
        found.open = Some(hole.clone());
        return;
    }
    let Some((segment, rest)) = path.split_first() else {
        if !value.is_null() {
            found.values.push(value);
        }
        return;
    };
    match (segment, value) {
        (Segment::Member(name), Value::Map(map)) => {
            if let Some(member) = map.get(name) {
                walk(member, rest, found);
            }
        }
        (Segment::Each, Value::List(list)) => {
            found.note(list);
            for item in &list.items {
                walk(item, rest, found);
            }
        }
        (Segment::Where { member, equals }, Value::List(list)) => {
            found.note(list);
            for item in list.items.iter().filter(|item| item.get(member).is_written(equals)) {
                walk(item, rest, found);
            }
        }
        _ => {}
    }
}

impl Places<'_> {
    fn note(&mut self, list: &List) {
        if let Some(hole) = &list.open {
            self.open = Some(hole.clone());
        }
    }
}

/// Calls `change` on every value at a path.
pub(crate) fn change_at(value: &mut Value, path: &[Segment], change: &mut dyn FnMut(&mut Value)) {
    let Some((segment, rest)) = path.split_first() else {
        change(value);
        return;
    };
    match (segment, value) {
        (Segment::Member(name), Value::Map(map)) => {
            if let Some(member) = map.get_mut(name) {
                change_at(member, rest, change);
            }
        }
        (Segment::Each, Value::List(list)) => {
            for item in &mut list.items {
                change_at(item, rest, change);
            }
        }
        (Segment::Where { member, equals }, Value::List(list)) => {
            for item in list.items.iter_mut().filter(|item| item.get(member).is_written(equals)) {
                change_at(item, rest, change);
            }
        }
        _ => {}
    }
}
