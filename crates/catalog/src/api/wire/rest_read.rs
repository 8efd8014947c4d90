//! Reads HTTP bindings: members that travel in the path, the query string, headers or as the body itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use resource::{Map, Value};

use super::http::{Headers, Request};
use super::rest::from_base64;
use super::{Fault, json, number, time, xml};
use crate::api::{Kind, Location, Member, Operation, Protocol, Ref, ServiceModel, ShapeId, Structure};

/// Reads a request's input.
pub(super) fn decode_request(model: &ServiceModel, operation: &Operation, request: &Request) -> Result<Value, Fault> {
    let Some(id) = operation.input else { return Ok(Value::Map(Map::new())) };
    let Some(structure) = model.structure(id) else { return Ok(Value::Map(Map::new())) };
    let mut map = Map::new();
    let labels = super::route::labels(&operation.http.uri, &request.path).unwrap_or_default();
    for member in &structure.members {
        let value = match member.location {
            Location::Uri => match labels.iter().find(|(name, _)| **name == *member.wire) {
                Some((_, text)) => number::read(model, &member.target, text)?,
                None => Value::Null,
            },
            Location::Query => asked(model, structure, member, &request.query)?,
            _ => Value::Null,
        };
        if !value.is_null() {
            map.insert(member.name.clone(), value);
        }
    }
    from_headers(model, structure, &request.headers, &mut map)?;
    read_body(model, operation, structure, id, &request.body, &mut map)?;
    Ok(Value::Map(map))
}

fn asked(
    model: &ServiceModel,
    structure: &Structure,
    member: &Member,
    pairs: &[(String, String)],
) -> Result<Value, Fault> {
    let mut texts = pairs.iter().filter(|(name, _)| name.as_str() == &*member.wire).map(|(_, text)| text);
    match &model.shape(member.target.shape).kind {
        Kind::List(item) => {
            let items = texts.map(|text| number::read(model, item, text)).collect::<Result<Vec<_>, _>>()?;
            Ok(if items.is_empty() { Value::Null } else { Value::list(items) })
        }
        Kind::Map(_, value) => rest_of(model, structure, value, pairs),
        _ => texts.next().map_or(Ok(Value::Null), |text| number::read(model, &member.target, text)),
    }
}

/// A map in the query string holds every pair that no other member names.
fn rest_of(
    model: &ServiceModel,
    structure: &Structure,
    target: &Ref,
    pairs: &[(String, String)],
) -> Result<Value, Fault> {
    let mut map = Map::new();
    let named = |name: &str| structure.members.iter().any(|m| m.location == Location::Query && *m.wire == *name);
    for (name, text) in pairs.iter().filter(|(name, _)| !named(name)) {
        match &model.shape(target.shape).kind {
            Kind::List(item) => {
                let value = number::read(model, item, text)?;
                match map.entry(name.as_str().into()).or_insert_with(|| Value::list(Vec::new())) {
                    Value::List(list) => list.items.push(value),
                    other => *other = Value::list(vec![value]),
                }
            }
            _ => {
                map.insert(name.as_str().into(), number::read(model, target, text)?);
            }
        }
    }
    Ok(if map.is_empty() { Value::Null } else { Value::Map(map) })
}

/// Reads the members that travel in headers.
pub(super) fn from_headers(
    model: &ServiceModel,
    structure: &Structure,
    headers: &dyn Headers,
    map: &mut Map,
) -> Result<(), Fault> {
    for member in &structure.members {
        let value = match member.location {
            Location::Header => match headers.header(&member.wire) {
                Some(text) => header(model, member, text)?,
                None => Value::Null,
            },
            Location::Headers => prefixed(&member.wire, headers),
            _ => continue,
        };
        if !value.is_null() {
            map.insert(member.name.clone(), value);
        }
    }
    Ok(())
}

fn header(model: &ServiceModel, member: &Member, text: &str) -> Result<Value, Fault> {
    match &model.shape(member.target.shape).kind {
        Kind::List(item) => {
            let items = text.split(',').map(|part| number::read(model, item, part.trim()));
            items.collect::<Result<Vec<_>, _>>().map(Value::list)
        }
        Kind::Timestamp => time::normal(text).map(Value::from),
        _ if member.json_value => {
            let bytes = from_base64(text)?;
            json::free(&String::from_utf8_lossy(&bytes))
        }
        _ => number::read(model, &member.target, text),
    }
}

fn prefixed(prefix: &str, headers: &dyn Headers) -> Value {
    let mut map = Map::new();
    headers.each(&mut |name, value| {
        let start = name.get(..prefix.len());
        if start.is_some_and(|start| start.eq_ignore_ascii_case(prefix)) {
            map.insert(name.get(prefix.len()..).unwrap_or_default().into(), Value::from(value));
        }
    });
    Value::Map(map)
}

/// Reads the members that travel in the body.
pub(super) fn read_body(
    model: &ServiceModel,
    operation: &Operation,
    structure: &Structure,
    id: ShapeId,
    body: &[u8],
    map: &mut Map,
) -> Result<(), Fault> {
    if body.is_empty() {
        return Ok(());
    }
    let json = model.metadata.protocol == Protocol::RestJson;
    if let Some(member) = structure.payload() {
        let value = match &model.shape(member.target.shape).kind {
            Kind::Blob => Value::from(STANDARD.encode(body)),
            Kind::String => Value::from(std::str::from_utf8(body).map_err(|_| Fault::wrong("it is not UTF-8 text"))?),
            _ if json => json::read(model, member.target.shape, body)?,
            _ => Value::Map(xml::read(model, member.target.shape, None, body)?),
        };
        map.insert(member.name.clone(), value);
        return Ok(());
    }
    if !structure.has_body() {
        return Ok(());
    }
    if operation.unwrapped {
        return unwrapped(model, structure, body, map);
    }
    let read = if json { json::read(model, id, body)? } else { Value::Map(xml::read(model, id, None, body)?) };
    match read {
        Value::Map(members) => map.extend(members),
        _ => return Err(Fault::wrong("it is not an object")),
    }
    Ok(())
}

/// The root element is the only member.
fn unwrapped(model: &ServiceModel, structure: &Structure, body: &[u8], map: &mut Map) -> Result<(), Fault> {
    let (mut walk, root) = xml::Walk::open(body)?;
    xml::refuse_foreign(root.name())?;
    if let Some(member) = structure.members.iter().find(|member| member.location == Location::Body) {
        let value = walk.value(model, &member.target, &root)?;
        if !value.is_null() && value.as_str() != Some("") {
            map.insert(member.name.clone(), value);
        }
    }
    walk.close()
}
