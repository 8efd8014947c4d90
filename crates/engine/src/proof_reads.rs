//! The fields that decided, with the call that gave each, and the reason chains of the facts among them.

use std::collections::BTreeSet;
use std::sync::Arc;

use catalog::{Catalog, ResourceType};
use check::OnSubject;
use expr::{Entity, Part, Scope, Spot, Stop, follow};
use resource::{Path, Value};

use crate::calls::{call_of, listing};
use crate::proof::{Read, Reason, brief, moment};
use crate::world::World;

const MOST_READS: usize = 40;
const MOST_ITEMS: usize = 16;

/// Gathers what a verdict rests on.
pub(crate) struct Gather<'g> {
    pub(crate) catalog: &'g Catalog,
    pub(crate) world: &'g World<'g>,
    pub(crate) scope: &'g dyn Scope,
    pub(crate) subject: &'g Entity,
    /// When a resource was read, microseconds since 1970 UTC.
    pub(crate) read_at: &'g dyn Fn(&Arc<str>) -> Option<i64>,
    pub(crate) reads: Vec<Read>,
    pub(crate) because: Vec<Reason>,
    seen: BTreeSet<(String, String)>,
}

impl<'g> Gather<'g> {
    pub(crate) fn new(
        catalog: &'g Catalog,
        world: &'g World<'g>,
        scope: &'g dyn Scope,
        subject: &'g Entity,
        read_at: &'g dyn Fn(&Arc<str>) -> Option<i64>,
    ) -> Self {
        Gather {
            catalog,
            world,
            scope,
            subject,
            read_at,
            reads: Vec::new(),
            because: Vec::new(),
            seen: BTreeSet::new(),
        }
    }

    /// Adds fields that decided, and what the facts among them rest on.
    pub(crate) fn take(&mut self, reads: &[expr::Read]) {
        for read in reads {
            match &read.spot {
                None => self.set(read),
                Some(spot) => match spot.part {
                    Part::Document => self.field(&spot.entity, &spot.path, Some(read.value.clone())),
                    Part::Known => self.push(&spot.entity, &read.path, read.value.clone(), None),
                    Part::Facts => self.fact(spot),
                    Part::Norm => self.attribute(spot, &read.value),
                },
            }
        }
    }

    fn field(&mut self, entity: &Entity, path: &[Stop], value: Option<Value>) {
        let value = value.unwrap_or_else(|| brief(follow(&entity.document, path)));
        let call = self.type_of(entity).and_then(|of| call_of(self.catalog, of, path));
        let spot = Spot { entity: entity.clone(), part: Part::Document, path: path.to_vec() };
        let text = self.named(entity, &spot.to_string());
        self.push(entity, &text, value, call);
    }

    fn named(&self, entity: &Entity, path: &str) -> String {
        let root = match &*entity.type_id {
            _ if entity.uid == self.subject.uid => "self.",
            "aws.account" => "account.",
            "aws.region" => "region.",
            _ => "",
        };
        format!("{root}{path}")
    }

    fn push(&mut self, entity: &Entity, path: &str, value: Value, call: Option<String>) {
        let other = (entity.uid != self.subject.uid && !entity.uid.is_empty()).then(|| entity.uid.to_string());
        let at = call.is_some().then(|| (self.read_at)(&entity.uid)).flatten().map(moment);
        self.add(Read { path: path.to_owned(), value, note: None, call, resource: other, at });
    }

    fn add(&mut self, read: Read) {
        let absent = |known: &Read| {
            known.value.is_null()
                && known.note.is_none()
                && known.resource == read.resource
                && read.path.strip_prefix(known.path.as_str()).is_some_and(|rest| rest.starts_with('.'))
        };
        // A member of what is absent is absent.
        if self.reads.iter().any(absent) {
            return;
        }
        let key = (read.resource.clone().unwrap_or_default(), read.path.clone());
        if self.reads.len() < MOST_READS && self.seen.insert(key) {
            self.reads.push(read);
        }
    }

    fn type_of(&self, entity: &Entity) -> Option<&'g ResourceType> {
        self.catalog.resource_type(&entity.type_id)
    }

    /// A kind's attribute: the fields of its expression.
    fn attribute(&mut self, spot: &Spot, value: &Value) {
        let path = spot.to_string();
        self.push(&spot.entity, &path, value.clone(), None);
        let Some(Stop::Member(name)) = spot.path.first() else { return };
        let Some(expression) = self.type_of(&spot.entity).and_then(|of| of.norm.get(name)) else { return };
        let trace = expression.trace(&spot.entity, self.scope);
        self.take(&trace.reads);
    }

    /// A fact: the items that decided, their reasons, and what in the document these name.
    fn fact(&mut self, spot: &Spot) {
        let Some(Stop::Member(name)) = spot.path.first() else { return };
        let entity = &spot.entity;
        if let Some(derive) = self.catalog.facts().get(name).and_then(|fact| fact.derive.as_ref()) {
            let trace = derive.trace(entity, &OnSubject::new(self.scope, entity));
            return self.take(&trace.reads);
        }
        let items: Vec<Value> = match (spot.path.get(1), &**name) {
            (Some(Stop::Item(at)), _) => entity.facts.get(name).items().get(*at).cloned().into_iter().collect(),
            (_, "admin") => entity.facts.get("admin_by").items().to_vec(),
            _ => entity.facts.get(name).items().iter().take(MOST_ITEMS).cloned().collect(),
        };
        if items.is_empty() {
            return self.sources(entity, name);
        }
        for item in &items {
            self.item(entity, name, item);
        }
    }

    /// What a fact without items was computed from.
    fn sources(&mut self, entity: &Entity, name: &str) {
        let Some(of) = self.type_of(entity) else { return };
        for path in self.catalog.facts().reads(name, of).paths {
            for way in whole(&entity.document, &path) {
                self.field(entity, &way, None);
            }
        }
    }

    fn item(&mut self, entity: &Entity, name: &Arc<str>, item: &Value) {
        let Some(of) = self.type_of(entity) else { return };
        let reasons = item.get("because").items();
        for reason in reasons {
            let text = |member: &str| reason.get(member).as_str().unwrap_or_default().to_owned();
            self.reason(entity, name, text("policy"), text("statement"), text("text"));
            if let Some(found) = check::locate(of, &entity.name, &entity.document, item, reason) {
                self.field(entity, &found.path, None);
            }
        }
        if reasons.is_empty() {
            self.secret(entity, of, name, item);
        }
        // What could have neutralised it and did not.
        let policy = item.get("policy").as_str().unwrap_or_default();
        for blocked in of.policy.iter().filter(|one| one.called == policy).filter_map(|one| one.blocked.as_ref()) {
            let trace = blocked.trace(entity, self.scope);
            self.take(&trace.reads);
        }
    }

    /// A secret: its place and its detector, never what it is.
    fn secret(&mut self, entity: &Entity, of: &ResourceType, name: &Arc<str>, item: &Value) {
        let Some(detector) = item.get("detector").as_str() else { return };
        let place = item.get("place").as_str().unwrap_or_default().to_owned();
        let at = match (item.get("name").as_str(), item.get("line").as_int()) {
            (Some(name), _) => name.to_owned(),
            (None, Some(line)) => format!("line {line}"),
            (None, None) => String::new(),
        };
        let source = of.secret.iter().find(|secret| secret.place == place);
        self.reason(entity, name, place, at, format!("looks like {detector}; the value is not kept"));
        if let Some(secret) = source {
            let call = call_of(self.catalog, of, &stops(&secret.at));
            let path = self.named(entity, &secret.at.to_string());
            self.push(entity, &path, Value::from("(holds a secret)"), call);
        }
    }

    fn reason(&mut self, entity: &Entity, fact: &str, policy: String, statement: String, text: String) {
        let resource = (entity.uid != self.subject.uid).then(|| entity.uid.to_string());
        let reason = Reason { fact: fact.to_owned(), resource, policy, statement, text };
        if !self.because.contains(&reason) && self.because.len() < MOST_READS {
            self.because.push(reason);
        }
    }

    /// A set, a parameter or a setting.
    fn set(&mut self, read: &expr::Read) {
        let Some(set) = SetRead::parse(&read.path) else {
            let path = read.path.clone();
            let note = path.starts_with("settings").then(|| "from the configuration".to_owned());
            return self.add(Read { path, value: read.value.clone(), note, call: None, resource: None, at: None });
        };
        let of = set.listed.and_then(|type_id| self.catalog.resource_type(type_id));
        let region = (set.listed.is_some() && set.span == "region").then_some(&self.subject.region);
        let place = match region.filter(|region| !region.is_empty()) {
            Some(region) => format!("account {}, {region}", self.subject.account),
            None if set.span == "organisation" => "every account of the organisation".to_owned(),
            None => format!("account {}", self.subject.account),
        };
        let note = match (&read.value, set.listed) {
            (Value::List(list), Some(type_id)) if list.items.is_empty() && list.open.is_none() => {
                Some(format!("no {type_id} in {place} (listing complete)"))
            }
            (Value::List(list), None) if list.items.is_empty() && list.open.is_none() => Some(set.none(self.subject)),
            (Value::List(list), Some(type_id)) => {
                let open = list.open.as_ref().map_or_else(String::new, |hole| format!(", and perhaps more: {hole}"));
                Some(format!("{} {type_id} in {place}{open}", list.items.len()))
            }
            (Value::Unknown(hole), Some(type_id)) => Some(format!("{type_id} in {place} could not be listed: {hole}")),
            _ => None,
        };
        let call = of.and_then(|of| listing(self.catalog, of));
        let at = of.and_then(|of| self.world.listed_at(of, &self.subject.account, region)).map(moment);
        self.add(Read { path: read.path.clone(), value: read.value.clone(), note, call, resource: None, at });
    }
}

/// The name of a set, as evidence writes it.
struct SetRead<'t> {
    /// The type of `list("…")`.
    listed: Option<&'t str>,
    span: &'t str,
    edge: &'t str,
    incoming: bool,
    /// The global id of the neighbour that is asked; empty for the subject.
    of: &'t str,
}

impl<'t> SetRead<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let open = text.rfind("(\"")?;
        let name = text.get(..open)?;
        let inside = text.get(open + 2..)?.strip_suffix("\")")?;
        let (first, second) = inside.split_once("\", \"").unwrap_or((inside, ""));
        if name.ends_with("list") {
            return Some(SetRead { listed: Some(first), span: second, edge: "", incoming: false, of: "" });
        }
        let incoming = name.ends_with("refs_in");
        let before = name.trim_end_matches("refs_in").trim_end_matches("refs").strip_suffix("].");
        let of = before.and_then(|before| before.rsplit_once('[')).map_or("", |(_, of)| of);
        (incoming || name.ends_with("refs")).then_some(SetRead { listed: None, span: "", edge: first, incoming, of })
    }

    /// Edges are verbs, in the active ("logs to") or as what is done to it ("encrypted by").
    fn none(&self, subject: &Entity) -> String {
        let own = if subject.name.is_empty() { &subject.uid } else { &subject.name };
        let of = if self.of.is_empty() { own } else { self.of.rsplit([':', '/']).next().unwrap_or(self.of) };
        let words = self.edge.replace('_', " ");
        let active = words.split(' ').next().is_some_and(|first| first.ends_with('s'));
        let verb = if active { words } else { format!("is {words}") };
        if self.incoming { format!("nothing {verb} {of}") } else { format!("{of} {verb} nothing") }
    }
}

/// The ways that a path leads, lists being taken as a whole.
fn whole(document: &Value, path: &Path) -> Vec<Vec<Stop>> {
    let found = check::ways(document, path);
    if found.is_empty() { vec![stops(path)] } else { found }
}

/// The members of a path up to its first list.
fn stops(path: &Path) -> Vec<Stop> {
    let members = path.segments().iter().map_while(|segment| match segment {
        resource::Segment::Member(name) => Some(Stop::Member(name.clone())),
        _ => None,
    });
    members.collect()
}
