//! Resources out of the store, holes laid over their documents.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use finding::glob;
use resource::{Unit, Value};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::document;
use crate::error::{Inner, StoreError};
use crate::overlay::{Overlay, overlays_of, unsettled_hole};
use crate::reader::Reader;
use crate::scan::unit_at;

/// How many resources are in memory at once.
const PAGE: usize = 256;

/// Which resources are meant. An empty list does not restrict; the items of a list are alternatives, `*` in them
/// stands for any run of characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceFilter {
    /// Accounts.
    pub accounts: Vec<String>,
    /// Regions that the resource lives in; the empty text means those without one.
    pub regions: Vec<String>,
    /// Types.
    pub types: Vec<String>,
    /// Leaves out views of resources that belong to other accounts.
    pub without_views: bool,
}

/// A resource as last read.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredResource {
    /// Its global id.
    pub uid: Arc<str>,
    /// The unit that lists it.
    pub unit: Unit,
    /// Its name as people know it.
    pub name: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The owning account where that is another: then this is a view.
    pub owner: Option<Arc<str>>,
    /// The region that it lives in; empty where there is none.
    pub region: Arc<str>,
    /// Its document, with holes where a member could not be read, and wholly unknown where the resource itself could
    /// not. Every edge of a wholly unknown resource is unknown too.
    pub document: Value,
    /// When it was last read, microseconds since 1970 UTC.
    pub read_at: i64,
    /// When its configuration was first seen to be as it is, microseconds since 1970 UTC.
    pub changed_at: i64,
}

impl StoredResource {
    /// Whether it belongs to another account than the one that lists it.
    pub fn is_view(&self) -> bool {
        self.owner.is_some()
    }
}

/// Resources, read page by page.
pub struct Resources<'a> {
    reader: &'a Reader,
    filter: ResourceFilter,
    units: VecDeque<UnitRow>,
    last: i64,
    page: VecDeque<StoredResource>,
    failed: bool,
    started: bool,
}

struct UnitRow {
    id: i64,
    unit: Unit,
    read_at: Option<i64>,
    complete_at: Option<i64>,
    overlays: Option<Vec<Overlay>>,
}

impl Reader {
    /// The resources of one type, streaming.
    pub fn load_type(&self, type_id: &str, filter: &ResourceFilter) -> Resources<'_> {
        self.load_all(&ResourceFilter { types: vec![type_id.to_owned()], ..filter.clone() })
    }

    /// The resources of the store, by type, account and region, streaming.
    pub fn load_all(&self, filter: &ResourceFilter) -> Resources<'_> {
        Resources {
            reader: self,
            filter: filter.clone(),
            units: VecDeque::new(),
            last: 0,
            page: VecDeque::new(),
            failed: false,
            started: false,
        }
    }

    /// One resource: as its owner lists it, else as a view shows it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn get(&self, uid: &str) -> Result<Option<StoredResource>, StoreError> {
        let ask = || -> Inner<Option<StoredResource>> {
            let Some((id, unit)) = row_of(&self.db, uid)? else { return Ok(None) };
            let sql = "SELECT id, cloud, account, region, type, read_at, complete_at FROM units WHERE id = ?1";
            let mut unit = self.db.query_row(sql, [unit], unit_row)?;
            let mut page = load_page(&self.db, &mut unit, id - 1, 1)?;
            Ok(page.pop_front().map(|(_, resource)| resource))
        };
        self.outer(ask())
    }
}

/// The row of a living resource and its unit: the owner's before a view.
pub(crate) fn row_of(db: &Connection, uid: &str) -> Inner<Option<(i64, i64)>> {
    let mut find = db.prepare_cached(
        "SELECT r.id, r.unit FROM resources r JOIN names n ON n.id = r.subject
         WHERE n.text = ?1 AND r.version IS NOT NULL ORDER BY r.owner IS NOT NULL, r.id LIMIT 1",
    )?;
    Ok(find.query_row([uid], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

impl Iterator for Resources<'_> {
    type Item = Result<StoredResource, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        while self.page.is_empty() {
            match self.turn() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(fault) => {
                    self.failed = true;
                    return Some(self.reader.outer(Err(fault)));
                }
            }
        }
        self.page.pop_front().map(Ok)
    }
}

impl Resources<'_> {
    /// Reads on; false at the end.
    fn turn(&mut self) -> Inner<bool> {
        if !self.started {
            self.started = true;
            self.units = self.wanted_units()?;
        }
        let Some(unit) = self.units.front_mut() else { return Ok(false) };
        let page = load_page(&self.reader.db, unit, self.last, PAGE)?;
        match page.back() {
            Some((last, _)) => self.last = *last,
            None => {
                self.units.pop_front();
                self.last = 0;
            }
        }
        let filter = &self.filter;
        let wanted = |resource: &StoredResource| {
            (!filter.without_views || !resource.is_view())
                && (filter.regions.is_empty() || filter.regions.iter().any(|region| glob(region, &resource.region)))
        };
        self.page.extend(page.into_iter().map(|(_, resource)| resource).filter(wanted));
        Ok(true)
    }

    fn wanted_units(&self) -> Inner<VecDeque<UnitRow>> {
        let mut statement = self.reader.db.prepare_cached(
            "SELECT id, cloud, account, region, type, read_at, complete_at FROM units ORDER BY type, cloud, account, region",
        )?;
        let any =
            |patterns: &[String], text: &str| patterns.is_empty() || patterns.iter().any(|pattern| glob(pattern, text));
        let rows: Vec<UnitRow> = statement.query_map([], unit_row)?.collect::<rusqlite::Result<_>>()?;
        let wanted =
            |row: &UnitRow| any(&self.filter.types, &row.unit.type_id) && any(&self.filter.accounts, &row.unit.account);
        Ok(rows.into_iter().filter(wanted).collect())
    }
}

fn unit_row(row: &Row<'_>) -> rusqlite::Result<UnitRow> {
    Ok(UnitRow {
        id: row.get(0)?,
        unit: unit_at(row, 1)?,
        read_at: row.get(5)?,
        complete_at: row.get(6)?,
        overlays: None,
    })
}

/// The next resources of a unit after a row, with their rows.
fn load_page(db: &Connection, unit: &mut UnitRow, after: i64, limit: usize) -> Inner<VecDeque<(i64, StoredResource)>> {
    let mut find = db.prepare_cached(
        "SELECT r.id, n.text, r.name, r.tags, r.owner, r.region, d.body, v.valid_from,
                coalesce(v.mask, 1) = 0 OR EXISTS (SELECT 1 FROM pending p WHERE p.resource = r.id)
         FROM resources r JOIN names n ON n.id = r.subject JOIN versions v ON v.id = r.version
         JOIN documents d ON d.id = v.document
         WHERE r.unit = ?1 AND r.id > ?2 ORDER BY r.id LIMIT ?3",
    )?;
    let overlays = match unit.overlays.take() {
        Some(overlays) => overlays,
        None => overlays_of(db, "h.unit = ?1 AND h.resource IS NULL", unit.id)?,
    };
    let mut rows = find.query(params![unit.id, after, i64::try_from(limit).unwrap_or(1)])?;
    let mut page = VecDeque::new();
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        let own = overlays_of(db, "h.resource = ?1", id)?;
        page.push_back((id, resource_at(row, unit, overlays.iter().chain(&own))?));
    }
    unit.overlays = Some(overlays);
    Ok(page)
}

/// A resource from a row of [`load_page`], its holes laid over it.
fn resource_at<'a>(
    row: &Row<'_>,
    unit: &UnitRow,
    overlays: impl Iterator<Item = &'a Overlay>,
) -> Inner<StoredResource> {
    let mut document = document::unpack(row.get_ref(6)?.as_blob().map_err(rusqlite::Error::from)?)?;
    let mut unread = false;
    for overlay in overlays {
        overlay.lay_over(&mut document);
        unread |= overlay.whole;
    }
    if row.get(8)? {
        document = Value::Unknown(unsettled_hole());
    }
    let changed_at = row.get(7)?;
    let read_at = if unread { unit.complete_at } else { unit.read_at };
    let region: Arc<str> = row.get(5)?;
    Ok(StoredResource {
        uid: row.get(1)?,
        unit: unit.unit.clone(),
        name: row.get(2)?,
        tags: match row.get_ref(3)?.as_str_or_null().map_err(rusqlite::Error::from)? {
            Some(tags) => serde_json::from_str(tags)?,
            None => BTreeMap::new(),
        },
        owner: row.get(4)?,
        region: if region.is_empty() { unit.unit.region.clone() } else { region },
        document,
        read_at: read_at.unwrap_or(changed_at),
        changed_at,
    })
}
