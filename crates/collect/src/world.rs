//! What the units of one collection share: the bound on calls, the way out for events, the shared sources.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use catalog::Call;
use resource::{Hole, Map, Path, Value, Why};
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};

use crate::document::add_page;
use crate::plan::Plans;
use crate::source::SharedSource;
use crate::{Answer, Event, Failure, Note, Pages, Request, Target};

/// Why a unit ends without a report.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stop {
    /// Nobody wants the events any more.
    Cancelled,
    /// No further call can succeed.
    Credentials(Arc<Hole>),
}

/// What the units share.
pub(crate) struct World {
    pub(crate) request: Request,
    pub(crate) plans: Plans,
    pub(crate) sources: HashMap<(Arc<str>, Arc<str>), Arc<SharedSource>>,
    /// Calls in flight, over all units. Waiting is in order of arrival.
    gate: Semaphore,
    /// Units with a listing of their own in progress: bounds how many pages lie in memory.
    active: Semaphore,
    events: mpsc::Sender<Event>,
    told: Mutex<HashSet<(Why, Arc<str>)>>,
}

impl World {
    pub(crate) fn new(
        request: Request,
        plans: Plans,
        sources: HashMap<(Arc<str>, Arc<str>), Arc<SharedSource>>,
        events: mpsc::Sender<Event>,
    ) -> Self {
        let width = request.concurrency.max(1);
        World {
            request,
            plans,
            sources,
            gate: Semaphore::new(width),
            active: Semaphore::new((2 * width).max(16)),
            events,
            told: Mutex::default(),
        }
    }

    pub(crate) async fn send(&self, event: Event) -> Result<(), Stop> {
        self.events.send(event).await.map_err(|_| Stop::Cancelled)
    }

    /// A place among the units in progress.
    pub(crate) async fn activity(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed.
        self.active.acquire().await.ok()
    }

    /// The hole that a failure leaves, told once per call when people would want to know at once.
    pub(crate) async fn hole_of(&self, failure: Failure, region: &Arc<str>) -> Result<Arc<Hole>, Stop> {
        let hole = failure.hole;
        if failure.fatal {
            return Err(Stop::Credentials(hole));
        }
        if matches!(hole.why, Why::Denied | Why::Throttled) && self.is_news(&hole) {
            let (region, hole) = (Arc::clone(region), Arc::clone(&hole));
            let note =
                if hole.why == Why::Denied { Note::Denied { region, hole } } else { Note::Throttled { region, hole } };
            self.send(Event::Note(note)).await?;
        }
        Ok(hole)
    }

    fn is_news(&self, hole: &Hole) -> bool {
        let call = hole.call.clone().unwrap_or_default();
        self.told.lock().unwrap_or_else(PoisonError::into_inner).insert((hole.why, call))
    }

    /// Where a call goes: the place that the type file names, else `own`.
    pub(crate) fn place(&self, at: Option<&str>, service: &str, own: &Arc<str>) -> Arc<str> {
        match at {
            None => Arc::clone(own),
            Some("global") => {
                let global = self.request.caller.global_region(service);
                global.unwrap_or_else(|| Arc::clone(&self.request.home_region))
            }
            Some(region) => region.into(),
        }
    }
}

/// An output, and what kept its last pages from being read.
pub(crate) struct Output {
    pub(crate) value: Value,
    pub(crate) cut: Option<Failure>,
}

/// The calls of one unit or source. A unit has at most as many calls waiting as may be in flight, so that a unit of
/// 20,000 resources does not keep the others waiting behind it.
pub(crate) struct Calls {
    own: Semaphore,
    requests: AtomicU64,
}

impl Calls {
    pub(crate) fn new(world: &World) -> Self {
        Calls { own: Semaphore::new(world.request.concurrency.max(1)), requests: AtomicU64::new(0) }
    }

    /// How many requests were sent since last asked.
    pub(crate) fn take_requests(&self) -> u64 {
        self.requests.swap(0, Ordering::Relaxed)
    }

    /// Waits for a place among the calls in flight. The semaphores are never closed.
    async fn in_turn<T>(&self, world: &World, call: impl Future<Output = T>) -> T {
        let _own = self.own.acquire().await;
        let place = world.gate.acquire().await;
        let mut call = std::pin::pin!(call);
        match tokio::time::timeout(PATIENCE, &mut call).await {
            Ok(result) => result,
            Err(_) => {
                drop(place);
                call.await
            }
        }
    }

    fn count(&self, result: &Result<Answer, Failure>) {
        let requests = result.as_ref().map_or_else(|failure| failure.requests, |answer| answer.requests);
        self.requests.fetch_add(u64::from(requests), Ordering::Relaxed);
    }

    /// Makes a call; all its pages when it has any.
    ///
    /// # Errors
    /// When the first page is not answered. A later one leaves the output cut.
    pub(crate) async fn output(
        &self,
        world: &World,
        target: Target,
        input: Map,
        results: Option<&[Path]>,
    ) -> Result<Output, Failure> {
        let input = Value::Map(input);
        let Some(results) = results else {
            let result = self.in_turn(world, world.request.caller.call(&target, &input)).await;
            self.count(&result);
            return result.map(|answer| Output { value: answer.output, cut: None });
        };
        let mut pages = self.pages(world, target, input);
        let mut whole: Option<Value> = None;
        while let Some(page) = pages.next().await {
            match (page, whole) {
                (Ok(page), None) => whole = Some(page),
                (Ok(page), Some(before)) => whole = Some(add_page(before, page, results)),
                (Err(failure), Some(before)) if !failure.fatal => {
                    return Ok(Output { value: before, cut: Some(failure) });
                }
                (Err(failure), _) => return Err(failure),
            }
        }
        Ok(Output { value: whole.unwrap_or_default(), cut: None })
    }

    /// Makes a call page by page.
    pub(crate) fn pages<'a>(&'a self, world: &'a World, target: Target, input: Value) -> Paged<'a> {
        Paged { calls: self, world, pages: world.request.caller.pages(target, input) }
    }
}

/// Pages that wait for their turn.
pub(crate) struct Paged<'a> {
    calls: &'a Calls,
    world: &'a World,
    pages: Box<dyn Pages>,
}

impl Paged<'_> {
    pub(crate) async fn next(&mut self) -> Option<Result<Value, Failure>> {
        let result = self.calls.in_turn(self.world, self.pages.next()).await?;
        self.calls.count(&result);
        Some(result.map(|answer| answer.output))
    }
}

/// A call that takes longer waits for the provider: it is throttled, or its answer is slow. Its place goes to others, so
/// that one throttled API does not hold up the rest.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where a call of the catalogue goes.
pub(crate) fn target(call: &Call, region: Arc<str>) -> Target {
    Target { service: Arc::clone(&call.service), operation: Arc::clone(&call.operation), region }
}
