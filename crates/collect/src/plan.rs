//! From a demand to what is done for each type: which details, in which order, with everything precomputed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use catalog::{Call, Decode, ResourceType, Scope};
use resource::{Hole, HoleRecord, Path, Why};

use crate::needs::Needs;
use crate::reads::Reads;
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
    /// Whether an expression of a detail reads any of that.
    pub(crate) details_read_missing: bool,
    /// Whether an expression of the type itself (a key, an edge) does.
    pub(crate) type_reads_missing: bool,
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
    let mut needs: BTreeMap<Arc<str>, Needs<'_>> = BTreeMap::new();
    let wanted = close(knowledge, demand, &mut needs)?;
    wanted
        .into_iter()
        .map(|(id, gets)| {
            let needs = needs_of(knowledge, &mut needs, &id)?;
            check(knowledge, needs.of)?;
            let plan = plan(knowledge, needs, &gets);
            Ok((id, Arc::new(plan)))
        })
        .collect()
}

fn find<'a>(knowledge: &'a dyn Knowledge, id: &str) -> Result<&'a ResourceType, CollectError> {
    knowledge.resource_type(id).ok_or_else(|| CollectError::UnknownType(id.to_owned()))
}

fn needs_of<'a, 'n>(
    knowledge: &'a dyn Knowledge,
    needs: &'n mut BTreeMap<Arc<str>, Needs<'a>>,
    id: &Arc<str>,
) -> Result<&'n Needs<'a>, CollectError> {
    let of = find(knowledge, id)?;
    Ok(needs.entry(Arc::clone(id)).or_insert_with(|| Needs::new(knowledge, of)))
}

/// Adds ancestors, the details that children read, and the details that other details wait for.
fn close<'a>(
    knowledge: &'a dyn Knowledge,
    demand: &BTreeMap<Arc<str>, BTreeSet<usize>>,
    needs: &mut BTreeMap<Arc<str>, Needs<'a>>,
) -> Result<BTreeMap<Arc<str>, BTreeSet<usize>>, CollectError> {
    let mut wanted = demand.clone();
    let mut open: Vec<Arc<str>> = wanted.keys().cloned().collect();
    while let Some(id) = open.pop() {
        let own = needs_of(knowledge, needs, &id)?;
        let mut gets = wanted.get(&id).cloned().unwrap_or_default();
        own.complete(&mut gets);
        if let Some(parent) = own.of.parent.clone() {
            let reads = own.of_parent(&gets);
            let known = wanted.get(&parent).cloned();
            let mut needed = known.clone().unwrap_or_default();
            needed.extend(needs_of(knowledge, needs, &parent)?.giving(&reads));
            if known.as_ref() != Some(&needed) {
                wanted.insert(Arc::clone(&parent), needed);
                open.push(parent);
            }
        }
        wanted.insert(id, gets);
    }
    Ok(wanted)
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

fn plan(knowledge: &dyn Knowledge, needs: &Needs<'_>, wanted: &BTreeSet<usize>) -> TypePlan {
    let of = needs.of;
    let gets: Vec<GetPlan> = wanted.iter().filter_map(|index| get_plan(knowledge, needs, *index)).collect();
    let (steps, region_from) = steps(needs, &gets);
    let not_collected: Vec<HoleRecord> = (0..of.get.len())
        .filter(|index| !wanted.contains(index))
        .filter_map(|index| not_collected(knowledge, needs, index, &gets))
        .collect();
    let batches = gets.iter().filter_map(|get| of.get.get(get.index)?.batch.as_ref());
    let decode = of.source.as_ref().map(|from| decodes(&from.decode)).unwrap_or_default();
    TypePlan {
        details_read_missing: details_read(needs, &gets, &not_collected),
        type_reads_missing: type_reads(of, &not_collected),
        chunk: batches.map(|batch| batch.size.max(1)).max().unwrap_or(1),
        gets,
        steps,
        region_from,
        not_collected,
        decode,
    }
}

fn get_plan(knowledge: &dyn Knowledge, needs: &Needs<'_>, index: usize) -> Option<GetPlan> {
    let get = needs.of.get.get(index)?;
    Some(GetPlan {
        index,
        gives: needs.gives.get(index)?.as_slice().into(),
        call: get.call.clone(),
        pages: get.call.as_ref().and_then(|call| knowledge.page_results(call)),
        decode: decodes(&get.decode),
        identity: Reads::identity(&get.with),
        per_item: get.per.is_some(),
        batched: get.batch.is_some(),
    })
}

fn decodes(members: &BTreeMap<String, Decode>) -> Vec<(Path, Decode)> {
    // A path that does not parse is an error of the catalogue's validation.
    members.iter().filter_map(|(path, how)| Some((Path::parse(path).ok()?, *how))).collect()
}

/// Details that are independent of each other share a step. Also the first step by which the region is known.
fn steps(needs: &Needs<'_>, gets: &[GetPlan]) -> (Vec<Vec<usize>>, usize) {
    let mut levels: Vec<usize> = Vec::with_capacity(gets.len());
    for get in gets {
        let before = gets.iter().zip(&levels).filter(|(other, _)| needs.waits(get.index, other.index));
        let level = before.map(|(_, level)| level + 1).max().unwrap_or(0);
        levels.push(level);
    }
    let mut steps = vec![Vec::new(); levels.iter().max().map_or(0, |last| last + 1)];
    for (at, level) in levels.iter().enumerate() {
        if let Some(step) = steps.get_mut(*level) {
            step.push(at);
        }
    }
    let placing = gets.iter().zip(&levels).filter(|(get, _)| needs.is_placed_by(get.index));
    let region_from = placing.map(|(_, level)| level + 1).max().unwrap_or(0);
    (steps, region_from)
}

fn not_collected(knowledge: &dyn Knowledge, needs: &Needs<'_>, index: usize, made: &[GetPlan]) -> Option<HoleRecord> {
    let get = needs.of.get.get(index)?;
    // What another detail gives as well is known.
    let is_missing = |member: &&Path| !made.iter().any(|get| get.gives.contains(member));
    let members: Vec<Path> = needs.gives.get(index)?.iter().filter(is_missing).cloned().collect();
    let mut hole = Hole::new(Why::NotCollected);
    let call = get.call.as_ref().or_else(|| knowledge.source(get.source.as_ref()?).map(|source| &source.call));
    if let Some(call) = call {
        hole = hole.call(&call.to_string());
        hole.permission = knowledge.permission(call);
    }
    let record = HoleRecord { resource: None, members, partial: false, hole: Arc::new(hole) };
    (!record.members.is_empty()).then_some(record)
}

fn type_reads(of: &ResourceType, missing: &[HoleRecord]) -> bool {
    let mut reads = Reads::default();
    let own = of.keys.iter().chain(of.edge.iter().map(|edge| &edge.by));
    own.for_each(|expression| reads.expression(expression));
    missing.iter().flat_map(|record| &record.members).any(|member| reads.own.need(member))
}

fn details_read(needs: &Needs<'_>, gets: &[GetPlan], missing: &[HoleRecord]) -> bool {
    let mut reads = gets.iter().filter_map(|get| needs.reads.get(get.index));
    reads.any(|reads| missing.iter().flat_map(|record| &record.members).any(|member| reads.own.need(member)))
}
