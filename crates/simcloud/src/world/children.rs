//! Which resource is the parent of which: for types that are listed once for each parent.

use std::collections::HashMap;
use std::sync::Arc;

use resource::{Map, Value};

use super::Slot;
use super::holdings::Holdings;
use super::uses::{Index, Ways};
use crate::estate::Document;
use crate::evaluate::{Roots, Split};

/// The possible parents of a type's documents.
pub(super) struct Parents {
    by_uid: HashMap<Arc<str>, u32>,
    /// By account, region and any text that the listing is asked with.
    by_text: HashMap<[Arc<str>; 3], u32>,
}

impl Parents {
    pub(super) fn of(held: &Holdings, split: &Split, partition: &str, parents: &[u32]) -> Parents {
        let mut found = Parents { by_uid: HashMap::new(), by_text: HashMap::new() };
        for &number in parents {
            let parent = &held.documents[number as usize];
            found.by_uid.insert(held.uids[number as usize].clone(), number);
            let members = asked_with(parent, split, partition);
            let place = |text: &str| [parent.account.clone(), parent.region.clone(), Arc::from(text)];
            found.by_text.extend(texts(&members).map(|text| (place(text), number)));
        }
        found
    }

    /// By `$parent`, or because a member of the child is what the parent's listing is asked with.
    pub(super) fn find(&self, child: &Document, value: &Value) -> Option<u32> {
        if let Some(uid) = &child.parent {
            return self.by_uid.get(uid).copied();
        }
        let place = |text: &str| [child.account.clone(), child.region.clone(), Arc::from(text)];
        texts(value).find_map(|text| self.by_text.get(&place(text)).copied())
    }
}

/// For each parent's listing, the children it gives; none for a parent without children.
pub(super) fn index_by_parent(
    input: &Ways,
    split: &Split,
    held: &Holdings,
    partition: &str,
    parents: &[u32],
    own: &[u32],
) -> Index {
    let mut index = Index::new();
    let mut keys: HashMap<u32, u64> = HashMap::new();
    for &number in parents {
        let parent = &held.documents[number as usize];
        let key = input.key(&parent.account, &parent.region, &asked_with(parent, split, partition));
        index.entry(key).or_default();
        keys.insert(number, key);
    }
    for &document in own {
        if let Some(key) = held.parents.get(&document).and_then(|parent| keys.get(parent)) {
            index.entry(*key).or_default().push(Slot { document, item: None });
        }
    }
    index
}

fn asked_with(parent: &Document, split: &Split, partition: &str) -> Value {
    let value = parent.members.to_value();
    let mut roots = Roots::new(Value::null(), &parent.account, &parent.region, partition);
    roots.parent = &value;
    split.evaluate(&roots)
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_map().into_iter().flat_map(Map::values).filter_map(Value::as_str)
}
