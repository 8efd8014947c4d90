//! A check's examples as tests.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use catalog::{Catalog, CatalogError, Check, Demand, Example, ResourceType};
use expr::{Entity, EntityData, EntitySet, Scope, Val};
use resource::{Hole, List, Map, Outcome, Span, Value, Verdict, Why};
use thiserror::Error;

use crate::entity::{FactMaker, complete};
use crate::flip::{Case, Completer};
use crate::run::run;

/// Members of an example that are not the subject's document, unless the document is given as `self`.
pub(crate) const ROOTS: [&str; 9] =
    ["account", "region", "params", "settings", "now", "facts", "refs", "refs_in", "list"];
const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-1";
const NOW: &str = "2026-11-24T00:00:00Z";

/// An example that cannot be run.
#[derive(Debug, Error)]
pub enum ExampleError {
    /// The file is wrong.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// `now` is no timestamp.
    #[error("example `{0}`: `now` must be an RFC 3339 timestamp such as `{NOW}`")]
    Now(String),
    /// The check's subject is not in the catalogue.
    #[error("the subject of `{0}` is no type of the catalogue; see `plumb type list`")]
    Subject(Arc<str>),
}

/// What became of an example.
#[derive(Debug)]
pub struct ExampleResult {
    /// The example.
    pub example: Example,
    /// The type it was run as.
    pub type_id: Arc<str>,
    /// What the check said.
    pub outcomes: Vec<Outcome>,
}

impl ExampleResult {
    /// Whether the check said what the example expects: the worst of its verdicts counts
    /// (fail, then unknown, then pass, then not applicable).
    pub fn holds(&self) -> bool {
        self.verdict() == self.example.expected
    }

    /// The worst verdict.
    pub fn verdict(&self) -> Verdict {
        let order = [Verdict::Fail, Verdict::Unknown, Verdict::Pass, Verdict::NotApplicable];
        let worst = order.into_iter().find(|verdict| self.outcomes.iter().any(|outcome| outcome.verdict == *verdict));
        worst.unwrap_or(Verdict::NotApplicable)
    }
}

/// Runs every example of a check.
///
/// # Errors
/// When an example is malformed or the check's subject does not exist.
pub fn run_examples(
    catalog: &Catalog,
    check: &Arc<Check>,
    maker: &dyn FactMaker,
) -> Result<Vec<ExampleResult>, ExampleError> {
    let mut results = Vec::new();
    each_example(catalog, check, maker, &mut |example, case| {
        let outcomes = run(case.check, case.params, case.subject, case.scope);
        let type_id = case.subject.type_id.clone();
        results.push(ExampleResult { example: example.clone(), type_id, outcomes });
    })?;
    Ok(results)
}

/// Calls `then` with each example and its world.
pub(crate) fn each_example(
    catalog: &Catalog,
    check: &Arc<Check>,
    maker: &dyn FactMaker,
    then: &mut dyn FnMut(&Example, &Case<'_>),
) -> Result<(), ExampleError> {
    let subjects = catalog.subjects(check);
    let Some(first) = subjects.first() else { return Err(ExampleError::Subject(check.id.clone())) };
    let demand = Demand::of(catalog, [check]);
    for example in check.examples()? {
        let type_id = example.given.get("type").as_str().and_then(|id| subjects.iter().find(|of| &*of.id == id));
        let of = type_id.copied().unwrap_or(first);
        let world = World::new(catalog, &demand, maker, &example)?;
        let subject = world.subject(of, &example.given);
        let mut params = check.params.clone();
        params.extend(example.given.get("params").as_map().cloned().unwrap_or_default());
        let case = Case {
            catalog,
            check,
            params: &params,
            subject: &subject,
            scope: &world,
            completer: &world,
            discriminator: "",
        };
        then(&example, &case);
    }
    Ok(())
}

/// Whose set, and which.
type SetKey = (Arc<str>, String);

/// The world that an example describes.
pub(crate) struct World<'a> {
    catalog: &'a Catalog,
    demand: &'a Demand,
    maker: &'a dyn FactMaker,
    given: &'a Value,
    now: i64,
    /// uid → the example's node, where its neighbours are.
    nodes: RefCell<HashMap<Arc<str>, Value>>,
    sets: RefCell<HashMap<SetKey, Arc<EntitySet>>>,
}

impl<'a> World<'a> {
    pub(crate) fn new(
        catalog: &'a Catalog,
        demand: &'a Demand,
        maker: &'a dyn FactMaker,
        example: &'a Example,
    ) -> Result<Self, ExampleError> {
        let now = example.given.get("now").as_str().unwrap_or(NOW);
        let now: jiff::Timestamp = now.parse().map_err(|_| ExampleError::Now(example.title.clone()))?;
        Ok(World {
            catalog,
            demand,
            maker,
            given: &example.given,
            now: now.as_microsecond(),
            nodes: RefCell::default(),
            sets: RefCell::default(),
        })
    }

    pub(crate) fn subject(&self, of: &ResourceType, node: &Value) -> Entity {
        self.entity(of, node, "subject")
    }

    /// Builds a resource from a node; `place` makes its id unique where the type's template cannot be filled.
    fn entity(&self, of: &ResourceType, node: &Value, place: &str) -> Entity {
        let document = match (node, node.get("self")) {
            (Value::Map(_), document @ Value::Map(_)) => document.clone(),
            (Value::Map(members), _) => {
                let members = members.iter().filter(|(name, _)| !ROOTS.contains(&&***name));
                Value::Map(members.map(|(name, value)| (name.clone(), value.clone())).collect())
            }
            (hole @ Value::Unknown(_), _) => hole.clone(),
            _ => Hole::new(Why::NotCollected).into(),
        };
        let account = node.get("account").get("id").as_str().or(self.given.get("account").get("id").as_str());
        let region = node.get("region").get("name").as_str().or(self.given.get("region").get("name").as_str());
        let mut data = EntityData {
            type_id: of.id.clone(),
            account: account.unwrap_or(ACCOUNT).into(),
            region: region.unwrap_or(REGION).into(),
            document,
            facts: node.get("facts").clone(),
            uid: format!("example:{place}").into(),
            ..EntityData::default()
        };
        data.extra = self.extra(&of.id);
        if let Some(uid) = data.document.get("uid").as_str() {
            data.uid = uid.into();
        }
        // The account and the region name themselves by `account.id` and `region.name`: by what is being built here.
        if let Some(known) = data.extra.values().next().and_then(Value::as_str) {
            data.name = known.into();
        } else {
            let bare = Arc::new(data.clone());
            let scope = crate::OnSubject::new(self, &bare);
            if let Some(name) = of.name.evaluate(&scope).as_str() {
                data.name = name.into();
            }
            if let Some(uid) = of.uid.evaluate(&scope).as_str().filter(|uid| !self.nodes.borrow().contains_key(*uid)) {
                data.uid = uid.into();
            }
        }
        self.nodes.borrow_mut().insert(data.uid.clone(), node.clone());
        complete(data, of, self.demand, self, self.maker)
    }

    fn extra(&self, type_id: &str) -> Map {
        match type_id {
            "aws.account" => {
                let id = self.given.get("account").get("id").as_str().unwrap_or(ACCOUNT);
                [("id".into(), Value::from(id))].into()
            }
            "aws.region" => {
                let name = self.given.get("region").get("name").as_str().unwrap_or(REGION);
                [("name".into(), Value::from(name))].into()
            }
            _ => Map::new(),
        }
    }

    /// An omitted set is unknown, a list complete, `{"known": …, "?": …}` incomplete.
    fn set(&self, type_id: Option<Arc<str>>, given: &Value, place: &str) -> Arc<EntitySet> {
        let of = type_id.and_then(|id| self.catalog.resource_type(&id));
        let (List { items, open }, Some(of)) = (
            match given {
                Value::List(list) => list.clone(),
                Value::Unknown(hole) => List { items: Vec::new(), open: Some(hole.clone()) },
                _ => List { items: Vec::new(), open: Some(Arc::new(Hole::new(Why::NotCollected))) },
            },
            of,
        ) else {
            return Arc::new(EntitySet::unknown(Arc::new(Hole::new(Why::NotCollected))));
        };
        let members = items
            .iter()
            .enumerate()
            .map(|(index, item)| match item {
                Value::Unknown(hole) => Err(hole.clone()),
                node => Ok(self.entity(of, node, &format!("{place}/{index}"))),
            })
            .collect();
        Arc::new(EntitySet { members, open })
    }

    fn remembered(&self, key: SetKey, make: impl FnOnce() -> Arc<EntitySet>) -> Arc<EntitySet> {
        if let Some(known) = self.sets.borrow().get(&key) {
            return known.clone();
        }
        let made = make();
        self.sets.borrow_mut().insert(key, made.clone());
        made
    }

    fn node(&self, uid: &str) -> Value {
        self.nodes.borrow().get(uid).cloned().unwrap_or_default()
    }
}

impl Completer for World<'_> {
    fn completed(&self, mut data: EntityData, scope: &dyn Scope) -> Entity {
        data.facts = self.node(&data.uid).get("facts").clone();
        data.norm = Value::Null;
        match self.catalog.resource_type(&data.type_id) {
            Some(of) => complete(data, of, self.demand, scope, self.maker),
            None => Arc::new(data),
        }
    }
}

impl Scope for World<'_> {
    fn root(&self, name: &str) -> Option<Val> {
        match name {
            "account" | "region" => {
                // Omitted means unknown; what is known without reading (`account.id`) is known all the same.
                let of = self.catalog.resource_type(&format!("aws.{name}"))?;
                let mut node = self.given.get(name).clone();
                if let Value::Map(map) = &mut node {
                    map.remove("id");
                    map.remove("name");
                }
                let set = self.remembered((name.into(), String::new()), || {
                    Arc::new(EntitySet::complete(vec![self.entity(of, &node, name)]))
                });
                set.members.first().and_then(|member| member.as_ref().ok()).cloned().map(Val::from)
            }
            "settings" => Some(Val::from(self.given.get("settings").clone())),
            "partition" => Some(Val::from(Value::from("aws"))),
            _ => None,
        }
    }

    fn refs(&self, from: &Entity, edge: &str) -> Arc<EntitySet> {
        let of = self.catalog.resource_type(&from.type_id);
        let to = of.and_then(|of| of.edge.iter().find(|found| &*found.name == edge)).map(|found| found.to.clone());
        self.remembered((from.uid.clone(), format!("refs/{edge}")), || {
            self.set(to, self.node(&from.uid).get("refs").get(edge), &format!("{}/refs/{edge}", from.uid))
        })
    }

    fn refs_in(&self, to: &Entity, edge: &str) -> Arc<EntitySet> {
        let sources = self.catalog.resource_types();
        let from = sources
            .filter(|of| of.edge.iter().any(|found| &*found.name == edge && found.to == to.type_id))
            .map(|of| of.id.clone())
            .next();
        self.remembered((to.uid.clone(), format!("refs_in/{edge}")), || {
            self.set(from, self.node(&to.uid).get("refs_in").get(edge), &format!("{}/refs_in/{edge}", to.uid))
        })
    }

    fn list(&self, type_id: &str, span: Span) -> Arc<EntitySet> {
        self.remembered(("list".into(), format!("{type_id}/{span:?}")), || {
            self.set(Some(type_id.into()), self.given.get("list").get(type_id), &format!("list/{type_id}"))
        })
    }

    fn now(&self) -> i64 {
        self.now
    }

    fn call(&self, name: &str, args: &[Val]) -> Option<Val> {
        self.maker.call(name, args)
    }
}
