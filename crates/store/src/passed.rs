//! Verdicts that pass or do not arise, by their ids: they are packed by resource, no row of its own stands for one.

use std::collections::BTreeSet;
use std::sync::Arc;

use finding::{Finding, Fingerprint, Prefix};

use crate::checks::known_checks;
use crate::error::{Inner, StoreError};
use crate::findings::{History, PLACE, SUBJECT, decided, short_id};
use crate::reader::Reader;
use crate::vector::unpack;

/// Where the store has resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Accounts that were scanned.
    pub accounts: BTreeSet<Arc<str>>,
    /// Regions that were scanned or that resources live in; the empty text stands for those without one.
    pub regions: BTreeSet<Arc<str>>,
}

impl Reader {
    /// What passes, or does not arise, by the id that `findings` prints with it. Several mean that the id is ambiguous;
    /// at most 50 are given.
    ///
    /// # Errors
    /// When the text is no id, or the store cannot be read.
    pub fn passed(&self, id: &str) -> Result<Vec<Finding>, StoreError> {
        let prefix = Prefix::parse(id)?;
        self.outer(self.passed_between(prefix))
    }

    fn passed_between(&self, prefix: Prefix) -> Inner<Vec<Finding>> {
        const MOST: usize = 50;
        let checks = known_checks(&self.db)?;
        let sql = format!(
            "SELECT v.id, v.subject, s.states, v.valid_from, {PLACE}
             FROM subject_vectors v JOIN vectors s ON s.id = v.vector {SUBJECT} WHERE v.valid_to IS NULL ORDER BY v.id"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let uid: String = row.get(4)?;
            for (n, state) in unpack(&row.get::<_, Vec<u8>>(2)?)?.states() {
                let Some(verdict) = state.verdict() else { continue };
                let Some(check) = i64::try_from(n).ok().and_then(|n| checks.get(&n)) else { continue };
                let fingerprint = Fingerprint::of(&check.first_id, &uid, "");
                if fingerprint < prefix.low || fingerprint > prefix.high || found.len() >= MOST {
                    continue;
                }
                let since = History::load(&self.db, row.get(1)?)?.since(n, row.get(3)?)?;
                let short_id = short_id(&self.db, &fingerprint)?;
                found.push(Finding { short_id, ..decided(row, check, verdict, since)? });
            }
        }
        Ok(found)
    }

    /// The accounts and regions that a question to this store may name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn places(&self) -> Result<Places, StoreError> {
        let names = |sql: &str| -> Inner<BTreeSet<Arc<str>>> {
            let mut statement = self.db.prepare(sql)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        };
        let ask = || {
            Ok(Places {
                accounts: names("SELECT DISTINCT account FROM units")?,
                regions: names("SELECT DISTINCT region FROM units UNION SELECT DISTINCT region FROM resources")?,
            })
        };
        self.outer(ask())
    }
}
