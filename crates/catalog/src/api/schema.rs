//! The static types of documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use expr::{ObjectType, Type};

use super::{Kind, ServiceModel, ShapeId};

impl ServiceModel {
    /// The type of a shape's document: timestamps are `Timestamp`, blobs text, a shape inside itself `Any`.
    pub fn schema(&self, shape: ShapeId) -> Type {
        Schemas { model: self, done: BTreeMap::new() }.of(shape)
    }
}

struct Schemas<'m> {
    model: &'m ServiceModel,
    /// `None` while a shape is being put together: met again there, it is inside itself.
    done: BTreeMap<ShapeId, Option<Type>>,
}

impl Schemas<'_> {
    fn of(&mut self, id: ShapeId) -> Type {
        if let Some(known) = self.done.get(&id) {
            return known.clone().unwrap_or(Type::Any);
        }
        self.done.insert(id, None);
        let shape = self.model.shape(id);
        let built = match &shape.kind {
            Kind::Structure(structure) => {
                let members = structure.members.iter();
                let members = members.map(|member| (member.name.clone(), self.of(member.target.shape))).collect();
                Type::Object(Arc::new(ObjectType { name: shape.name.clone(), members }))
            }
            Kind::List(item) => Type::list(self.of(item.shape)),
            Kind::Map(_, value) => Type::map(self.of(value.shape)),
            Kind::String | Kind::Blob => Type::String,
            Kind::Boolean => Type::Bool,
            Kind::Integer => Type::Int,
            Kind::Float => Type::Number,
            Kind::Timestamp => Type::Timestamp,
            Kind::Document => Type::Any,
        };
        self.done.insert(id, Some(built.clone()));
        built
    }
}
