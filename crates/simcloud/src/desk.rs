//! One request from its first byte to its answer: who asks, what, which fault it meets, what the documents say.

mod faults;
mod identify;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use catalog::api::wire::{self, Request, Response};
use jiff::Timestamp;
use resource::{Map, Value};

use crate::answer::Clerk;
use crate::auth::{Caller, Credentials};
use crate::builtin;
use crate::fault::{self, Fault, FaultKind, Style};
use crate::log::{CallKey, Entry, Log, Outcome};
use crate::rules::{Buckets, Identity, Rules, Subject, hash_of};
use crate::s3;
use crate::world::{Ask, Found, World};

/// What goes back to the client.
#[derive(Debug)]
pub(crate) struct Reply {
    pub response: Response,
    pub wait: Duration,
    pub trouble: Option<Trouble>,
}

/// What happens to an answer on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Half of the body, then the connection ends.
    Cut,
    /// The connection ends without an answer.
    Reset,
}

/// The simulator without its sockets.
pub(crate) struct Desk {
    pub world: World,
    pub log: Log,
    credentials: Credentials,
    rules: RwLock<Arc<Rules>>,
    buckets: Mutex<Buckets>,
    attempts: Mutex<HashMap<u64, u32>>,
    vanished: Mutex<HashSet<u32>>,
    /// How often each account asked for its credential report to be made.
    reports: Mutex<HashMap<Arc<str>, u32>>,
    request: AtomicU64,
}

/// A request that has been understood, and the answer's fate so far.
struct Case<'w> {
    ask: Ask<'w>,
    caller: Caller,
    identity: Identity,
    found: Found<'w>,
    resource: Option<Arc<str>>,
}

impl Desk {
    pub(crate) fn new(world: World, rules: Rules, log: Log) -> Desk {
        Desk {
            credentials: Credentials::new(&world.settings),
            world,
            log,
            rules: RwLock::new(Arc::new(rules)),
            buckets: Mutex::default(),
            attempts: Mutex::default(),
            vanished: Mutex::default(),
            reports: Mutex::default(),
            request: AtomicU64::new(1),
        }
    }

    /// Other rules from now on; attempts, rates and vanished resources start anew.
    pub(crate) fn set_rules(&self, rules: Rules) {
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
        *lock(&self.buckets) = Buckets::default();
        lock(&self.attempts).clear();
        lock(&self.vanished).clear();
    }

    pub(crate) fn rules(&self) -> Arc<Rules> {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The simulator's clock.
    pub(crate) fn now(&self, rules: &Rules) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(rules.skew).unwrap_or(now)
    }

    fn request_id(&self) -> String {
        let number = self.request.fetch_add(1, Ordering::Relaxed);
        format!("{:08x}-0000-4000-8000-{number:012x}", hash_of(&number) as u32)
    }

    /// Answers a request.
    pub(crate) fn answer(&self, request: &Request) -> Reply {
        let rules = self.rules();
        let now = self.now(&rules);
        let id = self.request_id();
        let mut reply = match self.identify(request, &rules, now) {
            Ok(case) => self.serve(&case, &rules, now, &id),
            Err(refusal) => Reply { response: refusal.response(&id), wait: Duration::ZERO, trouble: None },
        };
        reply.response.headers.push(("date".to_owned(), http_date(now)));
        reply
    }

    fn serve(&self, case: &Case<'_>, rules: &Rules, now: Timestamp, id: &str) -> Reply {
        let actions = &case.ask.plan.actions;
        let subject = Subject {
            call: &case.ask.plan.call,
            actions,
            account: &case.ask.account,
            region: &case.ask.region,
            resource: case.resource.as_deref(),
        };
        let style = Style::of(&case.ask.plan.model);
        let mut fate = faults::Fate::of(rules, &subject, case, style, &mut lock(&self.buckets));
        let answer = match fate.fault.take() {
            Some(fault) => Err(fault),
            None => self.document(case, rules, now),
        };
        let answer = answer.and_then(|mut output| {
            if rules.shuffle {
                faults::shuffle(&mut output, case);
            }
            let plan = case.ask.plan;
            wire::encode_response(&plan.model, &plan.operation, &output, id)
                .map_err(|error| Fault::new(FaultKind::Failed, 500, "InternalFailure", error.to_string()))
        });
        self.note(case, &answer, fate.trouble);
        let response = match answer {
            Ok(response) => response,
            Err(fault) => error_response(&case.ask.plan.model, &fault, id),
        };
        Reply { response, wait: fate.wait, trouble: fate.trouble }
    }

    /// What the documents say.
    fn document(&self, case: &Case<'_>, rules: &Rules, now: Timestamp) -> Result<Value, Fault> {
        let ask = &case.ask;
        let style = Style::of(&ask.plan.model);
        let vanished = |document: u32| !rules.vanish.is_empty() && lock(&self.vanished).contains(&document);
        let clerk = Clerk { world: &self.world, caller: &case.caller, page_size: rules.page_size, vanished: &vanished };
        match &case.found {
            Found::BuiltIn => {
                let desk =
                    builtin::Desk { world: &self.world, credentials: &self.credentials, caller: &case.caller, now };
                desk.answer(ask)
            }
            Found::Prepare => Ok(self.prepare(&ask.account)),
            Found::List(entries) => {
                let mut listed = Vec::new();
                let output = clerk.list(ask, entries, &mut |document| listed.push(document))?;
                self.vanish(rules, &listed);
                Ok(output)
            }
            Found::Blob { take, value } => self.blob(ask, take, value, now),
            Found::Get(hits) => clerk.get(ask, hits),
            Found::Batch { of, ids } => clerk.batch(ask, of, ids),
            Found::Missing(of) => Err(clerk.no_such(ask, &of.gone)),
            Found::NoParent => Err(clerk.no_such(ask, &[])),
            Found::Unsupported(what) => Err(fault::unsupported(style, what)),
        }
    }

    /// Marks what disappears now that it has been listed.
    fn vanish(&self, rules: &Rules, listed: &[u32]) {
        for rule in &rules.vanish {
            for &document in listed {
                let uid = self.world.uid(document);
                if rule.resource.matches(uid) && crate::rules::fraction(hash_of(&(rules.seed, &**uid))) < rule.chance {
                    lock(&self.vanished).insert(document);
                }
            }
        }
    }

    /// A credential report is started by the first request and there at the second (IAM API Reference,
    /// GenerateCredentialReport).
    fn prepare(&self, account: &Arc<str>) -> Value {
        let mut reports = lock(&self.reports);
        let asked = reports.entry(account.clone()).or_default();
        *asked += 1;
        let (state, words) = match asked {
            1 => ("STARTED", "No report exists. Starting a new report generation task"),
            _ => ("COMPLETE", ""),
        };
        let members = [("State", state), ("Description", words)];
        Value::map(members.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name, text.into())))
    }

    fn blob(&self, ask: &Ask<'_>, take: &resource::Path, value: &Value, now: Timestamp) -> Result<Value, Fault> {
        match lock(&self.reports).get(&ask.account) {
            None => Err(Fault::new(FaultKind::Absent, 410, "ReportNotPresent", "No report has been generated.")),
            Some(1) => Err(Fault::new(FaultKind::Absent, 404, "ReportInProgress", "The report is being generated.")),
            Some(_) => {
                let mut output = Value::Map(Map::new());
                crate::project::place(&mut output, take.segments(), value.clone());
                let time = Value::from(now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
                output.merge(Value::map([("ReportFormat", Value::from("text/csv")), ("GeneratedTime", time)]));
                Ok(output)
            }
        }
    }

    fn note(&self, case: &Case<'_>, answer: &Result<Response, Fault>, trouble: Option<Trouble>) {
        let outcome = match (answer, trouble) {
            (_, Some(_)) => Outcome::Broken,
            (Ok(_), None) => Outcome::Answered,
            (Err(fault), None) => Outcome::Fault(fault.kind),
        };
        let ask = &case.ask;
        let call = CallKey {
            account: ask.account.clone(),
            region: ask.region.clone(),
            service: ask.plan.model.name.clone(),
            operation: ask.plan.operation.name.clone(),
        };
        self.log.count(&call, outcome);
        if self.log.is_detailed() {
            self.log.keep(Entry {
                call,
                resource: case.resource.clone(),
                input: ask.input.to_json(),
                attempt: case.identity.attempt,
                status: match (answer, trouble) {
                    (_, Some(Trouble::Reset)) => 0,
                    (Ok(response), _) => response.status,
                    (Err(fault), _) => fault.status,
                },
                code: answer.as_ref().err().map(|fault| fault.code.clone()),
                cut: trouble == Some(Trouble::Cut),
            });
        }
    }

    /// How often the same was asked before; 0 when no rule or log wants to know.
    fn attempt(&self, rules: &Rules, request: u64) -> u32 {
        if !rules.counts_attempts() && !self.log.is_detailed() {
            return 0;
        }
        let mut attempts = lock(&self.attempts);
        let count = attempts.entry(request).or_default();
        *count += 1;
        *count - 1
    }
}

pub(crate) fn error_response(model: &catalog::api::ServiceModel, fault: &Fault, id: &str) -> Response {
    let mut response = wire::encode_error(model, &fault.code, &fault.message, fault.status, id);
    s3::add_detail(&mut response, fault);
    response.headers.extend(fault.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    response
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Clients correct their clocks by this header.
fn http_date(now: Timestamp) -> String {
    now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
