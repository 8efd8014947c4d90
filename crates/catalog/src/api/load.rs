//! Reads a model file: botocore's own keys, trimmed (see `catalog/api/aws/NOTICE`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ApiError;
use super::model::{Http, Metadata, ModelledError, Operation, Protocol, ServiceModel};
use super::pages::RawPagination;
use super::shape::{Kind, Location, Member, Ref, Shape, ShapeId, Structure, TimestampFormat, XmlNamespace};

mod raw;

use raw::{RawModel, RawNamespace, RawOperation, RawRef, RawShape, RawSide};

/// Reads a model file.
pub(super) fn model(file: &str, bytes: &[u8]) -> Result<ServiceModel, ApiError> {
    let malformed = |why: String| ApiError::Malformed { file: file.to_owned(), why };
    let raw: RawModel = serde_json::from_slice(bytes).map_err(|error| malformed(error.to_string()))?;
    let loader = Loader::new(&raw).map_err(malformed)?;
    let mut shapes = Vec::with_capacity(raw.shapes.len());
    for (name, shape) in &raw.shapes {
        shapes.push(loader.shape(name, shape).map_err(malformed)?);
    }
    let mut operations = BTreeMap::new();
    for (name, operation) in &raw.operations {
        operations.insert(name.clone(), Arc::new(loader.operation(name, operation).map_err(malformed)?));
    }
    let document = Shape { name: "Document".into(), kind: Kind::Document, sensitive: false, values: Arc::default() };
    Ok(ServiceModel { name: raw.service.clone(), metadata: loader.metadata(), operations, shapes, document })
}

struct Loader<'a> {
    raw: &'a RawModel,
    ids: BTreeMap<&'a str, ShapeId>,
    protocol: Protocol,
}

impl<'a> Loader<'a> {
    fn new(raw: &'a RawModel) -> Result<Self, String> {
        let protocol = match raw.metadata.protocol.as_str() {
            "query" => Protocol::Query,
            "ec2" => Protocol::Ec2,
            "json" => Protocol::Json,
            "rest-json" => Protocol::RestJson,
            "rest-xml" => Protocol::RestXml,
            other => return Err(format!("the protocol `{other}` is not spoken")),
        };
        let ids = raw.shapes.keys().zip(0u32..).map(|(name, id)| (&**name, ShapeId(id))).collect();
        Ok(Loader { raw, ids, protocol })
    }

    fn metadata(&self) -> Metadata {
        let raw = &self.raw.metadata;
        Metadata {
            api_version: raw.api_version.clone(),
            endpoint_prefix: raw.endpoint_prefix.clone(),
            signing_name: raw.signing_name.clone().unwrap_or_else(|| raw.endpoint_prefix.clone()),
            service_id: raw.service_id.clone(),
            protocol: self.protocol,
            target_prefix: raw.target_prefix.clone().unwrap_or_default(),
            json_version: raw.json_version.clone().unwrap_or_default(),
            xml_namespace: raw.xml_namespace.clone(),
            query_compatible: raw.aws_query_compatible,
        }
    }

    fn id(&self, name: &str) -> Result<ShapeId, String> {
        self.ids.get(name).copied().ok_or_else(|| format!("the shape `{name}` is missing"))
    }

    fn operation(&self, name: &Arc<str>, raw: &RawOperation) -> Result<Operation, String> {
        let side = |side: &Option<RawSide>| side.as_ref().map(|side| self.id(&side.shape)).transpose();
        let mut errors = Vec::with_capacity(raw.errors.len());
        for error in &raw.errors {
            let known = self.raw.errors.get(error).ok_or_else(|| format!("the error `{error}` is missing"))?;
            let code = known.code.clone().unwrap_or_else(|| error.clone());
            errors.push(ModelledError { name: error.clone(), code, status: known.status });
        }
        let root = raw.input.as_ref().and_then(|input| {
            input.location_name.clone().map(|name| (name, input.xml_namespace.as_ref().map(namespace)))
        });
        Ok(Operation {
            name: name.clone(),
            http: Http {
                method: raw.http.method.clone(),
                uri: raw.http.request_uri.clone(),
                status: raw.http.response_code.unwrap_or(200),
            },
            input: side(&raw.input)?,
            output: side(&raw.output)?,
            result_wrapper: raw.output.as_ref().and_then(|output| output.result_wrapper.clone()),
            input_root: root,
            unwrapped: raw.unwrapped,
            host_prefix: raw.host_prefix.clone(),
            errors,
            pagination: raw.pagination.as_ref().map(RawPagination::read).transpose()?,
        })
    }

    fn shape(&self, name: &Arc<str>, raw: &RawShape) -> Result<Shape, String> {
        let part = |part: &Option<RawRef>| match part {
            Some(found) => self.reference(found),
            None => Err(format!("the shape `{name}` is not whole")),
        };
        let kind = match raw.kind.as_str() {
            _ if raw.document => Kind::Document,
            "structure" => Kind::Structure(self.structure(raw)?),
            "list" => Kind::List(part(&raw.member)?),
            "map" => Kind::Map(part(&raw.key)?, part(&raw.value)?),
            "string" | "character" => Kind::String,
            "blob" => Kind::Blob,
            "boolean" => Kind::Boolean,
            "integer" | "long" | "short" | "byte" => Kind::Integer,
            "float" | "double" | "bigdecimal" => Kind::Float,
            "timestamp" => Kind::Timestamp,
            other => return Err(format!("the shape `{name}` has the unknown type `{other}`")),
        };
        Ok(Shape { name: name.clone(), kind, sensitive: raw.sensitive, values: raw.values.clone().into() })
    }

    fn structure(&self, raw: &RawShape) -> Result<Structure, String> {
        let mut members = Vec::with_capacity(raw.members.len());
        for (name, reference) in &raw.members {
            members.push(self.member(name, reference)?);
        }
        let mut by_wire: Vec<(Arc<str>, usize)> = members
            .iter()
            .enumerate()
            .filter(|(_, member)| member.location == Location::Body)
            .map(|(at, member)| (member.wire.clone(), at))
            .collect();
        by_wire.sort();
        let payload = raw.payload.as_ref().and_then(|name| members.iter().position(|member| member.name == *name));
        Ok(Structure { members, required: raw.required.clone(), payload, by_wire })
    }

    fn reference(&self, raw: &RawRef) -> Result<Ref, String> {
        let id = self.id(&raw.shape)?;
        // What the use says goes before what the shape says (botocore: model.Shape.serialization).
        let shape = self.raw.shapes.get(&raw.shape);
        let format = raw.timestamp_format.as_ref().or_else(|| shape.and_then(|s| s.timestamp_format.as_ref()));
        let names = raw.location_name.clone().or_else(|| shape.and_then(|s| s.location_name.clone()));
        let spaces = raw.xml_namespace.as_ref().or_else(|| shape.and_then(|s| s.xml_namespace.as_ref()));
        Ok(Ref {
            shape: id,
            location_name: names,
            flattened: raw.flattened || shape.is_some_and(|s| s.flattened),
            timestamp: format.map(|format| timestamp_format(format)).transpose()?,
            xml_namespace: spaces.map(namespace),
        })
    }

    fn member(&self, name: &Arc<str>, raw: &RawRef) -> Result<Member, String> {
        let target = self.reference(raw)?;
        let location = match raw.location.as_deref() {
            None => Location::Body,
            Some("uri") => Location::Uri,
            Some("querystring") => Location::Query,
            Some("header") => Location::Header,
            Some("headers") => Location::Headers,
            Some("statusCode") => Location::StatusCode,
            Some(other) => return Err(format!("the member `{name}` has the unknown location `{other}`")),
        };
        let named = target.location_name.clone().unwrap_or_else(|| name.clone());
        Ok(Member {
            name: name.clone(),
            wire: self.item_name(raw, &target).unwrap_or_else(|| named.clone()),
            form: self.form_name(raw, name, &named),
            location,
            xml_attribute: raw.xml_attribute,
            host_label: raw.host_label,
            idempotency_token: raw.idempotency_token,
            json_value: raw.jsonvalue,
            target,
        })
    }

    /// In XML answers a flattened list goes by its items' name, if they have one.
    fn item_name(&self, raw: &RawRef, target: &Ref) -> Option<Arc<str>> {
        if !target.flattened || !self.protocol.is_xml() {
            return None;
        }
        self.raw.shapes.get(&raw.shape)?.member.as_ref()?.location_name.clone()
    }

    fn form_name(&self, raw: &RawRef, name: &Arc<str>, named: &Arc<str>) -> Arc<str> {
        if self.protocol != Protocol::Ec2 {
            return named.clone();
        }
        match (&raw.query_name, &raw.location_name) {
            (Some(query), _) => query.clone(),
            // EC2 capitalises the names of answers when it is asked with them.
            (None, Some(answer)) => capitalised(answer).into(),
            (None, None) => name.clone(),
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

fn namespace(raw: &RawNamespace) -> XmlNamespace {
    XmlNamespace { prefix: raw.prefix.clone(), uri: raw.uri.clone() }
}

fn timestamp_format(text: &str) -> Result<TimestampFormat, String> {
    match text {
        "iso8601" => Ok(TimestampFormat::Iso8601),
        "rfc822" => Ok(TimestampFormat::Rfc822),
        "unixTimestamp" | "unixtimestamp" => Ok(TimestampFormat::Unix),
        other => Err(format!("the timestamp format `{other}` is not known")),
    }
}
