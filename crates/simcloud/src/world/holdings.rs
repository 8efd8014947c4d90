//! The estate's documents with what the catalogue says of each: its id, and the region it is asked in.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use catalog::{Catalog, Scope};
use resource::Value;

use super::WorldError;
use crate::Estate;
use crate::estate::{Document, Interner, Settings};
use crate::evaluate::Roots;

/// Documents by number, with their ids.
pub(super) struct Holdings {
    pub(super) documents: Vec<Document>,
    /// The global id of each document.
    pub(super) uids: Vec<Arc<str>>,
    /// The region that each document's resource is asked in.
    pub(super) homes: Vec<Arc<str>>,
    /// Documents by type, in the order of the estate.
    by_type: HashMap<Arc<str>, Vec<u32>>,
}

impl Holdings {
    /// The settings, and the documents with every account and region among them.
    pub(super) fn of(catalog: &Catalog, estate: Estate) -> Result<(Settings, Holdings), WorldError> {
        let Estate { settings, mut documents } = estate;
        add_singletons(catalog, &settings, &mut documents);
        check_folders(catalog, &documents)?;
        let mut held = Holdings { documents, uids: Vec::new(), homes: Vec::new(), by_type: HashMap::new() };
        for (index, document) in held.documents.iter().enumerate() {
            held.by_type.entry(document.type_id.clone()).or_default().push(index as u32);
        }
        held.identify(catalog, &settings.partition)?;
        Ok((settings, held))
    }

    pub(super) fn of_type(&self, type_id: &str) -> &[u32] {
        self.by_type.get(type_id).map_or(&[], Vec::as_slice)
    }

    fn identify(&mut self, catalog: &Catalog, partition: &str) -> Result<(), WorldError> {
        let mut seen = HashSet::with_capacity(self.documents.len());
        for document in &self.documents {
            let Some(of) = catalog.resource_type(&document.type_id) else { continue };
            let value = document.members.to_value();
            let roots = Roots::new(&value, &document.account, &document.region, partition);
            let Value::Str(uid) = of.uid.evaluate(&roots).to_value() else {
                let start: String = value.to_json().chars().take(80).collect();
                let (type_id, account) = (document.type_id.clone(), document.account.clone());
                return Err(WorldError::Id { type_id, account, document: start });
            };
            // A view of another account's resource may be there once for each account that sees it.
            if !seen.insert((uid.clone(), document.account.clone())) {
                return Err(WorldError::Twice(uid));
            }
            let home = of.region.as_ref().and_then(|region| match region.evaluate(&roots).to_value() {
                Value::Str(region) => Some(region),
                _ => None,
            });
            self.uids.push(uid);
            self.homes.push(home.unwrap_or_else(|| document.region.clone()));
        }
        Ok(())
    }
}

/// Every account and region is a resource, whether or not the estate says anything about it.
fn add_singletons(catalog: &Catalog, settings: &Settings, documents: &mut Vec<Document>) {
    let known: HashSet<(Arc<str>, Arc<str>, Arc<str>)> =
        documents.iter().map(|found| (found.type_id.clone(), found.account.clone(), found.region.clone())).collect();
    let mut interner = Interner::default();
    for of in catalog.resource_types().filter(|of| of.singleton.is_some()) {
        let regions: &[Arc<str>] = match of.scope {
            Scope::Account => &["".into()],
            Scope::Region => &settings.regions,
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
