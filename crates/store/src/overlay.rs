//! Holes, laid over what is stored.

use std::sync::Arc;

use resource::{Hole, HoleRecord, List, Value, Why};
use rusqlite::{Connection, OptionalExtension};

use crate::error::Inner;
use crate::paths;

/// An open hole over a resource or a unit.
pub(crate) struct Overlay {
    record: HoleRecord,
    known: Option<Vec<Value>>,
    /// It lies over the whole document.
    pub(crate) whole: bool,
}

/// What is said of a resource that a unit showed and did not end: which of its members were not asked for, and how it
/// compares with what was known, is decided at the end.
pub(crate) fn unsettled_hole() -> Arc<Hole> {
    Arc::new(Hole::new(Why::NotCollected).detail("the scan that reads it has not finished"))
}

/// The hole over the whole of a resource, its own or its unit's.
pub(crate) fn whole_hole(db: &Connection, resource: i64, unit: i64) -> Inner<Option<Arc<Hole>>> {
    let mut find = db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM pending WHERE resource = ?1)
             OR EXISTS (SELECT 1 FROM versions WHERE resource = ?1 AND mask = 0 AND valid_to IS NULL)",
    )?;
    if find.query_row([resource], |row| row.get(0))? {
        return Ok(Some(unsettled_hole()));
    }
    let mut find = db.prepare_cached(
        "SELECT t.hole FROM holes h JOIN hole_texts t ON t.id = h.hole
         WHERE h.valid_to IS NULL AND t.whole AND (h.resource = ?1 OR (h.resource IS NULL AND h.unit = ?2)) LIMIT 1",
    )?;
    let text: Option<String> = find.query_row([resource, unit], |row| row.get(0)).optional()?;
    Ok(match text {
        Some(text) => Some(Arc::new(serde_json::from_str(&text)?)),
        None => None,
    })
}

/// The open holes of a unit or a resource; `condition` compares `?1` with `key`.
pub(crate) fn overlays_of(db: &Connection, condition: &str, key: i64) -> Inner<Vec<Overlay>> {
    let sql = format!(
        "SELECT t.members, t.partial, t.hole, h.known, t.whole FROM holes h JOIN hole_texts t ON t.id = h.hole
         WHERE h.valid_to IS NULL AND {condition} ORDER BY h.id"
    );
    let mut find = db.prepare_cached(&sql)?;
    let mut rows = find.query([key])?;
    let mut overlays = Vec::new();
    while let Some(row) = rows.next()? {
        let record = HoleRecord {
            resource: None,
            members: paths::from_text(&row.get::<_, String>(0)?)?,
            partial: row.get(1)?,
            hole: Arc::new(serde_json::from_str(&row.get::<_, String>(2)?)?),
        };
        let known = match row.get::<_, Option<String>>(3)? {
            Some(text) => Some(serde_json::from_str(&text)?),
            None => None,
        };
        overlays.push(Overlay { record, known, whole: row.get(4)? });
    }
    Ok(overlays)
}

impl Overlay {
    /// Under a partial hole lies what the listing gave, not the last complete list that the version keeps.
    pub(crate) fn lay_over(&self, document: &mut Value) {
        for (member, known) in self.record.members.iter().zip(self.known.iter().flatten()) {
            if let Value::List(List { items, .. }) = known {
                document.put(member.segments(), Value::list(items.clone()));
            }
        }
        self.record.lay_over(document);
    }
}
