//! The texts of a secret place, with the names that stand beside them.

use std::sync::Arc;

use resource::{Hole, Map, Value};

/// Texts with their names, and why there may be more.
#[derive(Default)]
pub(super) struct Texts<'a> {
    pub(super) items: Vec<(Option<&'a str>, &'a str)>,
    pub(super) open: Option<Arc<Hole>>,
}

/// Every text of a value: itself, an object's members under their names, `{name, value}` items of a list under theirs.
pub(super) fn read(value: &Value) -> Texts<'_> {
    let mut texts = Texts::default();
    texts.walk(value, None);
    texts
}

impl<'a> Texts<'a> {
    fn walk(&mut self, value: &'a Value, name: Option<&'a str>) {
        match value {
            Value::Str(text) => self.items.push((name, text)),
            Value::List(list) => {
                self.open = self.open.take().or_else(|| list.open.clone());
                for item in &list.items {
                    self.walk(item, name);
                }
            }
            Value::Map(map) => match pair(map) {
                Some((own, member)) => {
                    let own = map.get(own).and_then(Value::as_str);
                    self.walk(map.get(member).unwrap_or(Value::null()), own);
                }
                None => {
                    for (own, value) in map {
                        self.walk(value, Some(own));
                    }
                }
            },
            Value::Unknown(hole) => self.open = Some(hole.clone()),
            _ => {}
        }
    }
}

/// Calls `change(text, name)` on every text, under the same names as [`read`], and puts what it returns in its place.
pub(super) fn change_texts(
    value: &mut Value,
    name: Option<&str>,
    change: &mut dyn FnMut(&str, Option<&str>) -> Option<String>,
) {
    match value {
        Value::Str(text) => {
            if let Some(new) = change(text, name) {
                *text = new.into();
            }
        }
        Value::List(list) => {
            for item in &mut list.items {
                change_texts(item, name, change);
            }
        }
        Value::Map(map) => match pair(map) {
            Some((own, member)) => {
                let own: Option<String> = map.get(own).and_then(Value::as_str).map(str::to_owned);
                if let Some(value) = map.get_mut(member) {
                    change_texts(value, own.as_deref(), change);
                }
            }
            None => {
                for (own, value) in map.iter_mut() {
                    change_texts(value, Some(own), change);
                }
            }
        },
        _ => {}
    }
}

/// The members of a `{name, value}` item: `Name`/`Value`, `name`/`value`, `Key`/`Value`, `OutputKey`/`OutputValue`.
fn pair(map: &Map) -> Option<(&'static str, &'static str)> {
    const PAIRS: [(&str, &str); 6] = [
        ("name", "value"),
        ("Name", "Value"),
        ("key", "value"),
        ("Key", "Value"),
        ("OutputKey", "OutputValue"),
        ("ParameterKey", "ParameterValue"),
    ];
    PAIRS.into_iter().find(|(name, value)| map.get(*name).and_then(Value::as_str).is_some() && map.contains_key(*value))
}
