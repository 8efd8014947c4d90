//! The file's own form: botocore's keys.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::api::pages::RawPagination;

#[derive(Deserialize)]
pub(super) struct RawModel {
    pub(super) service: Arc<str>,
    pub(super) metadata: RawMetadata,
    pub(super) operations: BTreeMap<Arc<str>, RawOperation>,
    #[serde(default)]
    pub(super) errors: BTreeMap<Arc<str>, RawError>,
    pub(super) shapes: BTreeMap<Arc<str>, RawShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawMetadata {
    pub(super) api_version: Arc<str>,
    pub(super) endpoint_prefix: Arc<str>,
    pub(super) signing_name: Option<Arc<str>>,
    pub(super) service_id: Arc<str>,
    pub(super) protocol: String,
    #[serde(default)]
    pub(super) target_prefix: Option<Arc<str>>,
    #[serde(default)]
    pub(super) json_version: Option<Arc<str>>,
    pub(super) xml_namespace: Option<Arc<str>>,
    #[serde(default)]
    pub(super) aws_query_compatible: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawOperation {
    pub(super) http: RawHttp,
    pub(super) input: Option<RawSide>,
    pub(super) output: Option<RawSide>,
    #[serde(default)]
    pub(super) unwrapped: bool,
    pub(super) host_prefix: Option<Arc<str>>,
    #[serde(default)]
    pub(super) errors: Vec<Arc<str>>,
    pub(super) pagination: Option<RawPagination>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawHttp {
    pub(super) method: Arc<str>,
    pub(super) request_uri: Arc<str>,
    pub(super) response_code: Option<u16>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawSide {
    pub(super) shape: Arc<str>,
    pub(super) location_name: Option<Arc<str>>,
    pub(super) result_wrapper: Option<Arc<str>>,
    pub(super) xml_namespace: Option<RawNamespace>,
}

#[derive(Deserialize)]
pub(super) struct RawError {
    pub(super) code: Option<Arc<str>>,
    pub(super) status: Option<u16>,
}

#[derive(Deserialize, Clone)]
pub(super) struct RawNamespace {
    pub(super) prefix: Option<Arc<str>>,
    pub(super) uri: Arc<str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawShape {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) members: BTreeMap<Arc<str>, RawRef>,
    #[serde(default, rename = "enum")]
    pub(super) values: Vec<Arc<str>>,
    pub(super) member: Option<RawRef>,
    pub(super) key: Option<RawRef>,
    pub(super) value: Option<RawRef>,
    #[serde(default)]
    pub(super) required: Vec<Arc<str>>,
    pub(super) payload: Option<Arc<str>>,
    #[serde(default)]
    pub(super) flattened: bool,
    #[serde(default)]
    pub(super) document: bool,
    #[serde(default)]
    pub(super) sensitive: bool,
    pub(super) location_name: Option<Arc<str>>,
    pub(super) timestamp_format: Option<String>,
    pub(super) xml_namespace: Option<RawNamespace>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawRef {
    pub(super) shape: Arc<str>,
    pub(super) location: Option<String>,
    pub(super) location_name: Option<Arc<str>>,
    pub(super) query_name: Option<Arc<str>>,
    #[serde(default)]
    pub(super) flattened: bool,
    #[serde(default)]
    pub(super) xml_attribute: bool,
    pub(super) xml_namespace: Option<RawNamespace>,
    pub(super) timestamp_format: Option<String>,
    #[serde(default)]
    pub(super) jsonvalue: bool,
    #[serde(default)]
    pub(super) host_label: bool,
    #[serde(default)]
    pub(super) idempotency_token: bool,
}
