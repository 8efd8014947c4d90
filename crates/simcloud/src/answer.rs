//! From what a request is about to the document that answers it.

mod batch;

use std::sync::Arc;

use catalog::api::{Kind, Pagination, ServiceModel};
use resource::{Map, Path, Value};

use crate::auth::Caller;
use crate::estate::Members;
use crate::fault::{self, Denial, Fault, FaultKind, Style};
use crate::page::Window;
use crate::project::{append, encode_at, place, project, say_none};
use crate::rules::{DeniedBy, hash_of};
use crate::s3;
use crate::world::{Ask, Entry, GetUse, Hit, ListUse, Slot, World};

/// Answers from documents.
pub(crate) struct Clerk<'a> {
    pub world: &'a World,
    pub caller: &'a Caller,
    pub page_size: Option<usize>,
    /// Whether a resource has disappeared.
    pub vanished: &'a dyn Fn(u32) -> bool,
}

/// What an item's members are read from: a document, or an item of its list.
enum Base<'a> {
    Document(&'a Members),
    Item(&'a Value),
}

impl<'a> Base<'a> {
    fn get(&self, name: &str) -> &'a Value {
        match self {
            Base::Document(members) => members.get(name),
            Base::Item(item) => item.get(name),
        }
    }

    fn at(&self, path: &Path) -> &'a Value {
        match self {
            Base::Document(members) => members.at(path),
            Base::Item(item) => item.at(path),
        }
    }
}

impl Clerk<'_> {
    /// One page of a listing. `listed` hears of every document on it.
    pub(crate) fn list(
        &self,
        ask: &Ask<'_>,
        entries: &[Entry<'_>],
        listed: &mut dyn FnMut(u32),
    ) -> Result<Value, Fault> {
        let plan = ask.plan;
        let pagination = plan.operation.pagination.as_ref();
        let listing = listing_of(ask, pagination);
        let window = self.window(ask, pagination, listing)?;
        let mut output = Value::Map(Map::new());
        plan.lists.iter().for_each(|of| say_none(&mut output, of.items.segments()));
        for entry in window.cut(entries) {
            match entry {
                Entry::Document(_, document) if (self.vanished)(*document) => {}
                Entry::Document(of, document) => {
                    listed(*document);
                    append(&mut output, of.items.segments(), self.item(&plan.model, of, *document));
                }
                Entry::Row(path, row) => append(&mut output, path.segments(), row.clone()),
            }
        }
        let mut output = match plan.operation.output {
            Some(shape) => project(&plan.model, shape, &output),
            None => output,
        };
        if let Some(pagination) = pagination {
            window.say_next(pagination, entries.len(), listing, &mut output);
        }
        s3::trim_listing(ask, &mut output);
        Ok(output)
    }

    fn window(&self, ask: &Ask<'_>, pagination: Option<&Pagination>, listing: u64) -> Result<Window, Fault> {
        let Some(pagination) = pagination else { return Ok(Window::WHOLE) };
        let usual = match (&*ask.plan.call, Style::of(&ask.plan.model)) {
            ("s3:ListBuckets", _) => usize::MAX,
            (_, Style::Ec2) => 1_000,
            _ => 50,
        };
        Window::of(pagination, &ask.input, usual, self.page_size, listing).map_err(|_| {
            fault::bad_parameter(Style::of(&ask.plan.model), "The pagination token is not one of this listing.")
        })
    }

    fn item(&self, model: &ServiceModel, of: &ListUse, document: u32) -> Value {
        let base = Base::Document(self.world.members(document));
        match &of.member {
            Some(member) => project(model, of.shape, base.get(member)),
            None => members_of(model, of.shape, &base, &of.decode, &[]),
        }
    }

    /// Details of one resource, by every use that the request fits.
    pub(crate) fn get(&self, ask: &Ask<'_>, hits: &[Hit<'_>]) -> Result<Value, Fault> {
        let plan = ask.plan;
        let mut output = Value::Map(Map::new());
        let mut absent = None;
        let mut found = false;
        for hit in hits {
            self.reach(ask, hit)?;
            match self.detail(ask, hit) {
                Ok(value) => {
                    found = true;
                    let none = value.is_null() && matches!(plan.model.shape(hit.of.shape).kind, Kind::List(_));
                    let value = if none { Value::list(Vec::new()) } else { value };
                    if !value.is_null() {
                        place(&mut output, hit.of.take.segments(), value);
                    }
                }
                Err(fault) if fault.kind == FaultKind::Absent => absent = absent.or(Some(fault)),
                Err(fault) => return Err(fault),
            }
        }
        if let (false, Some(fault)) = (found, absent) {
            return Err(fault);
        }
        s3::add_location(self.world, ask, hits, &mut output);
        match &plan.operation.pagination {
            Some(pagination) => self.cut_get(ask, pagination, output),
            None => Ok(output),
        }
    }

    /// Details that are lists come in pages too.
    fn cut_get(&self, ask: &Ask<'_>, pagination: &Pagination, mut output: Value) -> Result<Value, Fault> {
        let Some(path) = pagination.results.first() else { return Ok(output) };
        let listing = listing_of(ask, Some(pagination));
        let window = self.window(ask, Some(pagination), listing)?;
        let items = output.at(path).items().to_vec();
        if !output.at(path).is_null() {
            output.put(path.segments(), Value::list(window.cut(&items).to_vec()));
        }
        window.say_next(pagination, items.len(), listing, &mut output);
        Ok(output)
    }

    /// Whether the caller meets the resource at all: it still exists, is his, and is asked where it lives.
    fn reach(&self, ask: &Ask<'_>, hit: &Hit<'_>) -> Result<(), Fault> {
        let document = hit.slot.document;
        if (self.vanished)(document) {
            return Err(self.gone(ask, hit.of, document));
        }
        if self.world.document(document).account != ask.account {
            return Err(fault::denied(Style::of(&ask.plan.model), &ask.plan.model.name, &self.denial(ask, document)));
        }
        let home = self.world.home(document);
        if hit.of.elsewhere && *home != ask.region && !s3::answers_anywhere(ask) {
            return Err(s3::redirect(home, &ask.region, self.world.uid(document)));
        }
        Ok(())
    }

    fn gone(&self, ask: &Ask<'_>, of: &GetUse, document: u32) -> Fault {
        let style = Style::of(&ask.plan.model);
        fault::missing(style, &ask.plan.operation, FaultKind::Gone, &of.gone, self.world.uid(document))
    }

    fn denial<'b>(&'b self, ask: &'b Ask<'_>, document: u32) -> Denial<'b> {
        let action = ask.plan.actions.first().map_or(&*ask.plan.call, |action| action);
        Denial { caller: &self.caller.arn, action, resource: Some(self.world.uid(document)), by: DeniedBy::Identity }
    }

    /// What one use gives of one resource.
    fn detail(&self, ask: &Ask<'_>, hit: &Hit<'_>) -> Result<Value, Fault> {
        let Hit { of, slot } = *hit;
        let model = &ask.plan.model;
        let base = self.base(of, slot);
        self.check_holes(ask, of, slot, &base)?;
        let taken = match &of.into {
            Some(into) => {
                let mut value = base.at(into).clone();
                encode_at(&mut value, &of.decode);
                project(model, of.shape, &value)
            }
            None => members_of(model, of.shape, &base, &of.decode, &of.only),
        };
        if !of.absent.is_empty() && self.is_absent(of, &base, &taken) {
            let style = Style::of(model);
            let what = self.world.uid(slot.document);
            return Err(fault::missing(style, &ask.plan.operation, FaultKind::Absent, &of.absent, what));
        }
        Ok(taken)
    }

    fn base(&self, of: &GetUse, slot: Slot) -> Base<'_> {
        let members = self.world.members(slot.document);
        match (&of.per, slot.item) {
            (Some(per), Some(item)) => {
                let items = members.at(&crate::world::without_each(per)).items();
                Base::Item(items.get(item as usize).unwrap_or(Value::null()))
            }
            _ => Base::Document(members),
        }
    }

    /// Whether the document says nothing of what only this call gives.
    fn is_absent(&self, of: &GetUse, base: &Base<'_>, taken: &Value) -> bool {
        match (&of.into, &of.per) {
            (Some(into), _) => base.at(into).is_null(),
            (None, None) if !of.gives.is_empty() => of.gives.iter().all(|path| base.at(path).is_null()),
            _ => taken.is_null() || taken.as_map().is_some_and(Map::is_empty),
        }
    }

    fn check_holes(&self, ask: &Ask<'_>, of: &GetUse, slot: Slot, base: &Base<'_>) -> Result<(), Fault> {
        let own: Vec<&Value> = match (&of.into, &of.per) {
            (Some(into), _) => vec![base.at(into)],
            (None, None) => of.gives.iter().map(|path| base.at(path)).collect(),
            (None, Some(_)) => Vec::new(),
        };
        match own.into_iter().find_map(Value::unknown) {
            Some(hole) => {
                let style = Style::of(&ask.plan.model);
                let denial = self.denial(ask, slot.document);
                Err(fault::hole(style, &ask.plan.model.name, hole.why, &of.unsupported, &denial))
            }
            None => Ok(()),
        }
    }

    /// The answer to a request about a resource that no document describes.
    pub(crate) fn no_such(&self, ask: &Ask<'_>, codes: &[String]) -> Fault {
        let members = ask.input.as_map().into_iter().flat_map(Map::values).filter_map(Value::as_str);
        let what = members.collect::<Vec<_>>().join(" ");
        fault::missing(Style::of(&ask.plan.model), &ask.plan.operation, FaultKind::Gone, codes, &what)
    }
}

/// The members of a document that a structure has, encoded and cut to the model.
fn members_of(
    model: &ServiceModel,
    shape: catalog::api::ShapeId,
    base: &Base<'_>,
    decode: &[(Path, catalog::Decode)],
    only: &[String],
) -> Value {
    let names: Vec<Arc<str>> = match &model.shape(shape).kind {
        Kind::Structure(structure) => structure.members.iter().map(|member| member.name.clone()).collect(),
        _ => only.iter().map(|name| Arc::from(name.as_str())).collect(),
    };
    let wanted = names.into_iter().filter(|name| only.is_empty() || only.iter().any(|known| **known == **name));
    let members = wanted.map(|name| (name.clone(), base.get(&name).clone())).filter(|(_, value)| !value.is_null());
    let mut value = Value::Map(members.collect());
    encode_at(&mut value, decode);
    project(model, shape, &value)
}

/// Tells one listing from another: everything asked but the place in it.
fn listing_of(ask: &Ask<'_>, pagination: Option<&Pagination>) -> u64 {
    let mut input = ask.input.clone();
    if let (Value::Map(map), Some(pagination)) = (&mut input, pagination) {
        pagination.inputs.iter().chain(&pagination.limit).for_each(|name| {
            map.remove(name);
        });
    }
    hash_of(&(&*ask.account, &*ask.region, &*ask.plan.call, input.to_json()))
}
