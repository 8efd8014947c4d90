//! One resource into the store: only what differs is written.

use std::sync::Arc;

use resource::{Path, Resource, Value};
use rusqlite::{OptionalExtension, params};

use crate::canonical::{Address, ResourceRules, address};
use crate::document;
use crate::error::Inner;
use crate::session::{MaskId, Session, UNSETTLED, UnitState};
use crate::settle::carry;

/// A resource's row.
struct Row {
    id: i64,
    version: Option<i64>,
    /// Digest of the holes and references last written.
    links: Option<[u8; 16]>,
}

impl Session {
    pub(crate) fn resource(&mut self, resource: &Resource, rules: &Arc<ResourceRules>) -> Inner<()> {
        let mut unit = self.take_unit(&resource.unit)?;
        unit.rules = rules.clone();
        let row = self.resource_row(resource, &unit)?;
        unit.seen.insert(row.id);
        self.document(resource, &row, &mut unit)?;
        let links = links_digest(resource);
        if row.links != Some(links) {
            self.resource_holes(resource, row.id, &unit)?;
            self.references(resource, row.id)?;
            let mut update = self.db.prepare_cached("UPDATE resources SET links = ?2 WHERE id = ?1")?;
            update.execute(params![row.id, links])?;
        }
        self.units.insert(resource.unit.clone(), unit);
        Ok(())
    }

    /// Finds or makes the row, and brings name, tags, place and keys up to date.
    fn resource_row(&mut self, resource: &Resource, unit: &UnitState) -> Inner<Row> {
        let subject = self.name(&resource.uid)?;
        let mut find = self
            .db
            .prepare_cached("SELECT id, version, links, head, keys FROM resources WHERE subject = ?1 AND unit = ?2")?;
        type Found = (Row, [u8; 16], Option<String>);
        let found: Option<Found> = find
            .query_row([subject, unit.id], |row| {
                let found = Row { id: row.get(0)?, version: row.get(1)?, links: row.get(2)? };
                Ok((found, row.get(3)?, row.get(4)?))
            })
            .optional()?;
        drop(find);
        let head = head_digest(resource);
        match found {
            // A resource that was gone has lost its keys, so they are written again.
            Some((row, known, _)) if known == head && row.version.is_some() => Ok(row),
            Some((row, _, keys)) => {
                self.forget_keys(row.id, unit.id, keys.as_deref())?;
                let mut update = self.db.prepare_cached(
                    "UPDATE resources SET owner = ?2, region = ?3, name = ?4, tags = ?5, keys = ?6, head = ?7 WHERE id = ?1",
                )?;
                let (owner, tags, keys) = (owner(resource), tags(resource), keys_text(resource));
                update.execute(params![row.id, owner, &*resource.region, resource.name, tags, keys, head])?;
                drop(update);
                self.write_keys(resource, row.id, unit.id)?;
                Ok(row)
            }
            None => self.insert_resource(resource, subject, unit.id, head),
        }
    }

    fn insert_resource(&self, resource: &Resource, subject: i64, unit: i64, head: [u8; 16]) -> Inner<Row> {
        let mut insert = self.db.prepare_cached(
            "INSERT INTO resources (subject, unit, owner, region, name, tags, keys, head)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        let (owner, tags, keys) = (owner(resource), tags(resource), keys_text(resource));
        let id = insert.insert(params![subject, unit, owner, &*resource.region, resource.name, tags, keys, head])?;
        self.write_keys(resource, id, unit)?;
        Ok(Row { id, version: None, links: None })
    }

    pub(crate) fn forget_keys(&self, resource: i64, unit: i64, keys: Option<&str>) -> Inner<()> {
        let Some(keys) = keys else { return Ok(()) };
        let keys: Vec<String> = serde_json::from_str(keys)?;
        let mut delete = self.db.prepare_cached("DELETE FROM keys WHERE key = ?1 AND unit = ?2 AND resource = ?3")?;
        for key in keys {
            delete.execute([self.name(&key)?, unit, resource])?;
        }
        Ok(())
    }

    fn write_keys(&self, resource: &Resource, id: i64, unit: i64) -> Inner<()> {
        let mut insert =
            self.db.prepare_cached("INSERT OR IGNORE INTO keys (key, unit, resource) VALUES (?1, ?2, ?3)")?;
        for key in &resource.keys {
            insert.execute([self.name(key)?, unit, id])?;
        }
        Ok(())
    }

    /// The document: a first version, no difference, or one that waits for the end of the unit.
    fn document(&mut self, resource: &Resource, row: &Row, unit: &mut UnitState) -> Inner<()> {
        let own: Vec<Path> = own_holes(resource);
        let own_mask = self.mask(&own)?;
        let Some(version) = row.version else {
            let address = address(&resource.document, &unit.rules, &resource.uid);
            let document = document::store(&self.db, &address, || document::pack(&resource.document))?;
            // `seen before` has no meaning for the first version of a resource that its unit had never listed.
            let version = self.open_version(row.id, document, Some(UNSETTLED), unit.prior_read)?;
            unit.fresh.entry(own_mask).or_default().push(version);
            return Ok(());
        };
        let mut find = self.db.prepare_cached(
            "SELECT v.mask, d.id, d.hash, d.stamp FROM versions v JOIN documents d ON d.id = v.document WHERE v.id = ?1",
        )?;
        let (mask, stored, known): (MaskId, i64, Address) = find.query_row([version], |row| {
            Ok((row.get(0)?, row.get(1)?, Address { hash: row.get(2)?, stamp: row.get(3)? }))
        })?;
        drop(find);
        let mut merged = std::borrow::Cow::Borrowed(&resource.document);
        if !own.is_empty() {
            carry(&document::load(&self.db, stored)?, merged.to_mut(), &own);
        }
        let address = address(&merged, &unit.rules, &resource.uid);
        // A version of a unit that never finished is compared at the end of the unit too: what it had read is not known
        // from its mask.
        if address.hash != known.hash || mask == Some(UNSETTLED) {
            return self.wait(row.id, unit.id, own_mask, &address, &merged);
        }
        if address.stamp != known.stamp {
            document::store(&self.db, &address, || document::pack(&merged))?;
        }
        if let Some(mask) = mask {
            unit.kept.entry((mask, own_mask)).or_default().push(version);
        }
        Ok(())
    }

    fn wait(&self, id: i64, unit: i64, own: MaskId, address: &Address, document: &Value) -> Inner<()> {
        let mut insert = self.db.prepare_cached(
            "INSERT OR REPLACE INTO pending (resource, unit, own, hash, stamp, body, read_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let body = document::pack(document)?;
        insert.execute(params![id, unit, own, address.hash, address.stamp, body, self.now])?;
        Ok(())
    }

    /// Opens a version as of now and makes it the resource's.
    pub(crate) fn open_version(
        &self,
        resource: i64,
        document: i64,
        mask: MaskId,
        prior_read: Option<i64>,
    ) -> Inner<i64> {
        let mut insert = self.db.prepare_cached(
            "INSERT INTO versions (resource, document, mask, scan, prior_read, valid_from, known_from)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        )?;
        let version = insert.insert(params![resource, document, mask, self.scan, prior_read, self.now])?;
        let mut update = self.db.prepare_cached("UPDATE resources SET version = ?2 WHERE id = ?1")?;
        update.execute([resource, version])?;
        Ok(version)
    }
}

/// The members that could not be read of this resource, sorted.
fn own_holes(resource: &Resource) -> Vec<Path> {
    let mut own: Vec<Path> = resource.holes.iter().flat_map(|hole| hole.members.iter().cloned()).collect();
    own.sort();
    own.dedup();
    own
}

/// The owner where it is another account: then the row is a view.
fn owner(resource: &Resource) -> Option<&str> {
    resource.owner.as_deref().filter(|owner| *owner != &*resource.unit.account)
}

fn tags(resource: &Resource) -> Option<String> {
    (!resource.tags.is_empty()).then(|| serde_json::json!(resource.tags).to_string())
}

fn keys_text(resource: &Resource) -> Option<String> {
    let keys: Vec<&str> = resource.keys.iter().map(|key| &**key).collect();
    (!keys.is_empty()).then(|| serde_json::json!(keys).to_string())
}

/// Sixteen bytes over length-prefixed parts.
struct Digest(blake3::Hasher);

impl Digest {
    fn add(&mut self, part: &str) {
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part.as_bytes());
    }

    fn end(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.0.finalize_xof().fill(&mut bytes);
        bytes
    }
}

fn head_digest(resource: &Resource) -> [u8; 16] {
    let mut digest = Digest(blake3::Hasher::new());
    digest.add(owner(resource).unwrap_or_default());
    digest.add(&resource.region);
    digest.add(&resource.name);
    resource.tags.iter().for_each(|(key, value)| {
        digest.add(key);
        digest.add(value);
    });
    digest.add("");
    resource.keys.iter().for_each(|key| digest.add(key));
    digest.end()
}

fn links_digest(resource: &Resource) -> [u8; 16] {
    let mut digest = Digest(blake3::Hasher::new());
    for record in &resource.holes {
        digest.add(&crate::paths::to_text(&record.members));
        digest.add(if record.partial { "partial" } else { "whole" });
        digest.add(&serde_json::json!(record.hole).to_string());
        if record.partial {
            record.members.iter().for_each(|member| digest.add(&resource.document.at(member).to_json()));
        }
    }
    digest.add("references");
    for reference in &resource.references {
        digest.add(&reference.edge);
        digest.add(&reference.to);
        match &reference.target {
            Ok(target) => digest.add(target),
            Err(hole) => digest.add(&serde_json::json!(**hole).to_string()),
        }
    }
    digest.end()
}
