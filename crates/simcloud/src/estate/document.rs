//! Documents in memory: members that many documents share are held once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use resource::{Map, Path, Segment, Value};

/// One resource's document.
#[derive(Debug)]
pub(crate) struct Document {
    /// `aws.s3.bucket`.
    pub type_id: Arc<str>,
    /// The account that lists it.
    pub account: Arc<str>,
    /// The region that lists it; empty for account-wide types.
    pub region: Arc<str>,
    /// The parent's id, where the document itself does not say.
    pub parent: Option<Arc<str>>,
    /// Its members.
    pub members: Members,
}

/// The members of a document, sorted by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members(Box<[(Arc<str>, Arc<Value>)]>);

/// Holds equal names and equal values once: 20,000 similar buckets then cost little more than their differences.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    names: HashSet<Arc<str>>,
    values: HashMap<String, Arc<Value>>,
}

impl Interner {
    fn name(&mut self, name: &Arc<str>) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        self.names.insert(name.clone());
        name.clone()
    }

    fn value(&mut self, value: Value) -> Arc<Value> {
        self.values.entry(value.to_json()).or_insert_with(|| Arc::new(value)).clone()
    }
}

impl Document {
    /// A document; `None` when the value is no object. `$parent` is taken out of it.
    pub(crate) fn new(
        interner: &mut Interner,
        type_id: &Arc<str>,
        account: &str,
        region: Arc<str>,
        value: Value,
    ) -> Option<Document> {
        let Value::Map(mut map) = value else { return None };
        let parent = map.remove("$parent").and_then(|parent| parent.as_str().map(Arc::from));
        let account = interner.name(&Arc::from(account));
        let members = map.into_iter().map(|(name, value)| (interner.name(&name), interner.value(value))).collect();
        Some(Document { type_id: type_id.clone(), account, region, parent, members: Members(members) })
    }
}

impl Members {
    /// A member; absent when there is none.
    pub(crate) fn get(&self, name: &str) -> &Value {
        match self.0.binary_search_by(|(known, _)| (**known).cmp(name)) {
            Ok(index) => &self.0[index].1,
            Err(_) => Value::null(),
        }
    }

    /// What a path leads to, as [`Value::at`]; absent for the empty path.
    pub(crate) fn at(&self, path: &Path) -> &Value {
        match path.segments().split_first() {
            Some((Segment::Member(name), [])) => self.get(name),
            Some((Segment::Member(name), rest)) => self.get(name).at(&Path::new(rest.to_vec())),
            _ => Value::null(),
        }
    }

    /// The whole document.
    pub(crate) fn to_value(&self) -> Value {
        Value::Map(self.0.iter().map(|(name, value)| (name.clone(), (**value).clone())).collect::<Map>())
    }
}
