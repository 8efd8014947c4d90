//! From a document back to what a call answers: members of the model only, decoded members encoded again.

use std::io::Write;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use catalog::Decode;
use catalog::api::{Kind, ServiceModel, ShapeId};
use flate2::Compression;
use flate2::write::GzEncoder;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use resource::{Map, Path, Segment, Value};

/// What IAM leaves as it is in policy documents (RFC 3986 unreserved characters).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The part of a value that the shape has room for. Absent members and holes are left out.
pub(crate) fn project(model: &ServiceModel, shape: ShapeId, value: &Value) -> Value {
    match (&model.shape(shape).kind, value) {
        (_, Value::Unknown(_)) => Value::Null,
        (Kind::Structure(structure), Value::Map(map)) => {
            let members = structure.members.iter().filter_map(|member| {
                let value = project(model, member.target.shape, map.get(&member.name)?);
                (!value.is_null()).then(|| (member.name.clone(), value))
            });
            Value::Map(members.collect())
        }
        (Kind::List(item), Value::List(list)) => {
            Value::list(list.items.iter().map(|value| project(model, item.shape, value)).filter(is_there).collect())
        }
        (Kind::Map(_, item), Value::Map(map)) => {
            let members = map.iter().map(|(name, value)| (name.clone(), project(model, item.shape, value)));
            Value::Map(members.filter(|(_, value)| is_there(value)).collect::<Map>())
        }
        // A structured value where the model has text: a document that nobody said how to encode is JSON.
        (Kind::String, Value::Map(_) | Value::List(_)) => Value::from(value.to_json()),
        _ => value.clone(),
    }
}

fn is_there(value: &Value) -> bool {
    !value.is_null()
}

/// Encodes every value at the paths, the reverse of what the collector decodes.
pub(crate) fn encode_at(value: &mut Value, decodes: &[(Path, Decode)]) {
    for (path, decode) in decodes {
        at_each(value, path.segments(), &mut |found| *found = encode(found, *decode));
    }
}

fn at_each(value: &mut Value, path: &[Segment], change: &mut dyn FnMut(&mut Value)) {
    let Some((segment, rest)) = path.split_first() else {
        if !value.is_null() && value.unknown().is_none() {
            change(value);
        }
        return;
    };
    match (segment, value) {
        (Segment::Member(name), Value::Map(map)) => {
            if let Some(member) = map.get_mut(name) {
                at_each(member, rest, change);
            }
        }
        (Segment::Each, Value::List(list)) => list.items.iter_mut().for_each(|item| at_each(item, rest, change)),
        (Segment::Where { member, equals }, Value::List(list)) => {
            let items = list.items.iter_mut().filter(|item| item.get(member).as_str() == Some(equals));
            items.for_each(|item| at_each(item, rest, change));
        }
        _ => {}
    }
}

/// One value as the provider would send it. Text where a document should be is sent as it stands: that is how an
/// estate holds a malformed policy.
pub(crate) fn encode(value: &Value, decode: Decode) -> Value {
    let text = |value: &Value| match value {
        Value::Str(text) => text.clone(),
        other => Arc::from(other.to_json()),
    };
    match decode {
        Decode::Json => Value::Str(text(value)),
        Decode::UrlJson => Value::from(utf8_percent_encode(&text(value), UNRESERVED).to_string()),
        Decode::Base64 => Value::from(STANDARD.encode(text(value).as_bytes())),
        Decode::Base64Gzip => Value::from(STANDARD.encode(perhaps_zipped(text(value).as_bytes()))),
        Decode::Base64Csv => Value::from(STANDARD.encode(csv(value).as_bytes())),
    }
}

/// Both forms of user data occur in the wild, so both are served: gzip for texts of an even length.
fn perhaps_zipped(text: &[u8]) -> Vec<u8> {
    if text.len() % 2 == 1 {
        return text.to_vec();
    }
    let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    zip.write_all(text).and_then(|()| zip.finish()).unwrap_or_else(|_| text.to_vec())
}

/// A header line of every name that a row has, then the rows.
fn csv(rows: &Value) -> String {
    let mut names: Vec<&Arc<str>> = rows.items().iter().filter_map(Value::as_map).flat_map(Map::keys).collect();
    names.sort();
    names.dedup();
    let mut text = names.iter().map(|name| field(name)).collect::<Vec<_>>().join(",");
    for row in rows.items() {
        let fields = names.iter().map(|name| match row.get(name) {
            Value::Null | Value::Unknown(_) => String::new(),
            Value::Str(text) => field(text),
            other => field(&other.to_json()),
        });
        text.push('\n');
        text.push_str(&fields.collect::<Vec<_>>().join(","));
    }
    text
}

fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// Puts a value where a path leads, making objects and lists on the way. `[]` and `[member=text]` make a list of that one
/// item, and at the end, where the collector takes all that fit, of the value's items.
pub(crate) fn place(output: &mut Value, path: &[Segment], value: Value) {
    match path.split_first() {
        None => output.merge(value),
        Some((Segment::Member(name), rest)) => {
            if output.is_null() {
                *output = Value::Map(Map::new());
            }
            if let Value::Map(map) = output {
                place(map.entry(name.clone()).or_default(), rest, value);
            }
        }
        Some((_, rest)) => {
            let mut items = match value {
                Value::List(list) if rest.is_empty() => list.items,
                value => {
                    let mut item = Value::Null;
                    place(&mut item, rest, value);
                    vec![item]
                }
            };
            match output {
                Value::List(list) => list.items.append(&mut items),
                _ => *output = Value::list(items),
            }
        }
    }
}

/// How many items share an outer list's entry (instances in a reservation), so that readers meet both lists.
const TOGETHER: usize = 2;

/// Appends an item to the list that a path ending in `[]` leads to.
pub(crate) fn append(output: &mut Value, path: &[Segment], item: Value) {
    match path.split_first() {
        Some((Segment::Member(name), rest)) => {
            if output.is_null() {
                *output = Value::Map(Map::new());
            }
            if let Value::Map(map) = output {
                append(map.entry(name.clone()).or_default(), rest, item);
            }
        }
        Some((_, [])) => match output {
            Value::List(list) => list.items.push(item),
            _ => *output = Value::list(vec![item]),
        },
        Some((_, rest)) => {
            if !matches!(output, Value::List(_)) {
                *output = Value::list(Vec::new());
            }
            let Value::List(list) = output else { return };
            match list.items.last_mut() {
                Some(last) if inner_len(last, rest) < TOGETHER => append(last, rest, item),
                _ => {
                    let mut outer = Value::Null;
                    append(&mut outer, rest, item);
                    list.items.push(outer);
                }
            }
        }
        None => output.merge(item),
    }
}

fn inner_len(value: &Value, path: &[Segment]) -> usize {
    match path.split_first() {
        Some((Segment::Member(name), rest)) => inner_len(value.get(name), rest),
        _ => value.items().len(),
    }
}

/// An empty list where the items would be, so that "none" is said and not left out.
pub(crate) fn say_none(output: &mut Value, path: &[Segment]) {
    let members: Vec<Segment> =
        path.iter().take_while(|segment| matches!(segment, Segment::Member(_))).cloned().collect();
    if members.len() < path.len() && output.at(&Path::new(members.clone())).is_null() {
        place(output, &members, Value::list(Vec::new()));
    }
}

#[cfg(test)]
mod tests;
