//! One collection: every unit of an account, side by side.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use catalog::{ResourceType, Scope};
use expr::{Entity, EntityData};
use resource::Unit;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::list::{Feed, FromParent};
use crate::plan::{Plans, plans};
use crate::source::SharedSource;
use crate::unit::{self, Job};
use crate::world::{Stop, World};
use crate::{CollectError, Ended, Event, Request, Seen};

/// Resources of a parent that wait for a child's listings.
const HANDED_ON: usize = 16;

/// Every unit that a collection will report: those that no earlier run has finished.
///
/// # Errors
/// When a type file of the demand cannot be carried out.
pub fn units(request: &Request) -> Result<Vec<Unit>, CollectError> {
    let plans = plans(&*request.knowledge, &request.demand)?;
    Ok(open_units(request, &plans))
}

pub(crate) fn open_units(request: &Request, plans: &Plans) -> Vec<Unit> {
    let types = plans.keys().filter_map(|id| request.knowledge.resource_type(id));
    let all = types.flat_map(|of| regions(request, of).into_iter().map(|region| unit_of(request, of, &region)));
    all.filter(|unit| !request.finished.contains(unit)).collect()
}

fn regions(request: &Request, of: &ResourceType) -> Vec<Arc<str>> {
    match of.scope {
        Scope::Account => vec![Arc::default()],
        Scope::Region => request.regions.clone(),
    }
}

fn unit_of(request: &Request, of: &ResourceType, region: &Arc<str>) -> Unit {
    Unit {
        cloud: Arc::clone(&request.cloud),
        account: Arc::clone(&request.account),
        region: Arc::clone(region),
        type_id: Arc::clone(&of.id),
    }
}

/// Reads an account and reports what it finds as it finds it. Closing the receiving side stops it.
///
/// # Errors
/// When a type file of the demand cannot be carried out; nothing has been called then.
pub async fn collect(request: Request, events: mpsc::Sender<Event>) -> Result<Ended, CollectError> {
    let plans = plans(&*request.knowledge, &request.demand)?;
    let wiring = Wiring::of(&request, &plans);
    let mut cancel = request.cancel.clone();
    let sources = wiring.sources.into_iter().map(|(key, source)| (key, Arc::new(source))).collect();
    let world = Arc::new(World::new(request, plans, sources, events));
    let mut tasks = JoinSet::new();
    for source in world.sources.values().filter(|source| source.is_listed()) {
        let (world, source) = (Arc::clone(&world), Arc::clone(source));
        tasks.spawn(async move { source.table(&world).await.map(|_| ()) });
    }
    for (seen, hole, children) in wiring.stored {
        tasks.spawn(hand_on(seen, hole, children));
    }
    for job in wiring.jobs {
        tasks.spawn(unit::run(Arc::clone(&world), job));
    }
    drop(world);
    let mut ended = Ended::Finished;
    loop {
        let stop = tokio::select! {
            biased;
            () = cancelled(&mut cancel) => Stop::Cancelled,
            next = tasks.join_next() => match next {
                None => break,
                Some(Ok(Ok(()))) => continue,
                Some(Ok(Err(stop))) => stop,
                Some(Err(error)) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(_) => Stop::Cancelled,
                },
            },
        };
        ended = match stop {
            Stop::Cancelled => Ended::Cancelled,
            Stop::Credentials(hole) => Ended::Credentials(hole),
        };
        break;
    }
    tasks.shutdown().await;
    Ok(ended)
}

/// Returns when the collection is to stop; never when nobody can say so any more.
async fn cancelled(cancel: &mut tokio::sync::watch::Receiver<bool>) {
    if cancel.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn hand_on(
    seen: Vec<Entity>,
    hole: Option<Arc<resource::Hole>>,
    children: Vec<mpsc::Sender<FromParent>>,
) -> Result<(), Stop> {
    for child in &children {
        for entity in &seen {
            let _ = child.send(FromParent::Resource(Arc::clone(entity))).await;
        }
        let _ = child.send(FromParent::End(hole.clone())).await;
    }
    Ok(())
}

/// A unit by type and region.
type Key = (Arc<str>, Arc<str>);

/// Resources of finished units, for their children.
type Stored = (Vec<Entity>, Option<Arc<resource::Hole>>, Vec<mpsc::Sender<FromParent>>);

/// Which units run, and what passes between them.
#[derive(Default)]
struct Wiring {
    jobs: Vec<Job>,
    stored: Vec<Stored>,
    sources: HashMap<Key, SharedSource>,
}

/// What happens with a unit.
enum Mode {
    Reported,
    Silent,
    Stored(Vec<Entity>, Option<Arc<resource::Hole>>),
}

impl Wiring {
    fn of(request: &Request, plans: &Plans) -> Wiring {
        let modes = modes(request, plans);
        let mut wiring = Wiring::default();
        let mut children: HashMap<Key, Vec<mpsc::Sender<FromParent>>> = HashMap::new();
        let mut feeds: HashMap<Key, Feed> = HashMap::new();
        for (key, _) in modes.iter().filter(|(_, mode)| !matches!(mode, Mode::Stored(..))) {
            let Some(of) = request.knowledge.resource_type(&key.0) else { continue };
            if let Some(parent) = parent_key(request, of, &key.1) {
                let (sender, receiver) = mpsc::channel(HANDED_ON);
                children.entry(parent).or_default().push(sender);
                feeds.insert(key.clone(), Feed::Parent(receiver));
            }
            if let Some(feed) = wiring.sources_of(request, plans, of, &key.1) {
                feeds.insert(key.clone(), feed);
            }
        }
        for (key, mode) in modes {
            let children = children.remove(&key).unwrap_or_default();
            let silent = match mode {
                Mode::Reported => false,
                Mode::Silent => true,
                Mode::Stored(seen, hole) => {
                    wiring.stored.push((seen, hole, children));
                    continue;
                }
            };
            let Some(of) = request.knowledge.resource_type(&key.0) else { continue };
            let feed = feeds.remove(&key).unwrap_or(Feed::Own);
            wiring.jobs.push(Job { unit: unit_of(request, of, &key.1), feed, children, silent });
        }
        wiring
    }

    /// Connects a unit with the sources that it uses.
    fn sources_of(&mut self, request: &Request, plans: &Plans, of: &ResourceType, region: &Arc<str>) -> Option<Feed> {
        let gets = plans.get(&of.id).into_iter().flat_map(|plan| &plan.gets);
        for id in gets.filter_map(|get| of.get.get(get.index)?.source.as_ref()) {
            if let Some(shared) = self.source(request, id, region) {
                shared.join();
            }
        }
        let from = of.source.as_ref()?;
        Some(Feed::Source(self.source(request, &from.id, region)?.feed(&from.items)))
    }

    fn source(&mut self, request: &Request, id: &Arc<str>, region: &Arc<str>) -> Option<&mut SharedSource> {
        let place = match request.knowledge.source(id)?.scope {
            Scope::Account => Arc::default(),
            Scope::Region => Arc::clone(region),
        };
        let key = (Arc::clone(id), Arc::clone(&place));
        Some(self.sources.entry(key).or_insert_with(|| SharedSource::new(id, &place)))
    }
}

/// The unit that a unit's listing is made under.
fn parent_key(request: &Request, of: &ResourceType, region: &Arc<str>) -> Option<Key> {
    let parent = request.knowledge.resource_type(of.parent.as_ref()?)?;
    let place = if parent.scope == Scope::Account { Arc::default() } else { Arc::clone(region) };
    Some((Arc::clone(&parent.id), place))
}

/// The units to report, and those that these need although an earlier run has finished them.
fn modes(request: &Request, plans: &Plans) -> BTreeMap<Key, Mode> {
    let mut modes: BTreeMap<Key, Mode> = BTreeMap::new();
    let mut open: Vec<Key> = Vec::new();
    for unit in open_units(request, plans) {
        let key = (unit.type_id, unit.region);
        open.push(key.clone());
        modes.insert(key, Mode::Reported);
    }
    while let Some(key) = open.pop() {
        let Some(of) = request.knowledge.resource_type(&key.0) else { continue };
        let Some(parent) = parent_key(request, of, &key.1).filter(|parent| !modes.contains_key(parent)) else {
            continue;
        };
        let Some(above) = request.knowledge.resource_type(&parent.0) else { continue };
        let mode = match request.finished.resources(&unit_of(request, above, &parent.1)) {
            Some((seen, coverage)) => {
                let entities = seen.into_iter().map(|one| entity(request, above, one)).collect();
                Mode::Stored(entities, coverage.hole().cloned())
            }
            None => {
                open.push(parent.clone());
                Mode::Silent
            }
        };
        modes.insert(parent, mode);
    }
    modes
}

fn entity(request: &Request, of: &ResourceType, seen: Seen) -> Entity {
    Arc::new(EntityData {
        uid: seen.uid,
        type_id: Arc::clone(&of.id),
        name: seen.name,
        account: Arc::clone(&request.account),
        region: seen.region,
        document: seen.document,
        ..EntityData::default()
    })
}
