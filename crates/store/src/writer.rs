//! The one writing thread and the handle that feeds it.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use std::vec::IntoIter;

use resource::{Outcome, Resource, Severity, Unit, UnitReport};
use rusqlite::Connection;
use serde_json::Value as Json;

use crate::canonical::ResourceRules;
use crate::error::{Inner, StoreError};
use crate::join::{JoinReport, TargetRule};
use crate::scan::{ScanEnd, ScanId};
use crate::session::Session;
use crate::store::{Clock, Store, WriteLock};

/// How many records a transaction holds.
const BATCH: usize = 500;
/// How many records are handed over at once: each handing over wakes the writing thread, which costs more than a record.
const PARCEL: usize = 64;
/// How many parcels may wait.
const WAITING: usize = 8;
/// A transaction that nothing was added to for so long is committed, so that readers see it.
const IDLE: Duration = Duration::from_millis(200);

/// A check as the store needs it: findings are listed without loading a catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckEntry {
    /// Its id.
    pub id: Arc<str>,
    /// The oldest id that it ever had; fingerprints hash this one.
    pub first_id: Arc<str>,
    /// What should be so.
    pub title: String,
    /// Its objective.
    pub objective: String,
    /// Its base severity.
    pub severity: Severity,
    /// The framework requirements that it serves.
    pub frameworks: Vec<String>,
}

/// What was found about one subject.
#[derive(Clone, Debug, PartialEq)]
pub struct SubjectVerdicts {
    /// The subject's global id.
    pub uid: Arc<str>,
    /// Every check that was evaluated for it now, also those that gave no outcome. Checks not named keep their
    /// verdicts: running one check does not erase the others.
    pub checks: Arc<[Arc<str>]>,
    /// What they gave.
    pub outcomes: Vec<Outcome>,
}

/// Where a reference of a type may lead.
pub type TargetRules = Arc<dyn Fn(&str) -> TargetRule + Send + Sync>;

type Reply<T> = SyncSender<T>;

enum Command {
    Checks(Vec<CheckEntry>),
    Catalogue(Vec<Arc<str>>, i64),
    UnitStarted(Unit, i64),
    Resource(Box<Resource>, Arc<ResourceRules>, i64),
    UnitFinished(UnitReport, i64),
    Join(TargetRules, i64, Reply<JoinReport>),
    Verdicts(SubjectVerdicts, i64),
    Flush(Reply<()>),
    End(ScanEnd, Json, i64, Reply<()>),
}

/// A handle onto the writing thread. Cheap to clone. Calls block while the disk is slower than the caller; the first
/// error is given to every call after it. Dropping the last handle commits what was sent and leaves the scan
/// resumable.
#[derive(Clone)]
pub struct Writer {
    id: ScanId,
    clock: Clock,
    location: Arc<str>,
    error: Arc<OnceLock<StoreError>>,
    thread: Arc<Thread>,
}

struct Thread {
    /// Gathered and not yet handed over; the lock is held while handing over, so that the order of calls is kept.
    parcel: Mutex<Vec<Command>>,
    sender: Option<SyncSender<Vec<Command>>>,
    handle: Option<JoinHandle<()>>,
}

impl Drop for Thread {
    fn drop(&mut self) {
        let rest = std::mem::take(self.parcel.get_mut().unwrap_or_else(PoisonError::into_inner));
        if let Some(sender) = self.sender.take() {
            // When the thread has ended, its error was given to whoever called last.
            let _ = sender.send(rest);
        }
        if let Some(handle) = self.handle.take() {
            // A panic there has been printed already; there is nobody to hand it to.
            let _ = handle.join();
        }
    }
}

impl Writer {
    pub(crate) fn start(
        db: Connection,
        lock: WriteLock,
        store: &Store,
        scan: i64,
        id: ScanId,
    ) -> Result<Writer, StoreError> {
        let location: Arc<str> = store.location().into();
        let session = Session::new(db, scan).map_err(|fault| fault.at(&location))?;
        let (sender, receiver) = sync_channel(WAITING);
        let error = Arc::new(OnceLock::new());
        let handle = {
            let (error, location) = (error.clone(), location.clone());
            let run = move || {
                let (mut session, mut parcel) = (session, Vec::new().into_iter());
                if let Err(fault) = run(&mut session, &receiver, &mut parcel) {
                    session.abandon();
                    // Set before the receiver and what it took go, so that whoever notices their absence finds the reason.
                    let _ = error.set(fault.at(&location));
                }
                drop((receiver, parcel));
                drop(session);
                drop(lock);
            };
            std::thread::Builder::new().name("store-writer".to_owned()).spawn(run).map_err(|error| {
                StoreError::Refused { location: store.location().to_owned(), reason: error.to_string() }
            })?
        };
        let thread = Arc::new(Thread { parcel: Mutex::default(), sender: Some(sender), handle: Some(handle) });
        Ok(Writer { id, clock: store.clock(), location, error, thread })
    }

    /// The scan being written.
    pub fn scan(&self) -> &ScanId {
        &self.id
    }

    /// Announces the checks whose verdicts will follow.
    ///
    /// # Errors
    /// The writing thread's first error.
    pub fn checks(&self, checks: &[CheckEntry]) -> Result<(), StoreError> {
        self.send(Command::Checks(checks.to_vec()))
    }

    /// The ids of every check that the catalogue has, enabled in this scan or not: the verdicts of all others end. Not
    /// to be called with a selection.
    ///
    /// # Errors
    /// The writing thread's first error.
    pub fn catalogue(&self, ids: &[Arc<str>]) -> Result<(), StoreError> {
        self.send(Command::Catalogue(ids.to_vec(), self.now()))
    }

    /// A unit begins: whatever an earlier, unfinished attempt left undecided is forgotten.
    ///
    /// # Errors
    /// The writing thread's first error.
    pub fn unit_started(&self, unit: &Unit) -> Result<(), StoreError> {
        self.send(Command::UnitStarted(unit.clone(), self.now()))
    }

    /// A resource as read now.
    ///
    /// # Errors
    /// The writing thread's first error.
    pub fn resource(&self, resource: Box<Resource>, rules: &Arc<ResourceRules>) -> Result<(), StoreError> {
        self.send(Command::Resource(resource, rules.clone(), self.now()))
    }

    /// A unit ends, in one transaction with its last resources. With [`resource::Coverage::Complete`] what it did not
    /// list is gone; otherwise nothing is, and what was not read is unknown until it is read again.
    ///
    /// # Errors
    /// The writing thread's first error.
    pub fn unit_finished(&self, report: &UnitReport) -> Result<(), StoreError> {
        self.send(Command::UnitFinished(report.clone(), self.now()))
    }

    /// Decides where every reference leads, and waits for it. To be called when all units of the scan are in.
    ///
    /// # Errors
    /// The writing thread's first error.
    pub fn join_edges(&self, rules: TargetRules) -> Result<JoinReport, StoreError> {
        let now = self.now();
        self.ask(|reply| Command::Join(rules, now, reply))
    }

    /// What was found about a subject; written only where it differs from what was known.
    ///
    /// # Errors
    /// The writing thread's first error.
    pub fn verdicts(&self, verdicts: SubjectVerdicts) -> Result<(), StoreError> {
        self.send(Command::Verdicts(verdicts, self.now()))
    }

    /// Waits until everything sent is committed.
    ///
    /// # Errors
    /// The writing thread's first error.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.ask(Command::Flush)
    }

    /// Ends the scan and waits for it.
    ///
    /// # Errors
    /// The writing thread's first error.
    pub fn finish_scan(&self, how: ScanEnd, totals: &Json) -> Result<(), StoreError> {
        let now = self.now();
        self.ask(|reply| Command::End(how, totals.clone(), now, reply))
    }

    fn now(&self) -> i64 {
        (self.clock)()
    }

    fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, StoreError> {
        let (reply, answer) = sync_channel(1);
        self.send(command(reply))?;
        answer.recv().map_err(|_| self.failure())
    }

    fn send(&self, command: Command) -> Result<(), StoreError> {
        let waits = !matches!(command, Command::Resource(..) | Command::Verdicts(..));
        let mut parcel = self.thread.parcel.lock().unwrap_or_else(PoisonError::into_inner);
        parcel.push(command);
        if !waits && parcel.len() < PARCEL {
            return Ok(());
        }
        match &self.thread.sender {
            Some(sender) => sender.send(std::mem::take(&mut parcel)).map_err(|_| self.failure()),
            None => Err(self.failure()),
        }
    }

    fn failure(&self) -> StoreError {
        self.error.get().cloned().unwrap_or_else(|| StoreError::Ended { location: self.location.to_string() })
    }
}

fn run(session: &mut Session, receiver: &Receiver<Vec<Command>>, parcel: &mut IntoIter<Command>) -> Inner<()> {
    loop {
        let next = if session.uncommitted() == 0 {
            receiver.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            receiver.recv_timeout(IDLE)
        };
        match next {
            Ok(commands) => {
                *parcel = commands.into_iter();
                for command in parcel.by_ref() {
                    apply(session, command)?;
                    if session.uncommitted() >= BATCH {
                        session.commit()?;
                    }
                }
            }
            Err(RecvTimeoutError::Timeout) => session.commit()?,
            Err(RecvTimeoutError::Disconnected) => return session.commit(),
        }
    }
}

fn apply(session: &mut Session, command: Command) -> Inner<()> {
    match command {
        Command::Checks(checks) => session.write(0, |session| session.announce(&checks)),
        Command::Catalogue(ids, at) => session.write(at, |session| session.catalogue(&ids)),
        Command::UnitStarted(unit, at) => session.write(at, |session| session.unit_started(&unit)),
        Command::Resource(resource, rules, at) => session.write(at, |session| session.resource(&resource, &rules)),
        Command::UnitFinished(report, at) => {
            session.write(at, |session| session.unit_finished(&report))?;
            session.commit()
        }
        Command::Verdicts(verdicts, at) => session.write(at, |session| session.verdicts(&verdicts)),
        Command::Join(rules, at, reply) => {
            let report = session.write(at, |session| session.join_edges(&*rules))?;
            session.commit()?;
            answer(&reply, report);
            Ok(())
        }
        Command::Flush(reply) => {
            session.commit()?;
            answer(&reply, ());
            Ok(())
        }
        Command::End(how, totals, at, reply) => {
            session.write(at, |session| session.end(how, &totals))?;
            session.commit()?;
            session.checkpoint();
            answer(&reply, ());
            Ok(())
        }
    }
}

/// Whoever asked may have stopped waiting.
fn answer<T>(reply: &Reply<T>, value: T) {
    let _ = reply.send(value);
}
