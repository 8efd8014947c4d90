//! The catalogue read backwards: for every operation, which documents answer it and how.

mod build;
mod children;
mod find;
mod groups;
mod holdings;
mod uses;

use std::collections::HashMap;
use std::sync::Arc;

use catalog::Catalog;
use catalog::api::{Operation, ServiceModel};
use thiserror::Error;

use crate::estate::{Document, Members, Settings};

pub(crate) use build::without_each;
use holdings::Holdings;

pub(crate) use find::{Ask, Entry, Found, Hit, route_of};
pub(crate) use uses::{GetUse, ListUse, RowUse, Slot};

/// Everything that the simulator knows, indexed by what can be asked.
pub(crate) struct World {
    pub settings: Settings,
    pub catalog: Arc<Catalog>,
    held: Holdings,
    /// Plans by service and operation.
    plans: HashMap<Arc<str>, HashMap<Arc<str>, Plan>>,
    /// Models by the name in a signature's scope.
    signers: HashMap<Arc<str>, Vec<Arc<ServiceModel>>>,
}

/// How one operation is answered.
pub(crate) struct Plan {
    pub model: Arc<ServiceModel>,
    pub operation: Arc<Operation>,
    /// `service:Operation`.
    pub call: Arc<str>,
    /// The IAM actions it needs, the one to name first.
    pub actions: Vec<Arc<str>>,
    /// The region that signs it, for a global service.
    pub global: Option<Arc<str>>,
    pub lists: Vec<ListUse>,
    pub gets: Vec<GetUse>,
    pub rows: Vec<RowUse>,
    /// It makes a source ready.
    pub prepares: bool,
}

/// An estate that does not fit the catalogue.
#[derive(Debug, Error)]
pub enum WorldError {
    /// A document of no type.
    #[error("the estate has documents of `{0}`, which is no resource type; correct the file's name")]
    Type(Arc<str>),
    /// A document whose id cannot be computed.
    #[error(
        "a document of `{type_id}` in {account} has no id ({document}); it needs the members that its type's `id` names"
    )]
    Id {
        /// The type.
        type_id: Arc<str>,
        /// The account.
        account: Arc<str>,
        /// Its beginning.
        document: String,
    },
    /// Two documents with one id, which no index could keep apart.
    #[error("`{0}` is there twice; ids are unique")]
    Twice(Arc<str>),
    /// A document in the wrong folder.
    #[error("`{type_id}` documents belong into `{account}/{expected}`; move the file")]
    Folder {
        /// The type.
        type_id: Arc<str>,
        /// The account.
        account: Arc<str>,
        /// `global` or a region.
        expected: &'static str,
    },
    /// A catalogue that the models do not fit.
    #[error("the catalogue does not fit the provider's models: {0}")]
    Catalog(String),
}

impl World {
    /// Reads catalogue and models backwards over an estate.
    ///
    /// # Errors
    /// When a document has no type or no id, lies in the wrong folder, or the catalogue names a call that the models
    /// lack.
    pub(crate) fn new(catalog: Arc<Catalog>, estate: crate::Estate) -> Result<World, WorldError> {
        build::world(catalog, estate)
    }

    pub(crate) fn members(&self, document: u32) -> &Members {
        &self.held.documents[document as usize].members
    }

    pub(crate) fn document(&self, document: u32) -> &Document {
        &self.held.documents[document as usize]
    }

    pub(crate) fn uid(&self, document: u32) -> &Arc<str> {
        &self.held.uids[document as usize]
    }

    pub(crate) fn home(&self, document: u32) -> &Arc<str> {
        &self.held.homes[document as usize]
    }

    pub(crate) fn of_type(&self, type_id: &str) -> &[u32] {
        self.held.of_type(type_id)
    }

    /// The models whose requests are signed for a service.
    pub(crate) fn signed_for(&self, service: &str) -> &[Arc<ServiceModel>] {
        self.signers.get(service).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn plan(&self, service: &str, operation: &str) -> Option<&Plan> {
        self.plans.get(service)?.get(operation)
    }

    /// Every operation that documents can answer.
    pub(crate) fn calls(&self) -> impl Iterator<Item = &Plan> {
        self.plans.values().flat_map(HashMap::values)
    }
}
