//! `wire`: the codec as a filter, so that another implementation of the protocols can be its oracle.
//!
//! One JSON request a line on standard input, one JSON answer a line on standard output; bodies are text.
//! `{"do":"decode_response","call":"iam:GetUser","status":200,"headers":[["A","b"]],"body":"…"}` → `{"ok":…}` or `{"error":"…"}`.

use std::io::{BufRead, Write};
use std::path::Path;

use anyhow::{Context, anyhow};
use catalog::api::wire::{self, Request};
use catalog::api::{ApiIndex, Variant};
use resource::Value;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Ask {
    r#do: String,
    call: String,
    #[serde(default)]
    document: Value,
    #[serde(default)]
    method: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    query: String,
    #[serde(default)]
    status: u16,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    fips: bool,
    #[serde(default)]
    dual_stack: bool,
}

/// Answers until standard input ends, over a folder of provider models.
pub(crate) fn run(models: &Path) -> anyhow::Result<()> {
    let api = ApiIndex::open(models);
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let answer = match answer(&api, &line?) {
            Ok(value) => json!({ "ok": value }),
            Err(error) => json!({ "error": format!("{error:#}") }),
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(api: &ApiIndex, line: &str) -> anyhow::Result<serde_json::Value> {
    let ask: Ask = serde_json::from_str(line).context("the line is not a request")?;
    let (model, operation) = api.call(&ask.call)?;
    Ok(match ask.r#do.as_str() {
        "encode_request" => {
            let request = wire::encode_request(&model, &operation, &ask.document)?;
            json!({ "method": request.method, "path": request.path, "query": request.query, "headers": request.headers,
                "body": String::from_utf8(request.body)?, "host_prefix": request.host_prefix })
        }
        "decode_request" => {
            let request = Request::received(&ask.method, &ask.path, &ask.query, ask.headers, ask.body.into_bytes());
            let routed = wire::route(&model, &request).map(|operation| operation.name.clone());
            json!({ "operation": routed.as_deref(), "document": wire::decode_request(&model, &operation, &request)? })
        }
        "encode_response" => {
            let response = wire::encode_response(&model, &operation, &ask.document, "request-1")?;
            json!({ "status": response.status, "headers": response.headers, "body": String::from_utf8(response.body)? })
        }
        "decode_response" => {
            json!(wire::decode_response(&model, &operation, ask.status, &ask.headers, ask.body.as_bytes())?)
        }
        "encode_error" => {
            let response = wire::encode_error(&model, &ask.code, &ask.message, ask.status, "request-1");
            json!({ "status": response.status, "headers": response.headers, "body": String::from_utf8(response.body)? })
        }
        "decode_error" => {
            let error = wire::decode_error(&model, ask.status, &ask.headers, ask.body.as_bytes());
            json!({ "code": error.code, "alias": error.alias, "message": error.message, "request_id": error.request_id, "region": error.region })
        }
        "endpoint" => {
            let variant = Variant { fips: ask.fips, dual_stack: ask.dual_stack };
            let found = api.endpoints()?.resolve(&model, &ask.region, variant)?;
            json!({ "host": found.host, "signing_region": &*found.signing_region, "listed": found.listed })
        }
        other => {
            return Err(anyhow!(
                "`{other}` is not one of encode_request, decode_request, encode_response, decode_response, encode_error, decode_error, endpoint"
            ));
        }
    })
}
