//! Findings that are no longer open.

use std::sync::Arc;

use finding::Prefix;
use rusqlite::{OptionalExtension, params};

use crate::checks::known_checks;
use crate::error::{Inner, StoreError};
use crate::reader::Reader;

/// A finding that was closed, as it last was.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedFinding {
    /// The check's present id; `None` when the catalogue has it no more.
    pub check: Option<Arc<str>>,
    /// The resource's global id.
    pub uid: Arc<str>,
    /// What was so.
    pub message: String,
    /// Why it closed: `read` (a read showed that it passes), `gone` with its resource, `rule` (the check is no more).
    pub ended: String,
    /// When, microseconds since 1970 UTC.
    pub at: i64,
}

impl Reader {
    /// The finding that an id meant before it was closed, the latest where several begin so.
    ///
    /// # Errors
    /// When the text is no id, or the store cannot be read.
    pub fn closed_finding(&self, id: &str) -> Result<Option<ClosedFinding>, StoreError> {
        let prefix = Prefix::parse(id)?;
        let ask = || -> Inner<Option<ClosedFinding>> {
            let checks = known_checks(&self.db)?;
            let mut find = self.db.prepare_cached(
                "SELECT v.check_n, n.text, v.message, coalesce(v.ended, 'read'), v.valid_to
                 FROM verdicts v JOIN names n ON n.id = v.subject
                 WHERE v.fingerprint BETWEEN ?1 AND ?2 AND v.valid_to IS NOT NULL ORDER BY v.valid_to DESC LIMIT 1",
            )?;
            let found = find.query_row(params![prefix.low.0, prefix.high.0], |row| {
                let check = checks.get(&row.get(0)?).map(|check| check.id.clone());
                Ok(ClosedFinding { check, uid: row.get(1)?, message: row.get(2)?, ended: row.get(3)?, at: row.get(4)? })
            });
            Ok(found.optional()?)
        };
        self.outer(ask())
    }
}
