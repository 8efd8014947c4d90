//! Questions to the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use resource::{Hole, HoleRecord, Unit};
use rusqlite::{Connection, params};

use crate::checks::severity_at;
use crate::error::{Fault, Inner, StoreError};
use crate::paths;
use crate::scan::{self, ScanId, ScanSummary, UnitCoverage, count, unit_at};
use crate::vector::{Packed, unpack};
use crate::verdict::{FAIL, UNKNOWN};

/// A reading connection. It never blocks the writer, nor the writer it.
pub struct Reader {
    pub(crate) db: Connection,
    location: String,
}

/// A resource type with what the store holds of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeCount {
    /// The type.
    pub type_id: Arc<str>,
    /// Resources, views left out.
    pub resources: u64,
    /// Views of other accounts' resources.
    pub views: u64,
}

/// A resource by its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceName {
    /// Its global id.
    pub uid: Arc<str>,
    /// Its type.
    pub type_id: Arc<str>,
    /// Its name as people know it.
    pub name: String,
    /// Its account.
    pub account: Arc<str>,
    /// Its region; empty where there is none.
    pub region: Arc<str>,
}

/// Which holes are meant; an absent condition does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoleFilter {
    /// Of this account.
    pub account: Option<String>,
    /// Of this type.
    pub type_id: Option<String>,
    /// Over this resource, its own and those of its whole unit.
    pub uid: Option<String>,
    /// Left by this call.
    pub call: Option<String>,
}

/// A hole that lies over the store now.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredHole {
    /// Where.
    pub unit: Unit,
    /// Which members of what, and why.
    pub record: HoleRecord,
    /// Since when, microseconds since 1970 UTC.
    pub since: i64,
}

/// What one call could not read.
#[derive(Clone, Debug, PartialEq)]
pub struct HoleSummary {
    /// The reason, the call, the permission.
    pub hole: Arc<Hole>,
    /// In how many accounts.
    pub accounts: u64,
    /// In how many units (account, region, type).
    pub units: u64,
    /// Over how many resources; those that a failed listing did not show cannot be counted.
    pub resources: u64,
}

/// How many there are of everything now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Resources, views left out.
    pub resources: u64,
    /// Verdicts that pass; a check that judges several items of a resource counts once when all pass.
    pub pass: u64,
    /// Verdicts that fail.
    pub fail: u64,
    /// Verdicts that could not be decided.
    pub unknown: u64,
    /// Questions that do not arise.
    pub not_applicable: u64,
    /// Failures by severity, worst first.
    pub failures: BTreeMap<std::cmp::Reverse<resource::Severity>, u64>,
}

impl Reader {
    pub(crate) fn new(db: Connection, location: &str) -> Reader {
        Reader { db, location: location.to_owned() }
    }

    pub(crate) fn outer<T>(&self, inner: Inner<T>) -> Result<T, StoreError> {
        inner.map_err(|fault| fault.at(&self.location))
    }

    /// The types that the store holds, in the order of their names.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn types(&self) -> Result<Vec<TypeCount>, StoreError> {
        let ask = || -> Inner<Vec<TypeCount>> {
            let mut statement = self.db.prepare(
                "SELECT u.type, count(*) FILTER (WHERE r.owner IS NULL), count(*) FILTER (WHERE r.owner IS NOT NULL)
                 FROM resources r JOIN units u ON u.id = r.unit WHERE r.version IS NOT NULL GROUP BY u.type ORDER BY u.type",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(TypeCount { type_id: row.get(0)?, resources: count(row, 1)?, views: count(row, 2)? })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        };
        self.outer(ask())
    }

    /// The resources that a text may mean: one global id; else those of that name or key; else those whose global id
    /// ends in it. Several are an ambiguity for the asker to resolve; at most 50 are given.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn find_resource(&self, text: &str) -> Result<Vec<ResourceName>, StoreError> {
        for condition in [
            "n.text = ?1",
            "r.name = ?1 OR r.id IN (SELECT k.resource FROM keys k JOIN names m ON m.id = k.key WHERE m.text = ?1)",
            "?1 <> '' AND substr(n.text, -length(?1)) = ?1",
        ] {
            let found = self.outer(self.named(condition, text))?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    fn named(&self, condition: &str, text: &str) -> Inner<Vec<ResourceName>> {
        let sql = format!(
            "SELECT n.text, u.type, r.name, u.account, CASE WHEN r.region = '' THEN u.region ELSE r.region END
             FROM resources r JOIN units u ON u.id = r.unit JOIN names n ON n.id = r.subject
             WHERE r.version IS NOT NULL AND ({condition}) ORDER BY n.text, r.owner IS NOT NULL, r.id LIMIT 200"
        );
        let mut statement = self.db.prepare(&sql)?;
        let rows = statement.query_map([text], |row| {
            Ok(ResourceName {
                uid: row.get(0)?,
                type_id: row.get(1)?,
                name: row.get(2)?,
                account: row.get(3)?,
                region: row.get(4)?,
            })
        })?;
        let mut found: Vec<ResourceName> = rows.collect::<rusqlite::Result<_>>()?;
        // The owner's row stands before the views of the same resource.
        found.dedup_by(|next, kept| next.uid == kept.uid);
        found.truncate(50);
        Ok(found)
    }

    /// How complete the listings are: those that a scan ran last, or the last run of every unit.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn coverage(&self, scan: Option<&ScanId>) -> Result<Vec<UnitCoverage>, StoreError> {
        let ask = || -> Inner<Vec<UnitCoverage>> {
            match scan {
                None => scan::coverage(&self.db, None),
                Some(id) => match scan::find(&self.db, id)? {
                    Some((n, _)) => scan::coverage(&self.db, Some(n)),
                    None => Ok(Vec::new()),
                },
            }
        };
        self.outer(ask())
    }

    /// The holes that lie over the store now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn holes(&self, filter: &HoleFilter) -> Result<Vec<StoredHole>, StoreError> {
        let ask = || -> Inner<Vec<StoredHole>> {
            let mut statement = self.db.prepare(
                "SELECT u.cloud, u.account, u.region, u.type, n.text, t.members, t.partial, t.hole, h.valid_from
                 FROM holes h JOIN units u ON u.id = h.unit JOIN hole_texts t ON t.id = h.hole
                 LEFT JOIN resources r ON r.id = h.resource LEFT JOIN names n ON n.id = r.subject
                 WHERE h.valid_to IS NULL AND (?1 IS NULL OR u.account = ?1) AND (?2 IS NULL OR u.type = ?2)
                   AND (?3 IS NULL OR n.text = ?3 OR (h.resource IS NULL AND h.unit IN (SELECT o.unit FROM resources o
                        JOIN names m ON m.id = o.subject WHERE m.text = ?3 AND o.version IS NOT NULL)))
                   AND (?4 IS NULL OR t.call = ?4) ORDER BY h.id",
            )?;
            let mut rows = statement.query(params![filter.account, filter.type_id, filter.uid, filter.call])?;
            let mut holes = Vec::new();
            while let Some(row) = rows.next()? {
                let record = HoleRecord {
                    resource: row.get(4)?,
                    members: paths::from_text(&row.get::<_, String>(5)?)?,
                    partial: row.get(6)?,
                    hole: Arc::new(serde_json::from_str(&row.get::<_, String>(7)?)?),
                };
                holes.push(StoredHole { unit: unit_at(row, 0)?, record, since: row.get(8)? });
            }
            Ok(holes)
        };
        self.outer(ask())
    }

    /// What was denied, throttled or failed, by call, the widest first; what nothing asked for is left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn hole_summary(&self) -> Result<Vec<HoleSummary>, StoreError> {
        let ask = || -> Inner<Vec<HoleSummary>> {
            // A hole over a unit lies over each of its resources.
            let mut statement = self.db.prepare(
                "SELECT min(t.hole), count(DISTINCT u.cloud || u.account), count(DISTINCT h.unit),
                        sum(CASE WHEN h.resource IS NOT NULL THEN 1 ELSE
                            (SELECT count(*) FROM resources r WHERE r.unit = h.unit AND r.version IS NOT NULL) END)
                 FROM holes h JOIN units u ON u.id = h.unit JOIN hole_texts t ON t.id = h.hole
                 WHERE h.valid_to IS NULL GROUP BY t.call, json_extract(t.hole, '$.\"?\"') ORDER BY 4 DESC, 3 DESC, 1",
            )?;
            let mut rows = statement.query([])?;
            let mut summary = Vec::new();
            while let Some(row) = rows.next()? {
                let hole: Hole = serde_json::from_str(&row.get::<_, String>(0)?)?;
                if hole.why.is_coverage_hole() {
                    let (accounts, units, resources) = (count(row, 1)?, count(row, 2)?, count(row, 3)?);
                    summary.push(HoleSummary { hole: Arc::new(hole), accounts, units, resources });
                }
            }
            Ok(summary)
        };
        self.outer(ask())
    }

    /// How many resources and verdicts there are now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        self.outer(self.count_all())
    }

    fn count_all(&self) -> Inner<Counts> {
        let mut counts = Counts {
            resources: self.db.query_row(
                "SELECT count(*) FROM resources WHERE version IS NOT NULL AND owner IS NULL",
                [],
                |row| count(row, 0),
            )?,
            ..Counts::default()
        };
        let mut rows =
            self.db.prepare("SELECT verdict, severity, count(*) FROM verdicts WHERE valid_to IS NULL GROUP BY 1, 2")?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            let number = count(row, 2)?;
            match row.get(0)? {
                FAIL => {
                    counts.fail += number;
                    *counts.failures.entry(std::cmp::Reverse(severity_at(row.get(1)?))).or_default() += number;
                }
                UNKNOWN => counts.unknown += number,
                other => return Err(Fault::Damaged(format!("a verdict has the number {other}"))),
            }
        }
        let sql = "SELECT v.states, count(*) FROM subject_vectors s JOIN vectors v ON v.id = s.vector
                   WHERE s.valid_to IS NULL GROUP BY v.id";
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (vector, subjects) = (unpack(&row.get::<_, Vec<u8>>(0)?)?, count(row, 1)?);
            for (_, state) in vector.states() {
                match state {
                    Packed::Pass => counts.pass += subjects,
                    Packed::NotApplicable => counts.not_applicable += subjects,
                    Packed::None | Packed::Rows => {}
                }
            }
        }
        Ok(counts)
    }

    /// The scans, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn scan_history(&self) -> Result<Vec<ScanSummary>, StoreError> {
        self.outer(scan::history(&self.db))
    }
}
