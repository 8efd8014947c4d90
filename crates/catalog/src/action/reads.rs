//! Whether values and types fit a call's input.

use expr::Type;
use resource::Value;

use crate::api::{Kind, Member, ServiceModel, ShapeId, Structure};

/// Whether a shape takes the value; the words name the member where it does not.
pub(super) fn value(model: &ServiceModel, shape: ShapeId, value: &Value, at: &str) -> Result<(), String> {
    match (&model.shape(shape).kind, value) {
        (Kind::Structure(structure), Value::Map(map)) => {
            for (name, inner) in map {
                let member = member(structure, name, at)?;
                self::value(model, member.target.shape, inner, &below(at, name))?;
            }
            missing(structure, at, |name| map.contains_key(name))
        }
        (Kind::Map(_, item), Value::Map(map)) => {
            map.iter().try_for_each(|(name, inner)| self::value(model, item.shape, inner, &below(at, name)))
        }
        (Kind::List(item), Value::List(list)) => {
            list.items.iter().try_for_each(|inner| self::value(model, item.shape, inner, &format!("{at}[]")))
        }
        (Kind::String | Kind::Blob | Kind::Timestamp, Value::Str(_))
        | (Kind::Boolean, Value::Bool(_))
        | (Kind::Integer, Value::Int(_))
        | (Kind::Float, Value::Int(_) | Value::Float(_))
        | (Kind::Document, _) => Ok(()),
        (kind, found) => Err(format!("`{at}` is {}, where {} is expected", of_value(found), of_kind(kind))),
    }
}

/// Whether a shape takes what an expression of that type gives.
pub(super) fn of_type(model: &ServiceModel, shape: ShapeId, ty: &Type, at: &str) -> Result<(), String> {
    match (&model.shape(shape).kind, ty) {
        (_, Type::Any | Type::Null) | (Kind::Document, _) => Ok(()),
        (Kind::Structure(structure), Type::Object(object)) => object.members.iter().try_for_each(|(name, inner)| {
            let member = member(structure, name, at)?;
            of_type(model, member.target.shape, inner, &below(at, name))
        }),
        // The names of a map show only when it is filled in; the value is looked at then.
        (Kind::Structure(_), Type::Map(_)) => Ok(()),
        (Kind::Map(_, item), Type::Map(inner)) => of_type(model, item.shape, inner, at),
        (Kind::List(item), Type::List(inner)) => of_type(model, item.shape, inner, &format!("{at}[]")),
        (Kind::String | Kind::Blob | Kind::Timestamp, Type::String | Type::Timestamp)
        | (Kind::Boolean, Type::Bool)
        | (Kind::Integer, Type::Int)
        | (Kind::Float, Type::Int | Type::Number) => Ok(()),
        (kind, found) => Err(format!("`{at}` is {found}, where {} is expected", of_kind(kind))),
    }
}

fn below(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

/// The member of that name, or the nearest.
pub(super) fn member<'a>(structure: &'a Structure, name: &str, at: &str) -> Result<&'a Member, String> {
    structure.member(name).ok_or_else(|| {
        let known: Vec<std::sync::Arc<str>> = structure.members.iter().map(|member| member.name.clone()).collect();
        format!("there is no input member `{}`; {}", below(at, name), expr::nearest(name, &known))
    })
}

/// Members that an input must have, of those that the caller can leave out.
pub(super) fn missing(structure: &Structure, at: &str, given: impl Fn(&str) -> bool) -> Result<(), String> {
    let optional = |name: &str| structure.member(name).is_some_and(|member| member.idempotency_token);
    match structure.required.iter().find(|name| !given(name) && !optional(name)) {
        Some(name) => Err(format!("the input member `{}` is required", below(at, name))),
        None => Ok(()),
    }
}

fn of_value(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a truth value",
        Value::Int(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Str(_) => "text",
        Value::List(_) => "a list",
        Value::Map(_) => "an object",
        Value::Unknown(_) => "not known",
    }
}

fn of_kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Structure(_) => "an object",
        Kind::List(_) => "a list",
        Kind::Map(..) => "a map",
        Kind::String => "text",
        Kind::Blob => "bytes as base64 text",
        Kind::Boolean => "a truth value",
        Kind::Integer => "a whole number",
        Kind::Float => "a number",
        Kind::Timestamp => "a timestamp",
        Kind::Document => "anything",
    }
}
