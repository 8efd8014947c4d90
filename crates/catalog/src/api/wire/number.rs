//! Scalars as text: query strings, headers, forms and XML.

use resource::Value;

use super::{Fault, time};
use crate::api::{Kind, Ref, ServiceModel, TimestampFormat};

/// Reads a scalar of the model's kind from text. Empty text where a number should be is absent.
pub(super) fn read(model: &ServiceModel, target: &Ref, text: &str) -> Result<Value, Fault> {
    let wrong = || Fault::wrong(format!("`{}` is not a `{}`", excerpt(text), model.shape(target.shape).name));
    match &model.shape(target.shape).kind {
        Kind::String | Kind::Blob | Kind::Document => Ok(Value::from(text)),
        Kind::Boolean => match text.trim() {
            "true" | "True" | "TRUE" | "1" => Ok(Value::Bool(true)),
            "false" | "False" | "FALSE" | "0" => Ok(Value::Bool(false)),
            "" => Ok(Value::Null),
            _ => Err(wrong()),
        },
        Kind::Integer => match text.trim() {
            "" => Ok(Value::Null),
            digits => {
                digits.parse::<i64>().map(Value::Int).or_else(|_| whole(digits).map(Value::Int).ok_or_else(wrong))
            }
        },
        Kind::Float => match text.trim() {
            "" => Ok(Value::Null),
            digits => float(digits).ok_or_else(wrong),
        },
        Kind::Timestamp => match text.trim() {
            "" => Ok(Value::Null),
            time => time::normal(time).map(Value::from),
        },
        Kind::Structure(_) | Kind::List(_) | Kind::Map(..) => Err(wrong()),
    }
}

fn whole(digits: &str) -> Option<i64> {
    let number = digits.parse::<f64>().ok()?;
    from_float(number)
}

/// A float that is a whole number.
pub(super) fn from_float(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

/// A number; those that JSON does not have stay text.
pub(super) fn float(digits: &str) -> Option<Value> {
    let number = digits.parse::<f64>().ok()?;
    Some(if number.is_finite() { Value::Float(number) } else { Value::from(digits) })
}

/// Writes a scalar as text.
pub(super) fn write(
    model: &ServiceModel,
    target: &Ref,
    default: TimestampFormat,
    value: &Value,
) -> Result<String, Fault> {
    let shape = model.shape(target.shape);
    let text = match value {
        Value::Str(text) if matches!(shape.kind, Kind::Timestamp) => {
            return time::write(text, target.timestamp.unwrap_or(default));
        }
        Value::Str(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::List(_) | Value::Map(_) | Value::Unknown(_) => {
            return Err(Fault::wrong(format!("a value is not a `{}`", shape.name)));
        }
    };
    Ok(text)
}

/// The beginning of a text, for messages.
pub(super) fn excerpt(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
