//! Which documents a request is about.

use std::sync::Arc;

use catalog::api::{Pagination, ServiceModel};
use catalog::{Decode, Scope};
use resource::{Path, Value};

use super::build::BUILT_IN;
use super::{GetUse, ListUse, Plan, Slot, World};
use crate::evaluate::{Roots, Split};
use crate::project::encode;

/// A request that has been read.
pub(crate) struct Ask<'w> {
    pub account: Arc<str>,
    pub region: Arc<str>,
    pub plan: &'w Plan,
    pub input: Value,
}

/// What a request is about.
pub(crate) enum Found<'w> {
    /// Answered without documents.
    BuiltIn,
    /// A source is made ready.
    Prepare,
    /// A listing of documents or rows, in order.
    List(Vec<Entry<'w>>),
    /// One encoded member made of every row.
    Blob { take: Path, value: Value },
    /// Details of one resource; several types may use the call.
    Get(Vec<Hit<'w>>),
    /// Details of many.
    Batch { of: &'w GetUse, ids: Vec<(Value, Option<Slot>)> },
    /// A use fits, but it has no such resource.
    Missing(&'w GetUse),
    /// The listing's parent does not exist.
    NoParent,
    /// No use fits the input; the member that does not.
    Unsupported(String),
}

/// One item of a listing.
pub(crate) enum Entry<'w> {
    Document(&'w ListUse, u32),
    Row(Path, Value),
}

/// One use that a request fits.
#[derive(Clone, Copy)]
pub(crate) struct Hit<'w> {
    pub of: &'w GetUse,
    pub slot: Slot,
}

/// Members that say how, never what.
const IGNORED: [&str; 1] = ["ExpectedBucketOwner"];

impl World {
    /// Finds what a request is about.
    pub(crate) fn find<'w>(&'w self, ask: &Ask<'w>) -> Found<'w> {
        let plan = ask.plan;
        if BUILT_IN.contains(&&*plan.call) {
            return Found::BuiltIn;
        }
        if plan.prepares {
            return Found::Prepare;
        }
        let pagination = plan.operation.pagination.as_ref();
        if let Some(found) = self.find_get(ask, pagination) {
            return found;
        }
        if let Some(found) = self.find_list(ask, pagination) {
            return found;
        }
        Found::Unsupported(self.unknown_member(ask, pagination))
    }

    fn find_get<'w>(&'w self, ask: &Ask<'w>, pagination: Option<&Pagination>) -> Option<Found<'w>> {
        let limit = pagination.and_then(|pagination| pagination.limit.as_deref());
        let fits = |of: &&GetUse| of.input.constants_hold(&ask.input, limit) && only_known(of, ask, pagination);
        let (mut missing, mut unknown) = (None, None);
        let mut hits = Vec::new();
        for of in ask.plan.gets.iter().filter(fits) {
            if let Some(batch) = &of.batch {
                let ids = ask.input.get(&batch.over).items();
                if ids.is_empty() {
                    continue;
                }
                let ids: Vec<_> = ids.iter().map(|id| (id.clone(), self.slot_of(of, ask, &batch.over, id))).collect();
                // Several types may ask by the same call: the one is meant that has what is asked for.
                let known = ids.iter().any(|(_, slot)| slot.is_some());
                let found = Found::Batch { of, ids };
                if known {
                    return Some(found);
                }
                unknown = unknown.or(Some(found));
                continue;
            }
            let Some(members) = of.input.dependent(&ask.input) else { continue };
            match of.input.index.get(&of.input.key(&ask.account, &ask.region, &members)) {
                Some(slots) => hits.extend(slots.iter().map(|slot| Hit { of, slot: *slot })),
                None => missing = missing.or(Some(of)),
            }
        }
        if hits.is_empty() { unknown.or(missing.map(Found::Missing)) } else { Some(Found::Get(hits)) }
    }

    fn slot_of(&self, of: &GetUse, ask: &Ask<'_>, over: &Arc<str>, id: &Value) -> Option<Slot> {
        let mut members = resource::Map::new();
        for name in &of.input.dynamic {
            let value = if name == over { id } else { ask.input.get(name) };
            members.insert(name.clone(), value.clone());
        }
        let key = of.input.key(&ask.account, &ask.region, &Value::Map(members));
        of.input.index.get(&key)?.first().copied()
    }

    fn find_list<'w>(&'w self, ask: &Ask<'w>, pagination: Option<&Pagination>) -> Option<Found<'w>> {
        let limit = pagination.and_then(|pagination| pagination.limit.as_deref());
        let mut entries = Vec::new();
        let (mut fitting, mut orphan) = (false, false);
        for of in &ask.plan.lists {
            let known = |name: &str| of.input.knows(name) || of.each.contains_key(name);
            if !of.input.constants_hold(&ask.input, limit) || !all_known(ask, pagination, known) {
                continue;
            }
            let Some(members) = of.input.dependent(&ask.input) else { continue };
            fitting = true;
            let slots = of.input.index.get(&of.input.key(&ask.account, &ask.region, &members));
            orphan |= slots.is_none() && !of.input.dynamic.is_empty();
            let documents = slots.into_iter().flatten().map(|slot| slot.document);
            let chosen = documents.filter(|document| self.is_each(of, *document, &ask.input));
            entries.extend(chosen.map(|document| Entry::Document(of, document)));
            entries.extend(self.shadows(of, ask).map(|document| Entry::Document(of, document)));
        }
        if fitting {
            return Some(if orphan && entries.is_empty() { Found::NoParent } else { Found::List(entries) });
        }
        self.find_rows(ask, pagination)
    }

    /// Whether a document belongs to the value that one call of several asks for (`Scope = "REGIONAL"`): by a member
    /// of that name, else to the first value.
    fn is_each(&self, of: &ListUse, document: u32, input: &Value) -> bool {
        of.each.iter().all(|(name, values)| {
            let own = self.members(document).get(name);
            let asked = input.get(name);
            if own.is_null() { asked.as_str() == values.first().map(String::as_str) } else { own == asked }
        })
    }

    /// A trail of all regions is listed in each of them (CloudTrail API Reference, DescribeTrails: shadow trails).
    fn shadows<'w>(&'w self, of: &'w ListUse, ask: &Ask<'w>) -> impl Iterator<Item = u32> + use<'w> {
        let (account, region) = (ask.account.clone(), ask.region.clone());
        let trails = if &*ask.plan.call == "cloudtrail:DescribeTrails" { self.of_type(&of.type_id) } else { &[] };
        trails.iter().copied().filter(move |&index| {
            let document = self.document(index);
            document.account == account
                && document.region != region
                && document.members.get("IsMultiRegionTrail").as_bool() == Some(true)
        })
    }

    fn find_rows<'w>(&'w self, ask: &Ask<'w>, pagination: Option<&Pagination>) -> Option<Found<'w>> {
        let source = self.catalog.source(&ask.plan.rows.first()?.source)?;
        let constants = Split::of(&source.with).constants;
        let as_asked = constants.iter().all(|(name, value)| ask.input.get(name) == value);
        if !as_asked || !all_known(ask, pagination, |name| constants.contains_key(name)) {
            return None;
        }
        let mut rows = Vec::new();
        for of in &ask.plan.rows {
            for &index in self.of_type(&of.type_id) {
                let document = self.document(index);
                let here = source.scope == Scope::Account || document.region == ask.region;
                if document.account == ask.account && here {
                    self.rows_of(of, index, &mut rows);
                }
            }
        }
        let path = source.rows.clone().unwrap_or_default();
        match (source.decode, &source.take) {
            (Some(decode), take) => {
                let take = take.clone().unwrap_or_default();
                Some(Found::Blob { take, value: blob(&path, rows, decode) })
            }
            (None, take) => {
                let path = take.clone().unwrap_or_default().join(&path);
                Some(Found::List(rows.into_iter().map(|row| Entry::Row(path.clone(), row)).collect()))
            }
        }
    }

    /// A document's rows, each with the key that says whose it is.
    fn rows_of(&self, of: &super::RowUse, index: u32, rows: &mut Vec<Value>) {
        let document = self.document(index);
        let held = document.members.at(&of.into);
        let own: &[Value] = match held {
            Value::List(list) => &list.items,
            Value::Map(_) => std::slice::from_ref(held),
            _ => return,
        };
        let row = self.catalog.resource_type(&of.type_id).and_then(|of_type| of_type.get.get(of.get)?.row.as_ref());
        let value = document.members.to_value();
        let roots = Roots::new(&value, &document.account, &document.region, &self.settings.partition);
        let key = row.map(|row| row.evaluate(&roots).to_value()).unwrap_or_default();
        for item in own {
            let mut item = item.clone();
            if let Value::Map(map) = &mut item {
                map.entry(of.key.clone()).or_insert_with(|| key.clone());
            }
            rows.push(item);
        }
    }

    fn unknown_member(&self, ask: &Ask<'_>, pagination: Option<&Pagination>) -> String {
        let known = |name: &str| {
            ask.plan.gets.iter().any(|of| of.input.knows(name))
                || ask.plan.lists.iter().any(|of| of.input.knows(name) || of.each.contains_key(name))
        };
        let stray = ask
            .input
            .as_map()
            .into_iter()
            .flat_map(|map| map.keys())
            .find(|name| !known(name) && !is_paging(name, pagination) && !IGNORED.contains(&&***name));
        match stray {
            Some(name) => format!("`{}` with `{name}`", ask.plan.call),
            None => format!("`{}` with this input", ask.plan.call),
        }
    }
}

fn blob(path: &Path, rows: Vec<Value>, decode: Decode) -> Value {
    let mut whole = Value::Null;
    crate::project::place(&mut whole, super::build::without_each(path).segments(), Value::list(rows));
    encode(&whole, decode)
}

fn only_known(of: &GetUse, ask: &Ask<'_>, pagination: Option<&Pagination>) -> bool {
    all_known(ask, pagination, |name| of.input.knows(name))
}

fn all_known(ask: &Ask<'_>, pagination: Option<&Pagination>, known: impl Fn(&str) -> bool) -> bool {
    let mut names = ask.input.as_map().into_iter().flat_map(|map| map.keys());
    names.all(|name| known(name) || is_paging(name, pagination) || IGNORED.contains(&&**name))
}

fn is_paging(name: &str, pagination: Option<&Pagination>) -> bool {
    pagination.is_some_and(|pagination| {
        pagination.inputs.iter().any(|input| **input == *name) || pagination.limit.as_deref() == Some(name)
    })
}

/// Which operation of which model a request asks for.
pub(crate) fn route_of<'m>(
    models: &'m [Arc<ServiceModel>],
    request: &catalog::api::wire::Request,
) -> Option<(&'m Arc<ServiceModel>, Arc<catalog::api::Operation>)> {
    models.iter().find_map(|model| Some((model, catalog::api::wire::route(model, request)?)))
}
