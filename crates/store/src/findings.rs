//! Findings out of the store.

use std::collections::VecDeque;
use std::sync::Arc;

use finding::{Filter, Finding, Fingerprint, Prefix, SHORT_LENGTH, State, base_score};
use resource::{Hole, Verdict};
use rusqlite::{Connection, Row, ToSql, params};

use crate::checks::{Known, KnownCheck, known_checks, severity_at};
use crate::error::{Inner, StoreError};
use crate::reader::Reader;
use crate::vector::unpack;
use crate::verdict::FAIL;

const PAGE: i64 = 256;

/// The place of a subject: its owner's row before a view.
pub(crate) const SUBJECT: &str = "JOIN names n ON n.id = v.subject
    JOIN resources r ON r.id = (SELECT o.id FROM resources o WHERE o.subject = v.subject AND o.version IS NOT NULL
                                ORDER BY o.owner IS NOT NULL, o.id LIMIT 1)
    JOIN units u ON u.id = r.unit";

pub(crate) const PLACE: &str =
    "n.text, u.cloud, u.account, CASE WHEN r.region = '' THEN u.region ELSE r.region END, u.type, r.name";

const ROW: &str = "v.id, v.verdict, v.severity, v.check_n, v.discriminator, v.message, v.unknown, v.holds_until,
    v.fingerprint, v.first_seen, v.failed_before, v.valid_from";

/// Where in the list the next page begins.
enum At {
    /// After this verdict, severity and row.
    Rows(i64, i64, i64),
    /// After this row of `subject_vectors`.
    Vectors(i64),
    End,
}

/// Findings, read page by page: failures worst first, then what could not be decided, then, where asked for, passes
/// and questions that do not arise.
pub struct Findings<'a> {
    reader: &'a Reader,
    filter: Filter,
    checks: Option<Known>,
    at: At,
    page: VecDeque<Finding>,
}

impl Reader {
    /// The findings that a filter wants, streaming.
    pub fn findings(&self, filter: &Filter) -> Findings<'_> {
        let at = At::Rows(0, 0, 0);
        Findings { reader: self, filter: filter.clone(), checks: None, at, page: VecDeque::new() }
    }

    /// The open findings of an id, `F-…` or the beginning of a fingerprint. Several mean that the id is ambiguous.
    ///
    /// # Errors
    /// When the text is no id, or the store cannot be read.
    pub fn finding(&self, id: &str) -> Result<Vec<Finding>, StoreError> {
        let prefix = Prefix::parse(id)?;
        let ask = || -> Inner<Vec<Finding>> {
            let checks = known_checks(&self.db)?;
            let sql = format!(
                "SELECT {ROW}, {PLACE} FROM verdicts v {SUBJECT}
                 WHERE v.fingerprint BETWEEN ?1 AND ?2 AND v.valid_to IS NULL ORDER BY v.fingerprint LIMIT 50"
            );
            let mut statement = self.db.prepare_cached(&sql)?;
            let mut rows = statement.query(params![prefix.low.0, prefix.high.0])?;
            let mut findings = Vec::new();
            while let Some(row) = rows.next()? {
                findings.extend(finding_at(&self.db, row, &checks)?);
            }
            Ok(findings)
        };
        self.outer(ask())
    }
}

impl Iterator for Findings<'_> {
    type Item = Result<Finding, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.page.is_empty() {
            if matches!(self.at, At::End) {
                return None;
            }
            if let Err(fault) = self.turn() {
                self.at = At::End;
                return Some(self.reader.outer(Err(fault)));
            }
        }
        self.page.pop_front().map(Ok)
    }
}

impl Findings<'_> {
    fn turn(&mut self) -> Inner<()> {
        let checks = match self.checks.take() {
            Some(checks) => checks,
            None => known_checks(&self.reader.db)?,
        };
        let next = match self.at {
            At::Rows(verdict, severity, id) => self.turn_rows(&checks, (verdict, severity, id)),
            At::Vectors(id) => self.turn_vectors(&checks, id),
            At::End => Ok(At::End),
        };
        self.checks = Some(checks);
        self.at = next?;
        Ok(())
    }

    /// The condition that holds for one resource only, and its parameter.
    fn of_resource(&self, at: usize) -> (String, Option<String>) {
        match &self.filter.resource {
            Some(uid) => (format!("AND v.subject = (SELECT id FROM names WHERE text = ?{at})"), Some(uid.clone())),
            None => (String::new(), None),
        }
    }

    fn turn_rows(&mut self, checks: &Known, after: (i64, i64, i64)) -> Inner<At> {
        let (of, uid) = self.of_resource(5);
        let sql = format!(
            "SELECT {ROW}, {PLACE} FROM verdicts v {SUBJECT}
             WHERE v.valid_to IS NULL AND (v.verdict, v.severity, v.id) > (?1, ?2, ?3) {of}
             ORDER BY v.verdict, v.severity, v.id LIMIT ?4"
        );
        let mut statement = self.reader.db.prepare_cached(&sql)?;
        let mut values: Vec<&dyn ToSql> = vec![&after.0, &after.1, &after.2, &PAGE];
        values.extend(uid.iter().map(|uid| uid as &dyn ToSql));
        let mut rows = statement.query(values.as_slice())?;
        let mut last = None;
        while let Some(row) = rows.next()? {
            last = Some(At::Rows(row.get(1)?, row.get(2)?, row.get(0)?));
            if let Some(finding) = finding_at(&self.reader.db, row, checks)?
                && wants(&self.filter, &finding)
            {
                self.page.push_back(finding);
            }
        }
        Ok(last.unwrap_or(At::Vectors(0)))
    }

    fn turn_vectors(&mut self, checks: &Known, after: i64) -> Inner<At> {
        if !self.filter.wants(Verdict::Pass) && !self.filter.wants(Verdict::NotApplicable) {
            return Ok(At::End);
        }
        let (of, uid) = self.of_resource(3);
        let sql = format!(
            "SELECT v.id, v.subject, s.states, v.valid_from, {PLACE}
             FROM subject_vectors v JOIN vectors s ON s.id = v.vector {SUBJECT}
             WHERE v.valid_to IS NULL AND v.id > ?1 {of} ORDER BY v.id LIMIT ?2"
        );
        let mut statement = self.reader.db.prepare_cached(&sql)?;
        let mut values: Vec<&dyn ToSql> = vec![&after, &PAGE];
        values.extend(uid.iter().map(|uid| uid as &dyn ToSql));
        let mut rows = statement.query(values.as_slice())?;
        let mut last = None;
        while let Some(row) = rows.next()? {
            last = Some(At::Vectors(row.get(0)?));
            let (subject, since) = (row.get(1)?, row.get(3)?);
            let history = History::load(&self.reader.db, subject)?;
            for (n, state) in unpack(&row.get::<_, Vec<u8>>(2)?)?.states() {
                let Some(verdict) = state.verdict() else { continue };
                let Some(check) = i64::try_from(n).ok().and_then(|n| checks.get(&n)) else { continue };
                let finding = decided(row, check, verdict, history.since(n, since)?)?;
                if wants(&self.filter, &finding) {
                    let short_id = short_id(&self.reader.db, &finding.fingerprint)?;
                    self.page.push_back(Finding { short_id, ..finding });
                }
            }
        }
        Ok(last.unwrap_or(At::End))
    }
}

/// The packed verdicts of a subject over time, newest first: since when, and what.
pub(crate) struct History(Vec<(i64, Vec<u8>)>);

impl History {
    pub(crate) fn load(db: &Connection, subject: i64) -> Inner<History> {
        let mut find = db.prepare_cached(
            "SELECT h.valid_from, s.states FROM subject_vectors h JOIN vectors s ON s.id = h.vector
             WHERE h.subject = ?1 AND h.known_to IS NULL ORDER BY h.id DESC",
        )?;
        let rows = find.query_map([subject], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(History(rows.collect::<rusqlite::Result<_>>()?))
    }

    /// Since when a check has had its present state: a vector changes when any of its checks does.
    pub(crate) fn since(&self, check: usize, latest: i64) -> Inner<i64> {
        let mut since = latest;
        let mut state = None;
        for (from, states) in &self.0 {
            let here = unpack(states)?.get(check);
            if *state.get_or_insert(here) != here {
                break;
            }
            since = *from;
        }
        Ok(since)
    }
}

fn wants(filter: &Filter, finding: &Finding) -> bool {
    filter.wants(finding.verdict)
        && filter.wants_severity(finding.severity)
        && filter.wants_check(&finding.check)
        && filter.wants_place(&finding.account, &finding.region, &finding.type_id)
        && filter.resource.as_ref().is_none_or(|uid| *uid == *finding.uid)
}

/// The shortest id that no other finding shares, living or past.
pub(crate) fn short_id(db: &Connection, fingerprint: &Fingerprint) -> Inner<String> {
    let mut length = SHORT_LENGTH;
    for sql in [
        "SELECT max(fingerprint) FROM verdicts WHERE fingerprint < ?1",
        "SELECT min(fingerprint) FROM verdicts WHERE fingerprint > ?1",
    ] {
        let neighbour: Option<[u8; 16]> = db.prepare_cached(sql)?.query_row([fingerprint.0], |row| row.get(0))?;
        if let Some(neighbour) = neighbour {
            length = length.max(fingerprint.distinct_at(&Fingerprint(neighbour)));
        }
    }
    Ok(fingerprint.short(length))
}

/// A finding from a row of [`ROW`] and [`PLACE`].
fn finding_at(db: &Connection, row: &Row<'_>, checks: &Known) -> Inner<Option<Finding>> {
    let Some(check) = checks.get(&row.get(3)?) else { return Ok(None) };
    let verdict = if row.get::<_, i64>(1)? == FAIL { Verdict::Fail } else { Verdict::Unknown };
    let severity = severity_at(row.get(2)?);
    let fingerprint = Fingerprint(row.get(8)?);
    let unknown: Vec<Hole> = match row.get::<_, Option<String>>(6)? {
        Some(text) => serde_json::from_str(&text)?,
        None => Vec::new(),
    };
    let finding = Finding {
        short_id: short_id(db, &fingerprint)?,
        fingerprint,
        verdict,
        severity,
        score: base_score(severity),
        state: State::of(verdict, row.get(10)?),
        discriminator: row.get(4)?,
        message: row.get(5)?,
        first_seen: row.get(9)?,
        last_changed: row.get(11)?,
        unknown: unknown.into_iter().map(Arc::new).collect(),
        holds_until: row.get(7)?,
        ..blank(row, 12, check)?
    };
    Ok(Some(finding))
}

/// A pass or a question that does not arise.
pub(crate) fn decided(row: &Row<'_>, check: &KnownCheck, verdict: Verdict, since: i64) -> Inner<Finding> {
    let finding = blank(row, 4, check)?;
    // What a pass said is not kept: the title says what is so then.
    let message = match verdict {
        Verdict::NotApplicable => "does not apply".to_owned(),
        _ => check.title.to_string(),
    };
    Ok(Finding {
        fingerprint: Fingerprint::of(&check.first_id, &finding.uid, ""),
        message,
        verdict,
        state: State::of(verdict, false),
        first_seen: since,
        last_changed: since,
        ..finding
    })
}

/// What follows from the check and the columns of [`PLACE`].
fn blank(row: &Row<'_>, first: usize, check: &KnownCheck) -> Inner<Finding> {
    Ok(Finding {
        fingerprint: Fingerprint([0; 16]),
        short_id: String::new(),
        check: check.id.clone(),
        title: check.title.clone(),
        objective: check.objective.clone(),
        frameworks: check.frameworks.clone(),
        verdict: Verdict::Pass,
        severity: check.severity,
        score: base_score(check.severity),
        state: State::Closed,
        uid: row.get(first)?,
        cloud: row.get(first + 1)?,
        account: row.get(first + 2)?,
        region: row.get(first + 3)?,
        type_id: row.get(first + 4)?,
        resource_name: row.get(first + 5)?,
        discriminator: String::new(),
        message: String::new(),
        owner: String::new(),
        first_seen: 0,
        last_changed: 0,
        unknown: Vec::new(),
        evidence: Vec::new(),
        holds_until: None,
    })
}
