//! Measures the store: `cargo run --release -p store --example load -- 100000 FOLDER`.
//!
//! Writes that many resources with one reference and twenty verdicts each, writes them again unchanged, and reads
//! them back. Prints wall time and bytes of each step.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use resource::{Coverage, Outcome, Reference, Resource, Severity, Unit, UnitReport, Value, Verdict};
use store::{
    CheckEntry, Namespace, ResourceFilter, ResourceRules, ScanEnd, ScanOptions, Scope, Store, StoreError,
    SubjectVerdicts, TargetRule,
};

const CHECKS: usize = 20;
const PER_UNIT: usize = 1000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let number: usize = arguments.next().ok_or("give the number of resources")?.parse()?;
    let folder = arguments.next().ok_or("give a folder for the store")?;
    let path = Path::new(&folder).join("load.db");
    let location = path.display().to_string();
    let store = Store::open(&location)?;
    for name in ["first scan", "unchanged scan"] {
        let began = Instant::now();
        let (read, joined, judged) = scan(&store, number)?;
        let bytes = std::fs::metadata(&path)?.len();
        println!(
            "{name}: {number} resources in {:.2?} (read {read:.2?}, joined {joined:.2?}, judged {judged:.2?}), file {} KiB",
            began.elapsed(),
            bytes / 1024
        );
    }
    let reader = store.reader()?;
    let began = Instant::now();
    let read = reader.load_all(&ResourceFilter::default()).filter(Result::is_ok).count();
    println!("read back: {read} resources in {:.2?}", began.elapsed());
    let began = Instant::now();
    let failing = reader.findings(&finding::Filter::default()).filter(Result::is_ok).count();
    println!("findings: {failing} in {:.2?}", began.elapsed());
    let began = Instant::now();
    println!("counts: {:?} in {:.2?}", reader.counts()?, began.elapsed());
    Ok(())
}

type Steps = (std::time::Duration, std::time::Duration, std::time::Duration);

fn scan(store: &Store, number: usize) -> Result<Steps, StoreError> {
    let writer = store.begin_scan(&ScanOptions::default())?;
    let ids: Arc<[Arc<str>]> = (0..CHECKS).map(|n| Arc::from(format!("aws-sqs-check-{n}"))).collect();
    writer.checks(&ids.iter().map(entry).collect::<Vec<_>>())?;
    let rules = Arc::new(ResourceRules::default());
    let began = Instant::now();
    for first in (0..number).step_by(PER_UNIT) {
        let unit = nth_unit(first / PER_UNIT);
        writer.unit_started(&unit)?;
        for n in first..number.min(first + PER_UNIT) {
            writer.resource(Box::new(queue(&unit, n)), &rules)?;
        }
        let report = UnitReport {
            unit,
            coverage: Coverage::Complete,
            resources: PER_UNIT as u64,
            requests: 1,
            not_collected: Vec::new(),
        };
        writer.unit_finished(&report)?;
    }
    writer.flush()?;
    let read = began.elapsed();
    let began = Instant::now();
    writer.join_edges(Arc::new(|_: &str| TargetRule {
        namespace: Namespace::Unit,
        scope: Scope::Region,
        key_members: Vec::new(),
    }))?;
    let joined = began.elapsed();
    let began = Instant::now();
    for n in 0..number {
        let uid: Arc<str> = uid(&nth_unit(n / PER_UNIT), n).into();
        let outcomes = ids.iter().enumerate().map(|(m, check)| outcome(check, &uid, (n + m) % 50 == 0)).collect();
        writer.verdicts(SubjectVerdicts { uid, checks: ids.clone(), outcomes })?;
    }
    writer.finish_scan(ScanEnd::Finished, &serde_json::Value::Null)?;
    Ok((read, joined, began.elapsed()))
}

fn entry(id: &Arc<str>) -> CheckEntry {
    CheckEntry {
        id: id.clone(),
        first_id: id.clone(),
        title: "the queue is as it should be".to_owned(),
        objective: "messaging".to_owned(),
        severity: Severity::High,
        frameworks: Vec::new(),
    }
}

fn nth_unit(n: usize) -> Unit {
    let (account, region) = (format!("{:012}", n / 16), format!("region-{}", n % 16));
    Unit { cloud: "aws".into(), account: account.into(), region: region.into(), type_id: "aws.sqs.queue".into() }
}

fn uid(unit: &Unit, n: usize) -> String {
    format!("arn:aws:sqs:{}:{}:queue-{n}", unit.region, unit.account)
}

fn queue(unit: &Unit, n: usize) -> Resource {
    let uid = uid(unit, n);
    let text = |text: &str| Value::from(text);
    let statement = Value::map([
        ("Effect", text("Allow")),
        ("Principal", Value::map([("AWS", text("*"))])),
        ("Action", Value::list(vec![text("sqs:SendMessage"), text("sqs:ReceiveMessage")])),
        ("Resource", Value::from(uid.clone())),
    ]);
    let document = Value::map([
        ("QueueUrl", Value::from(format!("https://sqs.{}.example/{}/queue-{n}", unit.region, unit.account))),
        ("VisibilityTimeout", Value::from("30")),
        ("KmsMasterKeyId", text("alias/app")),
        ("CreatedTimestamp", Value::from((1_700_000_000 + n) as i64)),
        ("Policy", Value::map([("Version", text("2012-10-17")), ("Statement", Value::list(vec![statement]))])),
    ]);
    Resource {
        uid: uid.into(),
        unit: unit.clone(),
        owner: None,
        region: unit.region.clone(),
        name: format!("queue-{n}"),
        tags: [("team".to_owned(), format!("t{}", n % 20))].into(),
        keys: vec![format!("queue-{n}").into()],
        references: vec![Reference {
            edge: "sends_to".into(),
            to: "aws.sqs.queue".into(),
            target: Ok(format!("queue-{}", n / PER_UNIT * PER_UNIT).into()),
        }],
        document,
        holes: Vec::new(),
    }
}

fn outcome(check: &Arc<str>, uid: &Arc<str>, fails: bool) -> Outcome {
    Outcome {
        check: check.clone(),
        uid: uid.clone(),
        discriminator: String::new(),
        verdict: if fails { Verdict::Fail } else { Verdict::Pass },
        severity: Severity::High,
        message: format!("{uid} is not as it should be"),
        evidence: Vec::new(),
        unknown: Vec::new(),
        holds_until: None,
    }
}
