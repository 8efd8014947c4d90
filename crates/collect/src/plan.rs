//! From a demand to what is done for each type: which details, in which order, with everything precomputed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use catalog::{Call, Decode, Get, ResourceType, Scope};
use resource::{Hole, HoleRecord, Path, Why};

use crate::reads::{Members, Reads};
use crate::{CollectError, Knowledge};

/// What is done for every resource of a type.
#[derive(Debug)]
pub(crate) struct TypePlan {
    /// The details that are made, in the order of the file.
    pub(crate) gets: Vec<GetPlan>,
    /// Indexes into `gets`: those of one step are independent of each other and run at once.
    pub(crate) steps: Vec<Vec<usize>>,
    /// The first step by which the resource's region is known.
    pub(crate) region_from: usize,
    /// What no call is made for.
    pub(crate) not_collected: Vec<HoleRecord>,
    /// Whether an expression of the type reads any of that.
    pub(crate) reads_not_collected: bool,
    /// How many resources go through the steps together.
    pub(crate) chunk: usize,
    /// The members of a shared source's items to decode.
    pub(crate) decode: Vec<(Path, Decode)>,
}

impl TypePlan {
    /// How many calls one resource takes, about: conditional ones are counted, those per item and shared ones not.
    pub(crate) fn calls_per_resource(&self) -> u64 {
        self.single_calls().count() as u64
    }

    /// Those of them that go to one service.
    pub(crate) fn calls_to(&self, service: &str) -> u64 {
        self.single_calls().filter(|call| *call.service == *service).count() as u64
    }

    fn single_calls(&self) -> impl Iterator<Item = &Call> {
        self.gets.iter().filter(|get| !get.per_item && !get.batched).filter_map(|get| get.call.as_ref())
    }
}

/// One detail.
#[derive(Debug)]
pub(crate) struct GetPlan {
    /// Its index in the type file.
    pub(crate) index: usize,
    /// The members that it gives.
    pub(crate) gives: Arc<[Path]>,
    /// What it calls; `None` for rows of a source.
    pub(crate) call: Option<Call>,
    /// The members that continue from page to page; `None` when there is one page.
    pub(crate) pages: Option<Vec<Path>>,
    /// What is decoded.
    pub(crate) decode: Vec<(Path, Decode)>,
    /// The members by which an item is told from the others.
    pub(crate) identity: Vec<Arc<str>>,
    pub(crate) per_item: bool,
    pub(crate) batched: bool,
}

/// Every type that is listed, ancestors included.
pub(crate) type Plans = BTreeMap<Arc<str>, Arc<TypePlan>>;

/// Plans a demand.
pub(crate) fn plans(
    knowledge: &dyn Knowledge,
    demand: &BTreeMap<Arc<str>, BTreeSet<usize>>,
) -> Result<Plans, CollectError> {
    let wanted = close(knowledge, demand)?;
    wanted
        .into_iter()
        .map(|(id, gets)| {
            let of = find(knowledge, &id)?;
            check(knowledge, of)?;
            let plan = plan(knowledge, of, &gets);
            Ok((id, Arc::new(plan)))
        })
        .collect()
}

fn find<'a>(knowledge: &'a dyn Knowledge, id: &str) -> Result<&'a ResourceType, CollectError> {
    knowledge.resource_type(id).ok_or_else(|| CollectError::UnknownType(id.to_owned()))
}

/// Adds ancestors, the details that children read, and the details that other details wait for.
fn close(
    knowledge: &dyn Knowledge,
    demand: &BTreeMap<Arc<str>, BTreeSet<usize>>,
) -> Result<BTreeMap<Arc<str>, BTreeSet<usize>>, CollectError> {
    let mut wanted = demand.clone();
    let mut open: Vec<Arc<str>> = wanted.keys().cloned().collect();
    while let Some(id) = open.pop() {
        let of = find(knowledge, &id)?;
        let mut gets = wanted.get(&id).cloned().unwrap_or_default();
        gets.retain(|index| *index < of.get.len());
        gets.extend(giving(knowledge, of, &placing_reads(of), of.get.len()));
        add_earlier(knowledge, of, &mut gets);
        if let Some(parent_id) = &of.parent {
            let parent = find(knowledge, parent_id)?;
            let reads = parent_reads(of, &gets);
            let known = wanted.get(parent_id).cloned();
            let mut needed = known.clone().unwrap_or_default();
            needed.extend(giving(knowledge, parent, &reads, parent.get.len()));
            if known.as_ref() != Some(&needed) {
                wanted.insert(Arc::clone(parent_id), needed);
                open.push(Arc::clone(parent_id));
            }
        }
        wanted.insert(id, gets);
    }
    Ok(wanted)
}

/// Where a resource is asked and whose it is must be known whatever else is demanded.
fn placing_reads(of: &ResourceType) -> Members {
    let mut reads = Reads::default();
    of.region.iter().chain(&of.owner).for_each(|expression| reads.expression(expression));
    reads.own
}

fn parent_reads(of: &ResourceType, gets: &BTreeSet<usize>) -> Members {
    let mut reads = Reads::default();
    reads.template(&of.uid);
    if let Some(list) = &of.list {
        reads.input(&list.with);
        list.keep.iter().for_each(|keep| reads.expression(keep));
    }
    for expression in of.owner.iter().chain(&of.region).chain(&of.keys).chain(of.edge.iter().map(|edge| &edge.by)) {
        reads.expression(expression);
    }
    for get in gets.iter().filter_map(|index| of.get.get(*index)) {
        reads.parent.join(Reads::of_get(of, get).parent);
    }
    reads.parent
}

fn giving(knowledge: &dyn Knowledge, of: &ResourceType, reads: &Members, before: usize) -> BTreeSet<usize> {
    let gives_one = |index: &usize| knowledge.gives(of, *index).iter().any(|given| reads.need(given));
    (0..before).filter(gives_one).collect()
}

fn add_earlier(knowledge: &dyn Knowledge, of: &ResourceType, gets: &mut BTreeSet<usize>) {
    loop {
        let mut more = BTreeSet::new();
        for (index, get) in gets.iter().filter_map(|index| Some((*index, of.get.get(*index)?))) {
            let reads = Reads::of_get(of, get);
            more.extend((0..index).filter(|earlier| {
                knowledge.gives(of, *earlier).iter().any(|given| reads.own.need(given))
            }));
        }
        let before = gets.len();
        gets.append(&mut more);
        if gets.len() == before {
            return;
        }
    }
}

fn check(knowledge: &dyn Knowledge, of: &ResourceType) -> Result<(), CollectError> {
    let text = |id: &Arc<str>| id.to_string();
    if of.list.is_none() && of.singleton.is_none() && of.source.is_none() {
        return Err(CollectError::NoListing(text(&of.id)));
    }
    let sources = of.source.iter().map(|from| &from.id).chain(of.get.iter().filter_map(|get| get.source.as_ref()));
    for id in sources {
        let Some(source) = knowledge.source(id) else {
            return Err(CollectError::UnknownSource { of: text(&of.id), source_id: text(id) });
        };
        if of.scope == Scope::Account && source.scope == Scope::Region {
            return Err(CollectError::Scope { of: text(&of.id), on: text(id) });
        }
    }
    for (index, get) in of.get.iter().enumerate() {
        if get.batch.is_some() && get.per.is_some() {
            return Err(CollectError::Excluded { of: text(&of.id), index, first: "batch", second: "for" });
        }
    }
    ancestors(knowledge, of)
}

fn ancestors(knowledge: &dyn Knowledge, of: &ResourceType) -> Result<(), CollectError> {
    let mut at = of;
    let mut seen = BTreeSet::from([&at.id]);
    while let Some(parent) = &at.parent {
        let above = find(knowledge, parent)?;
        if at.scope == Scope::Account && above.scope == Scope::Region {
            return Err(CollectError::Scope { of: at.id.to_string(), on: parent.to_string() });
        }
        if !seen.insert(&above.id) {
            return Err(CollectError::Circle(of.id.to_string()));
        }
        at = above;
    }
    Ok(())
}

fn plan(knowledge: &dyn Knowledge, of: &ResourceType, wanted: &BTreeSet<usize>) -> TypePlan {
    let gets: Vec<GetPlan> =
        wanted.iter().filter_map(|index| Some(get_plan(knowledge, of, *index, of.get.get(*index)?))).collect();
    let (steps, region_from) = steps(of, &gets);
    let not_collected: Vec<HoleRecord> = (0..of.get.len())
        .filter(|index| !wanted.contains(index))
        .filter_map(|index| not_collected(knowledge, of, index, &gets))
        .collect();
    let batches = gets.iter().filter_map(|get| of.get.get(get.index)?.batch.as_ref());
    let decode = of.source.as_ref().map(|from| decodes(&from.decode)).unwrap_or_default();
    TypePlan {
        reads_not_collected: reads_any(of, &gets, &not_collected),
        chunk: batches.map(|batch| batch.size.max(1)).max().unwrap_or(1),
        gets,
        steps,
        region_from,
        not_collected,
        decode,
    }
}

fn get_plan(knowledge: &dyn Knowledge, of: &ResourceType, index: usize, get: &Get) -> GetPlan {
    GetPlan {
        index,
        gives: gives(knowledge, of, index, get).into(),
        call: get.call.clone(),
        pages: get.call.as_ref().and_then(|call| knowledge.page_results(call)),
        decode: decodes(&get.decode),
        identity: Reads::identity(&get.with),
        per_item: get.per.is_some(),
        batched: get.batch.is_some(),
    }
}

/// Where the model cannot say what a detail gives, its failure must still leave a hole: everything it could touch.
fn gives(knowledge: &dyn Knowledge, of: &ResourceType, index: usize, get: &Get) -> Vec<Path> {
    let known = knowledge.gives(of, index);
    if !known.is_empty() {
        return known;
    }
    let place = get.per.clone().unwrap_or_default();
    vec![get.into.as_ref().map_or(place.clone(), |into| place.join(into))]
}

fn decodes(members: &BTreeMap<String, Decode>) -> Vec<(Path, Decode)> {
    // A path that does not parse is an error of the catalogue's validation.
    members.iter().filter_map(|(path, how)| Some((Path::parse(path).ok()?, *how))).collect()
}

fn steps(of: &ResourceType, gets: &[GetPlan]) -> (Vec<Vec<usize>>, usize) {
    let mut levels: Vec<usize> = Vec::with_capacity(gets.len());
    for (at, get) in gets.iter().enumerate() {
        let Some(file) = of.get.get(get.index) else { continue };
        let reads = Reads::of_get(of, file);
        let earlier = gets.iter().zip(&levels).take(at);
        let after = earlier.filter(|(other, _)| other.gives.iter().any(|given| reads.own.need(given)));
        levels.push(after.map(|(_, level)| level + 1).max().unwrap_or(0));
    }
    let mut steps = vec![Vec::new(); levels.iter().max().map_or(0, |last| last + 1)];
    for (at, level) in levels.iter().enumerate() {
        if let Some(step) = steps.get_mut(*level) {
            step.push(at);
        }
    }
    let mut reads = Reads::default();
    of.region.iter().for_each(|region| reads.expression(region));
    let locating = gets.iter().zip(&levels).filter(|(get, _)| get.gives.iter().any(|given| reads.own.need(given)));
    let region_from = locating.map(|(_, level)| level + 1).max().unwrap_or(0);
    (steps, region_from)
}

fn not_collected(
    knowledge: &dyn Knowledge,
    of: &ResourceType,
    index: usize,
    made: &[GetPlan],
) -> Option<HoleRecord> {
    let get = of.get.get(index)?;
    let mut members = gives(knowledge, of, index, get);
    // What another detail gives as well is known.
    members.retain(|member| !made.iter().any(|get| get.gives.contains(member)));
    let mut hole = Hole::new(Why::NotCollected);
    let call = get.call.as_ref().or_else(|| knowledge.source(get.source.as_ref()?).map(|source| &source.call));
    if let Some(call) = call {
        hole = hole.call(&call.to_string());
        hole.permission = knowledge.permission(call);
    }
    let record = HoleRecord { resource: None, members, partial: false, hole: Arc::new(hole) };
    (!record.members.is_empty()).then_some(record)
}

fn reads_any(of: &ResourceType, gets: &[GetPlan], missing: &[HoleRecord]) -> bool {
    if missing.is_empty() {
        return false;
    }
    let mut reads = Reads::default();
    let own = of.keys.iter().chain(&of.owner).chain(&of.region).chain(&of.tags);
    for expression in own.chain(of.edge.iter().map(|edge| &edge.by)) {
        reads.expression(expression);
    }
    for get in gets.iter().filter_map(|get| of.get.get(get.index)) {
        reads.own.join(Reads::of_get(of, get).own);
    }
    missing.iter().flat_map(|record| &record.members).any(|member| reads.own.need(member))
}
