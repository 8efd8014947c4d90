//! Shared sources: `catalog/sources/<cloud>/<id>.toml`.

use std::sync::Arc;

use expr::Expr;
use resource::Path;
use serde::Deserialize;

use crate::call::{Call, Input};
use crate::text::{expression, optional_path};
use crate::types::{Decode, Scope};

/// A source that several types share: `catalog/sources/<cloud>/<id>.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its id.
    #[serde(rename = "source")]
    pub id: Arc<str>,
    /// Once per account or once per region.
    pub scope: Scope,
    /// Where its calls go, as on a type.
    pub at: Option<String>,
    /// A call made first, and again until `until` holds over its answer.
    pub prepare: Option<Prepare>,
    /// The call, paged.
    pub call: Call,
    /// Its input.
    #[serde(default)]
    pub with: Input,
    /// The part of each answer that is kept; absent means the whole answer.
    #[serde(default, deserialize_with = "optional_path")]
    pub take: Option<Path>,
    /// How the part is decoded.
    pub decode: Option<Decode>,
    /// For rows joined by `get.source`: the rows of an answer (after `take` and `decode`).
    #[serde(default, deserialize_with = "optional_path")]
    pub rows: Option<Path>,
    /// The member of a row that tells whose it is.
    pub key: Option<Arc<str>>,
    /// Whether several rows may have the same key: then the join gives a list.
    #[serde(default)]
    pub many: bool,
    /// Error codes that mean "none".
    #[serde(default)]
    pub absent: Vec<String>,
}

/// A call that makes the source ready.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prepare {
    /// The call.
    pub call: Call,
    /// Over its answer (`self`): ready when true.
    #[serde(deserialize_with = "expression")]
    pub until: Expr,
    /// How often at most.
    pub attempts: u32,
}
