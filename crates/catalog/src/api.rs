//! The providers' API models: operations, shapes, paging, endpoints and permissions, as extracted from the
//! providers' own published packages, and the wire codec driven by them.
//!
//! Everything here works on bytes that it is given; nothing opens a connection.
//!
//! ```
//! use catalog::api::ApiIndex;
//! # let dir = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalog/api/aws"));
//! let api = ApiIndex::open(dir);
//! let (_, operation) = api.call("s3:ListBuckets").unwrap();
//! assert_eq!(&*operation.http.method, "GET");
//! ```

mod endpoints;
mod error;
mod index;
mod load;
mod model;
mod pages;
pub mod permissions;
mod regions;
mod schema;
mod shape;
pub mod wire;

#[cfg(test)]
mod tests;

pub use endpoints::{Endpoint, Endpoints, Partition, Variant};
pub use error::ApiError;
pub use index::ApiIndex;
pub use model::{Http, Metadata, ModelledError, Operation, Protocol, ServiceModel};
pub use pages::{Pagination, Token};
pub use permissions::Permissions;
pub use regions::default_regions;
pub use shape::{Kind, Location, Member, Ref, Shape, ShapeId, Structure, TimestampFormat, XmlNamespace};
