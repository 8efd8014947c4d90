//! The end of a unit: waiting documents are settled, what a complete listing did not show is gone, what an incomplete
//! one did not show is unknown.

use std::collections::HashSet;
use std::sync::Arc;

use resource::{Coverage, Hole, HoleRecord, Path, UnitReport};
use rusqlite::params;

use crate::canonical::{Address, address};
use crate::document;
use crate::error::Inner;
use crate::links::hole_json;
use crate::session::{MaskId, Session, UNSETTLED, UnitState};
use crate::settle::{Settled, absent_in, settle, still_never};

/// A document that waited.
struct Pending {
    resource: i64,
    own: MaskId,
    address: Address,
    body: Vec<u8>,
    read_at: i64,
}

impl Session {
    pub(crate) fn unit_finished(&mut self, report: &UnitReport) -> Inner<()> {
        let mut unit = self.take_unit(&report.unit)?;
        let skipped: Vec<Path> =
            report.not_collected.iter().flat_map(|record| record.members.iter().cloned()).collect();
        self.settle_pending(&unit, &skipped)?;
        self.mask_versions(&mut unit, &skipped)?;
        let mut holes = HashSet::new();
        for record in &report.not_collected {
            holes.insert((self.hole_text(record)?, None));
        }
        match &report.coverage {
            Coverage::Complete => self.close_unseen(&unit)?,
            Coverage::Incomplete(hole) => holes.extend(self.cover_unseen(&unit, hole)?.map(|text| (text, None))),
        }
        self.replace_holes(unit.id, None, holes)?;
        self.cover(unit.id, &report.coverage)?;
        self.close_unit(unit.id, report)
    }

    fn settle_pending(&mut self, unit: &UnitState, skipped: &[Path]) -> Inner<()> {
        let mut next = 0;
        while let Some(pending) = self.next_pending(unit.id, next)? {
            next = pending.resource;
            self.settle_one(unit, skipped, pending)?;
        }
        self.db.prepare_cached("DELETE FROM pending WHERE unit = ?1")?.execute([unit.id])?;
        Ok(())
    }

    fn next_pending(&self, unit: i64, after: i64) -> Inner<Option<Pending>> {
        let mut find = self.db.prepare_cached(
            "SELECT resource, own, hash, stamp, body, read_at FROM pending
             WHERE unit = ?1 AND resource > ?2 ORDER BY resource LIMIT 1",
        )?;
        let mut rows = find.query([unit, after])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some(Pending {
            resource: row.get(0)?,
            own: row.get(1)?,
            address: Address { hash: row.get(2)?, stamp: row.get(3)? },
            body: row.get(4)?,
            read_at: row.get(5)?,
        }))
    }

    fn settle_one(&mut self, unit: &UnitState, skipped: &[Path], pending: Pending) -> Inner<()> {
        let mut find = self.db.prepare_cached(
            "SELECT v.id, v.mask, v.document, n.text FROM resources r
             JOIN versions v ON v.id = r.version JOIN names n ON n.id = r.subject WHERE r.id = ?1",
        )?;
        let (version, mask, stored, uid): (i64, MaskId, i64, String) =
            find.query_row([pending.resource], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        drop(find);
        let unread: Vec<Path> = self.members(pending.own)?.iter().chain(skipped).cloned().collect();
        let stored = document::load(&self.db, stored)?;
        let read = document::unpack(&pending.body)?;
        let never: Arc<[Path]> = match mask {
            Some(UNSETTLED) => {
                let lacking = |path: &&Path| stored.each(path).is_empty();
                unread.iter().filter(lacking).cloned().chain(absent_in(&stored, &read)).collect()
            }
            mask => self.members(mask)?,
        };
        let mask = self.mask(&still_never(Some(&never), &unread))?;
        let settled = settle(&stored, &never, read, &unread, &unit.rules);
        let changed = matches!(settled, Settled::Changed(_));
        let (Settled::Same(merged) | Settled::Filled(merged) | Settled::Changed(merged)) = settled;
        let place = address(&merged, &unit.rules, &uid);
        let same_body = place == pending.address;
        let body = || if same_body { Ok(pending.body) } else { document::pack(&merged) };
        let document = document::store(&self.db, &place, body)?;
        if !changed {
            let mut fill = self.db.prepare_cached("UPDATE versions SET document = ?2, mask = ?3 WHERE id = ?1")?;
            fill.execute(params![version, document, mask])?;
            return Ok(());
        }
        // The change is as old as the read that showed it, not as the end of the unit.
        let now = std::mem::replace(&mut self.now, pending.read_at);
        let opened = self.replace_version(pending.resource, version, document, mask, unit.prior_read);
        self.now = now;
        opened
    }

    fn replace_version(
        &self,
        resource: i64,
        version: i64,
        document: i64,
        mask: MaskId,
        prior_read: Option<i64>,
    ) -> Inner<()> {
        let mut close = self.db.prepare_cached("UPDATE versions SET valid_to = ?2 WHERE id = ?1")?;
        close.execute([version, self.now])?;
        self.open_version(resource, document, mask, prior_read).map(|_| ())
    }

    /// New and unchanged versions learn which members have never been read.
    fn mask_versions(&mut self, unit: &mut UnitState, skipped: &[Path]) -> Inner<()> {
        for (own, versions) in std::mem::take(&mut unit.fresh) {
            let unread: Vec<Path> = self.members(own)?.iter().chain(skipped).cloned().collect();
            let mask = self.mask(&still_never(None, &unread))?;
            self.set_mask(&versions, mask)?;
        }
        for ((never, own), versions) in std::mem::take(&mut unit.kept) {
            let unread: Vec<Path> = self.members(own)?.iter().chain(skipped).cloned().collect();
            let never_members = self.members(Some(never))?;
            let mask = self.mask(&still_never(Some(&never_members), &unread))?;
            if mask != Some(never) {
                self.set_mask(&versions, mask)?;
            }
        }
        Ok(())
    }

    fn set_mask(&self, versions: &[i64], mask: MaskId) -> Inner<()> {
        let mut update = self.db.prepare_cached("UPDATE versions SET mask = ?2 WHERE id = ?1")?;
        for version in versions {
            update.execute(params![version, mask])?;
        }
        Ok(())
    }

    /// The living resources of a unit that it did not show.
    fn unseen(&self, unit: &UnitState) -> Inner<Vec<i64>> {
        let mut find = self.db.prepare_cached("SELECT id FROM resources WHERE unit = ?1 AND version IS NOT NULL")?;
        let mut rows = find.query([unit.id])?;
        let mut unseen = Vec::new();
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            if !unit.seen.contains(&id) {
                unseen.push(id);
            }
        }
        Ok(unseen)
    }

    fn close_unseen(&mut self, unit: &UnitState) -> Inner<()> {
        for id in self.unseen(unit)? {
            let mut find = self.db.prepare_cached("SELECT subject, version, keys FROM resources WHERE id = ?1")?;
            let (subject, version, keys): (i64, i64, Option<String>) =
                find.query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            drop(find);
            for sql in [
                "UPDATE versions SET valid_to = ?2 WHERE id = ?1",
                "UPDATE holes SET valid_to = ?2 WHERE resource = ?1 AND valid_to IS NULL",
                "UPDATE edges SET valid_to = ?2 WHERE resource = ?1 AND valid_to IS NULL",
            ] {
                let key = if sql.starts_with("UPDATE versions") { version } else { id };
                self.db.prepare_cached(sql)?.execute([key, self.now])?;
            }
            let mut update =
                self.db.prepare_cached("UPDATE resources SET version = NULL, links = NULL WHERE id = ?1")?;
            update.execute([id])?;
            drop(update);
            self.forget_keys(id, unit.id, keys.as_deref())?;
            self.verdicts_gone(subject)?;
        }
        Ok(())
    }

    /// Nobody knows whether what an incomplete listing did not show still is as it was: a hole lies over the whole of
    /// it. Returns the hole to lay over the unit instead, where the listing showed nothing at all.
    fn cover_unseen(&mut self, unit: &UnitState, hole: &Arc<Hole>) -> Inner<Option<i64>> {
        let record = HoleRecord { resource: None, members: vec![Path::default()], partial: false, hole: hole.clone() };
        if unit.seen.is_empty() {
            return self.hole_text(&record).map(Some);
        }
        for id in self.unseen(unit)? {
            let text = self.hole_text(&record)?;
            self.replace_holes(unit.id, Some(id), HashSet::from([(text, None)]))?;
            // The next read compares holes and references again.
            self.db.prepare_cached("UPDATE resources SET links = NULL WHERE id = ?1")?.execute([id])?;
        }
        Ok(None)
    }

    fn cover(&self, unit: i64, coverage: &Coverage) -> Inner<()> {
        let hole = coverage.hole().map(|hole| hole_json(hole));
        let mut find = self.db.prepare_cached("SELECT id, hole FROM coverage WHERE unit = ?1 AND valid_to IS NULL")?;
        let open: Vec<(i64, Option<String>)> =
            find.query_map([unit], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
        if open.iter().any(|(_, known)| *known == hole) {
            return Ok(());
        }
        let mut close = self.db.prepare_cached("UPDATE coverage SET valid_to = ?2 WHERE id = ?1")?;
        for (id, _) in open {
            close.execute([id, self.now])?;
        }
        let mut insert = self.db.prepare_cached(
            "INSERT INTO coverage (unit, hole, scan, valid_from, known_from) VALUES (?1, ?2, ?3, ?4, ?4)",
        )?;
        insert.execute(params![unit, hole, self.scan, self.now])?;
        Ok(())
    }

    fn close_unit(&self, unit: i64, report: &UnitReport) -> Inner<()> {
        let hole = report.coverage.hole().map(|hole| hole_json(hole));
        let mut update = self.db.prepare_cached(
            "UPDATE units SET state = ?2, hole = ?3, resources = ?4, requests = ?5, finished = ?6, read_at = ?6,
                    complete_at = CASE WHEN ?3 IS NULL THEN ?6 ELSE complete_at END
             WHERE id = ?1",
        )?;
        let state = if hole.is_none() { "complete" } else { "incomplete" };
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        update.execute(params![unit, state, hole, number(report.resources), number(report.requests), self.now])?;
        Ok(())
    }
}
