//! Reads JSON bodies. One pass: the reader puts values straight into the document and skips what the model does not have.

use std::fmt;
use std::sync::Arc;

use resource::{Map, Value};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Fault, number, time};
use crate::api::{Kind, Member, Ref, ServiceModel, ShapeId, Structure};

/// Reads a body of the given shape.
pub(super) fn read(model: &ServiceModel, shape: ShapeId, body: &[u8]) -> Result<Value, Fault> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = Typed { model, shape }.deserialize(&mut reader).map_err(fault)?;
    reader.end().map_err(fault)?;
    Ok(value)
}

fn fault(error: serde_json::Error) -> Fault {
    if error.is_eof() {
        return Fault::Cut;
    }
    let text = error.to_string();
    if text.starts_with("recursion limit") { Fault::Depth } else { Fault::Wrong(text) }
}

/// Free JSON as a document. Not through `Value`'s own reader: a provider's `{"?": …}` is data, not a hole.
pub(super) fn free(text: &str) -> Result<Value, Fault> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Free.deserialize(&mut reader).map_err(fault)?;
    reader.end().map_err(fault)?;
    Ok(value)
}

#[derive(Clone, Copy)]
struct Typed<'m> {
    model: &'m ServiceModel,
    shape: ShapeId,
}

impl<'m> Typed<'m> {
    fn kind(&self) -> &'m Kind {
        &self.model.shape(self.shape).kind
    }
    fn of(&self, target: &Ref) -> Typed<'m> {
        Typed { model: self.model, shape: target.shape }
    }
    fn mismatch<E: Error>(&self, what: &str) -> E {
        E::custom(format!("{what} stands where a `{}` should", self.model.shape(self.shape).name))
    }
}

impl<'de> DeserializeSeed<'de> for Typed<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Typed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a `{}`", self.model.shape(self.shape).name)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Value, E> {
        match self.kind() {
            Kind::Boolean | Kind::Document => Ok(Value::Bool(truth)),
            Kind::String => Ok(Value::from(if truth { "true" } else { "false" })),
            _ => Err(self.mismatch("a truth value")),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        match self.kind() {
            Kind::Integer | Kind::Document => Ok(Value::Int(number)),
            Kind::Float => Ok(Value::Float(number as f64)),
            Kind::Timestamp => self.visit_f64(number as f64),
            Kind::String => Ok(Value::from(number.to_string())),
            _ => Err(self.mismatch("a number")),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            Err(_) => self.visit_f64(number as f64),
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        match self.kind() {
            Kind::Float | Kind::Document => Ok(Value::Float(number)),
            Kind::Integer => number::from_float(number).map(Value::Int).ok_or_else(|| self.mismatch("a fraction")),
            Kind::Timestamp => {
                time::from_seconds(number).map(Value::from).map_err(|_| self.mismatch("a number that is no time"))
            }
            Kind::String => Ok(Value::from(number.to_string())),
            _ => Err(self.mismatch("a number")),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        match self.kind() {
            Kind::String | Kind::Blob | Kind::Document => Ok(Value::from(text)),
            _ => {
                let target = Ref {
                    shape: self.shape,
                    location_name: None,
                    flattened: false,
                    timestamp: None,
                    xml_namespace: None,
                };
                number::read(self.model, &target, text).map_err(|_| self.mismatch("a text"))
            }
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let item = match self.kind() {
            Kind::List(item) => self.of(item),
            Kind::Document => self,
            _ => return Err(self.mismatch("a list")),
        };
        let mut items = Vec::new();
        while let Some(value) = seq.next_element_seed(item)? {
            items.push(value);
        }
        Ok(Value::list(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        match self.kind() {
            Kind::Structure(structure) => {
                while let Some(known) = access.next_key_seed(Name(structure))? {
                    let Some(member) = known else {
                        access.next_value::<IgnoredAny>()?;
                        continue;
                    };
                    let value = access.next_value_seed(self.of(&member.target))?;
                    if !value.is_null() {
                        map.insert(member.name.clone(), value);
                    }
                }
            }
            Kind::Map(_, value) => {
                while let Some(name) = access.next_key::<Arc<str>>()? {
                    map.insert(name, access.next_value_seed(self.of(value))?);
                }
            }
            Kind::Document => return Free.visit_map(access),
            _ => return Err(self.mismatch("an object")),
        }
        map.retain(|_, value| !value.is_null());
        Ok(Value::Map(map))
    }
}

/// Finds the member that a name on the wire means, without keeping the name.
struct Name<'m>(&'m Structure);

impl<'de, 'm> DeserializeSeed<'de> for Name<'m> {
    type Value = Option<&'m Member>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'m> Visitor<'_> for Name<'m> {
    type Value = Option<&'m Member>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }
    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.by_wire(name))
    }
}

/// JSON without a model.
#[derive(Clone, Copy)]
struct Free;

impl<'de> DeserializeSeed<'de> for Free {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Free {
    type Value = Value;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
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
    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }
    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(value) = seq.next_element_seed(self)? {
            items.push(value);
        }
        Ok(Value::list(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = access.next_key::<Arc<str>>()? {
            map.insert(name, access.next_value_seed(self)?);
        }
        Ok(Value::Map(map))
    }
}
