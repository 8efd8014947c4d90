//! Connections and the schema.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::{Fault, StoreError};

/// Marks the file as a plumb store (`PRAGMA application_id`): "plmb".
const APPLICATION: i64 = 0x706c_6d62;

/// The migrations, in order; the schema's version is their number. A migration that was ever released never changes.
const MIGRATIONS: [&str; 1] = [include_str!("../migrations/0001_first.sql")];

/// The schema that this program writes.
pub(crate) const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// Where a store is.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    File(String),
    /// Shared by every connection of this process that knows the name; lives as long as one of them.
    Memory(String),
}

impl Place {
    /// What people called it.
    pub(crate) fn shown(&self) -> &str {
        match self {
            Place::File(path) => path,
            Place::Memory(_) => ":memory:",
        }
    }

    fn uri(&self) -> String {
        match self {
            Place::File(path) => path.clone(),
            Place::Memory(name) => format!("file:{name}?mode=memory&cache=shared"),
        }
    }
}

/// Opens for writing, making the file where there is none, and brings the schema up to date.
pub(crate) fn open_for_writing(place: &Place) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let fault = |error: rusqlite::Error| Fault::from(error).at(place.shown());
    let mut db = Connection::open_with_flags(place.uri(), flags).map_err(fault)?;
    prepare(&db).map_err(fault)?;
    // A file that is not ours must be left exactly as it is, so this comes before the journal mode is set.
    check_identity(&db, place, true)?;
    if matches!(place, Place::File(_)) {
        db.pragma_update(None, "journal_mode", "wal").map_err(fault)?;
    }
    db.pragma_update(None, "synchronous", "normal").map_err(fault)?;
    db.pragma_update(None, "cache_size", -32_768).map_err(fault)?;
    migrate(&mut db, place)?;
    Ok(db)
}

/// Opens for reading only; never makes or changes anything, and works beside a writer.
pub(crate) fn open_for_reading(place: &Place) -> Result<Connection, StoreError> {
    let fault = |error: rusqlite::Error| Fault::from(error).at(place.shown());
    let missing = || StoreError::Missing { location: place.shown().to_owned() };
    let flags = match place {
        Place::Memory(_) => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Place::File(path) if !Path::new(path).exists() => return Err(missing()),
        Place::File(_) => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let flags = flags | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(place.uri(), flags).map_err(fault)?;
    prepare(&db).map_err(fault)?;
    if let Place::File(path) = place
        && db.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(())).is_err()
        && let Some(uri) = immutable(path)
    {
        db = Connection::open_with_flags(uri, flags).map_err(fault)?;
        prepare(&db).map_err(fault)?;
    }
    if matches!(place, Place::Memory(_)) {
        // A shared cache locks tables, not pages: without this a reader would block the writer.
        db.pragma_update(None, "read_uncommitted", true).map_err(fault)?;
    }
    db.pragma_update(None, "query_only", true).map_err(fault)?;
    match check_identity(&db, place, false)? {
        0 => Err(missing()),
        found if found < SCHEMA => Err(StoreError::Older { location: place.shown().to_owned(), found, known: SCHEMA }),
        _ => Ok(db),
    }
}

/// In a folder that we may not write a WAL file cannot be attached to; without one the file alone is whole.
fn immutable(path: &str) -> Option<String> {
    let log = format!("{path}-wal");
    if std::fs::metadata(log).is_ok_and(|log| log.len() > 0) {
        return None;
    }
    let escaped = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Some(format!("file:{escaped}?immutable=1"))
}

fn prepare(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(Duration::from_secs(30))?;
    db.set_prepared_statement_cache_capacity(128);
    db.pragma_update(None, "temp_store", "memory")?;
    db.pragma_update(None, "trusted_schema", false)
}

/// The schema's version, 0 for an empty file.
fn check_identity(db: &Connection, place: &Place, writing: bool) -> Result<i64, StoreError> {
    let location = || place.shown().to_owned();
    let number = |name: &str| {
        db.pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .map_err(|error| Fault::from(error).at(place.shown()))
    };
    let (application, found) = (number("application_id")?, number("user_version")?);
    let tables: i64 = db
        .query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))
        .map_err(|error| Fault::from(error).at(place.shown()))?;
    match (application, found) {
        (0, 0) if tables == 0 => Ok(0),
        (APPLICATION, found) if found > SCHEMA => Err(StoreError::Newer { location: location(), found, known: SCHEMA }),
        (APPLICATION, found) if found > 0 || writing => Ok(found),
        _ => Err(StoreError::NotAStore { location: location() }),
    }
}

fn migrate(db: &mut Connection, place: &Place) -> Result<(), StoreError> {
    let fault = |error: rusqlite::Error| Fault::from(error).at(place.shown());
    if db.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).map_err(fault)? == SCHEMA {
        return Ok(());
    }
    // Another process may be doing the same: what is missing is decided inside the transaction.
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault)?;
    let found = transaction.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).map_err(fault)?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(migration).map_err(fault)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION).map_err(fault)?;
    transaction.pragma_update(None, "user_version", SCHEMA).map_err(fault)?;
    transaction.commit().map_err(fault)
}
