//! The estate's documents with what the catalogue says of each: its id, and the region it is asked in.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use catalog::{Catalog, ResourceType, Scope};
use resource::Value;

use super::WorldError;
use super::children::Parents;
use crate::Estate;
use crate::estate::{Document, Interner, Settings};
use crate::evaluate::{Roots, Split};

/// Documents by number, with their ids.
pub(super) struct Holdings {
    pub(super) documents: Vec<Document>,
    /// The global id of each document.
    pub(super) uids: Vec<Arc<str>>,
    /// The region that each document's resource is asked in.
    pub(super) homes: Vec<Arc<str>>,
    /// The parents of documents that have one.
    pub(super) parents: HashMap<u32, u32>,
    /// Documents by type, in the order of the estate.
    by_type: HashMap<Arc<str>, Vec<u32>>,
}

impl Holdings {
    /// The settings, and the documents with every account and region among them.
    pub(super) fn of(catalog: &Catalog, estate: Estate) -> Result<(Settings, Holdings), WorldError> {
        let Estate { settings, mut documents } = estate;
        add_singletons(catalog, &settings, &mut documents);
        check_folders(catalog, &documents)?;
        let mut held = Holdings {
            documents,
            uids: Vec::new(),
            homes: Vec::new(),
            parents: HashMap::new(),
            by_type: HashMap::new(),
        };
        for (index, document) in held.documents.iter().enumerate() {
            held.by_type.entry(document.type_id.clone()).or_default().push(index as u32);
        }
        held.identify(catalog, &settings.partition)?;
        Ok((settings, held))
    }

    pub(super) fn of_type(&self, type_id: &str) -> &[u32] {
        self.by_type.get(type_id).map_or(&[], Vec::as_slice)
    }

    /// Parents before their children: a child's id may be made of its parent's members.
    fn identify(&mut self, catalog: &Catalog, partition: &str) -> Result<(), WorldError> {
        self.uids = vec!["".into(); self.documents.len()];
        self.homes = self.uids.clone();
        let mut types: Vec<&ResourceType> = catalog.resource_types().collect();
        types.sort_by_key(|of| depth(catalog, of));
        for of in types {
            let own = self.of_type(&of.id).to_vec();
            let parents = match (&of.parent, &of.list) {
                (Some(parent), Some(list)) if !own.is_empty() => {
                    Some(Parents::of(self, &Split::of(&list.with), partition, self.of_type(parent)))
                }
                _ => None,
            };
            let mut seen = HashSet::with_capacity(own.len());
            for number in own {
                self.identify_one(of, number, parents.as_ref(), partition)?;
                // A view of another account's resource may be there once for each account that sees it.
                let uid = self.uids[number as usize].clone();
                if !seen.insert((uid.clone(), self.documents[number as usize].account.clone())) {
                    return Err(WorldError::Twice(uid));
                }
            }
        }
        Ok(())
    }

    fn identify_one(
        &mut self,
        of: &ResourceType,
        number: u32,
        parents: Option<&Parents>,
        partition: &str,
    ) -> Result<(), WorldError> {
        let document = &self.documents[number as usize];
        let value = document.members.to_value();
        let parent = parents.and_then(|parents| parents.find(document, &value));
        let above = parent.map(|parent| self.documents[parent as usize].members.to_value()).unwrap_or_default();
        let mut roots = Roots::new(&value, &document.account, &document.region, partition);
        roots.parent = &above;
        let Value::Str(uid) = of.uid.evaluate(&roots).to_value() else {
            let start: String = value.to_json().chars().take(80).collect();
            let (type_id, account) = (document.type_id.clone(), document.account.clone());
            return Err(WorldError::Id { type_id, account, document: start });
        };
        let home = match of.region.as_ref().map(|region| region.evaluate(&roots).to_value()) {
            Some(Value::Str(region)) => region,
            _ => document.region.clone(),
        };
        self.uids[number as usize] = uid;
        self.homes[number as usize] = home;
        self.parents.extend(parent.map(|parent| (number, parent)));
        Ok(())
    }

    /// The document of a document's parent.
    pub(super) fn parent_value(&self, number: u32) -> Value {
        let parent = self.parents.get(&number);
        parent.map(|parent| self.documents[*parent as usize].members.to_value()).unwrap_or_default()
    }
}

/// How many parents a type has above it.
fn depth(catalog: &Catalog, of: &ResourceType) -> usize {
    // A circle of parents is refused by the catalogue; the bound only keeps this from depending on it.
    let above = |of: &&ResourceType| of.parent.as_ref().and_then(|id| catalog.resource_type(id));
    std::iter::successors(Some(of), above).take(16).count()
}

/// Every account and region is a resource, whether or not the estate says anything about it.
fn add_singletons(catalog: &Catalog, settings: &Settings, documents: &mut Vec<Document>) {
    let known: HashSet<(Arc<str>, Arc<str>, Arc<str>)> =
        documents.iter().map(|found| (found.type_id.clone(), found.account.clone(), found.region.clone())).collect();
    let mut interner = Interner::default();
    let enabled = settings.enabled_regions();
    for of in catalog.resource_types().filter(|of| of.singleton.is_some()) {
        let regions: &[Arc<str>] = match of.scope {
            Scope::Account => &["".into()],
            Scope::Region => &enabled,
        };
        for account in &settings.accounts {
            for region in regions {
                if !known.contains(&(of.id.clone(), account.id.clone(), region.clone())) {
                    let empty = Value::Map(BTreeMap::new());
                    documents.extend(Document::new(&mut interner, &of.id, &account.id, region.clone(), empty));
                }
            }
        }
    }
}

fn check_folders(catalog: &Catalog, documents: &[Document]) -> Result<(), WorldError> {
    for document in documents {
        let of = catalog.resource_type(&document.type_id).ok_or_else(|| WorldError::Type(document.type_id.clone()))?;
        let expected = match (of.scope, document.region.is_empty()) {
            (Scope::Account, false) => "global",
            (Scope::Region, true) => "<region>",
            _ => continue,
        };
        let (type_id, account) = (document.type_id.clone(), document.account.clone());
        return Err(WorldError::Folder { type_id, account, expected });
    }
    Ok(())
}
