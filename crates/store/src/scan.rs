//! Scans: beginning, resuming, ending.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use resource::{Coverage, Unit};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value as Json;

use crate::error::{Fault, Inner};

/// The id of a scan: a UUID version 7, so that ids sort by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScanId(Arc<str>);

impl ScanId {
    pub(crate) fn new() -> ScanId {
        ScanId(uuid::Uuid::now_v7().to_string().into())
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ScanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ScanId {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<ScanId, Self::Err> {
        Ok(ScanId(text.into()))
    }
}

/// What a scan is begun with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScanOptions {
    /// The catalogue's version: verdicts that change together with it changed by rule, not by cloud.
    pub catalog_version: String,
    /// Whatever is needed to continue the scan; kept as it is.
    pub options: Json,
}

/// How a scan ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanEnd {
    /// Everything that was to be done is done, holes or not.
    Finished,
    /// Somebody stopped it; it can be resumed.
    Cancelled,
    /// It broke; it can be resumed.
    Failed,
}

impl ScanEnd {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            ScanEnd::Finished => "finished",
            ScanEnd::Cancelled => "cancelled",
            ScanEnd::Failed => "failed",
        }
    }
}

/// An unfinished scan.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanState {
    /// Its id.
    pub id: ScanId,
    /// When it was begun, microseconds since 1970 UTC.
    pub started: i64,
    /// The catalogue's version then.
    pub catalog_version: String,
    /// What it was begun with.
    pub options: Json,
    /// The units that need not be read again.
    pub finished_units: Vec<UnitCoverage>,
}

/// One scan of the past.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanSummary {
    /// Its id.
    pub id: ScanId,
    /// When it was begun, microseconds since 1970 UTC.
    pub started: i64,
    /// When it ended; `None` while it runs or after it was killed.
    pub finished: Option<i64>,
    /// `running` (or killed), `finished`, `cancelled` or `failed`.
    pub state: String,
    /// The catalogue's version.
    pub catalog_version: String,
    /// What it was begun with.
    pub options: Json,
    /// What it ended with.
    pub totals: Json,
}

/// The last run of a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitCoverage {
    /// The unit.
    pub unit: Unit,
    /// The scan that ran it.
    pub scan: ScanId,
    /// Whether its listing is complete.
    pub coverage: Coverage,
    /// How many resources it emitted.
    pub resources: u64,
    /// How many requests it sent.
    pub requests: u64,
    /// When it was started, microseconds since 1970 UTC.
    pub started: i64,
    /// When it was finished, microseconds since 1970 UTC.
    pub finished: i64,
}

pub(crate) fn insert(db: &Connection, id: &ScanId, options: &ScanOptions, now: i64) -> Inner<i64> {
    let sql = "INSERT INTO scans (id, started, state, catalog_version, options) VALUES (?1, ?2, 'running', ?3, ?4)";
    db.execute(sql, params![id.as_str(), now, options.catalog_version, options.options.to_string()])?;
    Ok(db.last_insert_rowid())
}

pub(crate) fn end(db: &Connection, scan: i64, how: ScanEnd, totals: &Json, now: i64) -> Inner<()> {
    let sql = "UPDATE scans SET state = ?2, finished = ?3, totals = ?4 WHERE n = ?1";
    db.execute(sql, params![scan, how.as_str(), now, totals.to_string()])?;
    Ok(())
}

/// The number and state of a scan, by its id.
pub(crate) fn find(db: &Connection, id: &ScanId) -> Inner<Option<(i64, String)>> {
    let sql = "SELECT n, state FROM scans WHERE id = ?1";
    Ok(db.query_row(sql, [id.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

pub(crate) fn unfinished(db: &Connection, id: Option<&ScanId>) -> Inner<Option<ScanState>> {
    let sql = "SELECT n, id, started, catalog_version, options FROM scans
               WHERE state <> 'finished' AND (?1 IS NULL OR id = ?1) ORDER BY n DESC LIMIT 1";
    let row = db
        .query_row(sql, [id.map(ScanId::as_str)], |row| {
            Ok((row.get::<_, i64>(0)?, text_id(row, 1)?, row.get(2)?, row.get(3)?, row.get::<_, String>(4)?))
        })
        .optional()?;
    let Some((n, id, started, catalog_version, options)) = row else { return Ok(None) };
    let finished_units = coverage(db, Some(n))?;
    Ok(Some(ScanState { id, started, catalog_version, options: serde_json::from_str(&options)?, finished_units }))
}

/// The last run of every unit, or of those that a scan ran; units that have not finished are left out.
pub(crate) fn coverage(db: &Connection, scan: Option<i64>) -> Inner<Vec<UnitCoverage>> {
    let sql =
        "SELECT u.cloud, u.account, u.region, u.type, s.id, u.hole, u.resources, u.requests, u.started, u.finished
               FROM units u JOIN scans s ON s.n = u.scan
               WHERE u.state <> 'running' AND (?1 IS NULL OR u.scan = ?1)
               ORDER BY u.cloud, u.account, u.region, u.type";
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([scan])?;
    let mut units = Vec::new();
    while let Some(row) = rows.next()? {
        units.push(UnitCoverage {
            unit: unit_at(row, 0)?,
            scan: text_id(row, 4)?,
            coverage: match row.get::<_, Option<String>>(5)? {
                None => Coverage::Complete,
                Some(hole) => Coverage::Incomplete(Arc::new(serde_json::from_str(&hole)?)),
            },
            resources: count(row, 6)?,
            requests: count(row, 7)?,
            started: row.get(8)?,
            finished: row.get::<_, Option<i64>>(9)?.unwrap_or_default(),
        });
    }
    Ok(units)
}

pub(crate) fn history(db: &Connection) -> Inner<Vec<ScanSummary>> {
    let sql = "SELECT id, started, finished, state, catalog_version, options, totals FROM scans ORDER BY n DESC";
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut scans = Vec::new();
    while let Some(row) = rows.next()? {
        scans.push(ScanSummary {
            id: text_id(row, 0)?,
            started: row.get(1)?,
            finished: row.get(2)?,
            state: row.get(3)?,
            catalog_version: row.get(4)?,
            options: serde_json::from_str(&row.get::<_, String>(5)?)?,
            totals: row.get::<_, Option<String>>(6)?.map_or(Ok(Json::Null), |text| serde_json::from_str(&text))?,
        });
    }
    Ok(scans)
}

/// Cloud, account, region and type from four columns.
pub(crate) fn unit_at(row: &Row<'_>, first: usize) -> rusqlite::Result<Unit> {
    let text = |index: usize| row.get::<_, Arc<str>>(first + index);
    Ok(Unit { cloud: text(0)?, account: text(1)?, region: text(2)?, type_id: text(3)? })
}

pub(crate) fn text_id(row: &Row<'_>, index: usize) -> rusqlite::Result<ScanId> {
    row.get::<_, Arc<str>>(index).map(ScanId)
}

/// A count, which is never negative.
pub(crate) fn count(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(index).map(|number| u64::try_from(number).unwrap_or_default())
}

/// The latest time in the store: no interval begins before it.
pub(crate) fn latest(db: &Connection) -> Inner<i64> {
    let sql = "SELECT max(coalesce((SELECT max(max(started, coalesce(finished, 0))) FROM scans), 0),
                          coalesce((SELECT max(max(started, coalesce(finished, 0))) FROM units), 0))";
    db.query_row(sql, [], |row| row.get(0)).map_err(Fault::from)
}
