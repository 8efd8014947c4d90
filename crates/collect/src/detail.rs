//! Details of resources: one call per resource or item, or rows of a shared source.

use std::sync::Arc;

use catalog::{Get, ResourceType};
use expr::{Entity, Truth, Val};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use resource::{Hole, Path, Unit, Value, Why};

use crate::Failure;
use crate::batch;
use crate::decode::decode_members;
use crate::document::{Spot, spot, spots, take_value};
use crate::draft::{Draft, Given, Taken, What};
use crate::plan::{GetPlan, TypePlan};
use crate::scope::{Roots, Surroundings};
use crate::world::{Calls, Output, Stop, World, target};

/// Everything that working on one unit needs.
pub(crate) struct Work<'a> {
    pub(crate) world: &'a World,
    pub(crate) unit: &'a Unit,
    pub(crate) of: &'a ResourceType,
    pub(crate) plan: &'a TypePlan,
    pub(crate) around: Surroundings,
    pub(crate) calls: Calls,
    /// Where calls go that name no place.
    pub(crate) home: Arc<str>,
}

/// Where the calls about one resource go; a hole when that is not known.
pub(crate) type Region = Result<Arc<str>, Arc<Hole>>;

/// Reads every demanded detail of a chunk of resources. Those that have vanished are left out.
pub(crate) async fn details(work: &Work<'_>, mut drafts: Vec<Draft>) -> Result<Vec<Draft>, Stop> {
    for (number, step) in work.plan.steps.iter().enumerate() {
        let given = {
            let missing = if work.plan.details_read_missing { work.plan.not_collected.as_slice() } else { &[] };
            let views: Vec<Entity> = drafts.iter().map(|draft| draft.view(missing)).collect();
            let known = number >= work.plan.region_from;
            let regions: Vec<Region> =
                drafts.iter().zip(&views).map(|(draft, view)| work.region(draft, view, known)).collect();
            step_of(work, step, &drafts, &views, &regions).await?
        };
        apply(work, &mut drafts, given);
        drafts.retain(|draft| !draft.gone);
    }
    Ok(drafts)
}

async fn step_of(
    work: &Work<'_>,
    step: &[usize],
    drafts: &[Draft],
    views: &[Entity],
    regions: &[Region],
) -> Result<Vec<Given>, Stop> {
    let mut single = FuturesUnordered::new();
    let mut batched = FuturesUnordered::new();
    for (index, (plan, get)) in step.iter().filter_map(|index| Some((*index, work.get(*index)?))) {
        if get.batch.is_some() {
            batched.push(batch::ask(work, index, (plan, get), drafts, views, regions));
            continue;
        }
        for (number, ((draft, view), region)) in drafts.iter().zip(views).zip(regions).enumerate() {
            let places = match &get.per {
                None => vec![None],
                Some(per) => spots(&draft.entity.document, per, &plan.identity).into_iter().map(Some).collect(),
            };
            for place in places {
                let asked = Asked { plan, get, view, parent: draft.parent.as_ref(), region };
                single.push(ask(work, (number, index), asked, place));
            }
        }
    }
    let mut given = Vec::new();
    loop {
        tokio::select! {
            Some(one) = single.next(), if !single.is_empty() => given.push(one?),
            Some(many) = batched.next(), if !batched.is_empty() => given.extend(many?),
            else => break,
        }
    }
    Ok(given)
}

/// Results go in by the order of the file, whatever came first.
fn apply(work: &Work<'_>, drafts: &mut [Draft], mut given: Vec<Given>) {
    given.sort_by(|one, other| {
        let key = |given: &Given| (given.draft, given.get);
        key(one).cmp(&key(other)).then_with(|| {
            let address = |given: &Given| given.spot.as_ref().map(|spot| spot.address.clone());
            address(one).cmp(&address(other))
        })
    });
    let mut vanished: Vec<(usize, usize, Spot)> = Vec::new();
    for one in given {
        let (number, index) = (one.draft, one.get);
        let (Some(draft), Some((plan, get))) = (drafts.get_mut(number), work.get(index)) else { continue };
        if let Some(spot) = draft.apply(get, plan, one) {
            vanished.push((number, index, spot));
        }
    }
    while let Some((number, index, spot)) = vanished.pop() {
        let mut spots = vec![spot];
        while let Some((_, _, spot)) = vanished.pop_if(|(other, get, _)| (*other, *get) == (number, index)) {
            spots.push(spot);
        }
        if let (Some(draft), Some((_, get))) = (drafts.get_mut(number), work.get(index)) {
            draft.remove(get, spots);
        }
    }
}

/// One detail of one resource.
pub(crate) struct Asked<'a> {
    pub(crate) plan: &'a GetPlan,
    pub(crate) get: &'a Get,
    pub(crate) view: &'a Entity,
    pub(crate) parent: Option<&'a Entity>,
    pub(crate) region: &'a Region,
}

async fn ask(
    work: &Work<'_>,
    (draft, get): (usize, usize),
    asked: Asked<'_>,
    spot: Option<Spot>,
) -> Result<Given, Stop> {
    let what = work.what(&asked, spot.as_ref()).await?;
    Ok(Given { draft, get, spot, what })
}

impl Work<'_> {
    pub(crate) fn get(&self, index: usize) -> Option<(&GetPlan, &Get)> {
        let plan = self.plan.gets.get(index)?;
        Some((plan, self.of.get.get(plan.index)?))
    }

    pub(crate) fn roots<'r>(&'r self, asked: &Asked<'r>) -> Roots<'r> {
        self.around.roots().of(asked.view).under(asked.parent)
    }

    /// The region that the calls about a resource go to.
    fn region(&self, draft: &Draft, view: &Entity, known: bool) -> Region {
        let home = || match draft.parent.as_ref().filter(|parent| !parent.region.is_empty()) {
            Some(parent) => Arc::clone(&parent.region),
            None => Arc::clone(&self.home),
        };
        let Some(expression) = self.of.region.as_ref().filter(|_| known) else { return Ok(home()) };
        match self.around.roots().of(view).under(draft.parent.as_ref()).value(expression) {
            Value::Unknown(hole) => Err(hole),
            Value::Str(region) if !region.is_empty() => Ok(region),
            _ => Ok(home()),
        }
    }

    /// Where a detail's call goes.
    pub(crate) fn place(&self, get: &Get, service: &str, region: &Arc<str>) -> Arc<str> {
        // A resource with a region of its own is asked there, wherever its type is listed.
        let at = get.at.as_deref().or_else(|| self.of.at.as_deref().filter(|_| self.of.region.is_none()));
        self.world.place(at, service, region)
    }

    /// Whether a detail is wanted; what it comes to when it is not.
    pub(crate) fn unwanted(get: &Get, roots: &Roots<'_>) -> Option<What> {
        match get.when.as_ref().map(|when| roots.holds(when)) {
            None | Some(Truth::True) => None,
            Some(Truth::False) => Some(What::Absent),
            Some(Truth::Unknown(holes)) => Some(What::Unknown(Arc::clone(holes.first()))),
        }
    }

    async fn what(&self, asked: &Asked<'_>, at: Option<&Spot>) -> Result<What, Stop> {
        let get = asked.get;
        let input = {
            let mut roots = self.roots(asked);
            if let (Some(per), Some(at)) = (&get.per, at) {
                roots = roots.item(Val::from(spot(&asked.view.document, per.segments(), &at.address).clone()));
            }
            if let Some(what) = Self::unwanted(get, &roots) {
                return Ok(what);
            }
            match &get.source {
                Some(_) => Err(get.row.as_ref().map_or(Value::Null, |row| roots.value(row))),
                None => match roots.input(&get.with) {
                    Ok(input) => Ok(input),
                    Err(hole) => return Ok(What::Unknown(hole)),
                },
            }
        };
        match (input, &asked.plan.call) {
            (Err(row), _) => self.rows(asked, row).await,
            (Ok(input), Some(call)) => {
                let region = match asked.region {
                    Ok(region) => self.place(get, &call.service, region),
                    Err(hole) if get.at.is_none() => return Ok(What::Unknown(Arc::clone(hole))),
                    Err(_) => self.place(get, &call.service, &self.home),
                };
                if let Some(what) = self.not_offered(asked.plan, &region) {
                    return Ok(what);
                }
                let target = target(call, Arc::clone(&region));
                match self.calls.output(self.world, target, input, asked.plan.pages.as_deref()).await {
                    // It vanished while its pages were read.
                    Ok(Output { cut: Some(failure), .. }) if failure.is_one_of(&get.gone) => Ok(What::Gone),
                    Ok(output) => Ok(What::of(self.take(asked, output, &region).await?)),
                    Err(failure) => self.failed(get, failure, &region).await,
                }
            }
            (Ok(_), None) => Ok(What::Absent),
        }
    }

    /// A service that the provider does not have there cannot be asked.
    pub(crate) fn not_offered(&self, plan: &GetPlan, region: &str) -> Option<What> {
        let call = plan.call.as_ref()?;
        if self.world.request.caller.offered(&call.service, region) {
            return None;
        }
        let words = format!("`{}` does not exist in {region}", call.service);
        Some(What::Unknown(Arc::new(Hole::new(Why::NotInRegion).call(&call.to_string()).detail(&words))))
    }

    /// What a failed call means for the resource.
    pub(crate) async fn failed(&self, get: &Get, failure: Failure, region: &Arc<str>) -> Result<What, Stop> {
        if failure.is_one_of(&get.gone) {
            return Ok(What::Gone);
        }
        if failure.is_one_of(&get.absent) {
            return Ok(What::Absent);
        }
        if failure.is_one_of(&get.unsupported) {
            let hole = Hole { why: Why::Unsupported, permission: None, by: None, ..(*failure.hole).clone() };
            return Ok(What::Unknown(Arc::new(hole)));
        }
        Ok(What::Unknown(self.world.hole_of(failure, region).await?))
    }

    /// What is taken of an output.
    async fn take(&self, asked: &Asked<'_>, output: Output, region: &Arc<str>) -> Result<Taken, Stop> {
        let (get, plan) = (asked.get, asked.plan);
        let value = match &get.take {
            Some(path) => take_value(output.value, path),
            None => output.value,
        };
        let cut = match output.cut {
            None => None,
            Some(failure) => {
                let hole = self.world.hole_of(failure, region).await?;
                Some((lists_below(plan.pages.as_deref().unwrap_or_default(), get.take.as_ref()), hole))
            }
        };
        Ok(Taken::new(value, plan, cut))
    }
}

/// Where the lists that continue from page to page are, below what is taken of an output.
fn lists_below(results: &[Path], take: Option<&Path>) -> Vec<Path> {
    let Some(take) = take else { return results.to_vec() };
    let below = |list: &Path| list.segments().strip_prefix(take.segments()).map(|rest| Path::new(rest.to_vec()));
    let lists: Vec<Path> = results.iter().filter_map(below).collect();
    if lists.is_empty() { vec![Path::default()] } else { lists }
}

impl What {
    pub(crate) fn of(taken: Taken) -> What {
        if taken.value.is_null() && taken.undecodable.is_empty() && taken.cut.is_none() {
            return What::Absent;
        }
        What::Value(Box::new(taken))
    }
}

impl Taken {
    /// Decodes what was taken.
    pub(crate) fn new(mut value: Value, plan: &GetPlan, cut: Option<(Vec<Path>, Arc<Hole>)>) -> Taken {
        let undecodable = plan.decode.iter().flat_map(|(path, how)| decode_members(&mut value, path, *how)).collect();
        Taken { value, undecodable, cut }
    }
}
