//! Completing a resource with its facts and its kind's attributes.

use std::collections::BTreeSet;
use std::sync::Arc;

use catalog::{Demand, ResourceType};
use expr::{Entity, EntityData, Scope, Val};
use resource::{Map, Value};

use crate::OnSubject;

/// Computes facts: `identity` and `graph` behind one face.
pub trait FactMaker {
    /// The wanted facts of a resource whose document is complete; derived ones included.
    fn facts(&self, entity: &Entity, of: &ResourceType, scope: &dyn Scope, wanted: &BTreeSet<Arc<str>>) -> Map;

    /// A function that rules may call, `policy` or `.full_service`; `None` when there is none of that name.
    fn call(&self, name: &str, args: &[Val]) -> Option<Val>;
}

/// The resource with the facts and attributes that are demanded of its type. Members of `facts` that are given
/// already (by an example) win.
pub fn complete(
    entity: EntityData,
    of: &ResourceType,
    demand: &Demand,
    scope: &dyn Scope,
    maker: &dyn FactMaker,
) -> Entity {
    let given = match &entity.facts {
        Value::Map(map) => map.clone(),
        _ => Map::new(),
    };
    let mut entity = Arc::new(entity);
    if let Some(wanted) = demand.facts.get(&of.id) {
        let mut facts = maker.facts(&entity, of, scope, wanted);
        facts.extend(given);
        Arc::make_mut(&mut entity).facts = Value::Map(facts);
    }
    if let Some(wanted) = demand.norms.get(&of.id) {
        let attributes = of.norm.iter().filter(|(name, _)| wanted.contains(*name));
        let norm: Map = attributes
            .map(|(name, expression)| (name.clone(), expression.evaluate(&OnSubject::new(scope, &entity)).to_value()))
            .collect();
        Arc::make_mut(&mut entity).norm = Value::Map(norm);
    }
    entity
}
