//! A scan killed at any moment and resumed ends as if nothing had been, and asks nothing twice that it had finished.

use std::collections::BTreeSet;

use crate::stage::Stage;
use catalog::{Catalog, ResourceType};
use store::Store;

const MOMENTS: usize = 20;

#[test]
fn a_killed_scan_resumes_at_its_finished_units() {
    let stage = Stage::thinned();
    let quiet = "[[latency]]\nfixed_ms = 2";
    stage.rules(quiet);
    assert_eq!(stage.scan("baseline.db", &["--concurrency", "4"]).code, Some(0));
    let (expected, resources) = (stage.verdicts("baseline.db"), stage.resources("baseline.db"));
    let total = requests(&stage);
    let catalog = Catalog::embedded().map_err(|errors| errors[0].clone()).unwrap();
    // A unit of a type with a parent lists the parents itself.
    let parents: BTreeSet<_> = catalog.resource_types().filter_map(|of| of.parent.clone()).collect();
    let mut finished_before_death = 0;
    for moment in 0..MOMENTS {
        stage.rules(quiet);
        let database = format!("{moment}.db");
        let mut scan = stage.start(&database, &["scan", "aws", "--concurrency", "4"]);
        let enough = total * (2 * moment as u64 + 1) / (2 * MOMENTS as u64);
        while requests(&stage) < enough && scan.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        scan.kill().unwrap();
        scan.wait().unwrap();

        let location = format!("sqlite:{}", stage.path(&database).display());
        let finished = match Store::open(&location).unwrap().unfinished(None).unwrap() {
            Some(state) => state.finished_units,
            None => Vec::new(),
        };
        finished_before_death += finished.len();
        stage.rules(quiet);
        let run = stage.scan(&database, &["--concurrency", "4", "--resume"]);
        assert_eq!(run.code, Some(0), "moment {moment}: {}", run.stderr);
        let asked: BTreeSet<(String, String)> =
            stage.cloud.counters().keys().map(|key| (crate::stage::name(key), key.region.to_string())).collect();
        for unit in finished.iter().map(|done| &done.unit) {
            // Types that share a source or a listing are not told apart by the call; a listing of its own is.
            let of = catalog.resource_type(&unit.type_id).unwrap();
            let own = of.list.as_ref().filter(|_| !unit.region.is_empty() && !parents.contains(&of.id));
            let Some(list) = own else { continue };
            let lists = |of: &&ResourceType| of.list.as_ref().is_some_and(|other| other.call == list.call);
            if catalog.resource_types().filter(lists).count() > 1 {
                continue;
            }
            let again = asked.contains(&(list.call.to_string(), unit.region.to_string()));
            assert!(!again, "moment {moment}: {} was finished in {}, and is listed again", unit.type_id, unit.region);
        }
        assert_eq!(stage.verdicts(&database), expected, "moment {moment}");
        assert_eq!(stage.resources(&database), resources, "moment {moment}");
    }
    assert!(finished_before_death > 0, "no kill came late enough to leave something finished");
}

fn requests(stage: &Stage) -> u64 {
    stage.cloud.counters().values().map(|count| count.requests).sum()
}
