//! The state of the writing thread: its transaction, the units under way, small caches.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use resource::{Path, Unit};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value as Json;

use crate::canonical::ResourceRules;
use crate::checks::Checks;
use crate::error::Inner;
use crate::paths;
use crate::scan::{self, ScanEnd};
use crate::writer::CheckEntry;

/// The number of a set of members in `masks`; none where nothing is missing.
pub(crate) type MaskId = Option<i64>;

/// The mask of a version whose unit has not finished: what was not collected is not known yet.
pub(crate) const UNSETTLED: i64 = 0;

/// A unit under way. Which resources it has shown is kept in memory only: after a crash the unit is read again.
pub(crate) struct UnitState {
    pub(crate) id: i64,
    /// When the unit was last read before this scan.
    pub(crate) prior_read: Option<i64>,
    pub(crate) seen: HashSet<i64>,
    pub(crate) rules: Arc<ResourceRules>,
    /// New versions, by the members of their own that could not be read.
    pub(crate) fresh: HashMap<MaskId, Vec<i64>>,
    /// Unchanged versions with members never read, by those and by the members of their own not read now.
    pub(crate) kept: HashMap<(i64, MaskId), Vec<i64>>,
}

pub(crate) struct Session {
    pub(crate) db: Connection,
    pub(crate) scan: i64,
    /// The time of the record being written; never goes back, whatever the clock does.
    pub(crate) now: i64,
    pub(crate) units: HashMap<Unit, UnitState>,
    pub(crate) masks: HashMap<i64, Arc<[Path]>>,
    pub(crate) checks: Checks,
    records: usize,
    open: bool,
}

impl Session {
    pub(crate) fn new(db: Connection, scan: i64) -> Inner<Session> {
        let now = scan::latest(&db)?;
        let checks = Checks::load(&db, scan)?;
        Ok(Session { db, scan, now, units: HashMap::new(), masks: HashMap::new(), checks, records: 0, open: false })
    }

    /// How many records the open transaction holds.
    pub(crate) fn uncommitted(&self) -> usize {
        self.records
    }

    /// Writes one record inside the open transaction.
    pub(crate) fn write<T>(&mut self, at: i64, write: impl FnOnce(&mut Session) -> Inner<T>) -> Inner<T> {
        if !self.open {
            self.db.execute_batch("BEGIN IMMEDIATE")?;
            self.open = true;
        }
        self.now = self.now.max(at);
        let written = write(self)?;
        self.records += 1;
        Ok(written)
    }

    pub(crate) fn commit(&mut self) -> Inner<()> {
        if self.open {
            self.db.execute_batch("COMMIT")?;
            self.open = false;
        }
        self.records = 0;
        Ok(())
    }

    /// After an error: what was not committed is dropped.
    pub(crate) fn abandon(&mut self) {
        if self.open {
            // Some errors have rolled back already; then there is nothing to do.
            let _ = self.db.execute_batch("ROLLBACK");
            self.open = false;
        }
    }

    /// Moves the log into the file. A reader in the middle of a question may prevent it, which only postpones it.
    pub(crate) fn checkpoint(&self) {
        let _ = self.db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    pub(crate) fn end(&mut self, how: ScanEnd, totals: &Json) -> Inner<()> {
        scan::end(&self.db, self.scan, how, totals, self.now)
    }

    pub(crate) fn announce(&mut self, checks: &[CheckEntry]) -> Inner<()> {
        self.checks.announce(&self.db, checks)
    }

    /// The number of a text, given it one if needed.
    pub(crate) fn name(&self, text: &str) -> Inner<i64> {
        match self.known_name(text)? {
            Some(id) => Ok(id),
            None => {
                let mut insert = self.db.prepare_cached("INSERT INTO names (text) VALUES (?1)")?;
                Ok(insert.insert([text])?)
            }
        }
    }

    pub(crate) fn known_name(&self, text: &str) -> Inner<Option<i64>> {
        let mut find = self.db.prepare_cached("SELECT id FROM names WHERE text = ?1")?;
        Ok(find.query_row([text], |row| row.get(0)).optional()?)
    }

    /// The number of a set of members.
    pub(crate) fn mask(&mut self, members: &[Path]) -> Inner<MaskId> {
        if members.is_empty() {
            return Ok(None);
        }
        let text = paths::to_text(members);
        let mut find = self.db.prepare_cached("SELECT id FROM masks WHERE paths = ?1")?;
        if let Some(id) = find.query_row([&text], |row| row.get(0)).optional()? {
            return Ok(Some(id));
        }
        let mut insert = self.db.prepare_cached("INSERT INTO masks (paths) VALUES (?1)")?;
        Ok(Some(insert.insert(params![text])?))
    }

    /// The members of a mask.
    pub(crate) fn members(&mut self, mask: MaskId) -> Inner<Arc<[Path]>> {
        let Some(id) = mask.filter(|id| *id != UNSETTLED) else { return Ok(Arc::from([])) };
        if let Some(members) = self.masks.get(&id) {
            return Ok(members.clone());
        }
        let text: String = self.db.query_row("SELECT paths FROM masks WHERE id = ?1", [id], |row| row.get(0))?;
        let members: Arc<[Path]> = paths::from_text(&text)?.into();
        self.masks.insert(id, members.clone());
        Ok(members)
    }

    pub(crate) fn take_unit(&mut self, unit: &Unit) -> Inner<UnitState> {
        match self.units.remove(unit) {
            Some(state) => Ok(state),
            None => self.start_unit(unit),
        }
    }

    pub(crate) fn unit_started(&mut self, unit: &Unit) -> Inner<()> {
        let state = self.start_unit(unit)?;
        self.units.insert(unit.clone(), state);
        Ok(())
    }

    fn start_unit(&mut self, unit: &Unit) -> Inner<UnitState> {
        let mut find = self.db.prepare_cached(
            "SELECT id, CASE WHEN scan = ?5 THEN prior_read ELSE read_at END FROM units WHERE type = ?1 AND account = ?2 AND region = ?3 AND cloud = ?4",
        )?;
        let place = params![&*unit.type_id, &*unit.account, &*unit.region, &*unit.cloud, self.scan];
        let found: Option<(i64, Option<i64>)> =
            find.query_row(place, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let id = match found {
            Some((id, prior_read)) => self.restart_unit(id, prior_read)?,
            None => self.insert_unit(unit)?,
        };
        let prior_read = found.and_then(|(_, prior_read)| prior_read);
        Ok(UnitState {
            id,
            prior_read,
            seen: HashSet::new(),
            rules: Arc::default(),
            fresh: HashMap::new(),
            kept: HashMap::new(),
        })
    }

    fn restart_unit(&self, id: i64, prior_read: Option<i64>) -> Inner<i64> {
        let mut update = self.db.prepare_cached(
            "UPDATE units SET scan = ?2, state = 'running', started = ?3, finished = NULL, prior_read = ?4 WHERE id = ?1",
        )?;
        update.execute(params![id, self.scan, self.now, prior_read])?;
        self.db.prepare_cached("DELETE FROM pending WHERE unit = ?1")?.execute([id])?;
        Ok(id)
    }

    fn insert_unit(&self, unit: &Unit) -> Inner<i64> {
        let mut insert = self.db.prepare_cached(
            "INSERT INTO units (type, account, region, cloud, scan, state, started)
             VALUES (?1, ?2, ?3, ?4, ?5, 'running', ?6)",
        )?;
        let place = [&*unit.type_id, &*unit.account, &*unit.region, &*unit.cloud];
        Ok(insert.insert(params![place[0], place[1], place[2], place[3], self.scan, self.now])?)
    }
}
