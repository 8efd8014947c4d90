//! What happens to the store when something breaks.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use resource::{Coverage, Verdict};
use store::{ResourceFilter, ScanEnd, Store, StoreError, Writer};

use crate::common::*;

const UNITS: usize = 120;
const EACH: usize = 20;
const FOLDER: &str = "STORE_TEST_KILLED_SCAN";
const CHECK: &str = "check-a";

fn nth_unit(n: usize) -> resource::Unit {
    unit("1", &format!("r{n:03}"), "aws.sqs.queue")
}

/// Begins the scan or continues it, and reports each unit once it is surely kept.
fn go_on(location: &str, mut kept: impl FnMut(usize)) {
    let store = Store::open(location).unwrap();
    let (writer, finished) = match store.unfinished(None).unwrap() {
        Some(state) => (store.resume(&state.id).unwrap(), state.finished_units),
        None => (store.begin_scan(&options("1")).unwrap(), Vec::new()),
    };
    let finished: BTreeSet<_> = finished.into_iter().map(|unit| unit.unit).collect();
    writer.checks(&[check(CHECK)]).unwrap();
    for n in (0..UNITS).filter(|n| !finished.contains(&nth_unit(*n))) {
        read_unit(&writer, n);
        writer.flush().unwrap();
        kept(n);
    }
    for n in 0..UNITS {
        for m in 0..EACH {
            let uid = uid(n, m);
            judge(&writer, &uid, &[CHECK], vec![outcome(CHECK, &uid, "", Verdict::Fail)]);
        }
    }
    writer.finish_scan(ScanEnd::Finished, &serde_json::Value::Null).unwrap();
}

fn uid(n: usize, m: usize) -> String {
    format!("arn:aws:sqs:r{n:03}:1:q{m}")
}

fn read_unit(writer: &Writer, n: usize) {
    let unit = nth_unit(n);
    writer.unit_started(&unit).unwrap();
    for m in 0..EACH {
        let queue = resource(&unit, &uid(n, m), &format!(r#"{{"n":{n},"m":{m},"Policy":"{}"}}"#, "x".repeat(m * 40)));
        writer.resource(Box::new(queue), &Arc::default()).unwrap();
    }
    writer.unit_finished(&report(&unit, Coverage::Complete)).unwrap();
}

fn assert_sound(path: &Path) {
    let answer: String = raw(path).query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(answer, "ok");
}

/// The program that is killed: this test binary, called again.
#[test]
#[ignore = "runs only as the child of the test that kills it"]
fn scan_until_killed() {
    let location = std::env::var(FOLDER).expect("the parent names the store");
    go_on(&location, |n| println!("kept {n}"));
}

#[test]
fn a_scan_killed_at_any_moment_keeps_its_finished_units_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.db");
    let location = path.display().to_string();
    let mut promised = BTreeSet::new();
    for kill in 0..20 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["faults::scan_until_killed", "--exact", "--ignored", "--nocapture"])
            .env(FOLDER, &location)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut wanted = kill % 6;
        while let Some(Ok(line)) = lines.next() {
            if let Some(n) = line.split("kept ").nth(1) {
                promised.insert(n.trim().parse::<usize>().unwrap());
                wanted -= 1;
            } else if line.contains("running 1 test") && wanted == 0 {
                wanted = -1;
            }
            if wanted < 0 || (wanted == 0 && kill % 6 > 0) {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if path.exists() {
            assert_sound(&path);
        }
    }
    let store = Store::open(&location).unwrap();
    let state = store.unfinished(None).unwrap().expect("it was killed long before its end");
    let finished: BTreeSet<_> = state.finished_units.iter().map(|unit| unit.unit.clone()).collect();
    assert!(promised.len() >= 20, "{promised:?}");
    assert!(promised.iter().all(|n| finished.contains(&nth_unit(*n))), "a unit that was kept is lost");
    drop(store);
    go_on(&location, |n| assert!(!promised.contains(&n), "unit {n} was read again"));
    assert_whole(&location, &path);
}

/// Every resource and verdict is there once, in one version, as if nothing had happened.
fn assert_whole(location: &str, path: &Path) {
    let reader = Store::open_existing(location).unwrap().reader().unwrap();
    let mut seen = BTreeSet::new();
    for found in reader.load_all(&ResourceFilter::default()) {
        let found = found.unwrap();
        assert!(found.document.get("Policy").as_str().is_some());
        assert!(seen.insert(found.uid));
    }
    assert_eq!(seen.len(), UNITS * EACH);
    assert_eq!(reader.findings(&finding::Filter::default()).count(), UNITS * EACH);
    let count = |sql: &str| -> i64 { raw(path).query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(count("SELECT count(*) FROM versions"), (UNITS * EACH) as i64);
    assert_eq!(count("SELECT count(*) FROM verdicts"), (UNITS * EACH) as i64);
    assert_eq!(count("SELECT count(*) FROM scans"), 1);
    assert_sound(path);
}

#[test]
fn a_full_disk_is_a_clear_error_and_what_was_finished_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.db");
    let location = path.display().to_string();
    let store = Store::open(&location).unwrap().with_max_bytes(400 * 1024);
    let writer = store.begin_scan(&options("1")).unwrap();
    let mut kept = 0;
    let error = loop {
        let unit = nth_unit(kept);
        let queues = (0..EACH).map(|m| resource(&unit, &uid(kept, m), &format!(r#"{{"n":{kept},"m":{m}}}"#)));
        let sent = writer.unit_started(&unit).and_then(|()| {
            queues.into_iter().try_for_each(|queue| writer.resource(Box::new(queue), &Arc::default()))?;
            writer.unit_finished(&report(&unit, Coverage::Complete))?;
            writer.flush()
        });
        match sent {
            Ok(()) => kept += 1,
            Err(error) => break error,
        }
        assert!(kept < UNITS, "the limit was never met");
    };
    assert_eq!(error, StoreError::Full { location: location.clone() });
    assert!(error.to_string().contains("free some space"), "{error}");
    assert_eq!(writer.flush(), Err(error.clone()), "the first error is given to everyone after it");
    assert_eq!(writer.finish_scan(ScanEnd::Failed, &serde_json::Value::Null), Err(error));
    drop(writer);
    assert_sound(&path);
    let state = Store::open(&location).unwrap().unfinished(None).unwrap().unwrap();
    assert!(kept > 0);
    assert_eq!(state.finished_units.len(), kept);
    go_on(&location, |_| {});
    assert!(Store::open(&location).unwrap().unfinished(None).unwrap().is_none());
}

#[test]
fn a_place_that_cannot_hold_a_store_is_refused_with_the_next_step() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(at("file"), "").unwrap();
    let under_a_file = Store::open(&at("file/p.db")).err().unwrap();
    assert!(matches!(under_a_file, StoreError::NotWritable { .. }), "{under_a_file}");
    assert!(under_a_file.to_string().contains("--db"), "{under_a_file}");
    std::fs::create_dir(at("folder.db")).unwrap();
    let a_folder = Store::open(&at("folder.db")).err().unwrap();
    assert!(matches!(a_folder, StoreError::NotWritable { .. }), "{a_folder}");
    assert!(Store::open(&at("new/deep/p.db")).is_ok(), "missing folders are made");
}

#[test]
fn somebody_elses_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(
        &text,
        "these are my notes, which are longer than the header of a database file is: a hundred bytes or so",
    )
    .unwrap();
    let other = folder.path().join("other.db");
    std::fs::write(&other, "").unwrap();
    raw(&other).execute_batch("CREATE TABLE mine (a); INSERT INTO mine VALUES (1);").unwrap();
    for path in [text, other] {
        let before = std::fs::read(&path).unwrap();
        let location = path.display().to_string();
        for error in [Store::open(&location).err().unwrap(), Store::open_existing(&location).err().unwrap()] {
            assert!(matches!(error, StoreError::NotAStore { .. }), "{error}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}

#[test]
fn the_schema_of_a_later_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.db");
    let location = path.display().to_string();
    drop(Store::open(&location).unwrap());
    raw(&path).pragma_update(None, "user_version", 999).unwrap();
    for error in [Store::open(&location).err().unwrap(), Store::open_existing(&location).err().unwrap()] {
        assert!(matches!(error, StoreError::Newer { found: 999, .. }), "{error}");
        assert!(error.to_string().contains("update plumb"), "{error}");
    }
}

#[test]
fn a_damaged_document_is_an_error_that_names_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.db");
    let bench = Bench::at(&path.display().to_string());
    let unit = unit("1", "", "t");
    bench.scan(|writer| complete(writer, &unit, [resource(&unit, "arn:a", "{}"), resource(&unit, "arn:b", "[]")]));
    raw(&path).execute("UPDATE documents SET body = x'0110000000ff' WHERE id = 2", []).unwrap();
    let reader = bench.store.reader().unwrap();
    let error = reader.get("arn:b").unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }) && error.to_string().contains("restore a backup"), "{error}");
    let mut all = reader.load_all(&ResourceFilter::default());
    assert!(all.any(|found| found.is_err()));
    assert!(all.next().is_none(), "after an error there is nothing more");
}

#[cfg(unix)]
#[test]
fn a_new_store_can_be_read_by_its_owner_only_and_an_old_one_keeps_its_rights() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new").join("p.db");
    let location = path.display().to_string();
    let store = Store::open(&location).unwrap();
    let writer = store.begin_scan(&options("1")).unwrap();
    let rights = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        assert_eq!(rights(&file.unwrap().path()), 0o600);
    }
    assert_eq!(rights(path.parent().unwrap()), 0o700);
    drop((writer, store));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    drop(Store::open(&location).unwrap());
    assert_eq!(rights(&path), 0o640);
}
