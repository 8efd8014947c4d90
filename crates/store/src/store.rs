//! A store: where it is, and who writes it.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::{Arc, Mutex};

use rusqlite::Connection;

use crate::connect::{Place, open_for_reading, open_for_writing};
use crate::error::StoreError;
use crate::reader::Reader;
use crate::scan::{self, ScanId, ScanOptions, ScanState};
use crate::writer::Writer;

/// Tells the time, microseconds since 1970 UTC.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// An opened store. Cheap to clone; every reader and the writer have a connection of their own.
#[derive(Clone)]
pub struct Store {
    place: Place,
    clock: Clock,
    max_bytes: Option<u64>,
    /// Keeps a store in memory alive, and says within the process who writes it.
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    _anchor: Option<Mutex<Connection>>,
    memory_writer: AtomicBool,
}

/// Held by the one writer. The operating system lets go of a file's lock when the process dies, however it dies.
pub(crate) enum WriteLock {
    File(File),
    Memory(Arc<Shared>),
}

impl Drop for WriteLock {
    fn drop(&mut self) {
        match self {
            // Closing the file lets go of the lock as well, so a failure here has no effect.
            WriteLock::File(file) => drop(file.unlock()),
            WriteLock::Memory(shared) => shared.memory_writer.store(false, Release),
        }
    }
}

impl Store {
    /// Opens a store for scanning: a path, `sqlite:PATH` or `:memory:`. The folder and file are made where they are
    /// missing, and an older schema is brought up to date.
    ///
    /// # Errors
    /// When the place cannot be written, holds something else, or was written by a later program.
    pub fn open(location: &str) -> Result<Store, StoreError> {
        let place = place(location);
        if let Place::File(path) = &place
            && let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty())
        {
            private_folder(folder).map_err(|error| not_writable(&place, &error))?;
        }
        let store = Store::at(place.clone(), None);
        // Before anything is touched: a store that is being scanned into is not migrated under the scan.
        let _lock = store.lock()?;
        if let Place::File(path) = &place {
            // SQLite gives its log files the rights of the file that it finds.
            private_file(path).map_err(|error| not_writable(&place, &error))?;
        }
        let db = open_for_writing(&place)?;
        // A write that changes nothing shows now, not after an hour of reading, that the disk or file is closed to us.
        db.execute_batch("BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK;")
            .map_err(|error| crate::error::Fault::from(error).at(place.shown()))?;
        let anchor = matches!(place, Place::Memory(_)).then(|| Mutex::new(db));
        Ok(Store::at(place, anchor))
    }

    /// Opens a store that is there for reading. Nothing is made or changed.
    ///
    /// # Errors
    /// When there is none, or it is not one that this program can read.
    pub fn open_existing(location: &str) -> Result<Store, StoreError> {
        let place = place(location);
        open_for_reading(&place)?;
        Ok(Store::at(place, None))
    }

    fn at(place: Place, anchor: Option<Mutex<Connection>>) -> Store {
        let clock: Clock = Arc::new(|| jiff::Timestamp::now().as_microsecond());
        Store {
            place,
            clock,
            max_bytes: None,
            shared: Arc::new(Shared { _anchor: anchor, memory_writer: AtomicBool::new(false) }),
        }
    }

    /// The same store with another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Store {
        self.clock = clock;
        self
    }

    /// The same store, which refuses to grow past so many bytes, as on a full disk.
    #[must_use]
    pub fn with_max_bytes(mut self, bytes: u64) -> Store {
        self.max_bytes = Some(bytes);
        self
    }

    /// Where the store is.
    pub fn location(&self) -> &str {
        self.place.shown()
    }

    /// Begins a scan. There is one writer at a time, in this process or another.
    ///
    /// # Errors
    /// When somebody else is writing, or the store cannot be written.
    pub fn begin_scan(&self, options: &ScanOptions) -> Result<Writer, StoreError> {
        let (lock, db) = self.open_writer()?;
        let fault = |fault: crate::error::Fault| fault.at(self.location());
        let now = (self.clock)().max(scan::latest(&db).map_err(fault)?);
        let id = ScanId::new();
        let n = scan::insert(&db, &id, options, now).map_err(fault)?;
        Writer::start(db, lock, self, n, id)
    }

    /// The latest scan that has not finished, or the named one if it has not: what it was begun with, and its units
    /// that need not be read again.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn unfinished(&self, id: Option<&ScanId>) -> Result<Option<ScanState>, StoreError> {
        let db = open_for_reading(&self.place)?;
        scan::unfinished(&db, id).map_err(|fault| fault.at(self.location()))
    }

    /// Continues an unfinished scan. What its unfinished units had written is written again.
    ///
    /// # Errors
    /// When there is no such scan, it has finished, or somebody else is writing.
    pub fn resume(&self, id: &ScanId) -> Result<Writer, StoreError> {
        let (lock, db) = self.open_writer()?;
        let fault = |fault: crate::error::Fault| fault.at(self.location());
        let refused = |reason: &str| StoreError::NotResumable { scan: id.to_string(), reason: reason.to_owned() };
        let (n, state) = scan::find(&db, id).map_err(fault)?.ok_or_else(|| refused("there is no such scan"))?;
        if state == "finished" {
            return Err(refused("it has finished"));
        }
        db.execute("UPDATE scans SET state = 'running', finished = NULL WHERE n = ?1", [n])
            .map_err(|error| fault(error.into()))?;
        Writer::start(db, lock, self, n, id.clone())
    }

    /// A reader with a connection of its own. It sees what was committed when each of its questions began.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        Ok(Reader::new(open_for_reading(&self.place)?, self.location()))
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock.clone()
    }

    fn open_writer(&self) -> Result<(WriteLock, Connection), StoreError> {
        let lock = self.lock()?;
        let db = open_for_writing(&self.place)?;
        if let Some(bytes) = self.max_bytes {
            db.pragma_update(None, "max_page_count", i64::try_from(bytes / 4096).unwrap_or(i64::MAX))
                .map_err(|error| crate::error::Fault::from(error).at(self.location()))?;
        }
        Ok((lock, db))
    }

    fn lock(&self) -> Result<WriteLock, StoreError> {
        let locked = || StoreError::Locked { location: self.location().to_owned() };
        match &self.place {
            Place::Memory(_) => {
                let shared = self.shared.clone();
                let free = shared.memory_writer.compare_exchange(false, true, Acquire, Relaxed).is_ok();
                if free { Ok(WriteLock::Memory(shared)) } else { Err(locked()) }
            }
            Place::File(path) => {
                let file = private_file(&format!("{path}-lock")).map_err(|error| not_writable(&self.place, &error))?;
                match file.try_lock() {
                    Ok(()) => Ok(WriteLock::File(file)),
                    Err(TryLockError::WouldBlock) => Err(locked()),
                    Err(TryLockError::Error(error)) => Err(not_writable(&self.place, &error)),
                }
            }
        }
    }
}

fn place(location: &str) -> Place {
    match location.strip_prefix("sqlite:").unwrap_or(location) {
        ":memory:" => Place::Memory(format!("plumb-{}", uuid::Uuid::now_v7())),
        path => Place::File(path.to_owned()),
    }
}

fn not_writable(place: &Place, error: &std::io::Error) -> StoreError {
    StoreError::NotWritable { location: place.shown().to_owned(), reason: error.to_string() }
}

/// Opens a file for writing; a new one only its owner can read: a store tells where an estate is weak.
fn private_file(path: &str) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
