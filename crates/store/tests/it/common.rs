//! A small language for scans.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use resource::{
    Coverage, Hole, HoleRecord, Outcome, Path, Reference, Resource, Severity, Unit, UnitReport, Value, Verdict, Why,
};
use store::{
    CheckEntry, Namespace, ResourceRules, ScanEnd, ScanOptions, Scope, Store, SubjectVerdicts, TargetRule, Writer,
};

/// A store in memory whose clock moves only when told.
pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) time: Arc<AtomicI64>,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        Bench::at(":memory:")
    }

    pub(crate) fn at(location: &str) -> Bench {
        let time = Arc::new(AtomicI64::new(1_000_000));
        let clock = time.clone();
        let store = Store::open(location).unwrap().with_clock(Arc::new(move || clock.load(Ordering::SeqCst)));
        Bench { store, time }
    }

    pub(crate) fn pass_time(&self, micros: i64) -> i64 {
        self.time.fetch_add(micros, Ordering::SeqCst) + micros
    }

    /// One whole scan.
    pub(crate) fn scan(&self, work: impl FnOnce(&Writer)) {
        self.pass_time(1_000_000);
        let writer = self.store.begin_scan(&options("1")).unwrap();
        work(&writer);
        writer.finish_scan(ScanEnd::Finished, &serde_json::Value::Null).unwrap();
    }

    /// A number that the database gives; for what no reader shows yet.
    pub(crate) fn number(&self, path: &std::path::Path, sql: &str) -> i64 {
        raw(path).query_row(sql, [], |row| row.get(0)).unwrap()
    }
}

/// The database itself, to look at it or to damage it.
pub(crate) fn raw(path: &std::path::Path) -> rusqlite::Connection {
    rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap()
}

pub(crate) fn options(catalog_version: &str) -> ScanOptions {
    ScanOptions { catalog_version: catalog_version.to_owned(), options: serde_json::json!({ "regions": ["r1"] }) }
}

pub(crate) fn unit(account: &str, region: &str, type_id: &str) -> Unit {
    Unit { cloud: "aws".into(), account: account.into(), region: region.into(), type_id: type_id.into() }
}

pub(crate) fn resource(unit: &Unit, uid: &str, document: &str) -> Resource {
    Resource {
        uid: uid.into(),
        unit: unit.clone(),
        owner: None,
        region: unit.region.clone(),
        name: uid.rsplit([':', '/']).next().unwrap().to_owned(),
        tags: BTreeMap::new(),
        keys: vec![],
        references: vec![],
        document: Value::from_json(document).unwrap(),
        holes: vec![],
    }
}

pub(crate) fn reference(edge: &str, to: &str, target: &str) -> Reference {
    Reference { edge: edge.into(), to: to.into(), target: Ok(target.into()) }
}

pub(crate) fn denied(call: &str) -> Arc<Hole> {
    Arc::new(Hole::new(Why::Denied).call(call).permission(call))
}

pub(crate) fn hole(resource: Option<&str>, members: &[&str], hole: Arc<Hole>) -> HoleRecord {
    let members = members.iter().map(|member| Path::parse(member).unwrap()).collect();
    HoleRecord { resource: resource.map(Into::into), members, partial: false, hole }
}

pub(crate) fn not_collected(members: &[&str]) -> HoleRecord {
    hole(None, members, Arc::new(Hole::new(Why::NotCollected).call("s3:GetSomething")))
}

pub(crate) fn report(unit: &Unit, coverage: Coverage) -> UnitReport {
    UnitReport { unit: unit.clone(), coverage, resources: 0, requests: 1, not_collected: vec![] }
}

/// A whole unit, complete.
pub(crate) fn complete(writer: &Writer, unit: &Unit, resources: impl IntoIterator<Item = Resource>) {
    with(writer, resources, &report(unit, Coverage::Complete));
}

/// A whole unit whose listing broke off.
pub(crate) fn broken(writer: &Writer, unit: &Unit, resources: impl IntoIterator<Item = Resource>) {
    with(writer, resources, &report(unit, Coverage::Incomplete(denied("s3:ListBuckets"))));
}

pub(crate) fn with(writer: &Writer, resources: impl IntoIterator<Item = Resource>, report: &UnitReport) {
    writer.unit_started(&report.unit).unwrap();
    for resource in resources {
        writer.resource(Box::new(resource), &Arc::default()).unwrap();
    }
    writer.unit_finished(report).unwrap();
}

pub(crate) fn rules(volatile: &[&str], ordered: &[&str]) -> Arc<ResourceRules> {
    let owned = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
    Arc::new(ResourceRules::new(&owned(volatile), &owned(ordered)).unwrap())
}

/// Buckets are account-wide with names of the whole partition, keys are regional, everything else account-wide.
pub(crate) fn join(writer: &Writer) -> store::JoinReport {
    let rule = |type_id: &str| match type_id {
        "aws.s3.bucket" => {
            TargetRule { namespace: Namespace::Partition, scope: Scope::Account, key_members: Vec::new() }
        }
        "aws.kms.key" => TargetRule {
            namespace: Namespace::Unit,
            scope: Scope::Region,
            key_members: vec![resource::Path::parse("Aliases").expect("a path")],
        },
        _ => TargetRule { namespace: Namespace::Unit, scope: Scope::Account, key_members: Vec::new() },
    };
    writer.join_edges(Arc::new(rule)).unwrap()
}

pub(crate) fn check(id: &str) -> CheckEntry {
    CheckEntry {
        id: id.into(),
        first_id: id.into(),
        title: format!("title of {id}"),
        objective: "storage.public-access".to_owned(),
        severity: Severity::High,
        frameworks: vec!["f:1".to_owned()],
    }
}

pub(crate) fn outcome(check: &str, uid: &str, discriminator: &str, verdict: Verdict) -> Outcome {
    Outcome {
        check: check.into(),
        uid: uid.into(),
        discriminator: discriminator.to_owned(),
        verdict,
        severity: Severity::High,
        message: format!("{uid} {discriminator} {verdict}"),
        evidence: vec![],
        unknown: if verdict == Verdict::Unknown { vec![denied("s3:GetBucketPolicy")] } else { vec![] },
        holds_until: None,
    }
}

pub(crate) fn judge(writer: &Writer, uid: &str, checks: &[&str], outcomes: Vec<Outcome>) {
    let checks: Arc<[Arc<str>]> = checks.iter().map(|check| Arc::from(*check)).collect();
    writer.verdicts(SubjectVerdicts { uid: uid.into(), checks, outcomes }).unwrap();
}
