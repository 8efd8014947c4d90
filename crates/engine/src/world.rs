//! The stored estate as rules see it.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use catalog::{Catalog, Demand, ResourceType, Scope as Listing};
use check::{Completer, FactMaker, complete};
use expr::{Entity, EntityData, EntitySet, Scope, Val};
use resource::{Coverage, Hole, Map, Span, Target, Unit, Value, Why};
use store::{Edge, Reader, ResourceFilter, StoreError, StoredResource};

use crate::account::AccountScope;

/// Type, account, and region or empty for all.
type Listed = (Arc<str>, Arc<str>, Arc<str>);

/// Everything that rules may ask about, read from the store on demand.
pub struct World<'a> {
    catalog: &'a Catalog,
    demand: &'a Demand,
    maker: &'a dyn FactMaker,
    reader: &'a Reader,
    settings: Value,
    now: i64,
    accounts: BTreeMap<Arc<str>, AccountScope>,
    /// How complete each listing is, and when it ended.
    coverage: HashMap<Unit, (Coverage, i64)>,
    from: HashMap<Arc<str>, Vec<Edge>>,
    to: HashMap<Arc<str>, Vec<Edge>>,
    /// Edges whose target could not be learned: they may lead anywhere.
    unread: Vec<(Edge, Arc<Hole>)>,
    entities: RefCell<HashMap<Arc<str>, Option<Entity>>>,
    sets: RefCell<HashMap<Listed, Arc<EntitySet>>>,
    /// The first failure of the store: a scope cannot return errors, so it is asked for at the end.
    failure: RefCell<Option<StoreError>>,
}

impl<'a> World<'a> {
    /// Reads coverage and the demanded edges.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn load(
        catalog: &'a Catalog,
        demand: &'a Demand,
        maker: &'a dyn FactMaker,
        reader: &'a Reader,
        accounts: impl IntoIterator<Item = AccountScope>,
        settings: Value,
        now: i64,
    ) -> Result<World<'a>, StoreError> {
        let mut world = World {
            catalog,
            demand,
            maker,
            reader,
            settings,
            now,
            accounts: accounts.into_iter().map(|scope| (scope.account.clone(), scope)).collect(),
            coverage: reader
                .coverage(None)?
                .into_iter()
                .map(|found| (found.unit, (found.coverage, found.finished)))
                .collect(),
            from: HashMap::new(),
            to: HashMap::new(),
            unread: Vec::new(),
            entities: RefCell::default(),
            sets: RefCell::default(),
            failure: RefCell::default(),
        };
        if !demand.edges.is_empty() {
            for edge in reader.all_edges() {
                world.add_edge(edge?);
            }
        }
        Ok(world)
    }

    fn add_edge(&mut self, edge: Edge) {
        if !self.demand.edges.contains(&(edge.from_type.clone(), edge.name.clone())) {
            return;
        }
        match &edge.target {
            Target::Resource(uid) => self.to.entry(uid.clone()).or_default().push(edge.clone()),
            Target::Unread(hole) => self.unread.push((edge.clone(), hole.clone())),
            Target::Missing(_) | Target::Foreign(_) => {}
        }
        self.from.entry(edge.from.clone()).or_default().push(edge);
    }

    /// The failure that made the world smaller than the store, if there was one: no verdict may be kept then.
    pub fn failure(&self) -> Option<StoreError> {
        self.failure.borrow().clone()
    }

    /// The world as seen from an account and region.
    pub fn here(&self, account: &str, region: &str) -> Here<'_> {
        Here { world: self, account: account.into(), region: region.into() }
    }

    /// A stored resource with its facts and attributes.
    pub fn entity(&self, stored: StoredResource) -> Option<Entity> {
        let of = self.catalog.resource_type(&stored.unit.type_id)?;
        let extra = match &*of.id {
            "aws.account" => Map::from([("id".into(), Value::Str(stored.unit.account.clone()))]),
            "aws.region" => Map::from([("name".into(), Value::Str(stored.unit.region.clone()))]),
            _ => Map::new(),
        };
        let here = self.here(&stored.unit.account, &stored.region);
        let data = EntityData {
            uid: stored.uid,
            type_id: stored.unit.type_id.clone(),
            name: stored.name.as_str().into(),
            account: stored.owner.unwrap_or(stored.unit.account),
            region: stored.region,
            document: stored.document,
            facts: Value::Null,
            norm: Value::Null,
            extra,
        };
        Some(complete(data, of, self.demand, &here, self.maker))
    }

    fn by_uid(&self, uid: &Arc<str>) -> Option<Entity> {
        if let Some(known) = self.entities.borrow().get(uid) {
            return known.clone();
        }
        let stored = match self.reader.get(uid) {
            Ok(stored) => stored,
            Err(error) => {
                self.failure.borrow_mut().get_or_insert(error);
                None
            }
        };
        let entity = stored.and_then(|stored| self.entity(stored));
        self.entities.borrow_mut().insert(uid.clone(), entity.clone());
        entity
    }

    fn member(&self, uid: &Arc<str>) -> Result<Entity, Arc<Hole>> {
        self.by_uid(uid).ok_or_else(|| Arc::new(Hole::new(Why::Failed).detail("the resource is not in the store")))
    }

    /// Why a type's listing in an account (and region) is not complete; `None` when it is.
    fn open(&self, of: &ResourceType, account: &Arc<str>, region: Option<&Arc<str>>) -> Option<Arc<Hole>> {
        let unit = |region: Arc<str>| unit_of(of, account, region);
        let state = |unit: Unit| match self.coverage.get(&unit) {
            Some((coverage, _)) => coverage.hole().cloned(),
            None => Some(Arc::new(Hole::new(Why::NotCollected).detail(&format!("{unit} was not read")))),
        };
        match (of.scope, region) {
            (Listing::Account, _) => state(unit("".into())),
            (Listing::Region, Some(region)) => state(unit(region.clone())),
            (Listing::Region, None) => match self.accounts.get(account).map(|scope| &scope.regions.enabled) {
                // Where the service is not offered there is nothing to add to the account's set.
                Some(Ok(enabled)) => {
                    enabled.iter().filter_map(|region| state(unit(region.clone()))).find(|hole| !hole.is_not_offered())
                }
                Some(Err(hole)) => Some(hole.clone()),
                None => Some(Arc::new(Hole::new(Why::NotCollected).detail("the account was not read"))),
            },
        }
    }

    /// When a type was last listed in an account (and region): the oldest of the listings that it takes, microseconds
    /// since 1970 UTC.
    pub(crate) fn listed_at(&self, of: &ResourceType, account: &Arc<str>, region: Option<&Arc<str>>) -> Option<i64> {
        let regions: Vec<Arc<str>> = match (of.scope, region) {
            (Listing::Account, _) => vec!["".into()],
            (Listing::Region, Some(region)) => vec![region.clone()],
            (Listing::Region, None) => self.accounts.get(account)?.regions.scanned.clone(),
        };
        let ended = |region: &Arc<str>| self.coverage.get(&unit_of(of, account, region.clone())).map(|(_, at)| *at);
        regions.iter().filter_map(ended).min()
    }

    fn listed(&self, type_id: &str, account: &Arc<str>, region: Option<&Arc<str>>) -> Arc<EntitySet> {
        let Some(of) = self.catalog.resource_type(type_id) else {
            return Arc::new(EntitySet::unknown(Arc::new(Hole::new(Why::Unsupported))));
        };
        let region = if of.scope == Listing::Account { None } else { region };
        let key = (of.id.clone(), account.clone(), region.cloned().unwrap_or_default());
        if let Some(known) = self.sets.borrow().get(&key) {
            return known.clone();
        }
        let filter = ResourceFilter { accounts: vec![account.to_string()], ..ResourceFilter::default() };
        let mut members = Vec::new();
        for stored in self.reader.load_type(type_id, &filter) {
            match stored {
                Ok(stored) if region.is_none_or(|region| stored.unit.region == *region) => {
                    let known = self.entities.borrow().get(&stored.uid).cloned().flatten();
                    let uid = stored.uid.clone();
                    if let Some(entity) = known.or_else(|| self.entity(stored)) {
                        self.entities.borrow_mut().insert(uid, Some(entity.clone()));
                        members.push(Ok(entity));
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    self.failure.borrow_mut().get_or_insert(error);
                }
            }
        }
        let set = Arc::new(EntitySet { members, open: self.open(of, account, region) });
        self.sets.borrow_mut().insert(key, set.clone());
        set
    }

    fn neighbours(&self, from: &Entity, name: &str) -> EntitySet {
        let edges = self.from.get(&from.uid).map(Vec::as_slice).unwrap_or_default();
        let members = edges.iter().filter(|edge| &*edge.name == name).filter_map(|edge| match &edge.target {
            Target::Resource(uid) => Some(self.member(uid)),
            Target::Missing(_) => None,
            Target::Foreign(name) => {
                Some(Err(Arc::new(Hole::new(Why::Foreign).detail(&format!("`{name}` belongs to another account")))))
            }
            Target::Unread(hole) => Some(Err(hole.clone())),
        });
        EntitySet { members: members.collect(), open: None }
    }

    fn sources(&self, to: &Entity, name: &str) -> EntitySet {
        let edges = self.to.get(&to.uid).map(Vec::as_slice).unwrap_or_default();
        let members = edges.iter().filter(|edge| &*edge.name == name).map(|edge| self.member(&edge.from)).collect();
        let leading = self.catalog.resource_types().flat_map(|of| of.edge.iter().map(move |edge| (of, edge)));
        let open = leading.filter(|(_, edge)| &*edge.name == name && edge.to == to.type_id).find_map(|(of, edge)| {
            let near = edge.within == Some(Listing::Region);
            self.open(of, &to.account, near.then_some(&to.region))
        });
        let unread = self.unread.iter().find(|(edge, _)| &*edge.name == name && edge.to_type == to.type_id);
        EntitySet { members, open: open.or_else(|| unread.map(|(_, hole)| hole.clone())) }
    }
}

fn unit_of(of: &ResourceType, account: &Arc<str>, region: Arc<str>) -> Unit {
    let cloud = of.id.split('.').next().unwrap_or_default().into();
    Unit { cloud, account: account.clone(), region, type_id: of.id.clone() }
}

impl Completer for World<'_> {
    fn completed(&self, mut data: EntityData, scope: &dyn Scope) -> Entity {
        data.facts = Value::Null;
        data.norm = Value::Null;
        match self.catalog.resource_type(&data.type_id) {
            Some(of) => complete(data, of, self.demand, scope, self.maker),
            None => Arc::new(data),
        }
    }
}

/// A [`World`] seen from one account and region.
pub struct Here<'a> {
    world: &'a World<'a>,
    account: Arc<str>,
    region: Arc<str>,
}

impl Here<'_> {
    /// The account's or region's own resource; unknown where it was not read.
    fn singleton(&self, type_id: &str) -> Option<Val> {
        let of = self.world.catalog.resource_type(type_id)?;
        let region = (of.scope == Listing::Region).then_some(&self.region);
        let set = self.world.listed(type_id, &self.account, region);
        let own = set.members.iter().filter_map(|member| member.as_ref().ok());
        let found = own.into_iter().find(|entity| of.scope == Listing::Account || entity.region == self.region);
        Some(match found {
            Some(entity) => Val::from(entity.clone()),
            None => Val::from(self.bare(of)),
        })
    }

    /// What is known of an account or region that was not read: its name.
    fn bare(&self, of: &ResourceType) -> Entity {
        let known = if of.scope == Listing::Account { ("id", &self.account) } else { ("name", &self.region) };
        Arc::new(EntityData {
            type_id: of.id.clone(),
            account: self.account.clone(),
            region: self.region.clone(),
            document: Hole::new(Why::NotCollected).into(),
            extra: Map::from([(known.0.into(), Value::Str(known.1.clone()))]),
            ..EntityData::default()
        })
    }
}

impl Scope for Here<'_> {
    fn root(&self, name: &str) -> Option<Val> {
        match name {
            "account" | "region" => self.singleton(&format!("aws.{name}")),
            "settings" => Some(Val::from(self.world.settings.clone())),
            "partition" => {
                let scope = self.world.accounts.get(&self.account)?;
                Some(Val::from(Value::Str(scope.partition.clone())))
            }
            _ => None,
        }
    }

    fn refs(&self, from: &Entity, edge: &str) -> Arc<EntitySet> {
        Arc::new(self.world.neighbours(from, edge))
    }

    fn refs_in(&self, to: &Entity, edge: &str) -> Arc<EntitySet> {
        Arc::new(self.world.sources(to, edge))
    }

    fn list(&self, type_id: &str, span: Span) -> Arc<EntitySet> {
        match span {
            Span::Region => self.world.listed(type_id, &self.account, Some(&self.region)),
            Span::Account => self.world.listed(type_id, &self.account, None),
            Span::Organisation => {
                let sets = self.world.accounts.keys().map(|account| self.world.listed(type_id, account, None));
                let mut whole = EntitySet::default();
                for set in sets {
                    whole.members.extend(set.members.iter().cloned());
                    whole.open = whole.open.or_else(|| set.open.clone());
                }
                Arc::new(whole)
            }
        }
    }

    fn now(&self) -> i64 {
        self.world.now
    }

    fn call(&self, name: &str, args: &[Val]) -> Option<Val> {
        self.world.maker.call(name, args)
    }
}
