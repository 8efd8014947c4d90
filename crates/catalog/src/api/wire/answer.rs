//! Answers: read by the client, written by the simulator.

use resource::{Map, Value};

use super::http::{Headers, Response};
use super::{Fault, MAX_BODY, WireError, json, json_write, rest, rest_read, xml, xml_write};
use crate::api::{Kind, Location, Member, Operation, Protocol, ServiceModel, ShapeId, Structure};

/// Reads an answer of success.
///
/// # Errors
/// When the body is cut, too large, nested too deeply, an error document, or not of the operation.
pub fn decode_response(
    model: &ServiceModel,
    operation: &Operation,
    status: u16,
    headers: &dyn Headers,
    body: &[u8],
) -> Result<Value, WireError> {
    if body.len() > MAX_BODY {
        return Err(WireError::Limit { limit: "64 MiB" });
    }
    read(model, operation, status, headers, body).map_err(|fault| fault.reading(operation, body.len()))
}

fn read(
    model: &ServiceModel,
    operation: &Operation,
    status: u16,
    headers: &dyn Headers,
    body: &[u8],
) -> Result<Value, Fault> {
    let Some(id) = operation.output else { return Ok(Value::Map(Map::new())) };
    let Some(structure) = model.structure(id) else { return Ok(Value::Map(Map::new())) };
    let mut map = Map::new();
    if model.metadata.protocol.is_rest() {
        rest_read::from_headers(model, structure, headers, &mut map)?;
        if let Some(member) = structure.members.iter().find(|member| member.location == Location::StatusCode) {
            map.insert(member.name.clone(), Value::Int(i64::from(status)));
        }
        refuse_empty(model, operation, structure, status, body)?;
        rest_read::read_body(model, operation, structure, id, body, &mut map)?;
        return Ok(Value::Map(map));
    }
    if body.is_empty() {
        // An empty list is an empty element or `[]`; no bytes at all is an answer that got lost.
        return if structure.members.is_empty() { Ok(Value::Map(map)) } else { Err(Fault::Cut) };
    }
    match model.metadata.protocol {
        Protocol::Json => match json::read(model, id, body)? {
            Value::Map(map) => Ok(Value::Map(map)),
            _ => Err(Fault::wrong("it is not an object")),
        },
        _ => xml::read(model, id, operation.result_wrapper.as_deref(), body).map(Value::Map),
    }
}

/// A success without a body where the model has one is an answer that got lost. Only bytes as such may be none.
fn refuse_empty(
    model: &ServiceModel,
    operation: &Operation,
    structure: &Structure,
    status: u16,
    body: &[u8],
) -> Result<(), Fault> {
    let bytes = |member: &Member| matches!(model.shape(member.target.shape).kind, Kind::Blob);
    let expected = structure.payload().map_or(structure.has_body(), |member| !bytes(member));
    let may_be_empty = status == 204 || &*operation.http.method == "HEAD";
    if expected && body.is_empty() && !may_be_empty { Err(Fault::Cut) } else { Ok(()) }
}

/// Writes an answer of success; members that the operation does not have are left out.
///
/// # Errors
/// When a value is of another kind than the model's.
pub fn encode_response(
    model: &ServiceModel,
    operation: &Operation,
    output: &Value,
    request_id: &str,
) -> Result<Response, WireError> {
    write(model, operation, output, request_id).map_err(|fault| fault.writing(operation))
}

fn write(model: &ServiceModel, operation: &Operation, output: &Value, request_id: &str) -> Result<Response, Fault> {
    let mut response = Response { status: operation.http.status, ..Response::default() };
    response.headers.push((model.metadata.protocol.request_id_header().into(), request_id.into()));
    let content_type = match model.metadata.protocol {
        Protocol::Query | Protocol::Ec2 => "text/xml;charset=UTF-8",
        Protocol::RestXml => "application/xml",
        Protocol::RestJson => "application/json",
        Protocol::Json if &*model.metadata.json_version == "1.0" => "application/x-amz-json-1.0",
        Protocol::Json => "application/x-amz-json-1.1",
    };
    response.headers.push(("Content-Type".into(), content_type.into()));
    let structure = operation.output.and_then(|id| model.structure(id));
    response.body = match model.metadata.protocol {
        Protocol::Query => query(model, operation, structure, output, request_id)?,
        Protocol::Ec2 => ec2(model, operation, structure, output, request_id)?,
        Protocol::Json => match operation.output {
            Some(id) => json_write::write(model, id, output)?,
            None => Vec::new(),
        },
        Protocol::RestJson | Protocol::RestXml => match (operation.output, structure) {
            (Some(id), Some(structure)) => {
                rest::bind(model, structure, output, &mut response)?;
                rest_body(model, operation, id, structure, output)?
            }
            _ => Vec::new(),
        },
    };
    Ok(response)
}

fn namespace(model: &ServiceModel) -> String {
    model.metadata.xml_namespace.as_ref().map_or_else(String::new, |uri| format!(" xmlns=\"{uri}\""))
}

fn members(
    page: &mut xml_write::Page,
    model: &ServiceModel,
    structure: Option<&Structure>,
    output: &Value,
) -> Result<(), Fault> {
    match (structure, output) {
        (Some(structure), Value::Map(members)) => page.members(model, structure, members),
        _ => Ok(()),
    }
}

fn query(
    model: &ServiceModel,
    operation: &Operation,
    structure: Option<&Structure>,
    output: &Value,
    request_id: &str,
) -> Result<Vec<u8>, Fault> {
    let mut page = xml_write::Page::new();
    let root = format!("{}Response", operation.name);
    page.open(&root, &namespace(model));
    if let Some(wrapper) = &operation.result_wrapper {
        page.open(wrapper, "");
        members(&mut page, model, structure, output)?;
        page.close(wrapper);
    } else {
        members(&mut page, model, structure, output)?;
    }
    page.open("ResponseMetadata", "");
    page.leaf("RequestId", request_id);
    page.close("ResponseMetadata");
    page.close(&root);
    Ok(page.into_bytes())
}

fn ec2(
    model: &ServiceModel,
    operation: &Operation,
    structure: Option<&Structure>,
    output: &Value,
    request_id: &str,
) -> Result<Vec<u8>, Fault> {
    let mut page = xml_write::Page::new();
    let root = format!("{}Response", operation.name);
    page.open(&root, &namespace(model));
    page.leaf("requestId", request_id);
    members(&mut page, model, structure, output)?;
    page.close(&root);
    Ok(page.into_bytes())
}

fn rest_body(
    model: &ServiceModel,
    operation: &Operation,
    id: ShapeId,
    structure: &Structure,
    output: &Value,
) -> Result<Vec<u8>, Fault> {
    let json = model.metadata.protocol == Protocol::RestJson;
    if let Some(member) = structure.payload() {
        let value = output.get(&member.name);
        return match (&model.shape(member.target.shape).kind, value) {
            (_, Value::Null) => Ok(Vec::new()),
            (Kind::Blob, Value::Str(text)) => rest::from_base64(text),
            (Kind::String, Value::Str(text)) => Ok(text.as_bytes().to_vec()),
            (_, value) if json => json_write::write(model, member.target.shape, value),
            (_, value) => {
                let mut page = xml_write::Page::new();
                page.element(model, &member.target, &member.wire, value)?;
                Ok(page.into_bytes())
            }
        };
    }
    if !structure.has_body() {
        return Ok(Vec::new());
    }
    if json {
        return json_write::write(model, id, output);
    }
    let mut page = xml_write::Page::new();
    let space = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
    let space = if &*model.name == "s3" { space } else { "" };
    if operation.unwrapped {
        let member = structure.members.iter().find(|member| member.location == Location::Body);
        let (name, text) = member.map_or(("Result", None), |member| (&*member.wire, output.get(&member.name).as_str()));
        page.open(name, space);
        page.raw(text.unwrap_or_default());
        page.close(name);
        return Ok(page.into_bytes());
    }
    // The model does not name the roots of answers and no reader looks at them.
    let root = format!("{}Result", operation.name);
    page.open(&root, space);
    members(&mut page, model, Some(structure), output)?;
    page.close(&root);
    Ok(page.into_bytes())
}
