//! How many calls a collection will make, as far as that can be said before anything is listed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use catalog::ResourceType;
use resource::Unit;

use crate::plan::{TypePlan, plans};
use crate::run::open_units;
use crate::{CollectError, Request};

/// Calls by service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Service → its calls.
    pub services: BTreeMap<Arc<str>, ServiceEstimate>,
}

/// The calls to one service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceEstimate {
    /// Units that call it.
    pub units: u64,
    /// Calls that are certain: first pages of listings, sources, details of singletons.
    pub calls: u64,
    /// Type → detail calls for each of its resources.
    pub per_resource: BTreeMap<Arc<str>, u64>,
}

impl Estimate {
    /// Calls that are certain, over all services.
    pub fn calls(&self) -> u64 {
        self.services.values().map(|service| service.calls).sum()
    }

    fn service(&mut self, name: &Arc<str>) -> &mut ServiceEstimate {
        self.services.entry(Arc::clone(name)).or_default()
    }
}

/// Estimates a collection without calling anything.
///
/// # Errors
/// When a type file of the demand cannot be carried out.
pub fn estimate(request: &Request) -> Result<Estimate, CollectError> {
    let plans = plans(&*request.knowledge, &request.demand)?;
    let mut estimate = Estimate::default();
    let mut sources: BTreeSet<(Arc<str>, Arc<str>)> = BTreeSet::new();
    for unit in open_units(request, &plans) {
        if let (Some(of), Some(plan)) = (request.knowledge.resource_type(&unit.type_id), plans.get(&unit.type_id)) {
            add_unit(request, &mut estimate, &mut sources, &unit, (of, plan));
        }
    }
    Ok(estimate)
}

fn add_unit(
    request: &Request,
    estimate: &mut Estimate,
    sources: &mut BTreeSet<(Arc<str>, Arc<str>)>,
    unit: &Unit,
    (of, plan): (&ResourceType, &TypePlan),
) {
    let mut called: BTreeSet<Arc<str>> = BTreeSet::new();
    if let Some(list) = of.list.as_ref().filter(|_| of.parent.is_none()) {
        let times: usize = list.each.values().map(Vec::len).product();
        estimate.service(&list.call.service).calls += times as u64;
        called.insert(Arc::clone(&list.call.service));
    }
    let joined = plan.gets.iter().filter_map(|get| of.get.get(get.index)?.source.as_ref());
    for id in of.source.iter().map(|from| &from.id).chain(joined) {
        let Some(source) = request.knowledge.source(id) else { continue };
        let place = if source.scope == catalog::Scope::Account { Arc::default() } else { Arc::clone(&unit.region) };
        called.insert(Arc::clone(&source.call.service));
        if sources.insert((Arc::clone(id), place)) {
            estimate.service(&source.call.service).calls += 1 + u64::from(source.prepare.is_some());
        }
    }
    for call in plan.gets.iter().filter_map(|get| get.call.as_ref()) {
        let service = estimate.service(&call.service);
        if of.singleton.is_some() {
            service.calls += 1;
        } else {
            service.per_resource.insert(Arc::clone(&of.id), plan.calls_to(&call.service));
        }
        called.insert(Arc::clone(&call.service));
    }
    for service in called {
        estimate.service(&service).units += 1;
    }
}
