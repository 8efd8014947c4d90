//! Scans: resuming, history, one writer, readers beside it.

use std::sync::Arc;

use resource::{Coverage, Verdict};
use store::{ResourceFilter, ScanEnd, Store, StoreError};

use crate::common::*;

#[test]
fn a_scan_resumes_at_its_finished_units_with_what_it_was_begun_with() {
    let bench = Bench::new();
    let (done, half, holed) = (unit("1", "", "a"), unit("1", "", "b"), unit("1", "", "c"));
    let writer = bench.store.begin_scan(&options("7")).unwrap();
    let id = writer.scan().clone();
    complete(&writer, &done, [resource(&done, "arn:a", "{}")]);
    broken(&writer, &holed, []);
    writer.unit_started(&half).unwrap();
    writer.resource(Box::new(resource(&half, "arn:b", "{}")), &Arc::default()).unwrap();
    drop(writer);

    let state = bench.store.unfinished(None).unwrap().unwrap();
    assert_eq!((&state.id, state.catalog_version.as_str()), (&id, "7"));
    assert_eq!(state.options["regions"][0], "r1");
    let units: Vec<_> = state.finished_units.iter().map(|unit| unit.unit.clone()).collect();
    assert_eq!(units, [done, holed], "a denied listing is finished, a cut off one is not");
    let writer = bench.store.resume(&id).unwrap();
    complete(&writer, &half, [resource(&half, "arn:b", "{}")]);
    writer.finish_scan(ScanEnd::Finished, &serde_json::json!({ "resources": 2 })).unwrap();
    drop(writer);

    assert_eq!(bench.store.unfinished(None).unwrap(), None);
    assert_eq!(bench.store.unfinished(Some(&id)).unwrap(), None);
    let refused = bench.store.resume(&id).err().unwrap().to_string();
    assert!(refused.contains("it has finished"), "{refused}");
    let reader = bench.store.reader().unwrap();
    assert_eq!(reader.coverage(Some(&id)).unwrap().len(), 3);
    let history = reader.scan_history().unwrap();
    assert_eq!((history.len(), history[0].state.as_str(), &history[0].totals["resources"]), (1, "finished", &2.into()));
}

#[test]
fn a_cancelled_scan_can_be_resumed_and_an_unknown_one_not() {
    let bench = Bench::new();
    let writer = bench.store.begin_scan(&options("1")).unwrap();
    writer.finish_scan(ScanEnd::Cancelled, &serde_json::Value::Null).unwrap();
    let id = writer.scan().clone();
    drop(writer);
    assert_eq!(bench.store.unfinished(None).unwrap().unwrap().id, id);
    let unheard = "0192-nothing".parse().unwrap();
    assert!(matches!(bench.store.resume(&unheard), Err(StoreError::NotResumable { .. })));
    assert_eq!(bench.store.unfinished(Some(&unheard)).unwrap(), None);
}

#[test]
fn there_is_one_writer_and_readers_see_what_is_committed_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    for location in [":memory:".to_owned(), folder.path().join("p.db").display().to_string()] {
        let bench = Bench::at(&location);
        let writer = bench.store.begin_scan(&options("1")).unwrap();
        let second = bench.store.begin_scan(&options("1")).err().unwrap();
        assert!(matches!(second, StoreError::Locked { .. }), "{second}");
        if location != ":memory:" {
            assert!(matches!(Store::open(&location), Err(StoreError::Locked { .. })));
        }
        let unit = unit("1", "", "t");
        let reader = bench.store.reader().unwrap();
        complete(&writer, &unit, [resource(&unit, "arn:a", "{}")]);
        writer.flush().unwrap();
        assert!(reader.get("arn:a").unwrap().is_some());
        let clone = writer.clone();
        drop(writer);
        assert!(bench.store.begin_scan(&options("1")).is_err(), "a handle is left");
        drop(clone);
        bench.store.begin_scan(&options("1")).unwrap();
    }
}

#[test]
fn a_reading_command_needs_no_right_to_write_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.db");
    let location = path.display().to_string();
    let error = Store::open_existing(&location).err().unwrap();
    assert!(matches!(error, StoreError::Missing { .. }) && error.to_string().contains("plumb scan aws"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let bench = Bench::at(&location);
    let unit = unit("1", "", "t");
    bench.scan(|writer| complete(writer, &unit, [resource(&unit, "arn:a", "{}")]));
    let reading = Store::open_existing(&format!("sqlite:{location}")).unwrap();
    assert!(reading.reader().unwrap().get("arn:a").unwrap().is_some());
    assert_eq!(reading.reader().unwrap().coverage(None).unwrap()[0].coverage, Coverage::Complete);
}

#[test]
fn time_never_runs_backwards_in_the_store() {
    let bench = Bench::new();
    let unit = unit("1", "", "t");
    bench.scan(|writer| complete(writer, &unit, [resource(&unit, "arn:a", r#"{"N":1}"#)]));
    let first = bench.store.reader().unwrap().get("arn:a").unwrap().unwrap().changed_at;
    bench.time.store(5, std::sync::atomic::Ordering::SeqCst);
    bench.scan(|writer| complete(writer, &unit, [resource(&unit, "arn:a", r#"{"N":2}"#)]));
    let second = bench.store.reader().unwrap().get("arn:a").unwrap().unwrap().changed_at;
    assert!(second >= first, "{second} before {first}");
}

#[test]
fn readers_are_never_disturbed_by_a_busy_writer_nor_it_by_them() {
    let folder = tempfile::tempdir().unwrap();
    for location in [":memory:".to_owned(), folder.path().join("p.db").display().to_string()] {
        let bench = Bench::at(&location);
        let units: Vec<_> = (0..60).map(|n| unit("1", &format!("r{n}"), "t")).collect();
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|threads| {
            let readers: Vec<_> = (0..2)
                .map(|_| {
                    let (store, done) = (bench.store.clone(), &done);
                    threads.spawn(move || {
                        let reader = store.reader().unwrap();
                        let mut most = 0;
                        while !done.load(std::sync::atomic::Ordering::SeqCst) {
                            let found = reader.load_all(&ResourceFilter::default()).map(Result::unwrap).count();
                            reader.findings(&finding::Filter::default()).for_each(|finding| drop(finding.unwrap()));
                            reader.all_edges().for_each(|edge| drop(edge.unwrap()));
                            reader.counts().unwrap();
                            assert!(found >= most, "resources vanished");
                            most = found;
                        }
                    })
                })
                .collect();
            bench.scan(|writer| {
                writer.checks(&[check("c")]).unwrap();
                for unit in &units {
                    let many = (0..30).map(|n| resource(unit, &format!("arn:{unit}:{n}"), &format!(r#"{{"n":{n}}}"#)));
                    complete(writer, unit, many);
                    (0..30).for_each(|n| {
                        let uid = format!("arn:{unit}:{n}");
                        judge(writer, &uid, &["c"], vec![outcome("c", &uid, "", Verdict::Fail)]);
                    });
                    writer.flush().unwrap();
                }
            });
            done.store(true, std::sync::atomic::Ordering::SeqCst);
            readers.into_iter().for_each(|reader| reader.join().unwrap());
        });
        assert_eq!(bench.store.reader().unwrap().counts().unwrap().fail, 60 * 30);
    }
}
