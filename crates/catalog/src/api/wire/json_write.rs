//! Writes JSON bodies.

use resource::{Map, Value};
use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{Fault, time};
use crate::api::{Kind, Location, Ref, ServiceModel, ShapeId, TimestampFormat};

/// Writes a body of the given shape; only members that travel in the body.
pub(super) fn write(model: &ServiceModel, shape: ShapeId, value: &Value) -> Result<Vec<u8>, Fault> {
    let empty = Value::Map(Map::new());
    let value = if value.is_null() { &empty } else { value };
    serde_json::to_vec(&Written { model, shape, timestamp: None, value })
        .map_err(|error| Fault::Wrong(error.to_string()))
}

struct Written<'a> {
    model: &'a ServiceModel,
    shape: ShapeId,
    timestamp: Option<TimestampFormat>,
    value: &'a Value,
}

impl<'a> Written<'a> {
    fn of(&self, target: &Ref, value: &'a Value) -> Written<'a> {
        Written { model: self.model, shape: target.shape, timestamp: target.timestamp, value }
    }

    fn text<S: Serializer>(&self, text: &str, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.model.shape(self.shape).kind {
            Kind::Timestamp => {
                let format = self.timestamp.unwrap_or(self.model.metadata.protocol.body_timestamps());
                let written =
                    time::write(text, format).map_err(|_| S::Error::custom(format!("`{text}` is not a time")))?;
                match (format, written.parse::<i64>(), written.parse::<f64>()) {
                    (TimestampFormat::Unix, Ok(number), _) => serializer.serialize_i64(number),
                    (TimestampFormat::Unix, _, Ok(number)) => serializer.serialize_f64(number),
                    _ => serializer.serialize_str(&written),
                }
            }
            Kind::Integer => match text.parse::<i64>() {
                Ok(number) => serializer.serialize_i64(number),
                Err(_) => Err(S::Error::custom(format!("`{text}` is not a whole number"))),
            },
            Kind::Boolean => match text.parse::<bool>() {
                Ok(truth) => serializer.serialize_bool(truth),
                Err(_) => Err(S::Error::custom(format!("`{text}` is not true or false"))),
            },
            Kind::String | Kind::Blob | Kind::Float | Kind::Document => serializer.serialize_str(text),
            Kind::Structure(_) | Kind::List(_) | Kind::Map(..) => Err(self.mismatch()),
        }
    }

    fn mismatch<E: serde::ser::Error>(&self) -> E {
        E::custom(format!("a value is not a `{}`", self.model.shape(self.shape).name))
    }
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = &self.model.shape(self.shape).kind;
        match (self.value, kind) {
            (Value::Unknown(_), _) => Err(S::Error::custom("a value is not known")),
            (value, Kind::Document) => value.serialize(serializer),
            (Value::Null, _) => serializer.serialize_unit(),
            (Value::Str(text), _) => self.text(text, serializer),
            (Value::Int(number), Kind::String) => serializer.serialize_str(&number.to_string()),
            (Value::Bool(truth), Kind::String) => serializer.serialize_str(if *truth { "true" } else { "false" }),
            (Value::Int(number), Kind::Integer | Kind::Float | Kind::Timestamp) => serializer.serialize_i64(*number),
            (Value::Float(number), Kind::Float | Kind::Timestamp) => serializer.serialize_f64(*number),
            (Value::Bool(truth), Kind::Boolean) => serializer.serialize_bool(*truth),
            (Value::List(list), Kind::List(item)) => {
                let mut seq = serializer.serialize_seq(Some(list.items.len()))?;
                for value in &list.items {
                    seq.serialize_element(&self.of(item, value))?;
                }
                seq.end()
            }
            (Value::Map(members), Kind::Map(_, target)) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
                    map.serialize_entry(&**name, &self.of(target, value))?;
                }
                map.end()
            }
            (Value::Map(members), Kind::Structure(structure)) => {
                let mut map = serializer.serialize_map(None)?;
                for member in structure.members.iter().filter(|member| member.location == Location::Body) {
                    if let Some(value) = members.get(&member.name).filter(|value| !value.is_null()) {
                        map.serialize_entry(&*member.wire, &self.of(&member.target, value))?;
                    }
                }
                map.end()
            }
            _ => Err(self.mismatch()),
        }
    }
}
