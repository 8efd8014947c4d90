//! From enabled checks to the calls that must be made, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use expr::{Expr, Of, Schema, Type, Use};
use resource::Path;

use crate::call::{Argument, Call};
use crate::types::{Edge, Get, ResourceType};
use crate::{Catalog, Check, TypeSchema};

/// What a scan has to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// Types to list → the `[[get]]`s to make, by index.
    pub types: BTreeMap<Arc<str>, BTreeSet<usize>>,
    /// Types → the facts to compute.
    pub facts: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// Types → the kind attributes to compute.
    pub norms: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// (type, edge) that are followed.
    pub edges: BTreeSet<(Arc<str>, Arc<str>)>,
}

impl Demand {
    /// What the given checks need.
    pub fn of<'c>(catalog: &Catalog, checks: impl IntoIterator<Item = &'c Arc<Check>>) -> Demand {
        let mut work = Work::new(catalog);
        for check in checks {
            work.check(check);
        }
        work.close();
        work.demand
    }

    /// Everything that the given types can give: an inventory without checks.
    pub fn everything<'c>(catalog: &Catalog, types: impl IntoIterator<Item = &'c ResourceType>) -> Demand {
        let mut work = Work::new(catalog);
        for of in types {
            work.list(&of.id);
            work.member(&of.id, Path::default(), true);
        }
        work.close();
        work.demand
    }

    /// The calls that reading may make, each with the types it is made for. A detail is asked only of what a listing
    /// gives, and where its `when` holds. Those that find the account and its regions are not among them.
    pub fn calls(&self, catalog: &Catalog) -> BTreeMap<Call, BTreeSet<Arc<str>>> {
        let mut found: BTreeMap<Call, BTreeSet<Arc<str>>> = BTreeMap::new();
        for (id, gets) in &self.types {
            let Some(of) = catalog.resource_type(id) else { continue };
            let mut add = |call: &Call| _ = found.entry(call.clone()).or_default().insert(id.clone());
            let demanded = of.get.iter().enumerate().filter(|(index, _)| gets.contains(index)).map(|(_, get)| get);
            let sources = demanded.clone().filter_map(|get| get.source.as_ref());
            for source in sources.chain(of.source.as_ref().map(|from| &from.id)).filter_map(|id| catalog.source(id)) {
                add(&source.call);
                source.prepare.iter().for_each(|prepare| add(&prepare.call));
            }
            of.list.iter().for_each(|list| add(&list.call));
            demanded.filter_map(|get| get.call.as_ref()).for_each(&mut add);
        }
        found
    }

    /// Adds the listing of every type of the catalogue, for an inventory. A listing gives ids, and often tags and what the
    /// edges are made of; a detail, which costs a call for every resource, is added only where a name or a key needs it.
    #[must_use]
    pub fn with_listings(self, catalog: &Catalog) -> Demand {
        let mut work = Work { demand: self, ..Work::new(catalog) };
        for of in catalog.resource_types() {
            work.list(&of.id);
        }
        work.close();
        work.demand
    }

    /// Adds the tags of the types that are listed anyway.
    #[must_use]
    pub fn with_tags(self, catalog: &Catalog) -> Demand {
        let mut work = Work { demand: self, ..Work::new(catalog) };
        for id in work.demand.types.keys().cloned().collect::<Vec<_>>() {
            if let Some(of) = catalog.resource_type(&id)
                && let Some(tags) = &of.tags
            {
                work.expression(of, tags);
            }
        }
        work.close();
        work.demand
    }
}

struct Work<'a> {
    catalog: &'a Catalog,
    demand: Demand,
    /// Type → member paths that something reads.
    members: BTreeMap<Arc<str>, BTreeMap<Path, bool>>,
    /// Types whose own expressions (id, name, region, keys …) have been followed.
    listed: BTreeSet<Arc<str>>,
}

impl<'a> Work<'a> {
    fn new(catalog: &'a Catalog) -> Self {
        Work { catalog, demand: Demand::default(), members: BTreeMap::new(), listed: BTreeSet::new() }
    }

    fn check(&mut self, check: &Check) {
        for of in self.catalog.subjects(check) {
            self.list(&of.id);
            let schema = TypeSchema::new(self.catalog, of).params(&check.params);
            let found = check.rule.check(&schema, &of.id);
            self.uses(of, found.uses);
        }
    }

    fn expression(&mut self, of: &'a ResourceType, expression: &Expr) {
        let schema = TypeSchema::new(self.catalog, of);
        let found = expression.check(&schema, Some(&of.id), &Type::Any);
        self.uses(of, found.uses);
    }

    fn uses(&mut self, subject: &'a ResourceType, uses: Vec<Use>) {
        for one in uses {
            match one {
                Use::Member { of, path, deep } => self.member_of(subject, of, path, deep),
                Use::Edge { of, name, incoming, to } => {
                    let from = if incoming { to.clone() } else { of.clone() };
                    self.list(&to);
                    self.edge(&from, &name);
                }
                Use::List { type_id, .. } => self.list(&type_id),
                Use::Facts { of, name } => {
                    if let Some(id) = self.id_of(subject, &of) {
                        self.fact(&id, name);
                    }
                }
                Use::Norm { of, name } => {
                    if let Some(id) = self.id_of(subject, &of) {
                        self.norm(&id, name);
                    }
                }
            }
        }
    }

    fn id_of(&self, subject: &ResourceType, of: &Of) -> Option<Arc<str>> {
        match of {
            Of::Subject => Some(subject.id.clone()),
            Of::Type(id) => Some(id.clone()),
            Of::Root(_) => None,
        }
    }

    fn member_of(&mut self, subject: &'a ResourceType, of: Of, path: Path, deep: bool) {
        match of {
            Of::Subject => self.member(&subject.id, path, deep),
            Of::Type(id) => {
                self.list(&id);
                self.member(&id, path, deep);
            }
            // A type file's input names members of the resource itself: `$Name`.
            Of::Root(name) => {
                let known = ["item", "partition", "params", "settings", "parent"];
                if !known.contains(&&*name) {
                    let whole = Path::default().member(&name).join(&path);
                    self.member(&subject.id, whole, deep);
                }
            }
        }
    }

    fn member(&mut self, type_id: &Arc<str>, path: Path, deep: bool) {
        let known = self.members.entry(type_id.clone()).or_default().entry(path).or_default();
        *known |= deep;
    }

    /// The type is listed; so is its parent, and what its id, name, region, owner and keys are made of is read.
    fn list(&mut self, type_id: &Arc<str>) {
        if !self.listed.insert(type_id.clone()) {
            return;
        }
        let Some(of) = self.catalog.resource_type(type_id) else { return };
        self.demand.types.entry(type_id.clone()).or_default();
        if let Some(parent) = &of.parent {
            self.list(parent);
        }
        if let Some(list) = &of.list {
            self.arguments(of, list.with.0.values());
            if let Some(keep) = &list.keep {
                self.expression(of, keep);
            }
        }
        self.expression(of, &of.name);
        let wanted = of.keys.iter().chain(of.region.iter()).chain(of.owner.iter());
        for expression in wanted {
            self.expression(of, expression);
        }
    }

    fn edge(&mut self, from: &Arc<str>, name: &Arc<str>) {
        if !self.demand.edges.insert((from.clone(), name.clone())) {
            return;
        }
        self.list(from);
        let Some(of) = self.catalog.resource_type(from) else { return };
        let edges: Vec<&'a Edge> = of.edge.iter().filter(|edge| edge.name == *name).collect();
        for edge in edges {
            self.list(&edge.to);
            self.expression(of, &edge.by);
        }
    }

    fn fact(&mut self, type_id: &Arc<str>, name: Option<Arc<str>>) {
        let Some(of) = self.catalog.resource_type(type_id) else { return };
        let facts = self.catalog.facts();
        let wanted: BTreeSet<Arc<str>> = match name {
            Some(name) => [name].into(),
            None => facts.iter().map(|fact| fact.name.clone()).collect(),
        };
        for name in facts.closure(&wanted) {
            if !self.demand.facts.entry(type_id.clone()).or_default().insert(name.clone()) {
                continue;
            }
            let reads = facts.reads(&name, of);
            for path in reads.paths {
                self.member(type_id, path, true);
            }
            for expression in reads.expressions {
                self.expression(of, expression);
            }
            for edge in reads.edges {
                self.edge(type_id, &edge);
                let schema = TypeSchema::new(self.catalog, of);
                if let Some(to) = schema.edge(type_id, &edge) {
                    self.fact(&to, Some(name.clone()));
                    for (_, path) in reads.beyond.iter().filter(|(through, _)| *through == edge) {
                        self.member(&to, path.clone(), true);
                    }
                }
            }
        }
    }

    fn norm(&mut self, type_id: &Arc<str>, name: Option<Arc<str>>) {
        let Some(of) = self.catalog.resource_type(type_id) else { return };
        let wanted: Vec<(&Arc<str>, &Expr)> =
            of.norm.iter().filter(|(attribute, _)| name.is_none() || name.as_ref() == Some(attribute)).collect();
        for (attribute, expression) in wanted {
            if self.demand.norms.entry(type_id.clone()).or_default().insert(attribute.clone()) {
                self.expression(of, expression);
            }
        }
    }

    /// Adds the gets that give a member that is read, and what these gets need themselves, until nothing changes.
    fn close(&mut self) {
        loop {
            let mut added = Vec::new();
            for (type_id, gets) in &self.demand.types {
                let Some(of) = self.catalog.resource_type(type_id) else { continue };
                let Some(members) = self.members.get(type_id) else { continue };
                for (index, get) in of.get.iter().enumerate() {
                    if !gets.contains(&index) && self.is_read(of, index, members) {
                        added.push((of, index, get));
                    }
                }
            }
            if added.is_empty() {
                return;
            }
            for (of, index, get) in added {
                self.demand.types.entry(of.id.clone()).or_default().insert(index);
                self.get(of, get);
            }
        }
    }

    fn is_read(&self, of: &ResourceType, index: usize, members: &BTreeMap<Path, bool>) -> bool {
        self.catalog.gives(of, index).iter().any(|given| {
            members
                .iter()
                .any(|(read, deep)| given.touches(read) && (*deep || given.segments().len() <= read.segments().len()))
        })
    }

    fn get(&mut self, of: &'a ResourceType, get: &'a Get) {
        self.arguments(of, get.with.0.values());
        for expression in get.when.iter().chain(get.row.iter()) {
            self.expression(of, expression);
        }
        if let Some(per) = &get.per {
            self.member(&of.id, per.clone(), false);
        }
    }

    fn arguments(&mut self, of: &'a ResourceType, arguments: impl Iterator<Item = &'a Argument>) {
        for argument in arguments {
            match argument {
                Argument::Constant(_) => {}
                Argument::Expression(expression) => self.expression(of, expression),
                Argument::List(items) => self.arguments(of, items.iter()),
                Argument::Map(members) => self.arguments(of, members.values()),
            }
        }
    }
}
