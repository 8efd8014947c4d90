//! Random scans against a plain model kept in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use resource::{Coverage, Hole, Resource, Unit, Value, Verdict, Why};
use store::ResourceFilter;

use crate::common::*;

const CHECK: &str = "check-a";

/// One listed resource: member A is always read; P may be denied; R may be left out of the whole scan.
#[derive(Clone, Debug)]
struct Seen {
    name: usize,
    a: i64,
    p: Option<i64>,
    denied: bool,
    r: Option<i64>,
    reversed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Complete,
    Broken,
    CutOff,
}

#[derive(Clone, Debug)]
struct UnitRun {
    unit: usize,
    seen: Vec<Seen>,
    with_r: bool,
    end: End,
}

fn seen() -> impl Strategy<Value = Seen> {
    let member = || prop::option::weighted(0.7, 0_i64..2);
    (0_usize..3, 0_i64..2, member(), prop::bool::weighted(0.3), member(), any::<bool>())
        .prop_map(|(name, a, p, denied, r, reversed)| Seen { name, a, p, denied, r, reversed })
}

fn run() -> impl Strategy<Value = UnitRun> {
    let end = prop_oneof![4 => Just(End::Complete), 2 => Just(End::Broken), 1 => Just(End::CutOff)];
    (0_usize..2, prop::collection::vec(seen(), 0..4), prop::bool::weighted(0.6), end).prop_map(
        |(unit, mut seen, with_r, end)| {
            seen.sort_by_key(|one| one.name);
            seen.dedup_by_key(|one| one.name);
            UnitRun { unit, seen, with_r, end }
        },
    )
}

/// What is known of a member: never read, or its last value (which may be absence).
type Member = Option<Option<i64>>;

#[derive(Clone, Debug, PartialEq)]
struct Known {
    a: i64,
    p: Member,
    r: Member,
    denied: bool,
    /// Hidden behind the hole of a listing that did not show it.
    hidden: bool,
    /// Shown by a unit that was cut off since: what is visible is not compared until it is read again.
    unsettled: bool,
}

#[derive(Default)]
struct Model {
    living: BTreeMap<String, Known>,
    versions: i64,
    /// Per unit: whether R was left out at its last end.
    without_r: BTreeMap<usize, bool>,
}

impl Model {
    fn apply(&mut self, run: &UnitRun) {
        for one in &run.seen {
            let fresh = !self.living.contains_key(&uid(run.unit, one.name));
            if run.end == End::CutOff {
                self.cut_off(run, one, fresh);
            } else {
                self.read(run, one, fresh);
            }
        }
        if run.end == End::CutOff {
            return;
        }
        let names: BTreeSet<String> = run.seen.iter().map(|one| uid(run.unit, one.name)).collect();
        let prefix = uid(run.unit, 0);
        let prefix = prefix.trim_end_matches('0').to_owned();
        match run.end {
            End::Complete => self.living.retain(|uid, _| !uid.starts_with(&prefix) || names.contains(uid)),
            _ => self
                .living
                .iter_mut()
                .filter(|(uid, _)| uid.starts_with(&prefix) && !names.contains(*uid))
                .for_each(|(_, known)| known.hidden = true),
        }
        self.without_r.insert(run.unit, !run.with_r);
    }

    fn read(&mut self, run: &UnitRun, one: &Seen, fresh: bool) {
        let p = (!one.denied).then_some(one.p);
        let r = run.with_r.then_some(one.r);
        if fresh {
            self.versions += 1;
        }
        let known = self.living.entry(uid(run.unit, one.name)).or_insert(Known {
            a: one.a,
            p: None,
            r: None,
            denied: false,
            hidden: false,
            unsettled: false,
        });
        let differs = |old: Member, new: Member| old.is_some() && new.is_some() && old != new;
        if known.a != one.a || differs(known.p, p) || differs(known.r, r) {
            self.versions += 1;
        }
        (known.a, known.p, known.r) = (one.a, p.or(known.p), r.or(known.r));
        (known.denied, known.hidden, known.unsettled) = (one.denied, false, false);
    }

    fn cut_off(&mut self, run: &UnitRun, one: &Seen, fresh: bool) {
        if fresh {
            // A member that is absent here counts as never read: nobody knows what was asked for.
            let p = (!one.denied).then_some(one.p).filter(Option::is_some);
            let r = run.with_r.then_some(one.r).filter(Option::is_some);
            let known = Known { a: one.a, p, r, denied: one.denied, hidden: false, unsettled: true };
            self.living.insert(uid(run.unit, one.name), known);
            self.versions += 1;
        } else if let Some(known) = self.living.get_mut(&uid(run.unit, one.name)) {
            known.unsettled = true;
        }
    }
}

fn uid(unit: usize, name: usize) -> String {
    format!("arn:{unit}:n{name}")
}

fn nth_unit(n: usize) -> Unit {
    unit("1", &format!("r{n}"), "t")
}

fn as_read(run: &UnitRun, one: &Seen) -> Resource {
    let list = if one.reversed { vec![2, 1] } else { vec![1, 2] };
    let mut members = vec![("A", Value::from(one.a)), ("L", Value::list(list.into_iter().map(Value::from).collect()))];
    members.extend(one.p.filter(|_| !one.denied).map(|p| ("P", Value::from(p))));
    members.extend(one.r.filter(|_| run.with_r).map(|r| ("R", Value::from(r))));
    let name = uid(run.unit, one.name);
    let holes = if one.denied { vec![hole(Some(&name), &["P"], denied("t:GetP"))] } else { vec![] };
    Resource { document: Value::map(members), holes, ..resource(&nth_unit(run.unit), &name, "{}") }
}

fn write(bench: &Bench, runs: &[UnitRun]) {
    bench.scan(|writer| {
        for run in runs {
            let resources = run.seen.iter().map(|one| as_read(run, one));
            let mut report = report(&nth_unit(run.unit), Coverage::Complete);
            if !run.with_r {
                report.not_collected = vec![not_collected(&["R"])];
            }
            match run.end {
                End::Complete => with(writer, resources, &report),
                End::Broken => {
                    report.coverage = Coverage::Incomplete(denied("t:List"));
                    with(writer, resources, &report);
                }
                End::CutOff => {
                    writer.unit_started(&report.unit).unwrap();
                    resources.for_each(|one| writer.resource(Box::new(one), &Arc::default()).unwrap());
                }
            }
        }
    });
}

/// What a reader must show of a member.
fn shown(known: Member, hole: Option<Why>) -> Value {
    match (hole, known) {
        (Some(why), _) => Value::from(Hole::new(why)),
        (None, Some(Some(value))) => Value::from(value),
        _ => Value::Null,
    }
}

fn same(found: &Value, expected: &Value) -> bool {
    match (found.unknown(), expected.unknown()) {
        (Some(a), Some(b)) => a.why == b.why,
        _ => found == expected,
    }
}

fn compare(bench: &Bench, path: &std::path::Path, model: &Model) -> Result<(), TestCaseError> {
    let reader = bench.store.reader().unwrap();
    let found: BTreeMap<String, Value> = reader
        .load_all(&ResourceFilter::default())
        .map(|found| found.map(|found| (found.uid.to_string(), found.document)).unwrap())
        .collect();
    prop_assert_eq!(found.keys().collect::<Vec<_>>(), model.living.keys().collect::<Vec<_>>());
    for (uid, known) in &model.living {
        let document = &found[uid];
        if known.unsettled {
            continue;
        }
        if known.hidden {
            prop_assert!(document.unknown().is_some(), "{uid} is not hidden: {document:?}");
            continue;
        }
        let unit: usize = uid[4..5].parse().unwrap();
        let r_hole = model.without_r[&unit].then_some(Why::NotCollected);
        let expected = [
            ("A", Value::from(known.a)),
            ("P", shown(known.p, known.denied.then_some(Why::Denied))),
            ("R", shown(known.r, r_hole)),
        ];
        for (member, expected) in expected {
            prop_assert!(same(document.get(member), &expected), "{uid} {member}: {document:?}, not {expected:?}");
        }
    }
    prop_assert_eq!(bench.number(path, "SELECT count(*) FROM versions"), model.versions);
    let overlaps = "SELECT count(*) FROM versions a JOIN versions b ON a.resource = b.resource AND a.id < b.id
                    WHERE a.valid_to IS NULL OR a.valid_to > b.valid_from";
    prop_assert_eq!(bench.number(path, overlaps), 0);
    let backwards = "SELECT count(*) FROM versions WHERE valid_to < valid_from OR known_to IS NOT NULL";
    prop_assert_eq!(bench.number(path, backwards), 0);
    Ok(())
}

/// What lived at a time, and its member A, which is read always: history needs no copy of the estate per scan.
fn as_of(path: &std::path::Path, time: i64) -> BTreeMap<String, i64> {
    let db = raw(path);
    let sql =
        "SELECT n.text, d.body FROM versions v JOIN resources r ON r.id = v.resource JOIN names n ON n.id = r.subject
               JOIN documents d ON d.id = v.document
               WHERE v.valid_from <= ?1 AND (v.valid_to IS NULL OR v.valid_to > ?1) AND v.known_from <= ?1";
    let mut statement = db.prepare(sql).unwrap();
    let rows = statement.query_map([time], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?))).unwrap();
    rows.map(|row| {
        let (uid, body) = row.unwrap();
        // Documents this small are kept as plain text behind one byte.
        let document = Value::from_json(std::str::from_utf8(&body[1..]).unwrap()).unwrap();
        (uid, document.get("A").as_int().unwrap())
    })
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_scans_shows_what_the_plain_model_shows(
        scans in prop::collection::vec(prop::collection::vec(run(), 1..3), 1..8),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.db");
        let bench = Bench::at(&path.display().to_string());
        let mut model = Model::default();
        let mut past: BTreeMap<i64, BTreeMap<String, i64>> = BTreeMap::new();
        for runs in &scans {
            // A unit is run once in a scan.
            let mut units = BTreeSet::new();
            let runs: Vec<UnitRun> = runs.iter().filter(|run| units.insert(run.unit)).cloned().collect();
            write(&bench, &runs);
            runs.iter().for_each(|run| model.apply(run));
            compare(&bench, &path, &model)?;
            let now = bench.time.load(std::sync::atomic::Ordering::SeqCst);
            past.insert(now, model.living.iter().map(|(uid, known)| (uid.clone(), known.a)).collect());
        }
        for (time, expected) in &past {
            prop_assert_eq!(&as_of(&path, *time), expected, "as of {}", time);
        }
    }

    #[test]
    fn any_sequence_of_verdicts_lists_what_the_plain_model_lists(
        rounds in prop::collection::vec(prop::collection::btree_map(0_usize..4, verdict(), 0..4), 1..10),
    ) {
        let bench = Bench::new();
        let unit = nth_unit(0);
        let mut model: BTreeMap<String, Verdict> = BTreeMap::new();
        for round in &rounds {
            // Item 0 is the whole subject.
            let items: BTreeMap<String, Verdict> =
                round.iter().map(|(n, v)| (if *n == 0 { String::new() } else { format!("k{n}") }, *v)).collect();
            bench.scan(|writer| {
                writer.checks(&[check(CHECK)]).unwrap();
                complete(writer, &unit, [resource(&unit, "arn:a", "{}")]);
                let outcomes = items.iter().map(|(item, verdict)| outcome(CHECK, "arn:a", item, *verdict)).collect();
                judge(writer, "arn:a", &[CHECK], outcomes);
            });
            let before = std::mem::take(&mut model);
            model = items.clone();
            if items.get("") == Some(&Verdict::Unknown) {
                for item in before.into_keys().filter(|item| !item.is_empty()) {
                    model.entry(item).or_insert(Verdict::Unknown);
                }
            }
            model.retain(|_, verdict| matches!(verdict, Verdict::Fail | Verdict::Unknown));
            let reader = bench.store.reader().unwrap();
            let found: BTreeMap<String, Verdict> = reader
                .findings(&finding::Filter::default())
                .map(|found| found.map(|found| (found.discriminator, found.verdict)).unwrap())
                .collect();
            prop_assert_eq!(&found, &model);
            let counts = reader.counts().unwrap();
            prop_assert_eq!((counts.fail + counts.unknown) as usize, model.len());
            let any = |verdict| items.values().any(|found| *found == verdict);
            prop_assert_eq!(counts.pass, u64::from(model.is_empty() && any(Verdict::Pass)));
        }
    }
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop::sample::select(vec![Verdict::Pass, Verdict::Fail, Verdict::Unknown, Verdict::NotApplicable])
}
