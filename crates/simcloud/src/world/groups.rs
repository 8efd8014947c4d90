//! The indices of detail calls.

use std::sync::Arc;

use catalog::{Namespace, ResourceType};
use resource::Path;

use super::Slot;
use super::build::items_of;
use super::holdings::Holdings;
use super::uses::{Index, Ways};
use crate::evaluate::{Roots, Split};

/// For each get of a type, which input means which document. Gets that ask by the same members (a dozen details of a
/// bucket by its name) share one index.
pub(super) fn indices(of: &ResourceType, held: &Holdings, partition: &str) -> Vec<Arc<Index>> {
    let mut groups: Vec<(String, Group)> = Vec::new();
    let mut group_of = Vec::with_capacity(of.get.len());
    for get in &of.get {
        let split = Split::of(&get.with);
        let name = format!("{:?} {:?}", get.per, split.dynamic);
        let known = groups.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            let ways = Ways::new(&split, of.scope, of.namespace == Namespace::Partition);
            groups.push((name, Group { ways, split, per: get.per.clone(), index: Index::new() }));
            groups.len() - 1
        });
        group_of.push(known);
    }
    for &number in held.of_type(&of.id) {
        let document = &held.documents[number as usize];
        let value = document.members.to_value();
        let parent = held.parent_value(number);
        let mut roots = Roots::new(&value, &document.account, &document.region, partition);
        roots.parent = &parent;
        groups.iter_mut().for_each(|(_, group)| group.add(roots, number));
    }
    let shared: Vec<Arc<Index>> = groups.into_iter().map(|(_, group)| Arc::new(group.index)).collect();
    group_of.into_iter().filter_map(|group| shared.get(group).cloned()).collect()
}

/// Gets that ask by the same members.
struct Group {
    ways: Ways,
    split: Split,
    per: Option<Path>,
    index: Index,
}

impl Group {
    fn add(&mut self, mut roots: Roots<'_>, document: u32) {
        let Some(per) = &self.per else {
            let key = self.ways.key(roots.account, roots.region, &self.split.evaluate(&roots));
            self.index.entry(key).or_default().push(Slot { document, item: None });
            return;
        };
        for (number, item) in items_of(roots.document, per).iter().enumerate() {
            roots.item = item;
            let key = self.ways.key(roots.account, roots.region, &self.split.evaluate(&roots));
            self.index.entry(key).or_default().push(Slot { document, item: Some(number as u32) });
        }
    }
}
