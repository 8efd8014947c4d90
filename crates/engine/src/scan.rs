//! A scan from credentials to verdicts.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use catalog::{Catalog, Check, Demand};
use cloud::{AwsClient, AwsOptions, Keys, Role};
use collect::{AwsCaller, Ended, Estimate, Request};
use resource::{Hole, Severity, Unit, Value};
use serde_json::json;
use store::{CheckEntry, ScanEnd, ScanOptions, ScanState, Store, TargetRule, Writer};
use tokio::sync::{mpsc, watch};

use crate::account::{self, AccountScope};
use crate::error::ScanError;
use crate::evaluate::Evaluation;
use crate::facts::Facts;
use crate::meter::{Meter, Traffic};
use crate::summary::{ScanSummary, Tally, Undecided, grouped};
use crate::world::World;
use crate::writing::{Written, write_events};

/// What to scan and how.
pub struct ScanRequest {
    /// The catalogue.
    pub catalog: Arc<Catalog>,
    /// Where to keep what is read.
    pub store: Store,
    /// The enabled checks.
    pub checks: Vec<Arc<Check>>,
    /// Regions wanted; empty means every enabled one.
    pub regions: Vec<String>,
    /// The named profile; `None` follows the chain.
    pub profile: Option<String>,
    /// Roles to assume, one after the other.
    pub roles: Vec<Role>,
    /// One address for every service and the keys for it, a simulator's; `None` follows the environment.
    pub simulated: Option<(String, Keys)>,
    /// Calls a second, at most, per (account, region, API).
    pub max_rate: Option<f64>,
    /// Calls in flight, at most.
    pub concurrency: usize,
    /// Time for the whole reading.
    pub time_limit: Option<Duration>,
    /// Goes on with the last unfinished scan.
    pub resume: bool,
    /// Reads the tags of what is listed although no check needs them.
    pub tags: bool,
    /// Lists every type of the catalogue, not only what the checks need.
    pub inventory: bool,
    /// The user's settings (`trusted_accounts`, `own_organisations` …).
    pub settings: Value,
}

impl ScanRequest {
    /// A scan with every check of the catalogue and the standard credential chain.
    pub fn new(catalog: Arc<Catalog>, store: Store) -> Self {
        let checks = catalog.checks().cloned().collect();
        ScanRequest {
            catalog,
            store,
            checks,
            regions: Vec::new(),
            profile: None,
            roles: Vec::new(),
            simulated: None,
            max_rate: None,
            concurrency: 64,
            time_limit: None,
            resume: false,
            tags: false,
            inventory: false,
            settings: Value::map::<&str>([]),
        }
    }

    fn demand(&self) -> Demand {
        let demand = Demand::of(&self.catalog, &self.checks);
        let demand = if self.inventory { demand.with_listings(&self.catalog) } else { demand };
        if self.tags { demand.with_tags(&self.catalog) } else { demand }
    }

    /// What must be the same for a scan to be resumed.
    fn identity(&self, scope: &AccountScope) -> serde_json::Value {
        json!({
            "scope": scope.to_json(),
            "checks": self.checks.iter().map(|check| &*check.id).collect::<Vec<_>>(),
            "tags": self.tags,
            "inventory": self.inventory,
        })
    }
}

/// A cancel signal that never comes.
pub fn never() -> watch::Receiver<bool> {
    watch::channel(false).1
}

/// Estimates the calls of a scan without making them, but for those that find the account and its regions.
///
/// # Errors
/// As [`scan`].
pub async fn plan(request: &ScanRequest) -> Result<(AccountScope, Estimate), ScanError> {
    let client = connect(request).await?;
    let scope = account::resolve(&client, &request.regions).await?;
    let collect = collect_request(request, &client, &scope, &request.demand(), HashSet::new(), never());
    Ok((scope, collect::estimate(&collect)?))
}

/// Scans an account: reads what the enabled checks need, keeps it, judges it.
///
/// # Errors
/// When nothing could be read (credentials, region, connection) or the store fails. Everything else is a hole in the
/// summary.
pub async fn scan(
    request: ScanRequest,
    meter: Arc<Meter>,
    cancel: watch::Receiver<bool>,
) -> Result<ScanSummary, ScanError> {
    let began = jiff::Timestamp::now();
    meter.enter("connecting");
    let client = connect(&request).await?;
    let scope = account::resolve(&client, &request.regions).await?;
    let (writer, finished) = open_scan(&request, &scope)?;
    let demand = request.demand();
    meter.begin(heading(&request, &scope, &writer), count_traffic(&client));

    meter.enter("reading");
    let ended = read(&request, &client, &scope, &demand, finished, (&writer, &meter, cancel)).await?;
    let (cancelled, stopped) = match ended.1 {
        Ended::Finished => (false, None),
        Ended::Cancelled => (true, None),
        Ended::Credentials(hole) => (false, Some(hole)),
    };
    let counters = client.counters();
    let mut summary = ScanSummary {
        id: writer.scan().to_string(),
        scope: scope.clone(),
        cancelled,
        stopped,
        resources: ended.0.resources,
        units: ended.0.units,
        calls: counters.values().map(|count| count.calls).sum(),
        requests: counters.values().map(|count| count.requests).sum(),
        throttles: counters.values().map(|count| count.throttles).sum(),
        counts: Default::default(),
        failures: BTreeMap::new(),
        worst: Vec::new(),
        undecided: Vec::new(),
        elapsed: 0,
    };
    let judged = tokio::task::spawn_blocking(move || {
        let tally = judge(&request, &scope, &demand, &writer, &meter)?;
        complete_summary(&request, &mut summary, tally, began)?;
        let end = if summary.cancelled || summary.stopped.is_some() { ScanEnd::Cancelled } else { ScanEnd::Finished };
        writer.finish_scan(end, &summary.to_json())?;
        meter.enter("done");
        Ok::<_, ScanError>(summary)
    });
    judged.await.map_err(|error| ScanError::Internal(error.to_string()))?
}

fn heading(request: &ScanRequest, scope: &AccountScope, writer: &Writer) -> String {
    let (regions, checks) = (scope.regions.scanned.len(), request.checks.len());
    format!("aws  {} · {regions} regions · {checks} checks   scan {}", scope.account, writer.scan())
}

fn count_traffic(client: &AwsClient) -> Box<dyn Fn() -> Traffic + Send + Sync> {
    let client = client.clone();
    Box::new(move || {
        let counters = client.counters();
        Traffic {
            requests: counters.values().map(|count| count.requests).sum(),
            throttles: counters.values().map(|count| count.throttles).sum(),
        }
    })
}

async fn connect(request: &ScanRequest) -> Result<AwsClient, ScanError> {
    let mut options = AwsOptions { profile: request.profile.clone(), max_rate: request.max_rate, ..Default::default() };
    // A region that the table does not know may be new or a slip: the account's own list decides, asked elsewhere.
    let endpoints = request.catalog.api().endpoints().map_err(cloud::ConnectError::from)?;
    let listed =
        |name: &&String| endpoints.partition_of(name).is_some_and(|p| p.regions.iter().any(|one| **one == ***name));
    options.region = request.regions.iter().find(listed).cloned();
    options.roles = request.roles.clone();
    (options.endpoint_url, options.keys) = request.simulated.clone().unzip();
    options.scan_limit = request.time_limit;
    Ok(AwsClient::connect(request.catalog.api().clone(), options).await?)
}

/// Begins a scan, or takes up the unfinished one.
fn open_scan(request: &ScanRequest, scope: &AccountScope) -> Result<(Writer, HashSet<Unit>), ScanError> {
    let options = request.identity(scope);
    if !request.resume {
        let scan = ScanOptions { catalog_version: request.catalog.version(), options };
        return Ok((request.store.begin_scan(&scan)?, HashSet::new()));
    }
    let ScanState { id, catalog_version, options: begun, finished_units, .. } =
        request.store.unfinished(None)?.ok_or(ScanError::NothingToResume)?;
    if catalog_version != request.catalog.version() || begun != options {
        return Err(ScanError::ResumeDiffers(id.to_string()));
    }
    // A unit that was left incomplete is read again: what failed may work now.
    let finished = finished_units.into_iter().filter(|unit| unit.coverage.hole().is_none()).map(|unit| unit.unit);
    Ok((request.store.resume(&id)?, finished.collect()))
}

fn collect_request(
    request: &ScanRequest,
    client: &AwsClient,
    scope: &AccountScope,
    demand: &Demand,
    finished: HashSet<Unit>,
    cancel: watch::Receiver<bool>,
) -> Request {
    Request {
        knowledge: request.catalog.clone(),
        caller: Arc::new(AwsCaller::new(client.clone(), request.catalog.api().clone(), &scope.partition)),
        cloud: "aws".into(),
        partition: scope.partition.clone(),
        account: scope.account.clone(),
        home_region: client.home_region().into(),
        regions: scope.regions.scanned.clone(),
        demand: Arc::new(demand.types.clone()),
        finished: Arc::new(finished),
        concurrency: request.concurrency,
        cancel,
    }
}

async fn read(
    request: &ScanRequest,
    client: &AwsClient,
    scope: &AccountScope,
    demand: &Demand,
    finished: HashSet<Unit>,
    (writer, meter, cancel): (&Writer, &Arc<Meter>, watch::Receiver<bool>),
) -> Result<(Written, Ended), ScanError> {
    let collect = collect_request(request, client, scope, demand, finished, cancel);
    let units = collect::units(&collect)?;
    meter.units.store(units.len() as u64, Ordering::Relaxed);
    for unit in &units {
        meter.service(&unit.type_id, |service| service.units += 1);
    }
    let (events, received) = mpsc::channel(1024);
    let (catalog, writing, counting) = (request.catalog.clone(), writer.clone(), meter.clone());
    let written = tokio::task::spawn_blocking(move || write_events(&catalog, &writing, &counting, received));
    let ended = collect::collect(collect, events).await;
    let written = written.await.map_err(|error| ScanError::Internal(error.to_string()))??;
    Ok((written, ended?))
}

fn judge(
    request: &ScanRequest,
    scope: &AccountScope,
    demand: &Demand,
    writer: &Writer,
    meter: &Meter,
) -> Result<Tally, ScanError> {
    meter.enter("joining");
    let catalog = request.catalog.clone();
    // Of every check, enabled or not: what a check found that is no longer in the catalogue ends.
    writer.catalogue(&request.catalog.checks().map(|check| check.id.clone()).collect::<Vec<_>>())?;
    writer.checks(&request.checks.iter().map(|check| entry(check)).collect::<Vec<_>>())?;
    writer.join_edges(Arc::new(move |type_id: &str| target_rule(&catalog, type_id)))?;

    meter.enter("judging");
    let maker = Facts::new(request.catalog.clone(), request.settings.clone(), &scope.partition);
    let (reader, rows) = (request.store.reader()?, request.store.reader()?);
    let now = jiff::Timestamp::now().as_microsecond();
    let settings = request.settings.clone();
    let world = World::load(&request.catalog, demand, &maker, &reader, [scope.clone()], settings, now)?;
    let evaluation = Evaluation {
        catalog: &request.catalog,
        checks: &request.checks,
        account: &scope.account,
        world: &world,
        reader: &rows,
        writer,
        meter,
    };
    let tally = evaluation.run()?;
    writer.flush()?;
    Ok(tally)
}

fn entry(check: &Check) -> CheckEntry {
    CheckEntry {
        id: check.id.clone(),
        first_id: check.first_id().clone(),
        title: check.title.clone(),
        objective: check.objective.to_string(),
        severity: check.severity,
        frameworks: Vec::new(),
    }
}

fn target_rule(catalog: &Catalog, type_id: &str) -> TargetRule {
    let of = catalog.resource_type(type_id);
    TargetRule {
        namespace: match of.map(|of| of.namespace) {
            Some(catalog::Namespace::Partition) => store::Namespace::Partition,
            _ => store::Namespace::Unit,
        },
        scope: match of.map(|of| of.scope) {
            Some(catalog::Scope::Region) => store::Scope::Region,
            _ => store::Scope::Account,
        },
        key_members: of.map(collect::key_members).unwrap_or_default(),
    }
}

/// Adds verdicts and holes: what was denied or failed, how much of the inventory it hides, which checks it stops.
fn complete_summary(
    request: &ScanRequest,
    summary: &mut ScanSummary,
    tally: Tally,
    began: jiff::Timestamp,
) -> Result<(), ScanError> {
    let mut found: BTreeMap<Hole, Undecided> = BTreeMap::new();
    let empty = |hole: &Hole| Undecided {
        hole: hole.clone(),
        resources: 0,
        units: 0,
        regions: BTreeSet::new(),
        checks: BTreeSet::new(),
    };
    let reader = request.store.reader()?;
    let filter = store::HoleFilter { account: Some(summary.scope.account.to_string()), ..Default::default() };
    for stored in reader.holes(&filter)?.into_iter().filter(|one| one.record.hole.why.is_coverage_hole()) {
        let key = grouped(&stored.record.hole);
        let one = found.entry(key.clone()).or_insert_with(|| empty(&key));
        one.resources += u64::from(stored.record.resource.is_some());
        one.regions.extend((!stored.unit.region.is_empty()).then_some(stored.unit.region));
    }
    for unit in reader.coverage(None)?.into_iter().filter(|unit| unit.unit.account == summary.scope.account) {
        if let Some(hole) = unit.coverage.hole() {
            let key = grouped(hole);
            let one = found.entry(key.clone()).or_insert_with(|| empty(&key));
            one.units += 1;
            one.regions.extend((!unit.unit.region.is_empty()).then_some(unit.unit.region));
        }
    }
    // Regions that nobody could name may hold anything.
    if let Err(hole) = &summary.scope.regions.enabled {
        let key = grouped(hole);
        found.entry(key.clone()).or_insert_with(|| empty(&key));
    }
    for (hole, checks) in tally.undecided {
        found.entry(hole.clone()).or_insert_with(|| empty(&hole)).checks.extend(checks);
    }
    summary.undecided = found.into_values().collect();
    summary.undecided.sort_by_key(|one| (!one.hole.why.is_coverage_hole(), std::cmp::Reverse(one.checks.len())));
    summary.counts = tally.counts;
    summary.failures = Severity::ALL.into_iter().map(|severity| (severity, 0)).collect();
    summary.failures.extend(tally.failures);
    summary.worst = tally.worst;
    summary.elapsed = jiff::Timestamp::now().as_microsecond() - began.as_microsecond();
    Ok(())
}
