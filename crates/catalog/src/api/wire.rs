//! The wire codec: documents to HTTP messages and back, driven by a model, in all four directions.
//!
//! The client encodes requests and decodes answers; the simulator decodes requests and encodes answers. Documents
//! carry the SDK's member names, timestamps as RFC 3339 UTC text, blobs as base64 text; absent members are left out
//! and an empty list that was sent is kept. A cut or foreign answer is an error, never an empty document.

mod answer;
mod blame;
mod form;
mod http;
mod json;
mod json_write;
mod number;
mod rest;
mod rest_read;
mod route;
mod time;
mod uri;
mod xml;
mod xml_write;

use resource::Value;
use thiserror::Error;

pub use answer::{decode_response, encode_response};
pub use blame::{ErrorAnswer, decode_error, encode_error};
pub use http::{Headers, Request, Response};
pub use route::route;

use super::model::{Operation, Protocol, ServiceModel};
use super::shape::Structure;

/// Bodies beyond this are refused.
pub const MAX_BODY: usize = 64 * 1024 * 1024;
/// Documents nested deeper than this are refused.
pub const MAX_DEPTH: usize = 128;

/// A message that cannot be written or read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum WireError {
    /// The input does not fit the operation.
    #[error("the input of `{operation}` does not fit: {why}; correct the call's `with` in its catalogue file")]
    Input {
        /// The operation.
        operation: String,
        /// What does not fit.
        why: String,
    },
    /// The answer ends before its document does.
    #[error("the answer was cut off after {bytes} bytes; it will be asked for again")]
    Truncated {
        /// How many bytes came.
        bytes: usize,
    },
    /// The answer is not a document of the protocol.
    #[error("the answer is not what `{operation}` gives: {why}; check that the endpoint is the provider's")]
    Malformed {
        /// The operation.
        operation: String,
        /// What is wrong with it.
        why: String,
    },
    /// A limit on size or depth.
    #[error("the answer exceeds the limit of {limit}; narrow what is asked for")]
    Limit {
        /// The limit, in words.
        limit: &'static str,
    },
}

/// What went wrong below the level of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    Cut,
    Depth,
    Wrong(String),
}

impl Fault {
    fn wrong(why: impl Into<String>) -> Fault {
        Fault::Wrong(why.into())
    }

    fn reading(self, operation: &Operation, bytes: usize) -> WireError {
        match self {
            Fault::Cut => WireError::Truncated { bytes },
            Fault::Depth => WireError::Limit { limit: "128 levels of nesting" },
            Fault::Wrong(why) => WireError::Malformed { operation: operation.name.to_string(), why },
        }
    }

    fn writing(self, operation: &Operation) -> WireError {
        let why = match self {
            Fault::Wrong(why) => why,
            Fault::Cut | Fault::Depth => "it is nested too deeply".to_owned(),
        };
        WireError::Input { operation: operation.name.to_string(), why }
    }
}

/// Writes the request that asks for an operation.
///
/// # Errors
/// When the input lacks a required member, has one that the operation does not know, or one of the wrong kind.
pub fn encode_request(model: &ServiceModel, operation: &Operation, input: &Value) -> Result<Request, WireError> {
    let fault = |fault: Fault| fault.writing(operation);
    let structure = operation.input.and_then(|id| model.structure(id));
    check_input(structure, input).map_err(fault)?;
    let mut request = match model.metadata.protocol {
        Protocol::Query | Protocol::Ec2 => form::encode(model, operation, input).map_err(fault)?,
        Protocol::Json => json_request(model, operation, input).map_err(fault)?,
        Protocol::RestJson | Protocol::RestXml => rest::encode_request(model, operation, input).map_err(fault)?,
    };
    request.host_prefix = host_prefix(operation, structure, input).map_err(fault)?;
    Ok(request)
}

/// Reads a request's input back: what the simulator was asked.
///
/// # Errors
/// When the request is not one of the operation.
pub fn decode_request(model: &ServiceModel, operation: &Operation, request: &Request) -> Result<Value, WireError> {
    let read = match model.metadata.protocol {
        Protocol::Query | Protocol::Ec2 => form::decode(model, operation, request),
        Protocol::Json => match operation.input {
            Some(input) if !request.body.is_empty() => json::read(model, input, &request.body),
            _ => Ok(Value::Map(resource::Map::new())),
        },
        Protocol::RestJson | Protocol::RestXml => rest_read::decode_request(model, operation, request),
    };
    read.map_err(|fault| fault.reading(operation, request.body.len()))
}

fn json_request(model: &ServiceModel, operation: &Operation, input: &Value) -> Result<Request, Fault> {
    let metadata = &model.metadata;
    let body = match operation.input {
        Some(id) => json_write::write(model, id, input)?,
        None => b"{}".to_vec(),
    };
    let mut request = Request::new(&operation.http.method, "/");
    request.headers.push(("X-Amz-Target".into(), format!("{}.{}", metadata.target_prefix, operation.name)));
    request.headers.push(("Content-Type".into(), format!("application/x-amz-json-{}", metadata.json_version)));
    if metadata.query_compatible {
        request.headers.push(("x-amzn-query-mode".into(), "true".into()));
    }
    request.body = body;
    Ok(request)
}

fn check_input(structure: Option<&Structure>, input: &Value) -> Result<(), Fault> {
    let Value::Map(members) = input else {
        return if input.is_null() { required(structure, input) } else { Err(Fault::wrong("it is not an object")) };
    };
    for (name, value) in members {
        if value.first_hole().is_some() {
            return Err(Fault::wrong(format!("`{name}` is not known")));
        }
        if structure.is_none_or(|structure| structure.member(name).is_none()) {
            return Err(Fault::wrong(format!("it has no member `{name}`")));
        }
    }
    required(structure, input)
}

fn required(structure: Option<&Structure>, input: &Value) -> Result<(), Fault> {
    let missing = structure.and_then(|structure| structure.required.iter().find(|name| input.get(name).is_null()));
    missing.map_or(Ok(()), |name| Err(Fault::wrong(format!("the member `{name}` is missing"))))
}

/// `{AccountId}.` filled from the input. Only letters, digits, `-` and `.` may become part of a host's name.
fn host_prefix(operation: &Operation, structure: Option<&Structure>, input: &Value) -> Result<Option<String>, Fault> {
    let Some(template) = &operation.host_prefix else { return Ok(None) };
    let mut prefix = template.to_string();
    for member in structure.into_iter().flat_map(|structure| &structure.members).filter(|member| member.host_label) {
        let label = input.get(&member.name).as_str().unwrap_or_default();
        if label.is_empty() || !label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.') {
            return Err(Fault::wrong(format!("`{}` cannot be part of a host's name", member.name)));
        }
        prefix = prefix.replace(&format!("{{{}}}", member.name), label);
    }
    Ok(Some(prefix))
}
