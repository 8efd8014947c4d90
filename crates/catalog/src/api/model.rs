//! A service's model: what it can be asked and what its answers look like.

use std::collections::BTreeMap;
use std::sync::Arc;

use resource::{Path, Segment};

use super::error::nearest;
use super::shape::{Kind, Shape, ShapeId, Structure, TimestampFormat, XmlNamespace};
use super::{ApiError, Pagination};

/// How a service puts documents on the wire (botocore's names).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Form in, XML out.
    Query,
    /// EC2's dialect of `Query`.
    Ec2,
    /// JSON with the operation in `X-Amz-Target`.
    Json,
    /// HTTP bindings with JSON bodies.
    RestJson,
    /// HTTP bindings with XML bodies.
    RestXml,
}

impl Protocol {
    /// Whether bodies of answers are XML.
    pub fn is_xml(self) -> bool {
        matches!(self, Protocol::Query | Protocol::Ec2 | Protocol::RestXml)
    }
    /// Whether method, path, query string and headers carry members.
    pub fn is_rest(self) -> bool {
        matches!(self, Protocol::RestJson | Protocol::RestXml)
    }
    /// The header that answers carry their id in.
    pub(super) fn request_id_header(self) -> &'static str {
        if self == Protocol::RestXml { "x-amz-request-id" } else { "x-amzn-RequestId" }
    }
    /// How timestamps in bodies are written unless the model says otherwise.
    pub fn body_timestamps(self) -> TimestampFormat {
        match self {
            Protocol::Json | Protocol::RestJson => TimestampFormat::Unix,
            _ => TimestampFormat::Iso8601,
        }
    }
}

/// What holds for the whole service.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// The API's version, `2016-11-15`.
    pub api_version: Arc<str>,
    /// The name in the endpoint table.
    pub endpoint_prefix: Arc<str>,
    /// The name in the signature's scope.
    pub signing_name: Arc<str>,
    /// The SDK's id of the service, `CloudWatch Logs`; `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS` comes from it.
    pub service_id: Arc<str>,
    /// The protocol spoken: the first of the service's that this codec knows.
    pub protocol: Protocol,
    /// What precedes the operation in `X-Amz-Target`; empty for other protocols.
    pub target_prefix: Arc<str>,
    /// `1.0` or `1.1`; empty for other protocols.
    pub json_version: Arc<str>,
    /// The XML namespace of answers, where the service has one.
    pub xml_namespace: Option<Arc<str>>,
    /// A former query service: its old error codes come in a header.
    pub query_compatible: bool,
}

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The name, `GetBucketPolicy`.
    pub name: Arc<str>,
    /// Method and path.
    pub http: Http,
    /// The structure of the input.
    pub input: Option<ShapeId>,
    /// The structure of the answer.
    pub output: Option<ShapeId>,
    /// The element around the answer's members (query protocol).
    pub result_wrapper: Option<Arc<str>>,
    /// The root element of an XML request body and its namespace.
    pub input_root: Option<(Arc<str>, Option<XmlNamespace>)>,
    /// The answer's root element is its only member (S3 `GetBucketLocation`).
    pub unwrapped: bool,
    /// What the input puts before the host, `{AccountId}.`.
    pub host_prefix: Option<Arc<str>>,
    /// The errors that the model names.
    pub errors: Vec<ModelledError>,
    /// How its pages follow one another; absent when it has none.
    pub pagination: Option<Pagination>,
}

/// Method, path and success status of an operation.
#[derive(Clone, Debug)]
pub struct Http {
    /// `GET`, `POST`, `HEAD`.
    pub method: Arc<str>,
    /// The path and fixed query string with `{Member}` places, `/{Bucket}?policy`.
    pub uri: Arc<str>,
    /// The status of success, 200 unless the model says otherwise.
    pub status: u16,
}

/// An error that an operation may answer with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelledError {
    /// The shape's name, `NoSuchEntityException`.
    pub name: Arc<str>,
    /// The code on the wire, `NoSuchEntity`.
    pub code: Arc<str>,
    /// The HTTP status, when the model says.
    pub status: Option<u16>,
}

/// One service's operations and shapes.
#[derive(Debug)]
pub struct ServiceModel {
    /// botocore's name of the service, `s3control`.
    pub name: Arc<str>,
    /// What holds for the whole service.
    pub metadata: Metadata,
    pub(super) operations: BTreeMap<Arc<str>, Arc<Operation>>,
    pub(super) shapes: Vec<Shape>,
    /// Stands in for a shape of another model.
    pub(super) document: Shape,
}

impl ServiceModel {
    /// The operation of that name.
    ///
    /// # Errors
    /// When the model lacks it; the error names the nearest.
    pub fn operation(&self, name: &str) -> Result<&Arc<Operation>, ApiError> {
        self.operations.get(name).ok_or_else(|| ApiError::Operation {
            service: self.name.to_string(),
            operation: name.to_owned(),
            nearest: nearest(name, self.operations.keys().map(|key| &**key)),
        })
    }

    /// Every operation, by name.
    pub fn operations(&self) -> impl Iterator<Item = &Arc<Operation>> {
        self.operations.values()
    }

    /// The shape of that id.
    pub fn shape(&self, id: ShapeId) -> &Shape {
        self.shapes.get(id.0 as usize).unwrap_or(&self.document)
    }

    /// The structure of that id; absent for any other kind of shape.
    pub fn structure(&self, id: ShapeId) -> Option<&Structure> {
        match &self.shape(id).kind {
            Kind::Structure(structure) => Some(structure),
            _ => None,
        }
    }

    /// The shape that a path leads to: members by SDK name, `[]` and `[Member=text]` into a list's items, any name into a map's values.
    ///
    /// # Errors
    /// When a structure on the way lacks the member, or something else has none.
    pub fn shape_at(&self, id: ShapeId, path: &Path) -> Result<ShapeId, ApiError> {
        path.segments().iter().try_fold(id, |at, segment| self.step(at, segment))
    }

    fn step(&self, at: ShapeId, segment: &Segment) -> Result<ShapeId, ApiError> {
        let shape = self.shape(at);
        let wrong = |member: &str, nearest: String| ApiError::Member {
            shape: shape.name.to_string(),
            member: member.to_owned(),
            nearest,
        };
        match (&shape.kind, segment) {
            (Kind::Structure(structure), Segment::Member(name)) => {
                let names = || structure.members.iter().map(|member| &*member.name);
                structure
                    .member(name)
                    .map(|member| member.target.shape)
                    .ok_or_else(|| wrong(name, nearest(name, names())))
            }
            (Kind::Map(_, value), Segment::Member(_)) => Ok(value.shape),
            (Kind::List(item), Segment::Each | Segment::Where { .. }) => Ok(item.shape),
            (Kind::Document, _) => Ok(at),
            (_, Segment::Member(name)) => Err(wrong(name, String::new())),
            (_, Segment::Each | Segment::Where { .. }) => Err(wrong("[]", String::new())),
        }
    }
}
