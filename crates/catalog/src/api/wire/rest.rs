//! HTTP bindings: members that travel in the path, the query string, headers, the status or as the body itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use resource::{Map, Value};

use super::http::{Headers, Request, Response};
use super::{Fault, json, json_write, number, time, uri, xml, xml_write};
use crate::api::{Kind, Location, Member, Operation, Protocol, Ref, ServiceModel, ShapeId, Structure, TimestampFormat};

/// Writes a request.
pub(super) fn encode_request(model: &ServiceModel, operation: &Operation, input: &Value) -> Result<Request, Fault> {
    let (path, fixed) = operation.http.uri.split_once('?').unwrap_or((&operation.http.uri, ""));
    let mut request = Request::new(&operation.http.method, path);
    request.query = uri::pairs(fixed, false);
    let Some(id) = operation.input else { return Ok(request) };
    let Some(structure) = model.structure(id) else { return Ok(request) };
    for member in &structure.members {
        let value = input.get(&member.name);
        match member.location {
            Location::Uri => request.path = fill(model, &request.path, member, value)?,
            _ if value.is_null() => {}
            Location::Query => query(model, member, value, &mut request.query)?,
            Location::Header | Location::Headers => request.headers.extend(headers_of(model, member, value)?),
            Location::Body | Location::StatusCode => {}
        }
    }
    let (body, content_type) = write_body(model, operation, id, structure, input)?;
    if !content_type.is_empty() {
        request.headers.push(("Content-Type".into(), content_type.into()));
    }
    request.body = body;
    Ok(request)
}

fn fill(model: &ServiceModel, path: &str, member: &Member, value: &Value) -> Result<String, Fault> {
    let text = number::write(model, &member.target, TimestampFormat::Iso8601, value).unwrap_or_default();
    if text.is_empty() {
        return Err(Fault::wrong(format!("`{}` must not be empty", member.name)));
    }
    let plain = format!("{{{}}}", member.wire);
    let greedy = format!("{{{}+}}", member.wire);
    Ok(path.replace(&plain, &uri::encode(&text, false)).replace(&greedy, &uri::encode(&text, true)))
}

fn query(model: &ServiceModel, member: &Member, value: &Value, pairs: &mut Vec<(String, String)>) -> Result<(), Fault> {
    let write = |target, value| number::write(model, target, TimestampFormat::Iso8601, value);
    match (&model.shape(member.target.shape).kind, value) {
        (Kind::List(item), Value::List(list)) => {
            for value in &list.items {
                pairs.push((member.wire.to_string(), write(item, value)?));
            }
        }
        (Kind::Map(_, target), Value::Map(entries)) => {
            for (name, value) in entries {
                match (&model.shape(target.shape).kind, value) {
                    (Kind::List(item), Value::List(list)) => {
                        for value in &list.items {
                            pairs.push((name.to_string(), write(item, value)?));
                        }
                    }
                    _ => pairs.push((name.to_string(), write(target, value)?)),
                }
            }
        }
        _ => pairs.push((member.wire.to_string(), write(&member.target, value)?)),
    }
    Ok(())
}

/// The headers that a member travels in.
fn headers_of(model: &ServiceModel, member: &Member, value: &Value) -> Result<Vec<(String, String)>, Fault> {
    let write = |target, value| number::write(model, target, TimestampFormat::Rfc822, value);
    let pairs = match (&model.shape(member.target.shape).kind, value) {
        (Kind::Map(_, target), Value::Map(entries)) => entries
            .iter()
            .map(|(name, value)| Ok((format!("{}{name}", member.wire), write(target, value)?)))
            .collect::<Result<Vec<_>, Fault>>()?,
        (Kind::List(_), Value::List(list)) if list.items.is_empty() => Vec::new(),
        (Kind::List(item), Value::List(list)) => {
            let texts = list.items.iter().map(|value| write(item, value).map(quoted)).collect::<Result<Vec<_>, _>>()?;
            vec![(member.wire.to_string(), texts.join(","))]
        }
        _ if member.json_value => vec![(member.wire.to_string(), STANDARD.encode(value.to_json()))],
        _ => vec![(member.wire.to_string(), write(&member.target, value)?)],
    };
    if pairs.iter().any(|(_, text)| text.contains(['\r', '\n', '\0'])) {
        return Err(Fault::wrong(format!("`{}` holds a line break, which no header may", member.name)));
    }
    Ok(pairs)
}

fn quoted(text: String) -> String {
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\\\"")) } else { text }
}

/// The body and its content type.
fn write_body(
    model: &ServiceModel,
    operation: &Operation,
    id: ShapeId,
    structure: &Structure,
    input: &Value,
) -> Result<(Vec<u8>, &'static str), Fault> {
    let json = model.metadata.protocol == Protocol::RestJson;
    if let Some(member) = structure.payload() {
        let value = input.get(&member.name);
        return match (&model.shape(member.target.shape).kind, value) {
            (Kind::Structure(_), Value::Map(_)) if json => {
                Ok((json_write::write(model, member.target.shape, value)?, "application/json"))
            }
            (Kind::Structure(_), Value::Map(_)) => {
                let mut page = xml_write::Page::default();
                page.element(model, &member.target, &member.wire, value)?;
                Ok((page.into_bytes(), "application/xml"))
            }
            (Kind::Structure(_), _) => Ok((if json { b"{}".to_vec() } else { Vec::new() }, "")),
            (Kind::Blob, Value::Str(text)) => Ok((from_base64(text)?, "")),
            (_, value) => Ok((value.as_str().unwrap_or_default().as_bytes().to_vec(), "")),
        };
    }
    if !structure.has_body() {
        return Ok((Vec::new(), ""));
    }
    if json {
        return Ok((json_write::write(model, id, input)?, "application/json"));
    }
    let (Some((root, namespace)), Value::Map(members)) = (&operation.input_root, input) else {
        return Ok((Vec::new(), ""));
    };
    let mut page = xml_write::Page::default();
    page.open(root, &namespace.as_ref().map(xml_write::declaration).unwrap_or_default());
    page.members(model, structure, members)?;
    page.close(root);
    Ok((page.into_bytes(), "application/xml"))
}

pub(super) fn from_base64(text: &str) -> Result<Vec<u8>, Fault> {
    STANDARD.decode(text).map_err(|_| Fault::wrong("a blob is not base64 text"))
}

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

/// Puts the members that travel in headers or the status into an answer.
pub(super) fn bind(
    model: &ServiceModel,
    structure: &Structure,
    output: &Value,
    response: &mut Response,
) -> Result<(), Fault> {
    for member in &structure.members {
        let value = output.get(&member.name);
        match member.location {
            _ if value.is_null() => {}
            Location::Header | Location::Headers => {
                for (name, text) in headers_of(model, member, value)? {
                    response.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
                    response.headers.push((name, text));
                }
            }
            Location::StatusCode => {
                response.status = value.as_int().and_then(|code| u16::try_from(code).ok()).unwrap_or(response.status);
            }
            _ => {}
        }
    }
    Ok(())
}
