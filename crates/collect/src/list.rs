//! Where the resources of a unit come from.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use catalog::List;
use expr::{Entity, EntityData, Truth};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use resource::{Hole, Map, Value};
use tokio::sync::mpsc;

use crate::detail::Work;
use crate::document::take_items;
use crate::source::Fed;
use crate::world::{Stop, target};
use crate::{Event, Note};

/// What a parent's unit hands to its children's.
pub(crate) enum FromParent {
    /// One of its resources, complete.
    Resource(Entity),
    /// No more; the hole when the parent's listing is incomplete.
    End(Option<Arc<Hole>>),
}

/// Where a unit's resources come from.
pub(crate) enum Feed {
    /// A listing of its own, or none at all for a singleton.
    Own,
    /// A shared source.
    Source(mpsc::UnboundedReceiver<Fed>),
    /// A listing for each resource of the parent type.
    Parent(mpsc::Receiver<FromParent>),
}

/// A listed item.
pub(crate) struct Item {
    pub(crate) document: Value,
    pub(crate) parent: Option<Entity>,
}

/// Listings of one unit that are made at once.
const PARENTS_AT_ONCE: usize = 8;

/// A listing in progress.
pub(crate) struct Listing<'a> {
    pub(crate) work: &'a Work<'a>,
    pub(crate) out: mpsc::Sender<Item>,
    pub(crate) silent: bool,
    pub(crate) listed: AtomicU64,
}

/// Why a listing is incomplete; `None` when it is complete.
pub(crate) type Incomplete = Option<Arc<Hole>>;

impl Listing<'_> {
    /// Lists everything, whatever feeds the unit.
    pub(crate) async fn run(self, feed: Feed) -> Result<Incomplete, Stop> {
        match (feed, &self.work.of.list) {
            (Feed::Source(feed), _) => self.source_items(feed).await,
            (Feed::Parent(feed), Some(list)) => self.under_parents(list, feed).await,
            (_, Some(list)) => self.calls(list, None).await,
            (_, None) => self.send(vec![Value::Map(Map::new())], None, None).await.map(|()| None),
        }
    }

    async fn source_items(&self, mut feed: mpsc::UnboundedReceiver<Fed>) -> Result<Incomplete, Stop> {
        loop {
            match feed.recv().await {
                Some(Fed::Items(items)) => self.send(items, None, None).await?,
                Some(Fed::End(hole)) => return Ok(hole),
                Some(Fed::Stop(stop)) => return Err(stop),
                None => return Err(Stop::Cancelled),
            }
        }
    }

    async fn under_parents(&self, list: &List, mut feed: mpsc::Receiver<FromParent>) -> Result<Incomplete, Stop> {
        let mut listings = FuturesUnordered::new();
        let mut incomplete = None;
        let mut ended = false;
        while !ended || !listings.is_empty() {
            tokio::select! {
                Some(result) = listings.next(), if !listings.is_empty() => {
                    let hole: Incomplete = result?;
                    incomplete = incomplete.or(hole);
                }
                parent = feed.recv(), if !ended && listings.len() < PARENTS_AT_ONCE => match parent {
                    Some(FromParent::Resource(parent)) => {
                        listings.push(async move { self.calls(list, Some(&parent)).await });
                    }
                    Some(FromParent::End(hole)) => {
                        incomplete = incomplete.or(hole);
                        ended = true;
                    }
                    None => return Err(Stop::Cancelled),
                },
            }
        }
        Ok(incomplete)
    }

    /// One listing, once for each combination of the constants in `each`.
    async fn calls(&self, list: &List, parent: Option<&Entity>) -> Result<Incomplete, Stop> {
        let work = self.work;
        let home = parent.map(|parent| &parent.region).filter(|region| !region.is_empty()).unwrap_or(&work.home);
        let region = work.world.place(work.of.at.as_deref(), &list.call.service, home);
        if !work.world.request.caller.offered(&list.call.service, &region) {
            if !self.silent && parent.is_none() {
                let (unit, service) = (work.unit.clone(), Arc::clone(&list.call.service));
                work.world.send(Event::Note(Note::NotOffered { unit, service })).await?;
            }
            return Ok(Some(Arc::new(Hole::not_offered(&list.call.service, &region))));
        }
        let input = work.around.roots().under(parent).input(&list.with);
        let input = match input {
            Ok(input) => input,
            Err(hole) => return Ok(Some(hole)),
        };
        let mut incomplete = None;
        for input in combinations(input, list) {
            let hole = self.pages(list, input, &region, parent).await?;
            incomplete = incomplete.or(hole);
        }
        Ok(incomplete)
    }

    async fn pages(
        &self,
        list: &List,
        input: Map,
        region: &Arc<str>,
        parent: Option<&Entity>,
    ) -> Result<Incomplete, Stop> {
        let world = self.work.world;
        let target = target(&list.call, Arc::clone(region));
        let mut pages = self.work.calls.pages(world, target, Value::Map(input));
        while let Some(page) = pages.next().await {
            match page {
                Ok(mut page) => {
                    let items = take_items(&mut page, list.items.segments());
                    self.send(items, Some(list), parent).await?;
                }
                Err(failure) if failure.is_one_of(&list.absent) => {}
                Err(failure) => return world.hole_of(failure, region).await.map(Some),
            }
        }
        Ok(None)
    }

    async fn send(&self, items: Vec<Value>, list: Option<&List>, parent: Option<&Entity>) -> Result<(), Stop> {
        let mut kept = Vec::with_capacity(items.len());
        for item in items {
            let document = match list.and_then(|list| list.member.as_ref()) {
                Some(member) if item.as_map().is_none() => Value::map([(Arc::clone(member), item)]),
                _ => item,
            };
            if let Some(document) = self.kept(document, list, parent) {
                kept.push(Item { document, parent: parent.cloned() });
            }
        }
        self.tell(kept.len() as u64).await?;
        for item in kept {
            // The other side has met a reason to stop, and reports it.
            self.out.send(item).await.map_err(|_| Stop::Cancelled)?;
        }
        Ok(())
    }

    async fn tell(&self, more: u64) -> Result<(), Stop> {
        if self.silent || more == 0 {
            return Ok(());
        }
        let resources = self.listed.fetch_add(more, Ordering::Relaxed) + more;
        let calls = resources * self.work.plan.calls_per_resource();
        self.work.world.send(Event::Listed { unit: self.work.unit.clone(), resources, calls }).await
    }

    /// The item, unless the type file says that it is not to be kept.
    fn kept(&self, document: Value, list: Option<&List>, parent: Option<&Entity>) -> Option<Value> {
        let Some(keep) = list.and_then(|list| list.keep.as_ref()) else { return Some(document) };
        let entity = Arc::new(EntityData { document, ..EntityData::default() });
        let kept = self.work.around.roots().of(&entity).under(parent).holds(keep) != Truth::False;
        kept.then(|| Arc::unwrap_or_clone(entity).document)
    }
}

/// Every combination of the constants in `each`, over the rest of the input.
fn combinations(input: Map, list: &List) -> Vec<Map> {
    let mut inputs = vec![input];
    for (name, values) in &list.each {
        let with = |input: &Map| {
            let input = input.clone();
            values.iter().map(move |value| {
                let mut input = input.clone();
                input.insert(name.as_str().into(), Value::from(value.as_str()));
                input
            })
        };
        inputs = inputs.iter().flat_map(with).collect();
    }
    inputs
}
