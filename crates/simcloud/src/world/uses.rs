//! One use of an operation by a type or source, prepared for answering.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use catalog::api::ShapeId;
use catalog::{Decode, Scope};
use resource::{Map, Path, Value};

use crate::evaluate::Split;
use crate::rules::hash_of;

/// A listing that gives a type's items.
pub(crate) struct ListUse {
    pub type_id: Arc<str>,
    pub input: Ways,
    pub each: BTreeMap<String, Vec<String>>,
    pub items: Path,
    pub shape: ShapeId,
    /// The member that a scalar item is.
    pub member: Option<Arc<str>>,
    pub decode: Vec<(Path, Decode)>,
    /// Members whose order means something.
    pub ordered: Vec<String>,
}

/// A detail call of a type.
pub(crate) struct GetUse {
    pub input: Ways,
    pub take: Path,
    pub shape: ShapeId,
    pub into: Option<Path>,
    /// The list of the document whose items are asked for one by one.
    pub per: Option<Path>,
    pub decode: Vec<(Path, Decode)>,
    /// The members that this call alone gives.
    pub gives: Vec<Path>,
    /// Only these members, where the type narrows them.
    pub only: Vec<String>,
    pub gone: Vec<String>,
    pub absent: Vec<String>,
    pub unsupported: Vec<String>,
    pub batch: Option<BatchUse>,
    /// The resource is asked in a region of its own (a bucket).
    pub elsewhere: bool,
    pub ordered: Vec<String>,
}

/// Many resources in one call.
pub(crate) struct BatchUse {
    pub size: usize,
    pub over: Arc<str>,
    pub matches: Arc<str>,
    pub failures: Option<Path>,
    pub reasons: Option<Path>,
    pub gone: Vec<String>,
}

/// Rows of a shared source that documents carry at `into`.
pub(crate) struct RowUse {
    pub type_id: Arc<str>,
    pub get: usize,
    pub source: Arc<str>,
    pub into: Path,
    pub key: Arc<str>,
}

/// A document, or one item of its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub document: u32,
    pub item: Option<u32>,
}

/// What an input must be, and which documents it then means.
pub(crate) struct Ways {
    pub constants: Map,
    /// Members that depend on the resource.
    pub dynamic: Vec<Arc<str>>,
    pub scope: Scope,
    /// Names are unique across accounts.
    pub everywhere: bool,
    pub index: Arc<Index>,
}

/// Hash of account, region and dependent members → documents.
pub(crate) type Index = HashMap<u64, Vec<Slot>>;

impl Ways {
    /// An input of which nothing is indexed yet.
    pub(crate) fn new(split: &Split, scope: Scope, everywhere: bool) -> Ways {
        let dynamic = split.dynamic.iter().map(|(name, _)| name.clone()).collect();
        Ways { constants: split.constants.clone(), dynamic, scope, everywhere, index: Arc::default() }
    }

    /// The index key of the dependent members.
    pub(crate) fn key(&self, account: &str, region: &str, members: &Value) -> u64 {
        let account = if self.everywhere { "" } else { account };
        let region = if self.scope == Scope::Account { "" } else { region };
        hash_of(&(account, region, members.to_json()))
    }

    /// Whether the constant members are as the type sends them, the page size apart.
    pub(crate) fn constants_hold(&self, input: &Value, limit: Option<&str>) -> bool {
        let mut constants = self.constants.iter().filter(|(name, _)| Some(&***name) != limit);
        constants.all(|(name, value)| input.get(name) == value)
    }

    /// The dependent members of an input; `None` when one is missing.
    pub(crate) fn dependent(&self, input: &Value) -> Option<Value> {
        let members = self.dynamic.iter().map(|name| {
            let value = input.get(name);
            (!value.is_null()).then(|| (name.clone(), value.clone()))
        });
        members.collect::<Option<Map>>().map(Value::Map)
    }

    pub(crate) fn knows(&self, name: &str) -> bool {
        self.constants.contains_key(name) || self.dynamic.iter().any(|known| **known == *name)
    }
}
