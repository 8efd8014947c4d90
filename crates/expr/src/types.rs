//! Static types and what a schema must answer.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The static type of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Nothing is known; everything is allowed.
    Any,
    /// Only ever absent.
    Null,
    /// A truth value.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Number,
    /// Text.
    String,
    /// A moment; RFC 3339 text in documents.
    Timestamp,
    /// A length of time.
    Duration,
    /// Several values.
    List(Arc<Type>),
    /// Values under free names.
    Map(Arc<Type>),
    /// An object of known members.
    Object(Arc<ObjectType>),
    /// A resource of that type.
    Entity(Arc<str>),
    /// The result of a function that only offers methods or an order.
    Opaque(Opaque),
}

/// Values that only functions make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Opaque {
    /// `cidr(x)`: an address range.
    Cidr,
    /// `ports(from, to)`: a port range.
    Ports,
    /// `version(x)`: an ordered version.
    Version,
    /// `tls(x)`: an ordered protocol version.
    Tls,
    /// `filter_pattern(x)`: a parsed log filter.
    FilterPattern,
}

impl Opaque {
    /// The function that makes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Opaque::Cidr => "cidr",
            Opaque::Ports => "ports",
            Opaque::Version => "version",
            Opaque::Tls => "tls",
            Opaque::FilterPattern => "filter_pattern",
        }
    }
}

/// An object's members.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ObjectType {
    /// What the provider or the catalogue calls it.
    pub name: Arc<str>,
    /// Its members.
    pub members: BTreeMap<Arc<str>, Type>,
    /// Text members, and lists of texts, that only ever hold certain values.
    pub words: BTreeMap<Arc<str>, Words>,
}

/// The values that a text may have.
pub type Words = Arc<[Arc<str>]>;

impl Type {
    /// A list of `item`.
    pub fn list(item: Type) -> Type {
        Type::List(Arc::new(item))
    }

    /// A map of `value`.
    pub fn map(value: Type) -> Type {
        Type::Map(Arc::new(value))
    }

    /// An object.
    pub fn object<K: Into<Arc<str>>>(name: &str, members: impl IntoIterator<Item = (K, Type)>) -> Type {
        let members = members.into_iter().map(|(name, ty)| (name.into(), ty)).collect();
        Type::Object(Arc::new(ObjectType { name: name.into(), members, words: BTreeMap::new() }))
    }

    /// A resource of the type `id`.
    pub fn entity(id: &str) -> Type {
        Type::Entity(id.into())
    }

    /// Whether nothing can be said against a use of it.
    pub fn is_open(&self) -> bool {
        matches!(self, Type::Any | Type::Null)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Any => f.write_str("anything"),
            Type::Null => f.write_str("null"),
            Type::Bool => f.write_str("a truth value"),
            Type::Int => f.write_str("a whole number"),
            Type::Number => f.write_str("a number"),
            Type::String => f.write_str("text"),
            Type::Timestamp => f.write_str("a timestamp"),
            Type::Duration => f.write_str("a duration"),
            Type::List(item) => match &**item {
                Type::Any => f.write_str("a list"),
                item => write!(f, "a list ({item} each)"),
            },
            Type::Map(_) => f.write_str("a map"),
            Type::Object(object) if object.name.is_empty() => f.write_str("an object"),
            Type::Object(object) => write!(f, "the object `{}`", object.name),
            Type::Entity(id) => write!(f, "a resource `{id}`"),
            Type::Opaque(opaque) => write!(f, "a `{}` value", opaque.as_str()),
        }
    }
}

/// What a function outside this crate takes and gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// The parameters; a method's receiver comes first.
    pub params: Vec<Type>,
    /// How many of them must be given.
    pub required: usize,
    /// What it gives.
    pub result: Type,
}

/// What the checker asks about the world that an expression speaks of.
pub trait Schema {
    /// The type of a root other than `self`, `facts`, `norm` and `now` of a check's subject: `account`, `params`,
    /// `item`… For an expression without a subject it is asked for `self`, `facts` and `norm` too.
    fn root(&self, name: &str) -> Option<Type>;
    /// The roots, for suggestions.
    fn roots(&self) -> Vec<Arc<str>>;
    /// The type of a resource's document, normally [`Type::Object`]; `None` when there is no such resource type.
    /// Members known without reading (`account.id`) are among its members.
    fn entity(&self, type_id: &str) -> Option<Type>;
    /// The resource types, for suggestions.
    fn entity_names(&self) -> Vec<Arc<str>>;
    /// Where the edge `name` of `type_id` leads.
    fn edge(&self, type_id: &str, name: &str) -> Option<Arc<str>>;
    /// The edges of a type, for suggestions.
    fn edge_names(&self, type_id: &str) -> Vec<Arc<str>>;
    /// The types whose edge `name` leads to `type_id`.
    fn incoming(&self, type_id: &str, name: &str) -> Vec<Arc<str>>;
    /// The names of the edges that lead to `type_id`, for suggestions.
    fn incoming_names(&self, type_id: &str) -> Vec<Arc<str>>;
    /// The type of `facts`.
    fn facts(&self) -> Type;
    /// The type of `norm` of a resource type.
    fn norm(&self, type_id: &str) -> Type;
    /// The signature of a function supplied by the host (`policy`), or of a method, written with a leading dot
    /// (`.full_service`).
    fn function(&self, name: &str) -> Option<Signature> {
        let _ = name;
        None
    }
}
