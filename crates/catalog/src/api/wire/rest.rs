//! Writes HTTP bindings: members that travel in the path, the query string, headers, the status or as the body itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use resource::Value;

use super::http::{Request, Response};
use super::{Fault, json_write, number, uri, xml_write};
use crate::api::{Kind, Location, Member, Operation, Protocol, ServiceModel, ShapeId, Structure, TimestampFormat};

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
