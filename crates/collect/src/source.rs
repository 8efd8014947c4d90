//! Sources that several types share: called once per account or region, by whoever needs them first.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use catalog::{Prepare, Source};
use expr::{EntityData, Truth};
use resource::{Hole, Path, Value, Why};
use tokio::sync::{OnceCell, mpsc};

use crate::decode::decode;
use crate::document::{take_items, take_value};
use crate::scope::Surroundings;
use crate::world::{Calls, Stop, World, target};

/// What a source hands to a type that is listed from it.
pub(crate) enum Fed {
    /// Items of one answer.
    Items(Vec<Value>),
    /// No more; the hole when the source was not read to its end.
    End(Option<Arc<Hole>>),
    /// The whole collection ends.
    Stop(Stop),
}

/// The rows of a source by key.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: HashMap<Arc<str>, Vec<Value>>,
    /// Why there may be more rows.
    pub(crate) hole: Option<Arc<Hole>>,
}

impl Table {
    pub(crate) fn rows(&self, key: &str) -> &[Value] {
        self.rows.get(key).map_or(&[], Vec::as_slice)
    }
}

/// A source in one account or region.
pub(crate) struct SharedSource {
    id: Arc<str>,
    region: Arc<str>,
    feeds: Vec<(Path, mpsc::UnboundedSender<Fed>)>,
    joined: bool,
    table: OnceCell<Result<Arc<Table>, Stop>>,
    calls: OnceCell<Calls>,
}

/// How long to wait before asking again whether a source is ready, at first and at most.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(8);

impl SharedSource {
    pub(crate) fn new(id: &Arc<str>, region: &Arc<str>) -> Self {
        SharedSource {
            id: Arc::clone(id),
            region: Arc::clone(region),
            feeds: Vec::new(),
            joined: false,
            table: OnceCell::new(),
            calls: OnceCell::new(),
        }
    }

    /// A type that is listed from the items at `path`.
    pub(crate) fn feed(&mut self, path: &Path) -> mpsc::UnboundedReceiver<Fed> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.feeds.push((path.clone(), sender));
        receiver
    }

    /// A type that looks up rows.
    pub(crate) fn join(&mut self) {
        self.joined = true;
    }

    /// Whether types are listed from it: then it is read in any case.
    pub(crate) fn is_listed(&self) -> bool {
        !self.feeds.is_empty()
    }

    /// How many requests it took, told once.
    pub(crate) fn take_requests(&self) -> u64 {
        self.calls.get().map_or(0, Calls::take_requests)
    }

    /// Reads the source, if nobody has, and gives its rows.
    pub(crate) async fn table(&self, world: &World) -> Result<Arc<Table>, Stop> {
        let read = || async {
            let result = self.read(world).await;
            let end = |hole: &Option<Arc<Hole>>| Fed::End(hole.clone());
            for (_, feed) in &self.feeds {
                // A closed feed is a unit that has stopped.
                let _ =
                    feed.send(result.as_ref().map_or_else(|stop| Fed::Stop(stop.clone()), |table| end(&table.hole)));
            }
            result.map(Arc::new)
        };
        self.table.get_or_init(read).await.clone()
    }

    async fn read(&self, world: &World) -> Result<Table, Stop> {
        let knowledge = Arc::clone(&world.request.knowledge);
        let mut table = Table::default();
        // Planning has made sure that the source exists.
        let Some(source) = knowledge.source(&self.id) else { return Ok(table) };
        let home = if self.region.is_empty() { &world.request.home_region } else { &self.region };
        let place = |service: &str| world.place(source.at.as_deref(), service, home);
        let around = Surroundings::new(&world.request.account, &self.region, &world.request.partition);
        let calls = self.calls.get_or_init(|| async { Calls::new(world) }).await;
        if !world.request.caller.offered(&source.call.service, &place(&source.call.service)) {
            return Ok(table);
        }
        if let Some(prepare) = &source.prepare {
            let region = place(&prepare.call.service);
            if let Some(hole) = ready(world, calls, &around, prepare, region).await? {
                table.hole = Some(hole);
                return Ok(table);
            }
        }
        let region = place(&source.call.service);
        let input = match around.roots().input(&source.with) {
            Ok(input) => Value::Map(input),
            Err(hole) => {
                table.hole = Some(hole);
                return Ok(table);
            }
        };
        let mut pages = calls.pages(world, target(&source.call, Arc::clone(&region)), input);
        while let Some(page) = pages.next().await {
            let kept = match page {
                Ok(page) => self.keep(source, page, &mut table),
                Err(failure) if failure.is_one_of(&source.absent) => Ok(()),
                Err(failure) => Err(world.hole_of(failure, &region).await?),
            };
            if let Err(hole) = kept {
                table.hole = Some(hole);
                break;
            }
        }
        Ok(table)
    }

    /// Hands out one answer.
    fn keep(&self, source: &Source, page: Value, table: &mut Table) -> Result<(), Arc<Hole>> {
        let mut part = match &source.take {
            Some(path) => take_value(page, path),
            None => page,
        };
        if let (Some(how), Value::Str(text)) = (source.decode, &part) {
            let undecodable =
                |why: String| Arc::new(Hole::new(Why::Failed).call(&source.call.to_string()).detail(&why));
            part = decode(text, how).map_err(undecodable)?;
        }
        if self.joined {
            let path = source.rows.clone().unwrap_or_default();
            // Types may be listed from the same part.
            let mut rows = if self.feeds.is_empty() { std::mem::take(&mut part) } else { part.clone() };
            for row in take_items(&mut rows, path.segments()) {
                let key = source.key.as_ref().and_then(|key| row.get(key).as_str().map(Arc::from));
                if let Some(key) = key {
                    table.rows.entry(key).or_default().push(row);
                }
            }
        }
        for (index, (path, feed)) in self.feeds.iter().enumerate() {
            let again = self.feeds.iter().skip(index + 1).any(|(other, _)| other.touches(path));
            let items = if again {
                take_items(&mut part.clone(), path.segments())
            } else {
                take_items(&mut part, path.segments())
            };
            let _ = feed.send(Fed::Items(items));
        }
        Ok(())
    }
}

/// Calls until the source is ready; the hole when it never is.
async fn ready(
    world: &World,
    calls: &Calls,
    around: &Surroundings,
    prepare: &Prepare,
    region: Arc<str>,
) -> Result<Option<Arc<Hole>>, Stop> {
    let mut wait = FIRST_WAIT;
    for attempt in 1..=prepare.attempts.max(1) {
        let target = target(&prepare.call, Arc::clone(&region));
        let answer = match calls.output(world, target, resource::Map::new(), None).await {
            Ok(output) => Arc::new(EntityData { document: output.value, ..EntityData::default() }),
            Err(failure) => return world.hole_of(failure, &region).await.map(Some),
        };
        if around.roots().of(&answer).holds(&prepare.until) == Truth::True {
            return Ok(None);
        }
        if attempt < prepare.attempts {
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }
    let words = format!("not ready after {} attempts; run the scan again in a few minutes", prepare.attempts.max(1));
    Ok(Some(Arc::new(Hole::new(Why::Failed).call(&prepare.call.to_string()).detail(&words))))
}
