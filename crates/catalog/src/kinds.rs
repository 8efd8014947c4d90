//! Kinds: the cross-cloud names of things and their common attributes, `catalog/kinds/<kind>.toml`.

use std::collections::BTreeMap;
use std::sync::Arc;

use expr::Type;
use serde::Deserialize;

/// A kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// `storage.bucket`.
    #[serde(rename = "kind")]
    pub id: Arc<str>,
    /// "Storage bucket".
    pub title: String,
    /// The wider kind that it is one of: a user is an identity. It has all of that one's attributes.
    pub is: Option<Arc<str>>,
    /// Attribute → `type: one line of meaning`.
    #[serde(default)]
    pub attributes: BTreeMap<Arc<str>, String>,
}

impl Kind {
    /// The type of an attribute, from the word before its colon.
    pub fn attribute_type(&self, name: &str) -> Option<Type> {
        let meaning = self.attributes.get(name)?;
        Some(match meaning.split(':').next().unwrap_or_default().trim() {
            "bool" => Type::Bool,
            "int" => Type::Int,
            "string" => Type::String,
            "timestamp" => Type::Timestamp,
            "list of string" => Type::List(Arc::new(Type::String)),
            _ => Type::Any,
        })
    }
}
