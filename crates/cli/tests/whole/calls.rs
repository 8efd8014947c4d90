//! With one check enabled a scan makes that check's calls and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use catalog::{Catalog, Check, Demand};
use engine::ScanRequest;
use store::Store;

use crate::stage::Stage;

/// What finds the account and its regions.
const ALWAYS: [&str; 2] = ["ec2:DescribeRegions", "sts:GetCallerIdentity"];

/// Asked only for a bucket whose region its listing does not give, as the simulator's does.
const OCCASIONAL: &str = "s3:GetBucketLocation";

/// The calls that the catalogue states for a check, which `docs/reference/calls.md` lists too.
fn stated(catalog: &Catalog, check: &Arc<Check>) -> BTreeSet<String> {
    Demand::of(catalog, [check]).calls(catalog).keys().map(ToString::to_string).collect()
}

/// Check → the calls that a scan with it alone makes.
fn made(catalog: &Arc<Catalog>, checks: &[Arc<Check>]) -> BTreeMap<Arc<str>, BTreeSet<String>> {
    let stage = Stage::thinned();
    let account = &stage.cloud.accounts()[0];
    let keys = cloud::Keys {
        access_key_id: account.access_key.to_string(),
        secret_access_key: account.secret_key.to_string(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let scan = |check: &Arc<Check>, region: &str| {
        stage.cloud.clear_log();
        let mut request = ScanRequest::new(catalog.clone(), Store::open(":memory:").unwrap());
        request.checks = vec![check.clone()];
        request.regions = vec![region.to_owned()];
        request.simulated = Some((stage.cloud.url().to_owned(), keys.clone()));
        let summary = runtime.block_on(engine::scan(request, Arc::default(), engine::never())).unwrap();
        assert!(!summary.cancelled && summary.stopped.is_none(), "{}", check.id);
        stage.calls()
    };
    let of = |check: &Arc<Check>| {
        let mut calls = scan(check, "eu-west-1");
        // Details are asked only of what is there, and some kinds of resources are in one region of the estate.
        if stated(catalog, check).difference(&calls).any(|call| call != OCCASIONAL) {
            calls.extend(scan(check, "eu-central-1"));
        }
        (check.id.clone(), calls)
    };
    checks.iter().map(of).collect()
}

#[test]
fn a_scan_for_one_check_makes_the_calls_that_the_catalogue_states_for_it_and_no_other() {
    let catalog = Arc::new(Catalog::embedded().map_err(|errors| errors[0].clone()).unwrap());
    let checks: Vec<Arc<Check>> = catalog.checks().cloned().collect();
    // A simulator for each half, so that the calls of one scan are told from those of the other.
    let (first, second) = checks.split_at(checks.len() / 2);
    let made = std::thread::scope(|scope| {
        let others = scope.spawn(|| made(&catalog, second));
        let mut all = made(&catalog, first);
        all.extend(others.join().unwrap());
        all
    });
    assert_eq!(made.len(), checks.len());
    let mut wrong = Vec::new();
    for check in &checks {
        let (stated, made) = (stated(&catalog, check), &made[&check.id]);
        let beyond = made.iter().filter(|call| !stated.contains(*call) && !ALWAYS.contains(&call.as_str()));
        wrong.extend(beyond.map(|call| format!("{} makes {call}, which is not stated", check.id)));
        let unmade = stated.iter().filter(|call| !made.contains(*call) && *call != OCCASIONAL);
        wrong.extend(unmade.map(|call| format!("{} states {call}, which is not made", check.id)));
        wrong
            .extend(ALWAYS.iter().filter(|call| !made.contains(**call)).map(|call| format!("{}: no {call}", check.id)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
