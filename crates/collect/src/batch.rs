//! Details that many resources share one call for.

use std::collections::HashMap;
use std::sync::Arc;

use catalog::{Batch, Get, Missing};
use expr::Entity;
use resource::{Hole, Map, Path, Segment, Value, Why};

use crate::detail::{Asked, Region, Work};
use crate::document::{take_items, take_value};
use crate::draft::{Draft, Given, Taken, What};
use crate::plan::GetPlan;
use crate::world::{Output, Stop, target};

/// Resources that can be asked for together: same place, same input but for the id.
struct Group {
    region: Arc<str>,
    input: Map,
    members: Vec<Member>,
}

/// A resource in a group: its number in the chunk, and its id.
#[derive(Clone)]
struct Member {
    draft: usize,
    id: Arc<str>,
}

/// Asks a detail for a chunk of resources.
pub(crate) async fn ask(
    work: &Work<'_>,
    index: usize,
    (plan, get): (&GetPlan, &Get),
    drafts: &[Draft],
    views: &[Entity],
    regions: &[Region],
) -> Result<Vec<Given>, Stop> {
    let Some(batch) = &get.batch else { return Ok(Vec::new()) };
    let (mut given, groups) = grouped(work, index, (plan, get, batch), drafts, views, regions);
    let calls = groups.iter().flat_map(|group| {
        let size = batch.size.max(1);
        group.members.chunks(size).map(move |members| one_call(work, index, (plan, get, batch), group, members))
    });
    for answered in futures_util::future::join_all(calls).await {
        given.append(&mut answered?);
    }
    Ok(given)
}

fn grouped(
    work: &Work<'_>,
    index: usize,
    (plan, get, batch): (&GetPlan, &Get, &Batch),
    drafts: &[Draft],
    views: &[Entity],
    regions: &[Region],
) -> (Vec<Given>, Vec<Group>) {
    let mut given = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    for (number, ((draft, view), region)) in drafts.iter().zip(views).zip(regions).enumerate() {
        let asked = Asked { plan, get, view, parent: draft.parent.as_ref(), region };
        match prepared(work, &asked, batch) {
            Err(what) => given.push(Given { draft: number, get: index, spot: None, what }),
            Ok((region, input, id)) => {
                let member = Member { draft: number, id };
                match groups.iter_mut().find(|group| group.region == region && group.input == input) {
                    Some(group) => group.members.push(member),
                    None => groups.push(Group { region, input, members: vec![member] }),
                }
            }
        }
    }
    (given, groups)
}

/// Where a resource is asked, the rest of the input, and its id; or what the detail comes to without a call.
fn prepared(work: &Work<'_>, asked: &Asked<'_>, batch: &Batch) -> Result<(Arc<str>, Map, Arc<str>), What> {
    let roots = work.roots(asked);
    if let Some(what) = Work::unwanted(asked.get, &roots) {
        return Err(what);
    }
    let service = asked.plan.call.as_ref().map(|call| Arc::clone(&call.service)).unwrap_or_default();
    let region = match asked.region {
        Ok(region) => work.place(asked.get, &service, region),
        Err(_) if asked.get.at.is_some() => work.place(asked.get, &service, &work.home),
        Err(hole) => return Err(What::Unknown(Arc::clone(hole))),
    };
    if let Some(what) = work.not_offered(asked.plan, &region) {
        return Err(what);
    }
    let mut input = roots.input(&asked.get.with).map_err(What::Unknown)?;
    match input.remove(&batch.over) {
        Some(Value::Str(id)) => Ok((region, input, id)),
        Some(Value::Int(number)) => Ok((region, input, number.to_string().into())),
        _ => Err(What::Absent),
    }
}

/// Asks for some resources of a group; halves them as long as one that has vanished fails the others.
async fn one_call(
    work: &Work<'_>,
    index: usize,
    (plan, get, batch): (&GetPlan, &Get, &Batch),
    group: &Group,
    members: &[Member],
) -> Result<Vec<Given>, Stop> {
    let Some(call) = &plan.call else { return Ok(Vec::new()) };
    let mut given = Vec::new();
    let mut open = vec![members];
    while let Some(part) = open.pop() {
        let mut input = group.input.clone();
        let ids = part.iter().map(|member| Value::Str(Arc::clone(&member.id))).collect();
        input.insert(Arc::clone(&batch.over), Value::list(ids));
        let target = target(call, Arc::clone(&group.region));
        match work.calls.output(work.world, target, input, plan.pages.as_deref()).await {
            Ok(output) => given.append(&mut shared_out(work, index, (plan, get, batch), output, group, part).await?),
            Err(failure) if part.len() > 1 && failure.is_one_of(&get.gone) => match batch.missing {
                Some(Missing::Split) => {
                    let (one, other) = part.split_at(part.len() / 2);
                    open.extend([one, other]);
                }
                None => {
                    let words = format!("one of {} asked for together has vanished: {}", part.len(), failure.code);
                    let hole = Arc::new(Hole::new(Why::Failed).call(&call.to_string()).detail(&words));
                    given.extend(part.iter().map(|member| same(member, index, What::Unknown(Arc::clone(&hole)))));
                }
            },
            Err(failure) => {
                let what = work.failed(get, failure, &group.region).await?;
                given.extend(part.iter().map(|member| same(member, index, what.again())));
            }
        }
    }
    Ok(given)
}

fn same(member: &Member, index: usize, what: What) -> Given {
    Given { draft: member.draft, get: index, spot: None, what }
}

impl What {
    /// The same for another resource; a value is never shared.
    fn again(&self) -> What {
        match self {
            What::Gone => What::Gone,
            What::Unknown(hole) => What::Unknown(Arc::clone(hole)),
            What::Absent | What::Value(_) => What::Absent,
        }
    }
}

/// Gives each resource its part of the answer.
async fn shared_out(
    work: &Work<'_>,
    index: usize,
    (plan, get, batch): (&GetPlan, &Get, &Batch),
    mut output: Output,
    group: &Group,
    part: &[Member],
) -> Result<Vec<Given>, Stop> {
    let reasons = failures(&mut output.value, batch);
    let cut = match output.cut {
        Some(failure) => Some(work.world.hole_of(failure, &group.region).await?),
        None => None,
    };
    let items = match &get.take {
        Some(path) => take_value(output.value, path),
        None => output.value,
    };
    let mut found: HashMap<Arc<str>, Value> = HashMap::new();
    for item in take_items(&mut Value::list(vec![items]), &[Segment::Each, Segment::Each]) {
        if let Value::Str(id) = item.get(&batch.matches) {
            found.insert(Arc::clone(id), item);
        }
    }
    let one = |member: &Member| {
        if let Some(item) = found.remove(&member.id) {
            return What::of(Taken::new(item, plan, None));
        }
        let call = plan.call.as_ref().map(ToString::to_string).unwrap_or_default();
        let failed = |words: &str| What::Unknown(Arc::new(Hole::new(Why::Failed).call(&call).detail(words)));
        match (reasons.get(&member.id), &cut) {
            (Some(reason), _) if batch.gone.iter().any(|gone| **gone == **reason) => What::Gone,
            (Some(reason), _) if reason.is_empty() => failed("the answer names it as failed"),
            (Some(reason), _) => failed(reason),
            (None, Some(hole)) => What::Unknown(Arc::clone(hole)),
            (None, None) => failed("the answer leaves it out"),
        }
    };
    Ok(part.iter().map(one_given(one, index)).collect())
}

fn one_given(mut what: impl FnMut(&Member) -> What, index: usize) -> impl FnMut(&Member) -> Given {
    move |member| same(member, index, what(member))
}

/// The ids that a successful answer lists as failed, with the reasons.
fn failures(output: &mut Value, batch: &Batch) -> HashMap<Arc<str>, Arc<str>> {
    let Some(ids) = &batch.failures else { return HashMap::new() };
    let segments = ids.segments();
    let each = segments.iter().rposition(|segment| matches!(segment, Segment::Each)).map_or(0, |at| at + 1);
    let (list, id) = segments.split_at(each);
    let id = Path::new(id.to_vec());
    let reason = batch.reasons.as_ref().and_then(|path| path.segments().strip_prefix(list));
    let reason = reason.map(|rest| Path::new(rest.to_vec()));
    let text = |value: &Value| value.as_str().map(Arc::<str>::from);
    take_items(output, list)
        .iter()
        .filter_map(|item| {
            let why = reason.as_ref().and_then(|path| text(item.at(path))).unwrap_or_default();
            Some((text(item.at(&id))?, why))
        })
        .collect()
}
