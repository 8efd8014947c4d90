//! Error answers.

use serde::Deserialize;

use super::http::{Headers, Response};
use super::{Fault, number, xml, xml_write};
use crate::api::{Protocol, ServiceModel};

/// What an error answer says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorAnswer {
    /// The provider's code, `NoSuchBucketPolicy`; the status as text when there is none.
    pub code: String,
    /// A second name of the same error: the shape's, where a former query service gives its old code.
    pub alias: Option<String>,
    /// The provider's words.
    pub message: String,
    /// The id that support asks for.
    pub request_id: Option<String>,
    /// The region that the provider says to use instead (S3).
    pub region: Option<String>,
}

/// Reads an error answer. Never fails: an unreadable body leaves the status as the code.
pub fn decode_error(model: &ServiceModel, status: u16, headers: &dyn Headers, body: &[u8]) -> ErrorAnswer {
    let mut answer = ErrorAnswer::default();
    if model.metadata.protocol.is_xml() {
        // What was read before a cut or a foreign element still counts.
        let _ = read_xml(body, &mut answer);
    } else {
        read_json(body, headers, &mut answer);
    }
    let id = ["x-amzn-requestid", "x-amz-request-id", "x-amz-id-2"].iter().find_map(|name| headers.header(name));
    answer.request_id = answer.request_id.or_else(|| id.map(str::to_owned));
    answer.region = answer.region.or_else(|| headers.header("x-amz-bucket-region").map(str::to_owned));
    if answer.code.is_empty() {
        answer.code = status.to_string();
    }
    if answer.message.is_empty() && !body.is_empty() && !answer_is_document(body) {
        answer.message = number::excerpt(String::from_utf8_lossy(body).trim());
    }
    if let Some(old) = headers.header("x-amzn-query-error").and_then(|text| text.split_once(';')).map(|(code, _)| code)
        && !old.is_empty()
    {
        answer.alias = Some(std::mem::replace(&mut answer.code, old.to_owned()));
    }
    answer
}

fn answer_is_document(body: &[u8]) -> bool {
    matches!(body.trim_ascii_start().first(), Some(b'<' | b'{'))
}

fn read_xml(body: &[u8], answer: &mut ErrorAnswer) -> Result<(), Fault> {
    let (mut walk, root) = xml::Walk::open(body)?;
    if root.name().eq_ignore_ascii_case("html") {
        return Ok(());
    }
    gather(&mut walk, answer)
}

/// Every dialect nests the same few elements differently; their names are unambiguous.
fn gather(walk: &mut xml::Walk<'_>, answer: &mut ErrorAnswer) -> Result<(), Fault> {
    while let Some(child) = walk.child()? {
        match child.name() {
            "Code" => answer.code = walk.text()?.trim().to_owned(),
            "Message" | "message" => answer.message = walk.text()?.trim().to_owned(),
            "RequestId" | "RequestID" | "requestId" => answer.request_id = Some(walk.text()?.trim().to_owned()),
            "Region" => answer.region = Some(walk.text()?.trim().to_owned()),
            "Error" | "Errors" | "ErrorResponse" => gather(walk, answer)?,
            _ => walk.skip()?,
        }
    }
    Ok(())
}

#[derive(Deserialize, Default)]
struct JsonError {
    #[serde(rename = "__type", default)]
    kind: Option<serde_json::Value>,
    #[serde(default, alias = "Code")]
    code: Option<serde_json::Value>,
    #[serde(default)]
    message: Option<serde_json::Value>,
    #[serde(rename = "Message", default)]
    capital: Option<serde_json::Value>,
    #[serde(rename = "errorMessage", default)]
    long: Option<serde_json::Value>,
}

fn read_json(body: &[u8], headers: &dyn Headers, answer: &mut ErrorAnswer) {
    let error: JsonError = serde_json::from_slice(body).unwrap_or_default();
    let text = |value: &Option<serde_json::Value>| value.as_ref().and_then(|value| value.as_str().map(str::to_owned));
    let code = headers
        .header("x-amzn-errortype")
        .map(str::to_owned)
        .or_else(|| text(&error.kind))
        .or_else(|| text(&error.code))
        .unwrap_or_default();
    // `aws.protocoltests#FooError:http://…` is `FooError` (Smithy, operation error serialization).
    let code = code.split(':').next().unwrap_or_default();
    answer.code = code.rsplit('#').next().unwrap_or_default().to_owned();
    answer.message =
        text(&error.message).or_else(|| text(&error.capital)).or_else(|| text(&error.long)).unwrap_or_default();
}

/// Writes an error answer in the service's dialect.
pub fn encode_error(model: &ServiceModel, code: &str, message: &str, status: u16, request_id: &str) -> Response {
    let protocol = model.metadata.protocol;
    let mut headers = vec![(protocol.request_id_header().to_owned(), request_id.to_owned())];
    let body = match protocol {
        Protocol::Json | Protocol::RestJson => {
            headers.push(("Content-Type".into(), "application/json".into()));
            headers.push(("x-amzn-ErrorType".into(), code.into()));
            serde_json::json!({ "__type": code, "message": message }).to_string().into_bytes()
        }
        _ => {
            headers.push(("Content-Type".into(), "text/xml".into()));
            xml_error(protocol, &model.name, code, message, request_id)
        }
    };
    Response { status, headers, body }
}

fn xml_error(protocol: Protocol, service: &str, code: &str, message: &str, request_id: &str) -> Vec<u8> {
    let (outer, id) = match (protocol, service) {
        (Protocol::RestXml, "s3") => (&[][..], "RequestId"),
        (Protocol::Ec2, _) => (&["Response", "Errors"][..], "RequestID"),
        _ => (&["ErrorResponse"][..], "RequestId"),
    };
    let mut page = xml_write::Page::new();
    for name in outer {
        page.open(name, "");
    }
    page.open("Error", "");
    page.leaf("Code", code);
    page.leaf("Message", message);
    if outer.is_empty() {
        page.leaf(id, request_id);
    }
    page.close("Error");
    for (depth, name) in outer.iter().enumerate().rev() {
        if depth == 0 {
            page.leaf(id, request_id);
        }
        page.close(name);
    }
    page.into_bytes()
}
