//! The static types of documents, put together from the provider's models and the type files.

use std::collections::BTreeMap;
use std::sync::Arc;

use expr::{ObjectType, Schema, Signature, Type};
use resource::{Path, Segment};

use crate::Catalog;
use crate::types::{Get, ResourceType};

/// The schema for one subject type's rules, or for a type file's own expressions.
pub struct TypeSchema<'a> {
    catalog: &'a Catalog,
    of: &'a ResourceType,
    params: Type,
}

impl<'a> TypeSchema<'a> {
    /// For expressions about resources of a type.
    pub fn new(catalog: &'a Catalog, of: &'a ResourceType) -> Self {
        TypeSchema { catalog, of, params: Type::object::<&str>("params", []) }
    }

    /// The same with a check's parameters, typed by their defaults.
    #[must_use]
    pub fn params(mut self, params: &resource::Map) -> Self {
        self.params = Type::object("params", params.iter().map(|(name, value)| (name.clone(), type_of(value))));
        self
    }

    fn cloud(&self) -> &str {
        self.of.id.split('.').next().unwrap_or_default()
    }
}

/// What a user may set for all checks.
fn settings() -> Type {
    let names = || Type::list(Type::String);
    Type::object(
        "settings",
        [
            ("trusted_accounts", names()),
            ("own_organisations", names()),
            ("trusted_networks", names()),
            ("ignored_secret_names", names()),
            ("allowed_regions", names()),
        ],
    )
}

pub(crate) fn type_of(value: &resource::Value) -> Type {
    match value {
        resource::Value::Bool(_) => Type::Bool,
        resource::Value::Int(_) => Type::Int,
        resource::Value::Float(_) => Type::Number,
        resource::Value::Str(_) => Type::String,
        resource::Value::List(list) => Type::list(list.items.iter().map(type_of).reduce(merged).unwrap_or(Type::Any)),
        resource::Value::Map(members) => {
            Type::object("row", members.iter().map(|(name, value)| (name.clone(), type_of(value))))
        }
        _ => Type::Any,
    }
}

impl Schema for TypeSchema<'_> {
    fn root(&self, name: &str) -> Option<Type> {
        Some(match name {
            "self" => Type::Entity(self.of.id.clone()),
            "facts" => self.facts(),
            "norm" => self.norm(&self.of.id),
            "account" => Type::entity(&format!("{}.account", self.cloud())),
            "region" => Type::entity(&format!("{}.region", self.cloud())),
            "parent" => Type::Entity(self.of.parent.clone()?),
            "item" => Type::Any,
            "partition" => Type::String,
            "params" => self.params.clone(),
            "settings" => settings(),
            // A type file's inputs name members of the resource itself: `$Name`.
            other => self.catalog.document_type(self.of).member(other)?.clone(),
        })
    }

    fn roots(&self) -> Vec<Arc<str>> {
        ["self", "facts", "norm", "account", "region", "params", "settings", "now"].map(Into::into).to_vec()
    }

    fn entity(&self, type_id: &str) -> Option<Type> {
        Some(self.catalog.document_type(self.catalog.resource_type(type_id)?))
    }

    fn entity_names(&self) -> Vec<Arc<str>> {
        self.catalog.types.keys().cloned().collect()
    }

    fn edge(&self, type_id: &str, name: &str) -> Option<Arc<str>> {
        let edges = &self.catalog.resource_type(type_id)?.edge;
        edges.iter().find(|edge| &*edge.name == name).map(|edge| edge.to.clone())
    }

    fn edge_names(&self, type_id: &str) -> Vec<Arc<str>> {
        let edges = self.catalog.resource_type(type_id).map(|found| found.edge.as_slice()).unwrap_or_default();
        edges.iter().map(|edge| edge.name.clone()).collect()
    }

    fn incoming(&self, type_id: &str, name: &str) -> Vec<Arc<str>> {
        let leads = |found: &&ResourceType| found.edge.iter().any(|edge| &*edge.to == type_id && &*edge.name == name);
        self.catalog.resource_types().filter(leads).map(|found| found.id.clone()).collect()
    }

    fn incoming_names(&self, type_id: &str) -> Vec<Arc<str>> {
        let edges = self.catalog.resource_types().flat_map(|found| &found.edge);
        edges.filter(|edge| &*edge.to == type_id).map(|edge| edge.name.clone()).collect()
    }

    fn facts(&self) -> Type {
        self.catalog.facts.object_type()
    }

    fn norm(&self, type_id: &str) -> Type {
        let kind = self.catalog.resource_type(type_id).and_then(|found| found.kind.as_deref());
        let Some(kind) = kind.and_then(|id| self.catalog.kind(id)) else {
            return Type::object::<&str>("norm", []);
        };
        let attributes = kind.attributes.keys().filter_map(|name| Some((name.clone(), kind.attribute_type(name)?)));
        Type::object(&kind.id, attributes)
    }

    fn function(&self, name: &str) -> Option<Signature> {
        host_function(name)
    }
}

/// The functions that `identity` supplies to rules.
fn host_function(name: &str) -> Option<Signature> {
    let because = || Type::list(Type::Any);
    Some(match name {
        "policy" => Signature {
            params: vec![Type::Any],
            required: 1,
            result: Type::object(
                "policy",
                [("admin", Type::Bool), ("conditional", Type::Bool), ("because", because()), ("escalation", because())],
            ),
        },
        ".full_service" | ".allows_action" | ".allows_widely" => {
            Signature { params: vec![Type::Any, Type::String], required: 2, result: Type::Bool }
        }
        "secrets" => Signature {
            params: vec![Type::Any],
            required: 1,
            result: Type::list(Type::object(
                "secret",
                [("place", Type::String), ("name", Type::String), ("detector", Type::String), ("line", Type::Int)],
            )),
        },
        _ => return None,
    })
}

/// The type of two items of a list: tables have the columns of both.
fn merged(mut first: Type, second: Type) -> Type {
    if matches!((&first, &second), (Type::Object(_), Type::Object(_))) {
        merge(&mut first, second);
    }
    first
}

trait MemberOf {
    fn member(&self, name: &str) -> Option<&Type>;
}

impl MemberOf for Type {
    fn member(&self, name: &str) -> Option<&Type> {
        match self {
            Type::Object(object) => object.members.get(name),
            _ => None,
        }
    }
}

impl Catalog {
    /// The type of a resource's document: what its listing and details give, decoded, and the members that are known
    /// without reading.
    pub fn document_type(&self, of: &ResourceType) -> Type {
        if let Ok(known) = self.schemas.lock()
            && let Some(found) = known.get(&of.id)
        {
            return found.clone();
        }
        let found = self.build_document_type(of);
        if let Ok(mut known) = self.schemas.lock() {
            known.insert(of.id.clone(), found.clone());
        }
        found
    }

    fn build_document_type(&self, of: &ResourceType) -> Type {
        let mut document = Type::object::<&str>(&of.id, []);
        if let Some(list) = &of.list {
            let item = self.answer_type(&list.call.to_string(), &list.items);
            match &list.member {
                Some(name) => merge(&mut document, Type::object("", [(name.clone(), item)])),
                None => merge(&mut document, item),
            }
        }
        if let Some(from) = &of.source
            && let Some(source) = self.source(&from.id)
        {
            merge(&mut document, self.answer_type(&source.call.to_string(), &from.items));
            decode(&mut document, &Path::default(), from.decode.keys());
        }
        for get in &of.get {
            let (place, given) = self.get_type(get);
            put(&mut document, place.segments(), given);
            decode(&mut document, &place, get.decode.keys());
        }
        let known = match &*of.id {
            "aws.account" => &["uid", "id"][..],
            "aws.region" => &["uid", "name"][..],
            _ => &["uid"][..],
        };
        merge(&mut document, Type::object("", known.iter().map(|name| (*name, Type::String))));
        name_object(document, &of.title)
    }

    /// Where a get puts what it gives, and the type of that.
    fn get_type(&self, get: &Get) -> (Path, Type) {
        let place = match (&get.per, &get.into) {
            (Some(per), Some(into)) => per.join(into),
            (Some(per), None) => per.clone(),
            (None, Some(into)) => into.clone(),
            (None, None) => Path::default(),
        };
        let given = match (&get.call, get.source.as_ref().and_then(|id| self.source(id))) {
            (Some(call), _) => self.answer_type(&call.to_string(), &get.taken()),
            (None, Some(source)) => {
                let row = match (source.decode, &source.rows) {
                    (None, Some(rows)) => {
                        let path = source.take.clone().unwrap_or_default().join(rows);
                        self.answer_type(&source.call.to_string(), &path)
                    }
                    _ => Type::map(Type::String),
                };
                if source.many { Type::list(row) } else { row }
            }
            (None, None) => Type::Any,
        };
        let given = if get.gives.is_empty() || get.into.is_some() {
            given
        } else {
            Type::object("", get.gives.iter().map(|name| (name.as_str(), member_or_any(&given, name))))
        };
        (place, given)
    }

    fn answer_type(&self, call: &str, path: &Path) -> Type {
        let Ok((model, operation)) = self.api.call(call) else { return Type::Any };
        let Some(output) = operation.output else { return Type::object::<&str>(call, []) };
        match model.shape_at(output, path) {
            Ok(shape) => model.schema(shape),
            Err(_) => Type::Any,
        }
    }
}

fn member_or_any(of: &Type, name: &str) -> Type {
    match of {
        Type::Map(value) => (**value).clone(),
        other => other.member(name).cloned().unwrap_or(Type::Any),
    }
}

fn name_object(ty: Type, name: &str) -> Type {
    match ty {
        Type::Object(object) => Type::Object(Arc::new(ObjectType { name: name.into(), ..ObjectType::clone(&object) })),
        other => other,
    }
}

/// Adds the members of another object.
fn merge(into: &mut Type, other: Type) {
    match (&mut *into, other) {
        (Type::Object(mine), Type::Object(theirs)) => {
            let mut members: BTreeMap<Arc<str>, Type> = mine.members.clone();
            for (name, ty) in &theirs.members {
                match members.get_mut(name) {
                    Some(present) => merge(present, ty.clone()),
                    None => {
                        members.insert(name.clone(), ty.clone());
                    }
                }
            }
            let mut words = mine.words.clone();
            for (name, theirs) in &theirs.words {
                words.entry(name.clone()).or_insert_with(|| theirs.clone());
            }
            let name = if mine.name.is_empty() { theirs.name.clone() } else { mine.name.clone() };
            *into = Type::Object(Arc::new(ObjectType { name, members, words }));
        }
        (_, Type::Any | Type::Null) => {}
        (place, other) => *place = other,
    }
}

/// Puts a type at a path, making objects on the way.
fn put(into: &mut Type, path: &[Segment], given: Type) {
    let Some((segment, rest)) = path.split_first() else {
        merge(into, given);
        return;
    };
    match segment {
        Segment::Member(name) => {
            let mut inner = into.member(name).cloned().unwrap_or(Type::Null);
            put(&mut inner, rest, given);
            if !matches!(into, Type::Object(_)) {
                *into = Type::object::<&str>("", []);
            }
            if let Type::Object(object) = into {
                let mut members = object.members.clone();
                members.insert(name.clone(), inner);
                *into = Type::Object(Arc::new(ObjectType { members, ..ObjectType::clone(object) }));
            }
        }
        Segment::Each | Segment::Where { .. } => {
            let mut inner = match into {
                Type::List(item) => (**item).clone(),
                _ => Type::Null,
            };
            put(&mut inner, rest, given);
            *into = Type::list(inner);
        }
    }
}

/// Decoded members are documents that no model describes.
fn decode<'a>(document: &mut Type, place: &Path, members: impl Iterator<Item = &'a String>) {
    for member in members {
        if let Ok(path) = Path::parse(member) {
            replace(document, place.join(&path).segments());
        }
    }
}

fn replace(ty: &mut Type, path: &[Segment]) {
    let Some((segment, rest)) = path.split_first() else {
        *ty = Type::Any;
        return;
    };
    match (segment, &mut *ty) {
        (Segment::Member(name), Type::Object(object)) => {
            let mut object = ObjectType::clone(object);
            if let Some(inner) = object.members.get_mut(name) {
                replace(inner, rest);
            }
            *ty = Type::Object(Arc::new(object));
        }
        (Segment::Each, Type::List(item)) => {
            let mut inner = (**item).clone();
            replace(&mut inner, rest);
            *ty = Type::list(inner);
        }
        _ => {}
    }
}
