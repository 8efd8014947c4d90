//! The catalogue: resource types, sources, checks, facts, kinds, objectives and the providers' API models, read from
//! data files and interpreted. The embedded files are in the binary; users' folders go on top.
//!
//! It does no I/O beyond reading the folders it is given, makes no call and knows no resource.
//!
//! ```
//! let catalog = catalog::Catalog::embedded().expect("the embedded catalogue loads");
//! assert!(catalog.check("aws-s3-bucket-public-access-blocked").is_some());
//! ```
#![deny(missing_docs)]

mod action;
mod adjust;
pub mod api;
mod call;
mod checks;
mod data;
mod demand;
mod error;
pub mod facts;
mod framework;
mod gives;
mod kinds;
mod load;
mod markdown;
mod schema;
mod source;
mod text;
mod types;
mod user;
pub mod validate;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use resource::Path;

pub use action::{Action, ActionError, Fix, Inverse, PreparedCall, Remedy, Safety, Step};
pub use adjust::Adjustment;
pub use call::{Argument, Call, Input};
pub use checks::{Check, Example, Subject, example_word, fix_template};
pub use data::Data;
pub use demand::Demand;
pub use error::CatalogError;
pub use framework::{Framework, Requirement, RequirementCoverage, Served};
pub use kinds::Kind;
pub use load::embedded;
pub use schema::TypeSchema;
pub use source::{Prepare, Source};
pub use types::{
    Batch, Decode, Edge, FromSource, Get, List, Missing, Namespace, Open, OpenKind, Policy, PolicyKind, ResourceType,
    Scope, Secret, Singleton,
};

use action::Actions;
use api::ApiIndex;
use facts::Facts;
use framework::Frameworks;

/// (type, index of the get) → the members that it gives, once asked for.
type Given = HashMap<(Arc<str>, usize), Vec<Path>>;

/// Everything that Plumb knows about providers and about what should be so.
pub struct Catalog {
    types: BTreeMap<Arc<str>, ResourceType>,
    sources: BTreeMap<Arc<str>, Source>,
    kinds: BTreeMap<Arc<str>, Kind>,
    objectives: BTreeMap<Arc<str>, String>,
    facts: Facts,
    checks: BTreeMap<Arc<str>, Arc<Check>>,
    aliases: BTreeMap<Arc<str>, Arc<str>>,
    actions: Actions,
    frameworks: Frameworks,
    data: BTreeMap<Arc<str>, Data>,
    api: Arc<ApiIndex>,
    gives: Mutex<Given>,
    schemas: Mutex<HashMap<Arc<str>, expr::Type>>,
}

impl Catalog {
    /// Every resource type, by id.
    pub fn resource_types(&self) -> impl Iterator<Item = &ResourceType> {
        self.types.values()
    }

    /// A resource type.
    pub fn resource_type(&self, id: &str) -> Option<&ResourceType> {
        self.types.get(id)
    }

    /// Every resource type of a kind or of one that is of that kind.
    pub fn types_of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a ResourceType> {
        self.types.values().filter(move |found| self.is_of_kind(found, kind))
    }

    fn is_of_kind(&self, of: &ResourceType, kind: &str) -> bool {
        let own = of.kind.as_deref();
        own == Some(kind) || own.and_then(|own| self.kind(own)?.is.as_deref()) == Some(kind)
    }

    /// The types that a check is about.
    pub fn subjects(&self, check: &Check) -> Vec<&ResourceType> {
        match &check.subject {
            Subject::Type(id) => self.resource_type(id).into_iter().collect(),
            Subject::Kind(kind) => self.types.values().filter(|found| self.is_of_kind(found, kind)).collect(),
        }
    }

    /// Every shared source, by id.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.values()
    }

    /// A shared source.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.get(id)
    }

    /// A kind.
    pub fn kind(&self, id: &str) -> Option<&Kind> {
        self.kinds.get(id)
    }

    /// Every kind, by id.
    pub fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.kinds.values()
    }

    /// Objective → what it demands in words.
    pub fn objectives(&self) -> &BTreeMap<Arc<str>, String> {
        &self.objectives
    }

    /// The table of facts.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Every check, by id.
    pub fn checks(&self) -> impl Iterator<Item = &Arc<Check>> {
        self.checks.values()
    }

    /// A check by its id or a former id.
    pub fn check(&self, id: &str) -> Option<&Arc<Check>> {
        self.checks.get(id).or_else(|| self.checks.get(self.aliases.get(id)?))
    }

    /// The provider's API models.
    pub fn api(&self) -> &Arc<ApiIndex> {
        &self.api
    }

    /// The permissions that a call needs, the one to name first. The call's own name where the table is silent.
    pub fn permissions(&self, call: &Call) -> Vec<Arc<str>> {
        match self.api.permissions() {
            Ok(table) => table.actions(&call.service, &call.operation),
            Err(_) => vec![call.to_string().into()],
        }
    }

    /// A short hash-free name for the catalogue's contents: the program's version and the number of checks.
    pub fn version(&self) -> String {
        format!("{}+{}", env!("CARGO_PKG_VERSION"), self.checks.len())
    }
}
