//! Verdicts into the store: an interval ends and another begins only where the answer differs.

use std::collections::BTreeMap;
use std::sync::Arc;

use finding::Fingerprint;
use resource::{Outcome, Verdict};
use rusqlite::{OptionalExtension, params};

use crate::checks::severity_rank;
use crate::error::{Fault, Inner};
use crate::session::Session;
use crate::vector::{Packed, Vector, unpack};
use crate::writer::SubjectVerdicts;

/// `verdicts.verdict`.
pub(crate) const FAIL: i64 = 1;
pub(crate) const UNKNOWN: i64 = 2;

/// A row that is open.
struct OpenRow {
    id: i64,
    verdict: i64,
    severity: i64,
    message: String,
    unknown: Option<String>,
    holds_until: Option<i64>,
    failed_before: bool,
}

/// A failure or an undecided answer to be kept.
struct NewRow<'a> {
    n: i64,
    first_id: Arc<str>,
    discriminator: String,
    verdict: i64,
    severity: i64,
    message: &'a str,
    unknown: Option<String>,
    holds_until: Option<i64>,
}

/// What is known of a subject before its new verdicts.
struct Subject {
    id: i64,
    uid: Arc<str>,
    prior_read: Option<i64>,
    /// Whether this scan read another document than the last.
    changed: bool,
    vector: Option<(i64, Vector, Option<i64>)>,
    rows: BTreeMap<(i64, String), OpenRow>,
}

impl Session {
    pub(crate) fn verdicts(&mut self, verdicts: &SubjectVerdicts) -> Inner<()> {
        let mut subject = self.subject(&verdicts.uid)?;
        let mut by_check: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
        for id in verdicts.checks.iter() {
            by_check.entry(id).or_default();
        }
        for outcome in &verdicts.outcomes {
            by_check.entry(&outcome.check).or_default().push(outcome);
        }
        let before = subject.vector.as_ref().map(|(_, vector, _)| vector.clone()).unwrap_or_default();
        let mut after = before.clone();
        for (check, outcomes) in &by_check {
            let (n, first_id) = self.checks.find(check)?;
            let index = usize::try_from(n).unwrap_or_default();
            after.set(index, packed(outcomes));
            self.check_rows(&mut subject, (n, first_id), outcomes, before.get(index))?;
        }
        self.vector(&subject, &before, &after, &verdicts.outcomes, by_check.len())
    }

    fn subject(&self, uid: &Arc<str>) -> Inner<Subject> {
        let missing = || Fault::NoSubject(uid.to_string());
        let id = self.known_name(uid)?.ok_or_else(missing)?;
        let mut find = self.db.prepare_cached(
            "SELECT u.prior_read, v.scan = ?2 FROM resources r JOIN units u ON u.id = r.unit
             JOIN versions v ON v.id = r.version WHERE r.subject = ?1 ORDER BY r.owner IS NOT NULL, r.id LIMIT 1",
        )?;
        let (prior_read, changed) =
            find.query_row([id, self.scan], |row| Ok((row.get(0)?, row.get(1)?))).optional()?.ok_or_else(missing)?;
        let mut find = self.db.prepare_cached(
            "SELECT s.id, v.states, s.holds_until FROM subject_vectors s JOIN vectors v ON v.id = s.vector
             WHERE s.subject = ?1 AND s.valid_to IS NULL",
        )?;
        let vector: Option<(i64, Vec<u8>, Option<i64>)> =
            find.query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        let vector = match vector {
            Some((row, states, holds)) => Some((row, unpack(&states)?, holds)),
            None => None,
        };
        let mut find = self.db.prepare_cached(
            "SELECT check_n, discriminator, id, verdict, severity, message, unknown, holds_until, failed_before
             FROM verdicts WHERE subject = ?1 AND valid_to IS NULL",
        )?;
        let rows = find.query_map([id], |row| {
            let open = OpenRow {
                id: row.get(2)?,
                verdict: row.get(3)?,
                severity: row.get(4)?,
                message: row.get(5)?,
                unknown: row.get(6)?,
                holds_until: row.get(7)?,
                failed_before: row.get(8)?,
            };
            Ok(((row.get(0)?, row.get(1)?), open))
        })?;
        Ok(Subject { id, uid: uid.clone(), prior_read, changed, vector, rows: rows.collect::<rusqlite::Result<_>>()? })
    }

    /// Brings the rows of one check up to date.
    fn check_rows(
        &self,
        subject: &mut Subject,
        (n, first_id): (i64, Arc<str>),
        outcomes: &[&Outcome],
        before: Packed,
    ) -> Inner<()> {
        // Two items of one key are one finding, which fails if either does.
        let mut wanted: BTreeMap<String, &Outcome> = BTreeMap::new();
        for outcome in outcomes.iter().filter(|o| matches!(o.verdict, Verdict::Fail | Verdict::Unknown)) {
            let rank = |outcome: &Outcome| (outcome.verdict == Verdict::Fail, outcome.severity);
            let kept = wanted.entry(outcome.discriminator.clone()).or_insert(outcome);
            if rank(outcome) > rank(kept) {
                *kept = outcome;
            }
        }
        let mut open: BTreeMap<String, OpenRow> = BTreeMap::new();
        let keys: Vec<(i64, String)> =
            subject.rows.range((n, String::new())..(n + 1, String::new())).map(|(key, _)| key.clone()).collect();
        for key in keys {
            if let Some(row) = subject.rows.remove(&key) {
                open.insert(key.1, row);
            }
        }
        // Some items could not be read: those that were there before are not known to be gone or mended.
        if let Some(rest) = outcomes.iter().find(|o| o.verdict == Verdict::Unknown && o.discriminator.is_empty()) {
            let judged = |item: &str| outcomes.iter().any(|outcome| outcome.discriminator == item);
            for item in open.keys().filter(|item| !item.is_empty() && !judged(item)) {
                wanted.insert(item.clone(), rest);
            }
        }
        for (discriminator, outcome) in wanted {
            let new = NewRow { discriminator, ..new_row(n, first_id.clone(), outcome) };
            let old = open.remove(&new.discriminator);
            self.keep_row(subject, &new, old, before)?;
        }
        for row in open.into_values() {
            self.close_row(row.id, "read")?;
        }
        Ok(())
    }

    fn keep_row(&self, subject: &Subject, new: &NewRow<'_>, old: Option<OpenRow>, before: Packed) -> Inner<()> {
        let mut failed_before = false;
        if let Some(old) = &old {
            if (old.verdict, old.severity) == (new.verdict, new.severity) {
                let told =
                    old.message == new.message && old.unknown == new.unknown && old.holds_until == new.holds_until;
                return if told { Ok(()) } else { self.retell(old.id, new) };
            }
            failed_before = new.verdict == UNKNOWN && (old.verdict == FAIL || old.failed_before);
            self.close_row(old.id, if new.verdict == UNKNOWN { "unread" } else { "read" })?;
        }
        let fingerprint = Fingerprint::of(&new.first_id, &subject.uid, &new.discriminator);
        let mut find = self.db.prepare_cached("SELECT min(valid_from) FROM verdicts WHERE fingerprint = ?1")?;
        let first_seen: Option<i64> = find.query_row([fingerprint.0], |row| row.get(0))?;
        let cause = self.cause(subject, new.verdict == UNKNOWN, old.as_ref(), before);
        let mut insert = self.db.prepare_cached(
            "INSERT INTO verdicts (subject, check_n, discriminator, verdict, severity, message, unknown, holds_until,
                 fingerprint, first_seen, failed_before, cause, scan, prior_read, valid_from, known_from)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?15)",
        )?;
        insert.execute(params![
            subject.id,
            new.n,
            new.discriminator,
            new.verdict,
            new.severity,
            new.message,
            new.unknown,
            new.holds_until,
            fingerprint.0,
            first_seen.unwrap_or(self.now),
            failed_before,
            cause,
            self.scan,
            subject.prior_read,
            self.now
        ])?;
        Ok(())
    }

    /// The same answer in other words is no change.
    fn retell(&self, row: i64, new: &NewRow<'_>) -> Inner<()> {
        let mut update =
            self.db.prepare_cached("UPDATE verdicts SET message = ?2, unknown = ?3, holds_until = ?4 WHERE id = ?1")?;
        update.execute(params![row, new.message, new.unknown, new.holds_until])?;
        Ok(())
    }

    fn close_row(&self, row: i64, ended: &str) -> Inner<()> {
        let mut close = self.db.prepare_cached("UPDATE verdicts SET valid_to = ?2, ended = ?3 WHERE id = ?1")?;
        close.execute(params![row, self.now, ended])?;
        Ok(())
    }

    /// Why an answer is another than before.
    fn cause(&self, subject: &Subject, unknown: bool, old: Option<&OpenRow>, before: Packed) -> &'static str {
        let due = old.and_then(|row| row.holds_until).or(subject.vector.as_ref().and_then(|(_, _, holds)| *holds));
        if before == Packed::None {
            "first"
        } else if unknown || old.is_some_and(|row| row.verdict == UNKNOWN) {
            "coverage"
        } else if subject.changed {
            "cloud"
        } else if self.checks.catalog_changed {
            "rule"
        } else if due.is_some_and(|due| due <= self.now) {
            "time"
        } else {
            // A neighbour of the subject.
            "cloud"
        }
    }

    fn vector(
        &self,
        subject: &Subject,
        before: &Vector,
        after: &Vector,
        outcomes: &[Outcome],
        evaluated: usize,
    ) -> Inner<()> {
        let decided = |outcome: &&Outcome| matches!(outcome.verdict, Verdict::Pass | Verdict::NotApplicable);
        let mut holds = outcomes.iter().filter(decided).filter_map(|outcome| outcome.holds_until).min();
        if let Some((_, _, old)) = &subject.vector
            && evaluated < before.states().count()
        {
            holds = holds.into_iter().chain(*old).min();
        }
        let packed = after.pack();
        if let Some((row, _, old)) = &subject.vector {
            if before.pack() == packed {
                if holds != *old {
                    let mut update =
                        self.db.prepare_cached("UPDATE subject_vectors SET holds_until = ?2 WHERE id = ?1")?;
                    update.execute(params![row, holds])?;
                }
                return Ok(());
            }
            self.db
                .prepare_cached("UPDATE subject_vectors SET valid_to = ?2 WHERE id = ?1")?
                .execute([*row, self.now])?;
        }
        let vector = self.vector_id(&packed)?;
        let mut insert = self.db.prepare_cached(
            "INSERT INTO subject_vectors (subject, vector, holds_until, scan, prior_read, valid_from, known_from)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        )?;
        insert.execute(params![subject.id, vector, holds, self.scan, subject.prior_read, self.now])?;
        Ok(())
    }

    /// The verdicts of a resource that is gone end, unless another unit still shows it.
    pub(crate) fn verdicts_gone(&self, subject: i64) -> Inner<()> {
        let mut find = self.db.prepare_cached("SELECT 1 FROM resources WHERE subject = ?1 AND version IS NOT NULL")?;
        if find.exists([subject])? {
            return Ok(());
        }
        for sql in [
            "UPDATE verdicts SET valid_to = ?2, ended = 'gone' WHERE subject = ?1 AND valid_to IS NULL",
            "UPDATE subject_vectors SET valid_to = ?2 WHERE subject = ?1 AND valid_to IS NULL",
        ] {
            self.db.prepare_cached(sql)?.execute([subject, self.now])?;
        }
        Ok(())
    }
}

fn new_row(n: i64, first_id: Arc<str>, outcome: &Outcome) -> NewRow<'_> {
    let holes: Vec<serde_json::Value> = outcome.unknown.iter().map(|hole| serde_json::json!(**hole)).collect();
    NewRow {
        n,
        first_id,
        discriminator: outcome.discriminator.clone(),
        verdict: if outcome.verdict == Verdict::Fail { FAIL } else { UNKNOWN },
        severity: severity_rank(outcome.severity),
        message: &outcome.message,
        unknown: (!holes.is_empty()).then(|| serde_json::Value::from(holes).to_string()),
        holds_until: outcome.holds_until,
    }
}

fn packed(outcomes: &[&Outcome]) -> Packed {
    let any = |verdict: Verdict| outcomes.iter().any(|outcome| outcome.verdict == verdict);
    if any(Verdict::Fail) || any(Verdict::Unknown) {
        Packed::Rows
    } else if any(Verdict::Pass) {
        Packed::Pass
    } else if any(Verdict::NotApplicable) {
        Packed::NotApplicable
    } else {
        Packed::None
    }
}
