//! Listings that are made once for each parent.

use std::collections::HashMap;
use std::sync::Arc;

use resource::{Map, Value};

use super::Slot;
use super::holdings::Holdings;
use super::uses::{Index, Ways};
use crate::evaluate::{Roots, Split};

/// Children are found by their parent: by `$parent`, or because a member of theirs is what the listing is asked with.
pub(super) fn index_by_parent(
    input: &Ways,
    split: &Split,
    held: &Holdings,
    partition: &str,
    parents: &[u32],
    own: &[u32],
) -> Index {
    let mut index = Index::new();
    let mut by_uid: HashMap<&str, u64> = HashMap::new();
    let mut by_text: HashMap<Arc<str>, u64> = HashMap::new();
    for &number in parents {
        let parent = &held.documents[number as usize];
        let value = parent.members.to_value();
        let mut roots = Roots::new(Value::null(), &parent.account, &parent.region, partition);
        roots.parent = &value;
        let members = split.evaluate(&roots);
        let key = input.key(&parent.account, &parent.region, &members);
        index.entry(key).or_default();
        by_uid.insert(&held.uids[number as usize], key);
        by_text.extend(texts(&members).map(|text| (Arc::from(text), key)));
    }
    for &number in own {
        let child = &held.documents[number as usize];
        let value = child.members.to_value();
        let named = child.parent.as_ref().and_then(|uid| by_uid.get(&**uid));
        let found = named.or_else(|| texts(&value).find_map(|text| by_text.get(text)));
        if let Some(key) = found {
            index.entry(*key).or_default().push(Slot { document: number, item: None });
        }
    }
    index
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_map().into_iter().flat_map(Map::values).filter_map(Value::as_str)
}
