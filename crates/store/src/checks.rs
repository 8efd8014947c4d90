//! The checks that verdicts are about.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use resource::Severity;
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Fault, Inner};
use crate::session::Session;
use crate::vector::{Packed, unpack};
use crate::writer::CheckEntry;

/// The checks by id, and whether the catalogue is another than the last finished scan's.
pub(crate) struct Checks {
    by_id: HashMap<Arc<str>, (i64, Arc<str>)>,
    pub(crate) catalog_changed: bool,
}

impl Checks {
    pub(crate) fn load(db: &Connection, scan: i64) -> Inner<Checks> {
        let changed = "SELECT coalesce((SELECT catalog_version FROM scans WHERE state = 'finished' AND n < ?1
                                         ORDER BY n DESC LIMIT 1) <> catalog_version, 0) FROM scans WHERE n = ?1";
        let catalog_changed = db.query_row(changed, [scan], |row| row.get(0))?;
        let mut statement = db.prepare("SELECT id, n, first_id FROM checks")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
        Ok(Checks { by_id: rows.collect::<rusqlite::Result<_>>()?, catalog_changed })
    }

    pub(crate) fn announce(&mut self, db: &Connection, checks: &[CheckEntry]) -> Inner<()> {
        let mut upsert = db.prepare(
            "INSERT INTO checks (id, first_id, title, objective, severity, frameworks) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (first_id) DO UPDATE SET id = ?1, title = ?3, objective = ?4, severity = ?5, frameworks = ?6
             WHERE (id, title, objective, severity, frameworks) <> (?1, ?3, ?4, ?5, ?6)",
        )?;
        for check in checks {
            let frameworks = serde_json::json!(check.frameworks).to_string();
            upsert.execute(params![
                &*check.id,
                &*check.first_id,
                check.title,
                check.objective,
                severity_rank(check.severity),
                frameworks
            ])?;
            let n = db.query_row("SELECT n FROM checks WHERE first_id = ?1", [&*check.first_id], |row| row.get(0))?;
            self.by_id.insert(check.id.clone(), (n, check.first_id.clone()));
        }
        Ok(())
    }

    /// A check's number and first id.
    pub(crate) fn find(&self, id: &str) -> Inner<(i64, Arc<str>)> {
        self.by_id.get(id).cloned().ok_or_else(|| Fault::NoCheck(id.to_owned()))
    }
}

/// 0 is critical.
pub(crate) fn severity_rank(severity: Severity) -> i64 {
    Severity::ALL.iter().position(|known| *known == severity).and_then(|rank| i64::try_from(rank).ok()).unwrap_or(4)
}

pub(crate) fn severity_at(rank: i64) -> Severity {
    usize::try_from(rank).ok().and_then(|rank| Severity::ALL.get(rank).copied()).unwrap_or(Severity::Info)
}

impl Session {
    /// Ends the verdicts of every check that the catalogue does not have any more.
    pub(crate) fn catalogue(&self, ids: &[Arc<str>]) -> Inner<()> {
        let living: HashSet<&str> = ids.iter().map(|id| &**id).collect();
        let mut find = self.db.prepare("SELECT n, id FROM checks")?;
        let rows = find.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
        let mut retired = Vec::new();
        for row in rows {
            let (n, id) = row?;
            if !living.contains(id.as_str()) {
                retired.push(n);
            }
        }
        if retired.is_empty() {
            return Ok(());
        }
        // Verdicts are indexed by subject: one pass over the open ones for all retired checks.
        let close = "UPDATE verdicts SET valid_to = ?2, ended = 'rule'
                     WHERE valid_to IS NULL AND check_n IN (SELECT value FROM json_each(?1))";
        self.db.execute(close, params![serde_json::json!(retired).to_string(), self.now])?;
        self.clear_vectors(&retired)
    }

    fn clear_vectors(&self, retired: &[i64]) -> Inner<()> {
        let mut find = self.db.prepare(
            "SELECT id, states FROM vectors WHERE id IN (SELECT vector FROM subject_vectors WHERE valid_to IS NULL)",
        )?;
        let rows = find.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        let vectors: Vec<(i64, Vec<u8>)> = rows.collect::<rusqlite::Result<_>>()?;
        for (id, states) in vectors {
            let mut vector = unpack(&states)?;
            retired.iter().filter_map(|n| usize::try_from(*n).ok()).for_each(|n| vector.set(n, Packed::None));
            let cleared = vector.pack();
            if cleared == states {
                continue;
            }
            let cleared = self.vector_id(&cleared)?;
            // The rows that were open before this statement: the new ones must not be closed with them.
            let last: i64 = self.db.query_row("SELECT max(id) FROM subject_vectors", [], |row| row.get(0))?;
            self.db.execute(
                "INSERT INTO subject_vectors (subject, vector, holds_until, scan, prior_read, valid_from, known_from)
                 SELECT subject, ?2, holds_until, ?3, prior_read, ?4, ?4 FROM subject_vectors
                 WHERE vector = ?1 AND valid_to IS NULL",
                params![id, cleared, self.scan, self.now],
            )?;
            self.db.execute(
                "UPDATE subject_vectors SET valid_to = ?2 WHERE vector = ?1 AND valid_to IS NULL AND id <= ?3",
                params![id, self.now, last],
            )?;
        }
        Ok(())
    }

    /// The number of packed verdicts.
    pub(crate) fn vector_id(&self, states: &[u8]) -> Inner<i64> {
        let mut find = self.db.prepare_cached("SELECT id FROM vectors WHERE states = ?1")?;
        Ok(match find.query_row([states], |row| row.get(0)).optional()? {
            Some(id) => id,
            None => self.db.prepare_cached("INSERT INTO vectors (states) VALUES (?1)")?.insert([states])?,
        })
    }
}

/// A check as findings show it.
#[derive(Clone)]
pub(crate) struct KnownCheck {
    pub(crate) id: Arc<str>,
    pub(crate) first_id: Arc<str>,
    pub(crate) title: Arc<str>,
    pub(crate) objective: Arc<str>,
    pub(crate) severity: Severity,
    pub(crate) frameworks: Arc<[String]>,
}

/// The checks that were ever announced, by number.
pub(crate) type Known = HashMap<i64, KnownCheck>;

pub(crate) fn known_checks(db: &Connection) -> Inner<Known> {
    let mut statement = db.prepare("SELECT n, id, first_id, title, objective, severity, frameworks FROM checks")?;
    let mut rows = statement.query([])?;
    let mut checks = Known::new();
    while let Some(row) = rows.next()? {
        let frameworks: Vec<String> = serde_json::from_str(&row.get::<_, String>(6)?)?;
        let check = KnownCheck {
            id: row.get(1)?,
            first_id: row.get(2)?,
            title: row.get(3)?,
            objective: row.get(4)?,
            severity: severity_at(row.get(5)?),
            frameworks: frameworks.into(),
        };
        checks.insert(row.get(0)?, check);
    }
    Ok(checks)
}
