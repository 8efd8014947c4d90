//! `identity` and `graph` behind one face.

use std::collections::BTreeSet;
use std::sync::Arc;

use catalog::{Catalog, ResourceType};
use check::FactMaker;
use expr::{Entity, Scope, Val};
use identity::Settings;
use resource::{Map, Value};

/// Computes the facts of a resource, derived ones included.
pub struct Facts {
    catalog: Arc<Catalog>,
    settings: Value,
    partition: String,
}

impl Facts {
    /// With the user's settings (trusted accounts, own organisations …).
    pub fn new(catalog: Arc<Catalog>, settings: Value, partition: &str) -> Self {
        Facts { catalog, settings, partition: partition.to_owned() }
    }
}

impl FactMaker for Facts {
    fn facts(&self, entity: &Entity, of: &ResourceType, scope: &dyn Scope, wanted: &BTreeSet<Arc<str>>) -> Map {
        let all = self.catalog.facts().closure(wanted);
        let given = scope.root("settings").map(|settings| settings.to_value());
        let settings = given.filter(|settings| settings.as_map().is_some()).unwrap_or_else(|| self.settings.clone());
        let settings = Settings::new(&settings, &entity.account, &self.partition);
        let world = identity::World { catalog: &self.catalog, scope, settings: &settings };
        let mut facts = identity::facts(entity, of, &world, &all);
        facts.extend(graph::facts(entity, of, scope, &all));
        self.catalog.facts().derive(&all, &mut facts, entity, scope);
        facts
    }

    fn call(&self, name: &str, args: &[Val]) -> Option<Val> {
        identity::call(name, args, &Settings::new(&self.settings, "", &self.partition))
    }
}
