//! One unit from its listing to its report.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use resource::{Coverage, Hole, Unit, UnitReport, Why};
use tokio::sync::mpsc;

use crate::Event;
use crate::assemble::assemble;
use crate::detail::{Work, details};
use crate::draft::Draft;
use crate::list::{Feed, FromParent, Incomplete, Item, Listing};
use crate::scope::Surroundings;
use crate::world::{Calls, Stop, World};

/// A unit to be read.
pub(crate) struct Job {
    pub(crate) unit: Unit,
    pub(crate) feed: Feed,
    /// The units whose listings need this one's resources.
    pub(crate) children: Vec<mpsc::Sender<FromParent>>,
    /// Read for its children only: an earlier run has reported it.
    pub(crate) silent: bool,
}

/// Listed items that wait for their details.
const WAITING: usize = 64;

/// Reads one unit.
pub(crate) async fn run(world: Arc<World>, job: Job) -> Result<(), Stop> {
    let knowledge = Arc::clone(&world.request.knowledge);
    let plans = (knowledge.resource_type(&job.unit.type_id), world.plans.get(&job.unit.type_id));
    // Planning has made sure that both exist.
    let (Some(of), Some(plan)) = plans else { return Ok(()) };
    let request = &world.request;
    let home = if job.unit.region.is_empty() { &request.home_region } else { &job.unit.region };
    let work = Work {
        world: &world,
        unit: &job.unit,
        of,
        plan,
        around: Surroundings::new(&request.account, &job.unit.region, &request.partition),
        calls: Calls::new(&world),
        home: Arc::clone(home),
    };
    // A unit that waits for a parent or a source has none: what it waits for may need the place.
    let _place = match &job.feed {
        Feed::Own => world.activity().await,
        Feed::Source(_) | Feed::Parent(_) => None,
    };
    if !job.silent {
        world.send(Event::UnitStarted(job.unit.clone())).await?;
    }
    let (out, items) = mpsc::channel(WAITING);
    let listing = Listing { work: &work, out, silent: job.silent, listed: AtomicU64::new(0) };
    let mut pipe = Pipe::new(&work, &job.children, job.silent);
    let (listed, ()) = tokio::try_join!(listing.run(job.feed), pipe.run(items))?;
    let incomplete = listed.or(pipe.incomplete);
    for child in &job.children {
        let _ = child.send(FromParent::End(incomplete.clone())).await;
    }
    if job.silent {
        return Ok(());
    }
    let report = report(&work, pipe.emitted, incomplete);
    world.send(Event::UnitFinished(report)).await
}

fn report(work: &Work<'_>, resources: u64, incomplete: Incomplete) -> UnitReport {
    let scope = |region: &Arc<str>| region.is_empty() || *region == work.unit.region;
    let ids =
        work.of.source.iter().map(|from| &from.id).chain(work.of.get.iter().filter_map(|get| get.source.as_ref()));
    let shared: u64 = ids
        .flat_map(|id| work.world.sources.iter().filter(move |((source, region), _)| source == id && scope(region)))
        .map(|(_, source)| source.take_requests())
        .sum();
    UnitReport {
        unit: work.unit.clone(),
        coverage: incomplete.map_or(Coverage::Complete, Coverage::Incomplete),
        resources,
        requests: work.calls.take_requests() + shared,
        not_collected: work.plan.not_collected.clone(),
    }
}

/// From listed items to emitted resources.
struct Pipe<'a> {
    work: &'a Work<'a>,
    children: &'a [mpsc::Sender<FromParent>],
    silent: bool,
    /// Ids met: a listing that shifts between pages may name a resource twice.
    met: HashSet<Arc<str>>,
    emitted: u64,
    incomplete: Incomplete,
}

impl<'a> Pipe<'a> {
    fn new(work: &'a Work<'a>, children: &'a [mpsc::Sender<FromParent>], silent: bool) -> Self {
        Pipe { work, children, silent, met: HashSet::new(), emitted: 0, incomplete: None }
    }

    async fn run(&mut self, mut items: mpsc::Receiver<Item>) -> Result<(), Stop> {
        let (work, size) = (self.work, self.work.plan.chunk);
        let width = work.world.request.concurrency.max(1).div_ceil(size).max(2);
        let mut open = FuturesUnordered::new();
        let mut chunk = Vec::with_capacity(size);
        let mut ended = false;
        while !ended || !open.is_empty() {
            tokio::select! {
                Some(done) = open.next(), if !open.is_empty() => self.emit(done?).await?,
                item = items.recv(), if !ended && open.len() < width => {
                    ended = item.is_none();
                    chunk.extend(item);
                    if chunk.len() == size || (ended && !chunk.is_empty()) {
                        open.push(details(work, self.drafts(std::mem::take(&mut chunk))));
                    }
                }
            }
        }
        Ok(())
    }

    /// Drafts of the items that have an id and were not met before.
    fn drafts(&mut self, items: Vec<Item>) -> Vec<Draft> {
        items.into_iter().filter_map(|item| self.draft(item)).collect()
    }

    fn draft(&mut self, item: Item) -> Option<Draft> {
        let work = self.work;
        let mut draft = Draft::new(work.of, Arc::default(), item.document, item.parent);
        draft.decode(work.plan, None);
        let uid = work.around.roots().of(&draft.entity).under(draft.parent.as_ref()).fill(&work.of.uid);
        let Some(uid) = uid else {
            // Leaving it out silently would make the listing look complete.
            let words = format!("an item of `{}` has no id; run again with -v and report it", work.of.id);
            self.incomplete.get_or_insert_with(|| Arc::new(Hole::new(Why::Failed).detail(&words)));
            return None;
        };
        draft.named(&uid);
        self.met.insert(uid).then_some(draft)
    }

    async fn emit(&mut self, drafts: Vec<Draft>) -> Result<(), Stop> {
        for draft in drafts {
            let (resource, view) = assemble(self.work, draft, !self.children.is_empty());
            if let Some(view) = view {
                for child in self.children {
                    // A child that has stopped says why itself.
                    let _ = child.send(FromParent::Resource(Arc::clone(&view))).await;
                }
            }
            self.emitted += 1;
            if !self.silent {
                self.work.world.send(Event::Resource(Box::new(resource))).await?;
            }
        }
        Ok(())
    }
}
