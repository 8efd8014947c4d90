//! Edges out of the store.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use resource::{Hole, Target, Why};
use rusqlite::{Connection, Row, params};

use crate::error::{Inner, StoreError};
use crate::join::{FOREIGN, MISSING, RESOURCE};
use crate::overlay::{unsettled_hole, whole_hole};
use crate::reader::Reader;
use crate::resources::row_of;

const PAGE: usize = 1000;

/// A relation between two resources, or towards what could not be found or read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The global id of the resource that refers.
    pub from: Arc<str>,
    /// Its type.
    pub from_type: Arc<str>,
    /// The edge's name, a verb.
    pub name: Arc<str>,
    /// The type that it leads to.
    pub to_type: Arc<str>,
    /// Where it leads.
    pub target: Target,
}

const COLUMNS: &str = "SELECT e.id, e.resource, r.unit, f.text, u.type, k.name, k.to_type, e.state, t.text, l.text,
    coalesce(e.hole, e.why)
    FROM edges e JOIN resources r ON r.id = e.resource JOIN units u ON u.id = r.unit JOIN names f ON f.id = r.subject
    JOIN edge_kinds k ON k.id = e.kind LEFT JOIN names t ON t.id = e.target LEFT JOIN names l ON l.id = e.leads_to
    WHERE e.valid_to IS NULL AND e.stale = 0";

impl Reader {
    /// Where a resource leads.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn edges_from(&self, uid: &str) -> Result<Vec<Edge>, StoreError> {
        let ask = || -> Inner<Vec<Edge>> {
            let Some((id, unit)) = row_of(&self.db, uid)? else { return Ok(Vec::new()) };
            let unread = whole_hole(&self.db, id, unit)?;
            let mut statement = self.db.prepare_cached(&format!("{COLUMNS} AND e.resource = ?1 ORDER BY e.id"))?;
            let mut rows = statement.query([id])?;
            let mut edges = Vec::new();
            while let Some(row) = rows.next()? {
                edges.push(edge_at(row, unread.as_ref())?);
            }
            Ok(edges)
        };
        self.outer(ask())
    }

    /// What leads to a resource. Edges that could not be read may lead here too; they are in [`Reader::all_edges`].
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn edges_to(&self, uid: &str) -> Result<Vec<Edge>, StoreError> {
        let ask = || -> Inner<Vec<Edge>> {
            let sql = format!("{COLUMNS} AND e.leads_to = (SELECT id FROM names WHERE text = ?1) ORDER BY e.id");
            let mut statement = self.db.prepare_cached(&sql)?;
            let mut rows = statement.query([uid])?;
            let mut edges = Vec::new();
            while let Some(row) = rows.next()? {
                let unread = whole_hole(&self.db, row.get(1)?, row.get(2)?)?;
                edges.push(edge_at(row, unread.as_ref())?);
            }
            Ok(edges)
        };
        self.outer(ask())
    }

    /// Every edge, streaming, in the order in which they were first seen.
    pub fn all_edges(&self) -> Edges<'_> {
        Edges { reader: self, unread: None, last: 0, page: VecDeque::new(), failed: false }
    }
}

/// Edges, read page by page.
pub struct Edges<'a> {
    reader: &'a Reader,
    unread: Option<Unread>,
    last: i64,
    page: VecDeque<Edge>,
    failed: bool,
}

/// The holes over whole resources and whole units.
#[derive(Default)]
struct Unread {
    resources: HashMap<i64, Arc<Hole>>,
    units: HashMap<i64, Arc<Hole>>,
}

impl Iterator for Edges<'_> {
    type Item = Result<Edge, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        if self.page.is_empty()
            && let Err(fault) = self.turn()
        {
            self.failed = true;
            return Some(self.reader.outer(Err(fault)));
        }
        self.page.pop_front().map(Ok)
    }
}

impl Edges<'_> {
    fn turn(&mut self) -> Inner<()> {
        let db = &self.reader.db;
        let unread = match self.unread.take() {
            Some(unread) => unread,
            None => Unread::load(db)?,
        };
        let mut statement = db.prepare_cached(&format!("{COLUMNS} AND e.id > ?1 ORDER BY e.id LIMIT ?2"))?;
        let mut rows = statement.query(params![self.last, i64::try_from(PAGE).unwrap_or(1)])?;
        while let Some(row) = rows.next()? {
            self.last = row.get(0)?;
            let hole =
                unread.resources.get(&row.get(1)?).or_else(|| row.get(2).ok().and_then(|id| unread.units.get(&id)));
            self.page.push_back(edge_at(row, hole)?);
        }
        self.unread = Some(unread);
        Ok(())
    }
}

impl Unread {
    fn load(db: &Connection) -> Inner<Unread> {
        let mut statement = db.prepare(
            "SELECT h.resource, h.unit, t.hole FROM hole_texts t JOIN holes h ON h.hole = t.id
             WHERE t.whole AND h.valid_to IS NULL",
        )?;
        let mut rows = statement.query([])?;
        let mut unread = Unread::default();
        while let Some(row) = rows.next()? {
            let hole = Arc::new(serde_json::from_str(&row.get::<_, String>(2)?)?);
            match row.get::<_, Option<i64>>(0)? {
                Some(resource) => unread.resources.insert(resource, hole),
                None => unread.units.insert(row.get(1)?, hole),
            };
        }
        let unsettled = "SELECT resource FROM pending
                         UNION SELECT resource FROM versions WHERE mask = 0 AND valid_to IS NULL";
        let mut statement = db.prepare(unsettled)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            unread.resources.insert(row.get(0)?, unsettled_hole());
        }
        Ok(unread)
    }
}

/// An edge from a row of [`COLUMNS`]; `unread` is the hole over the whole of the resource that refers.
fn edge_at(row: &Row<'_>, unread: Option<&Arc<Hole>>) -> Inner<Edge> {
    let text = |index: usize| row.get::<_, Option<Arc<str>>>(index);
    let target = match (unread, row.get::<_, Option<i64>>(7)?, text(8)?, text(9)?, text(10)?) {
        (Some(hole), ..) => Target::Unread(hole.clone()),
        (None, Some(RESOURCE), _, Some(uid), _) => Target::Resource(uid),
        (None, Some(MISSING), Some(name), ..) => Target::Missing(name),
        (None, Some(FOREIGN), Some(name), ..) => Target::Foreign(name),
        (None, _, _, _, Some(hole)) => Target::Unread(Arc::new(serde_json::from_str(&hole)?)),
        // Not joined yet.
        _ => Target::Unread(Arc::new(Hole::new(Why::NotCollected))),
    };
    Ok(Edge { from: row.get(3)?, from_type: row.get(4)?, name: row.get(5)?, to_type: row.get(6)?, target })
}
