//! The static types of documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use expr::{ObjectType, Type, Words};

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
    /// The values that a text, or each item of a list of texts, may have.
    fn words(&self, id: ShapeId) -> Words {
        let shape = self.model.shape(id);
        match &shape.kind {
            Kind::List(item) => self.model.shape(item.shape).values.clone(),
            _ => shape.values.clone(),
        }
    }

    fn of(&mut self, id: ShapeId) -> Type {
        if let Some(known) = self.done.get(&id) {
            return known.clone().unwrap_or(Type::Any);
        }
        self.done.insert(id, None);
        let shape = self.model.shape(id);
        let built = match &shape.kind {
            Kind::Structure(structure) => {
                let members = structure.members.iter();
                let words = members.clone().filter_map(|member| {
                    let words = self.words(member.target.shape);
                    (!words.is_empty()).then(|| (member.name.clone(), words))
                });
                let words = words.collect();
                let members = members.map(|member| (member.name.clone(), self.of(member.target.shape))).collect();
                Type::Object(Arc::new(ObjectType { name: shape.name.clone(), members, words }))
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
