//! JSON in and out. `{"?": "denied", "call": …}` is a hole, `{"known": […], "?": "denied", …}` an incomplete list.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::{By, Hole, List, Map, Value, Why};

impl Value {
    /// Reads a document.
    ///
    /// # Errors
    /// When the text is not JSON, is nested deeper than 128, or a hole's reason is not one of [`Why`].
    pub fn from_json(text: &str) -> Result<Value, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The compact JSON text with sorted members: equal documents give equal text.
    pub fn to_json(&self) -> String {
        // Writing to memory cannot fail and every key is a string.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn write_hole<M: SerializeMap>(map: &mut M, hole: &Hole) -> Result<(), M::Error> {
    map.serialize_entry("?", hole.why.as_str())?;
    for (name, text) in [("call", &hole.call), ("permission", &hole.permission), ("detail", &hole.detail)] {
        if let Some(text) = text {
            map.serialize_entry(name, &**text)?;
        }
    }
    if let Some(by) = hole.by {
        map.serialize_entry("by", by.as_str())?;
    }
    Ok(())
}

impl Serialize for Hole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        write_hole(&mut map, self)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Hole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hole, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Unknown(hole) => Ok((*hole).clone()),
            _ => Err(de::Error::custom("expected a hole such as {\"?\": \"denied\"}")),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(truth) => serializer.serialize_bool(*truth),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::Float(number) => serializer.serialize_f64(*number),
            Value::Str(text) => serializer.serialize_str(text),
            Value::List(List { items, open: None }) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Value::List(List { items, open: Some(hole) }) => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("known", &Value::list(items.clone()))?;
                write_hole(&mut map, hole)?;
                map.end()
            }
            Value::Map(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(&*written(name), value)?;
                }
                map.end()
            }
            Value::Unknown(hole) => hole.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }
    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(i64::try_from(number).map_or(Value::Float(number as f64), Value::Int))
    }
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
        if number.is_finite() { Ok(Value::Float(number)) } else { Err(E::custom("a number is not finite")) }
    }
    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Str(text.into()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::list(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        let mut is_hole = false;
        while let Some((name, value)) = access.next_entry::<Cow<'de, str>, Value>()? {
            is_hole |= name == "?";
            map.insert(read(&name).into(), value);
        }
        if is_hole { hole_from(map) } else { Ok(Value::Map(map)) }
    }
}

/// A member's name as it is written. No provider's model has a member `?`, but maps have the names that their owners
/// choose (a container's labels): such a name must not read as a hole, so it is written with one `?` more.
fn written(name: &str) -> Cow<'_, str> {
    if is_marks(name) { Cow::Owned(format!("{name}?")) } else { Cow::Borrowed(name) }
}

fn read(name: &str) -> &str {
    name.strip_suffix('?').filter(|rest| is_marks(rest)).unwrap_or(name)
}

fn is_marks(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte == b'?')
}

fn hole_from<E: de::Error>(mut map: Map) -> Result<Value, E> {
    let text = |map: &Map, name: &str| match map.get(name) {
        Some(Value::Str(text)) => Some(Arc::clone(text)),
        _ => None,
    };
    let Some(why) = text(&map, "?").and_then(|why| why.parse::<Why>().ok()) else {
        let names: Vec<_> = Why::ALL.iter().map(|why| why.as_str()).collect();
        return Err(E::custom(format!("`?` must be one of: {}", names.join(", "))));
    };
    let by = text(&map, "by").and_then(|by| by.parse::<By>().ok());
    let hole = Arc::new(Hole {
        why,
        call: text(&map, "call"),
        permission: text(&map, "permission"),
        by,
        detail: text(&map, "detail"),
    });
    match map.remove("known") {
        Some(Value::List(list)) => Ok(Value::List(List { items: list.items, open: Some(hole) })),
        _ => Ok(Value::Unknown(hole)),
    }
}

#[cfg(test)]
mod tests;
