//! Holes and references of a resource, as intervals: what stands is left alone, what is new opens, what is not
//! confirmed closes.

use std::collections::{HashMap, HashSet};

use resource::{Hole, HoleRecord, Resource, Value};
use rusqlite::{OptionalExtension, params};

use crate::error::Inner;
use crate::paths;
use crate::session::{Session, UnitState};

/// An open hole: what it says, and the known items of a partial one.
pub(crate) type HoleKey = (i64, Option<String>);

/// What makes a reference: its kind, and a target's number or a hole's text.
type ReferenceKey = (i64, Option<i64>, Option<String>);

impl Session {
    pub(crate) fn resource_holes(&self, resource: &Resource, id: i64, unit: &UnitState) -> Inner<()> {
        let mut wanted = HashSet::new();
        for record in &resource.holes {
            let known = record.partial.then(|| {
                let items: Vec<&Value> = record.members.iter().map(|member| resource.document.at(member)).collect();
                serde_json::json!(items).to_string()
            });
            wanted.insert((self.hole_text(record)?, known));
        }
        self.replace_holes(unit.id, Some(id), wanted)
    }

    /// Makes the open holes of a resource, or those over a whole unit, be these.
    pub(crate) fn replace_holes(&self, unit: i64, resource: Option<i64>, mut wanted: HashSet<HoleKey>) -> Inner<()> {
        let (sql, key) = match resource {
            Some(resource) => ("SELECT id, hole, known FROM holes WHERE resource = ?1 AND valid_to IS NULL", resource),
            None => {
                ("SELECT id, hole, known FROM holes WHERE unit = ?1 AND resource IS NULL AND valid_to IS NULL", unit)
            }
        };
        let mut find = self.db.prepare_cached(sql)?;
        let open: Vec<(i64, HoleKey)> = find
            .query_map([key], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?
            .collect::<rusqlite::Result<_>>()?;
        let mut close = self.db.prepare_cached("UPDATE holes SET valid_to = ?2 WHERE id = ?1")?;
        for (id, hole) in open {
            if !wanted.remove(&hole) {
                close.execute([id, self.now])?;
            }
        }
        let mut insert = self.db.prepare_cached(
            "INSERT INTO holes (unit, resource, hole, known, scan, valid_from, known_from)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        )?;
        for (hole, known) in wanted {
            insert.execute(params![unit, resource, hole, known, self.scan, self.now])?;
        }
        Ok(())
    }

    /// The number of what a hole says.
    pub(crate) fn hole_text(&self, record: &HoleRecord) -> Inner<i64> {
        let members = paths::to_text(&record.members);
        let hole = hole_json(&record.hole);
        let mut find =
            self.db.prepare_cached("SELECT id FROM hole_texts WHERE members = ?1 AND partial = ?2 AND hole = ?3")?;
        if let Some(id) = find.query_row(params![members, record.partial, hole], |row| row.get(0)).optional()? {
            return Ok(id);
        }
        let mut insert = self.db.prepare_cached(
            "INSERT INTO hole_texts (call, members, partial, hole, whole) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        let call = record.hole.call.as_deref().unwrap_or_default();
        let whole = record.members.iter().any(resource::Path::is_empty);
        Ok(insert.insert(params![call, members, record.partial, hole, whole])?)
    }

    /// Makes the open references of a resource be these. Where an edge could not be read, its last known targets stay
    /// open and are marked stale: nothing says that they changed.
    pub(crate) fn references(&self, resource: &Resource, id: i64) -> Inner<()> {
        let mut wanted: HashSet<ReferenceKey> = HashSet::new();
        let mut unread: HashSet<i64> = HashSet::new();
        for reference in &resource.references {
            let kind = self.edge_kind(&reference.edge, &reference.to)?;
            wanted.insert(match &reference.target {
                Ok(target) => (kind, Some(self.name(target)?), None),
                Err(hole) => {
                    unread.insert(kind);
                    (kind, None, Some(hole_json(hole)))
                }
            });
        }
        let mut close = self.db.prepare_cached("UPDATE edges SET valid_to = ?2 WHERE id = ?1")?;
        let mut mark = self.db.prepare_cached("UPDATE edges SET stale = ?2 WHERE id = ?1")?;
        for (key, (edge, stale)) in self.open_references(id)? {
            if wanted.remove(&key) {
                if stale {
                    mark.execute(params![edge, false])?;
                }
            } else if key.2.is_none() && unread.contains(&key.0) {
                if !stale {
                    mark.execute(params![edge, true])?;
                }
            } else {
                close.execute([edge, self.now])?;
            }
        }
        let mut insert = self.db.prepare_cached(
            "INSERT INTO edges (resource, kind, target, hole, scan, valid_from, known_from)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        )?;
        for (kind, target, hole) in wanted {
            insert.execute(params![id, kind, target, hole, self.scan, self.now])?;
        }
        Ok(())
    }

    fn open_references(&self, resource: i64) -> Inner<HashMap<ReferenceKey, (i64, bool)>> {
        let mut find = self.db.prepare_cached(
            "SELECT kind, target, hole, id, stale FROM edges WHERE resource = ?1 AND valid_to IS NULL",
        )?;
        let rows = find
            .query_map([resource], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), (row.get(3)?, row.get(4)?))))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn edge_kind(&self, name: &str, to: &str) -> Inner<i64> {
        let mut find = self.db.prepare_cached("SELECT id FROM edge_kinds WHERE name = ?1 AND to_type = ?2")?;
        if let Some(id) = find.query_row([name, to], |row| row.get(0)).optional()? {
            return Ok(id);
        }
        let mut insert = self.db.prepare_cached("INSERT INTO edge_kinds (name, to_type) VALUES (?1, ?2)")?;
        Ok(insert.insert([name, to])?)
    }
}

/// The JSON of a hole, the same text for equal holes.
pub(crate) fn hole_json(hole: &Hole) -> String {
    serde_json::json!(hole).to_string()
}
