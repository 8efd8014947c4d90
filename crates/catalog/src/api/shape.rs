//! The forms of values: structures, lists, maps, scalars, and how they travel.

use std::sync::Arc;

/// A shape of one model; means nothing to another model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShapeId(pub(super) u32);

/// The form of a value.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The model's name of it.
    pub name: Arc<str>,
    /// What it is.
    pub kind: Kind,
    /// The provider marks its content as secret.
    pub sensitive: bool,
    /// The values that a text may have; empty where it may have any.
    pub values: Arc<[Arc<str>]>,
}

/// What a shape is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Named members.
    Structure(Structure),
    /// Items of one form.
    List(Ref),
    /// Values by text key: key, then value.
    Map(Ref, Ref),
    /// Text.
    String,
    /// Bytes, base64 text in documents.
    Blob,
    /// A truth value.
    Boolean,
    /// A whole number.
    Integer,
    /// Any number.
    Float,
    /// A point in time, RFC 3339 UTC text in documents.
    Timestamp,
    /// Free JSON.
    Document,
}

/// The members of a structure.
#[derive(Clone, Debug, Default)]
pub struct Structure {
    /// Sorted by name.
    pub members: Vec<Member>,
    /// The members that an input must have.
    pub required: Vec<Arc<str>>,
    /// The member that is the HTTP body itself, an index into `members`.
    pub payload: Option<usize>,
    /// Body members by name on the wire, sorted: (name, index into `members`).
    pub(super) by_wire: Vec<(Arc<str>, usize)>,
}

impl Structure {
    /// The member of that SDK name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.binary_search_by(|member| (*member.name).cmp(name)).ok().and_then(|at| self.members.get(at))
    }
    /// The body member of that name on the wire.
    pub fn by_wire(&self, name: &str) -> Option<&Member> {
        let found = self.by_wire.binary_search_by(|(wire, _)| (**wire).cmp(name)).ok()?;
        self.by_wire.get(found).and_then(|(_, at)| self.members.get(*at))
    }
    /// The member that is the HTTP body.
    pub fn payload(&self) -> Option<&Member> {
        self.payload.and_then(|at| self.members.get(at))
    }
    /// Whether anything of it travels in a body.
    pub fn has_body(&self) -> bool {
        self.members.iter().any(|member| member.location == Location::Body)
    }
}

/// One member of a structure.
#[derive(Clone, Debug)]
pub struct Member {
    /// The SDK's name, used in documents.
    pub name: Arc<str>,
    /// Its form.
    pub target: Ref,
    /// Where in the HTTP message it travels.
    pub location: Location,
    /// Its name there: JSON member, XML element, header, query or path key.
    pub wire: Arc<str>,
    /// Its key in form requests (query and EC2 protocols).
    pub form: Arc<str>,
    /// An attribute of the structure's element, not an element of its own; `wire` keeps the prefix, `xsi:type`.
    pub xml_attribute: bool,
    /// Part of the host's name.
    pub host_label: bool,
    /// Filled with a random id when the caller gives none.
    pub idempotency_token: bool,
    /// JSON text inside base64 inside a header.
    pub json_value: bool,
}

/// A use of a shape, with what the model says about that use.
#[derive(Clone, Debug)]
pub struct Ref {
    /// The shape.
    pub shape: ShapeId,
    /// The element name that the use asks for.
    pub location_name: Option<Arc<str>>,
    /// Items or entries stand directly in the parent, without an element around them.
    pub flattened: bool,
    /// How a timestamp is written.
    pub timestamp: Option<TimestampFormat>,
    /// The XML namespace that its element declares.
    pub xml_namespace: Option<XmlNamespace>,
}

/// Where in an HTTP message a member travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// The body.
    Body,
    /// The path.
    Uri,
    /// The query string.
    Query,
    /// One header.
    Header,
    /// Every header that starts with the name.
    Headers,
    /// The status code.
    StatusCode,
}

/// How a timestamp is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampFormat {
    /// `2026-01-02T03:04:05Z`.
    Iso8601,
    /// `Fri, 02 Jan 2026 03:04:05 GMT`.
    Rfc822,
    /// Seconds since 1970.
    Unix,
}

/// An XML namespace declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XmlNamespace {
    /// The prefix, if it is not the default namespace.
    pub prefix: Option<Arc<str>>,
    /// The namespace.
    pub uri: Arc<str>,
}
