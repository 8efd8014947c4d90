//! A scripted cloud and catalogue.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use catalog::{Call, ResourceType, Source};
use collect::{Answer, Caller, Ended, Event, Failure, Finished, Knowledge, Note, Pages, Request, Target};
use futures_util::future::BoxFuture;
use resource::{By, Coverage, Hole, HoleRecord, Path, Resource, Unit, UnitReport, Value, Why};
use tokio::sync::{mpsc, watch};

pub(crate) const ACCOUNT: &str = "111122223333";

pub(crate) fn json(text: &str) -> Value {
    Value::from_json(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

pub(crate) fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

/// Types and sources from texts in the format of their files.
#[derive(Default)]
pub(crate) struct Types {
    types: BTreeMap<Arc<str>, ResourceType>,
    sources: BTreeMap<Arc<str>, Source>,
    pages: BTreeMap<String, Vec<Path>>,
}

impl Types {
    pub(crate) fn of(texts: &[&str]) -> Self {
        let mut types = Types::default();
        for text in texts {
            let of: ResourceType = toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
            types.types.insert(of.id.clone(), of);
        }
        types
    }
    pub(crate) fn source(mut self, text: &str) -> Self {
        let source: Source = toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
        self.sources.insert(source.id.clone(), source);
        self
    }
    pub(crate) fn paged(mut self, call: &str, results: &[&str]) -> Self {
        self.pages.insert(call.to_owned(), results.iter().map(|text| path(text)).collect());
        self
    }
}

impl Knowledge for Types {
    fn resource_type(&self, id: &str) -> Option<&ResourceType> {
        self.types.get(id)
    }
    fn source(&self, id: &str) -> Option<&Source> {
        self.sources.get(id)
    }
    fn gives(&self, of: &ResourceType, index: usize) -> Vec<Path> {
        let get = &of.get[index];
        let mut base = get.per.clone().unwrap_or_default();
        if let Some(into) = &get.into {
            base = base.join(into);
        }
        if get.gives.is_empty() && get.into.is_some() {
            return vec![base];
        }
        get.gives.iter().map(|name| base.member(name)).collect()
    }
    fn permission(&self, call: &Call) -> Option<Arc<str>> {
        Some(format!("{call}!").into())
    }
    fn page_results(&self, call: &Call) -> Option<Vec<Path>> {
        self.pages.get(&call.to_string()).cloned()
    }
}

/// What the scripted cloud does when called.
#[derive(Clone)]
pub(crate) enum Reply {
    Pages(Vec<Result<Value, Failure>>),
    /// Never answers.
    Hang,
}

impl From<&str> for Reply {
    fn from(text: &str) -> Self {
        Reply::Pages(vec![Ok(json(text))])
    }
}
impl From<Failure> for Reply {
    fn from(failure: Failure) -> Self {
        Reply::Pages(vec![Err(failure)])
    }
}

pub(crate) fn pages(texts: &[&str]) -> Vec<Result<Value, Failure>> {
    texts.iter().map(|text| Ok(json(text))).collect()
}

pub(crate) fn failure(call: &str, code: &str, why: Why) -> Failure {
    let hole = Hole { by: (why == Why::Denied).then_some(By::Identity), ..Hole::new(why) };
    let hole = hole.call(call).permission(&format!("{call}!")).detail(code);
    Failure { code: code.to_owned(), alias: None, hole: Arc::new(hole), fatal: false, requests: 1 }
}

pub(crate) fn denied(call: &str) -> Failure {
    failure(call, "AccessDenied", Why::Denied)
}

struct Rule {
    call: String,
    with: Vec<(String, Value)>,
    replies: Mutex<VecDeque<Reply>>,
}

/// A cloud that answers by rules. The most specific rule wins; several replies are given one after another, the last
/// one for ever.
#[derive(Default)]
pub(crate) struct Script {
    rules: Vec<Rule>,
    elsewhere: HashSet<(String, String)>,
    called: Mutex<Vec<(String, String, String)>>,
    inflight: AtomicUsize,
    pub(crate) most_inflight: AtomicUsize,
    pub(crate) pages_served: AtomicUsize,
}

impl Script {
    pub(crate) fn new() -> Self {
        Script::default()
    }
    pub(crate) fn on(self, call: &str, reply: impl Into<Reply>) -> Self {
        self.with(call, "{}", reply)
    }
    pub(crate) fn with(self, call: &str, input: &str, reply: impl Into<Reply>) -> Self {
        self.replies(call, input, vec![reply.into()])
    }
    pub(crate) fn replies(mut self, call: &str, input: &str, replies: Vec<Reply>) -> Self {
        let Value::Map(map) = json(input) else { panic!("an input is an object") };
        let with: Vec<_> = map.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
        self.rules.push(Rule { call: call.to_owned(), with, replies: Mutex::new(replies.into()) });
        self.rules.sort_by_key(|rule| std::cmp::Reverse(rule.with.len()));
        self
    }
    pub(crate) fn not_offered(mut self, service: &str, region: &str) -> Self {
        self.elsewhere.insert((service.to_owned(), region.to_owned()));
        self
    }
    /// Calls made: (call, region, input).
    pub(crate) fn called(&self) -> Vec<(String, String, String)> {
        self.called.lock().unwrap().clone()
    }
    pub(crate) fn count(&self, call: &str) -> usize {
        self.called().iter().filter(|(name, ..)| name == call).count()
    }
    fn reply(&self, target: &Target, input: &Value) -> Reply {
        let call = format!("{}:{}", target.service, target.operation);
        self.called.lock().unwrap().push((call.clone(), target.region.to_string(), input.to_json()));
        let fits = |rule: &&Rule| {
            let region = Value::from(&*target.region);
            let fits = |(name, value): &(String, Value)| {
                if name == "@region" { *value == region } else { input.get(name) == value }
            };
            rule.call == call && rule.with.iter().all(fits)
        };
        let Some(rule) = self.rules.iter().find(fits) else { panic!("no reply to {call} {}", input.to_json()) };
        let mut replies = rule.replies.lock().unwrap();
        if replies.len() > 1 { replies.pop_front().unwrap() } else { replies.front().unwrap().clone() }
    }
    async fn busy(&self) {
        let now = self.inflight.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_inflight.fetch_max(now, Ordering::SeqCst);
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        self.inflight.fetch_sub(1, Ordering::SeqCst);
    }
}

fn answer(output: Value) -> Answer {
    Answer { output, requests: 1 }
}

/// A shared script, so that tests can look at it afterwards.
#[derive(Clone)]
pub(crate) struct Cloud(pub(crate) Arc<Script>);

impl Caller for Cloud {
    fn call<'a>(&'a self, target: &'a Target, input: &'a Value) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let reply = self.0.reply(target, input);
            self.0.busy().await;
            match reply {
                Reply::Hang => std::future::pending().await,
                Reply::Pages(pages) => pages.into_iter().next().unwrap().map(answer),
            }
        })
    }
    fn pages(&self, target: Target, input: Value) -> Box<dyn Pages> {
        Box::new(Scripted { cloud: self.clone(), target, input, left: None })
    }
    fn offered(&self, service: &str, region: &str) -> bool {
        !self.0.elsewhere.contains(&(service.to_owned(), region.to_owned()))
    }
    fn global_region(&self, service: &str) -> Option<Arc<str>> {
        (service == "iam").then(|| "us-east-1".into())
    }
}

struct Scripted {
    cloud: Cloud,
    target: Target,
    input: Value,
    left: Option<VecDeque<Result<Value, Failure>>>,
}

impl Pages for Scripted {
    fn next(&mut self) -> BoxFuture<'_, Option<Result<Answer, Failure>>> {
        Box::pin(async move {
            if self.left.is_none() {
                let reply = self.cloud.0.reply(&self.target, &self.input);
                match reply {
                    Reply::Hang => std::future::pending::<()>().await,
                    Reply::Pages(pages) => self.left = Some(pages.into()),
                }
            }
            self.cloud.0.busy().await;
            let page = self.left.as_mut()?.pop_front()?;
            self.cloud.0.pages_served.fetch_add(1, Ordering::SeqCst);
            Some(page.map(answer))
        })
    }
}

/// Everything that a collection reported.
#[derive(Debug)]
pub(crate) struct Collected {
    pub(crate) ended: Ended,
    pub(crate) resources: BTreeMap<String, Resource>,
    pub(crate) emitted: usize,
    pub(crate) reports: BTreeMap<(String, String), UnitReport>,
    pub(crate) notes: Vec<Note>,
}

impl Collected {
    pub(crate) fn resource(&self, uid: &str) -> &Resource {
        self.resources.get(uid).unwrap_or_else(|| panic!("no {uid} among {:?}", self.resources.keys()))
    }
    pub(crate) fn document(&self, uid: &str) -> String {
        self.resource(uid).document.to_json()
    }
    /// The document with its own and its unit's holes laid over.
    pub(crate) fn seen(&self, uid: &str) -> Value {
        let found = self.resource(uid);
        let mut document = found.document.clone();
        let report = self.report(&found.unit.type_id, &found.unit.region);
        for record in report.not_collected.iter().chain(&found.holes) {
            record.lay_over(&mut document);
        }
        document
    }
    pub(crate) fn report(&self, type_id: &str, region: &str) -> &UnitReport {
        self.reports.get(&(type_id.to_owned(), region.to_owned())).unwrap_or_else(|| panic!("no report of {type_id}"))
    }
    pub(crate) fn incomplete(&self, type_id: &str, region: &str) -> Option<Why> {
        self.report(type_id, region).coverage.hole().map(|hole| hole.why)
    }
    pub(crate) fn uids(&self) -> Vec<&str> {
        self.resources.keys().map(String::as_str).collect()
    }
}

/// The holes of a resource: member → reason.
pub(crate) fn holes(found: &Resource) -> Vec<(String, Why)> {
    let of = |record: &HoleRecord| {
        let why = record.hole.why;
        record.members.iter().map(move |member| (member.to_string(), why)).collect::<Vec<_>>()
    };
    found.holes.iter().flat_map(of).collect()
}

pub(crate) struct Setup {
    pub(crate) request: Request,
    pub(crate) script: Arc<Script>,
    pub(crate) stop: watch::Sender<bool>,
}

/// A request over every detail of every type, in two regions.
pub(crate) fn setup(types: Types, script: Script) -> Setup {
    let demand = types.types.iter().map(|(id, of)| (id.clone(), (0..of.get.len()).collect())).collect();
    let script = Arc::new(script);
    let (stop, cancel) = watch::channel(false);
    let request = Request {
        knowledge: Arc::new(types),
        caller: Arc::new(Cloud(script.clone())),
        cloud: "aws".into(),
        partition: "aws".into(),
        account: ACCOUNT.into(),
        home_region: "eu-west-1".into(),
        regions: vec!["eu-west-1".into()],
        demand: Arc::new(demand),
        finished: Arc::new(HashSet::new()),
        concurrency: 8,
        cancel,
    };
    Setup { request, script, stop }
}

impl Setup {
    pub(crate) fn regions(mut self, regions: &[&str]) -> Self {
        self.request.regions = regions.iter().map(|&region| region.into()).collect();
        self
    }
    pub(crate) fn demand(mut self, type_id: &str, gets: &[usize]) -> Self {
        let mut demand = (*self.request.demand).clone();
        demand.insert(type_id.into(), gets.iter().copied().collect());
        self.request.demand = Arc::new(demand);
        self
    }
    pub(crate) fn only(mut self, type_id: &str, gets: &[usize]) -> Self {
        let gets: BTreeSet<usize> = gets.iter().copied().collect();
        self.request.demand = Arc::new([(type_id.into(), gets)].into());
        self
    }
    pub(crate) fn finished(mut self, finished: impl Finished) -> Self {
        self.request.finished = Arc::new(finished);
        self
    }
    pub(crate) fn concurrency(mut self, concurrency: usize) -> Self {
        self.request.concurrency = concurrency;
        self
    }
    pub(crate) async fn run(&self) -> Collected {
        self.run_watching(|_| {}).await
    }
    /// Runs, showing each event before it is kept.
    pub(crate) async fn run_watching(&self, mut watch: impl FnMut(&Event)) -> Collected {
        let (sender, mut events) = mpsc::channel(4);
        let running = tokio::spawn(collect::collect(self.request.clone(), sender));
        let mut collected = Collected {
            ended: Ended::Finished,
            resources: BTreeMap::new(),
            emitted: 0,
            reports: BTreeMap::new(),
            notes: Vec::new(),
        };
        while let Some(event) = events.recv().await {
            watch(&event);
            match event {
                Event::Resource(found) => {
                    assert!(found.document.first_hole().is_none(), "documents hold known values only: {found:?}");
                    collected.emitted += 1;
                    collected.resources.insert(found.uid.to_string(), *found);
                }
                Event::UnitFinished(report) => {
                    let key = (report.unit.type_id.to_string(), report.unit.region.to_string());
                    assert!(collected.reports.insert(key, report).is_none(), "a unit is reported once");
                }
                Event::Note(note) => collected.notes.push(note),
                Event::UnitStarted(_) | Event::Listed { .. } => {}
            }
        }
        match running.await {
            Ok(ended) => collected.ended = ended.unwrap_or_else(|error| panic!("{error}")),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
        collected
    }
}

pub(crate) async fn run(types: Types, script: Script) -> Collected {
    setup(types, script).run().await
}

pub(crate) fn unit(type_id: &str, region: &str) -> Unit {
    Unit { cloud: "aws".into(), account: ACCOUNT.into(), region: region.into(), type_id: type_id.into() }
}

pub(crate) fn is_complete(report: &UnitReport) -> bool {
    report.coverage == Coverage::Complete
}
