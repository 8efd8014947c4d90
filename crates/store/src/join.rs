//! Where references lead, decided when every account of a run is in.

use std::collections::HashMap;
use std::sync::Arc;

use resource::{Hole, Path, Why};
use rusqlite::params;

use crate::covered::{Address, Covered, Listing};
use crate::error::Inner;
use crate::links::hole_json;
use crate::session::Session;

/// Where a type is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Once per account.
    Account,
    /// Once per region.
    Region,
}

/// How far a bare name of a type is unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Namespace {
    /// Within the account, and within the region for regional types.
    Unit,
    /// Across all accounts of the partition: a name not found here may be somebody else's.
    Partition,
}

/// What must be known of a type to resolve references to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetRule {
    /// How far its bare names are unique.
    pub namespace: Namespace,
    /// Where it is listed.
    pub scope: Scope,
    /// The members that its keys are made of: while one could not be read, a name that is not found may be there.
    pub key_members: Vec<Path>,
}

/// Where the references of the store lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JoinReport {
    /// To a resource.
    pub resources: u64,
    /// To nothing: known absence.
    pub missing: u64,
    /// To an account that is not in the store.
    pub foreign: u64,
    /// Nobody knows where.
    pub unread: u64,
}

/// How many answers are kept while references are resolved.
const MEMORY: usize = 100_000;

/// `edges.state`.
pub(crate) const RESOURCE: i64 = 0;
pub(crate) const MISSING: i64 = 1;
pub(crate) const FOREIGN: i64 = 2;
pub(crate) const UNREAD: i64 = 3;

/// What decides where a reference leads: the type it leads to, its text, the account and region it is asked from.
type Question = (Arc<str>, i64, Arc<str>, Arc<str>);

/// A reference that names something.
struct Open {
    id: i64,
    cloud: Arc<str>,
    account: Arc<str>,
    region: Arc<str>,
    to_type: Arc<str>,
    target: i64,
    text: Arc<str>,
    known: Option<Outcome>,
}

#[derive(Clone, PartialEq, Eq)]
struct Outcome {
    state: i64,
    leads_to: Option<i64>,
    why: Option<String>,
}

impl Outcome {
    fn plain(state: i64) -> Outcome {
        Outcome { state, leads_to: None, why: None }
    }

    fn unread(why: Why, detail: &str) -> Outcome {
        Outcome { state: UNREAD, leads_to: None, why: Some(hole_json(&Hole::new(why).detail(detail))) }
    }
}

impl Session {
    pub(crate) fn join_edges(&mut self, rules: &dyn Fn(&str) -> TargetRule) -> Inner<JoinReport> {
        let covered = self.covered()?;
        let mut memory: HashMap<Question, Outcome> = HashMap::new();
        let mut next = 0;
        loop {
            let page = self.open_edges(next)?;
            let Some(last) = page.last() else { break };
            next = last.id;
            // Neighbouring edges share their targets; memory does not grow with the estate.
            if memory.len() > MEMORY {
                memory.clear();
            }
            for edge in page {
                let key = (edge.to_type.clone(), edge.target, edge.account.clone(), edge.region.clone());
                let outcome = match memory.get(&key) {
                    Some(outcome) => outcome.clone(),
                    None => {
                        let outcome = self.resolve(&edge, &rules(&edge.to_type), &covered)?;
                        memory.insert(key, outcome.clone());
                        outcome
                    }
                };
                self.lead(&edge, &outcome)?;
            }
        }
        self.join_report()
    }

    fn open_edges(&self, after: i64) -> Inner<Vec<Open>> {
        let mut find = self.db.prepare_cached(
            "SELECT e.id, u.cloud, u.account, CASE WHEN r.region = '' THEN u.region ELSE r.region END, k.to_type,
                    e.target, n.text, e.state, e.leads_to, e.why
             FROM edges e JOIN resources r ON r.id = e.resource JOIN units u ON u.id = r.unit
             JOIN edge_kinds k ON k.id = e.kind JOIN names n ON n.id = e.target
             WHERE e.id > ?1 AND e.valid_to IS NULL ORDER BY e.id LIMIT 1000",
        )?;
        let rows = find.query_map([after], |row| {
            let state: Option<i64> = row.get(7)?;
            let (leads_to, why) = (row.get(8)?, row.get(9)?);
            Ok(Open {
                id: row.get(0)?,
                cloud: row.get(1)?,
                account: row.get(2)?,
                region: row.get(3)?,
                to_type: row.get(4)?,
                target: row.get(5)?,
                text: row.get(6)?,
                known: state.map(|state| Outcome { state, leads_to, why }),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Writes an outcome: in place on a reference that had none, as a new interval where it differs.
    fn lead(&self, edge: &Open, outcome: &Outcome) -> Inner<()> {
        let values = params![edge.id, outcome.state, outcome.leads_to, outcome.why, self.scan, self.now];
        match &edge.known {
            Some(known) if known == outcome => {}
            None => {
                let mut update =
                    self.db.prepare_cached("UPDATE edges SET state = ?2, leads_to = ?3, why = ?4 WHERE id = ?1")?;
                update.execute(params![edge.id, outcome.state, outcome.leads_to, outcome.why])?;
            }
            Some(_) => {
                let mut insert = self.db.prepare_cached(
                    "INSERT INTO edges (resource, kind, target, hole, state, leads_to, why, stale, scan, valid_from, known_from)
                     SELECT resource, kind, target, hole, ?2, ?3, ?4, stale, ?5, ?6, ?6 FROM edges WHERE id = ?1",
                )?;
                insert.execute(values)?;
                self.db.prepare_cached("UPDATE edges SET valid_to = ?2 WHERE id = ?1")?.execute([edge.id, self.now])?;
            }
        }
        Ok(())
    }

    fn resolve(&self, edge: &Open, rule: &TargetRule, covered: &Covered) -> Inner<Outcome> {
        let found = match self.by_uid(edge)? {
            Some(id) => vec![id],
            None => self.by_key(edge, rule)?,
        };
        match found.as_slice() {
            [] => {}
            [one] => return Ok(Outcome { state: RESOURCE, leads_to: Some(*one), why: None }),
            _ => return Ok(Outcome::unread(Why::Unsupported, "several resources answer to this name")),
        }
        let address = Address::of(&edge.text);
        let global = address.account.is_some();
        let account = address.account.unwrap_or(&edge.account);
        if !covered.accounts.contains(account) {
            return Ok(Outcome::plain(FOREIGN));
        }
        let region = match (rule.scope, rule.namespace) {
            (Scope::Account, _) => None,
            // Somebody of ours may have the name in any region.
            (Scope::Region, Namespace::Partition) if !global => None,
            (Scope::Region, _) => match address.region.unwrap_or(&edge.region) {
                // Which regions there are is not known here, so not finding it in those read proves nothing.
                "" => return Ok(Outcome::unread(Why::NotCollected, "the reference names no region")),
                region => Some(region),
            },
        };
        Ok(match covered.listing(&edge.to_type, account, region) {
            Listing::Incomplete(why) => Outcome { state: UNREAD, leads_to: None, why: Some(why) },
            Listing::Complete => match self.unread_key(edge, account, region, &rule.key_members)? {
                Some(why) => Outcome { state: UNREAD, leads_to: None, why: Some(why) },
                None if rule.namespace == Namespace::Partition && !global => Outcome::plain(FOREIGN),
                None => Outcome::plain(MISSING),
            },
        })
    }

    /// The hole over a member that keys of the target type are made of, where the target would be.
    fn unread_key(
        &self,
        edge: &Open,
        account: &str,
        region: Option<&str>,
        key_members: &[Path],
    ) -> Inner<Option<String>> {
        if key_members.is_empty() {
            return Ok(None);
        }
        let mut find = self.db.prepare_cached(
            "SELECT DISTINCT t.members, t.hole FROM holes h JOIN units u ON u.id = h.unit
             JOIN hole_texts t ON t.id = h.hole
             WHERE h.valid_to IS NULL AND u.cloud = ?1 AND u.type = ?2 AND u.account = ?3 AND (?4 IS NULL OR u.region = ?4)",
        )?;
        let mut rows = find.query(params![&*edge.cloud, &*edge.to_type, account, region])?;
        while let Some(row) = rows.next()? {
            let members = crate::paths::from_text(&row.get::<_, String>(0)?)?;
            if members.iter().any(|hidden| key_members.iter().any(|member| member.touches(hidden))) {
                return Ok(Some(row.get(1)?));
            }
        }
        Ok(None)
    }

    /// The living resource of that type and global id.
    fn by_uid(&self, edge: &Open) -> Inner<Option<i64>> {
        let mut find = self.db.prepare_cached(
            "SELECT 1 FROM resources r JOIN units u ON u.id = r.unit
             WHERE r.subject = ?1 AND r.version IS NOT NULL AND u.type = ?2 LIMIT 1",
        )?;
        Ok(find.exists(params![edge.target, &*edge.to_type])?.then_some(edge.target))
    }

    /// The resources (two at most) that answer to a key: anywhere for a global id, else in the same account and
    /// region, else, where names are unique across accounts, anywhere.
    fn by_key(&self, edge: &Open, rule: &TargetRule) -> Inner<Vec<i64>> {
        let anywhere = Address::of(&edge.text).account.is_some();
        let near = (!anywhere).then_some(&*edge.account);
        let region = (!anywhere && rule.scope == Scope::Region && !edge.region.is_empty()).then_some(&*edge.region);
        let found = self.subjects_of(edge, near, region)?;
        if found.is_empty() && rule.namespace == Namespace::Partition {
            return self.subjects_of(edge, None, None);
        }
        Ok(found)
    }

    fn subjects_of(&self, edge: &Open, account: Option<&str>, region: Option<&str>) -> Inner<Vec<i64>> {
        let mut find = self.db.prepare_cached(
            "SELECT DISTINCT r.subject FROM keys k JOIN units u ON u.id = k.unit JOIN resources r ON r.id = k.resource
             WHERE k.key = ?1 AND u.type = ?2 AND u.cloud = ?5 AND (?3 IS NULL OR u.account = ?3)
               AND (?4 IS NULL OR u.region = ?4) AND r.version IS NOT NULL LIMIT 2",
        )?;
        let rows =
            find.query_map(params![edge.target, &*edge.to_type, account, region, &*edge.cloud], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn join_report(&self) -> Inner<JoinReport> {
        let mut report = JoinReport::default();
        let mut find = self.db.prepare(
            "SELECT coalesce(state, 3), count(*) FROM edges WHERE valid_to IS NULL AND stale = 0 GROUP BY 1",
        )?;
        let mut rows = find.query([])?;
        while let Some(row) = rows.next()? {
            let count = crate::scan::count(row, 1)?;
            match row.get(0)? {
                RESOURCE => report.resources += count,
                MISSING => report.missing += count,
                FOREIGN => report.foreign += count,
                _ => report.unread += count,
            }
        }
        Ok(report)
    }
}
