//! What the collector asks of the catalogue.

use std::sync::Arc;

use catalog::{Call, Catalog, ResourceType, Source};
use resource::Path;

/// Types, sources and what is known of the calls that they make.
pub trait Knowledge: Send + Sync + 'static {
    /// A resource type by its id.
    fn resource_type(&self, id: &str) -> Option<&ResourceType>;

    /// A shared source by its id.
    fn source(&self, id: &str) -> Option<&Source>;

    /// The members of the document that the type's `index`th detail gives.
    fn gives(&self, of: &ResourceType, index: usize) -> Vec<Path>;

    /// The permission that a call needs, the one to print.
    fn permission(&self, call: &Call) -> Option<Arc<str>>;

    /// The members of an answer that continue from page to page; `None` for a call without pages.
    fn page_results(&self, call: &Call) -> Option<Vec<Path>>;
}

impl Knowledge for Catalog {
    fn resource_type(&self, id: &str) -> Option<&ResourceType> {
        Catalog::resource_type(self, id)
    }

    fn source(&self, id: &str) -> Option<&Source> {
        Catalog::source(self, id)
    }

    fn gives(&self, of: &ResourceType, index: usize) -> Vec<Path> {
        Catalog::gives(self, of, index)
    }

    fn permission(&self, call: &Call) -> Option<Arc<str>> {
        self.permissions(call).into_iter().next()
    }

    fn page_results(&self, call: &Call) -> Option<Vec<Path>> {
        let (_, operation) = self.api().call(&call.to_string()).ok()?;
        operation.pagination.as_ref().map(|pagination| pagination.results.clone())
    }
}
