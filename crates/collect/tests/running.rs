//! A collection as a whole: bounds, order, cancellation, resuming, estimates.

mod common;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use collect::{CollectError, Ended, Event, Failure, Finished, Seen};
use common::*;
use resource::{Coverage, Unit, Why};
use tokio::sync::mpsc;

const THING: &str = r#"
type = "aws.x.thing"
title = "thing"
scope = "region"
id = "{self.Id}"
name = "self.Id"
[list]
call = "x:ListThings"
items = "Things[]"
as = "Id"
[[get]]
call = "x:GetA"
with = { Id = "$Id" }
into = "A"
[[get]]
call = "x:GetB"
with = { Id = "$Id" }
into = "B"
"#;
const SMALL: &str = r#"
type = "aws.y.small"
title = "small"
scope = "account"
id = "{self.Id}"
name = "self.Id"
[list]
call = "y:ListSmall"
items = "Smalls[]"
as = "Id"
[[get]]
call = "y:GetSmall"
with = { Id = "$Id" }
into = "C"
"#;

fn numbered(prefix: &str, from: usize, to: usize) -> String {
    let ids: Vec<String> = (from..to).map(|number| format!("\"{prefix}{number}\"")).collect();
    format!("[{}]", ids.join(","))
}

fn things(number: usize) -> Script {
    Script::new()
        .on("x:ListThings", format!(r#"{{"Things":{}}}"#, numbered("t", 0, number)).as_str())
        .on("x:GetA", "{}")
        .on("x:GetB", "{}")
        .on("y:ListSmall", r#"{"Smalls":["s1"]}"#)
        .on("y:GetSmall", "{}")
}

#[tokio::test]
async fn calls_in_flight_are_bounded_and_used() {
    let setup = setup(Types::of(&[THING, SMALL]), things(200)).concurrency(5);
    let found = setup.run().await;
    assert_eq!(found.resources.len(), 201);
    assert_eq!(setup.script.most_inflight.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn a_large_unit_does_not_keep_a_small_one_waiting() {
    let setup = setup(Types::of(&[THING, SMALL]), things(2000)).concurrency(4);
    setup.run().await;
    let calls = setup.script.called();
    let at = calls.iter().position(|(call, ..)| call == "y:GetSmall").unwrap();
    assert!(at < 40, "the small unit's detail is call {at} of {}", calls.len());
}

#[tokio::test(start_paused = true)]
async fn calls_that_wait_for_a_throttled_provider_do_not_hold_up_the_others() {
    let smalls = format!(r#"{{"Smalls":{}}}"#, numbered("s", 0, 40));
    let script = things(50).with("x:GetA", r#"{"@region":"eu-west-1"}"#, Reply::Hang).with(
        "y:ListSmall",
        r#"{"@region":"eu-west-1"}"#,
        smalls.as_str(),
    );
    let setup = setup(Types::of(&[THING, SMALL]), script).concurrency(4);
    let found = setup
        .run_watching(|event| {
            if matches!(event, Event::UnitFinished(_)) {
                setup.stop.send_replace(true);
            }
        })
        .await;
    assert_eq!(found.report("aws.y.small", "").resources, 40);
    assert!(setup.script.count("x:GetA") <= 4, "the waiting unit gets no more than its share");
}

#[tokio::test]
async fn resources_are_emitted_before_the_listing_ends_and_pages_wait_for_them() {
    let listing: Vec<String> =
        (0..100).map(|page| format!(r#"{{"Things":{}}}"#, numbered("t", page * 100, page * 100 + 100))).collect();
    let texts: Vec<&str> = listing.iter().map(String::as_str).collect();
    let script = things(0).with("x:ListThings", r#"{"@region":"eu-west-1"}"#, Reply::Pages(pages(&texts)));
    let setup = setup(Types::of(&[THING]), script).concurrency(4);
    let (mut emitted, mut most) = (0_usize, 0_usize);
    let script = setup.script.clone();
    let found = setup
        .run_watching(|event| {
            if matches!(event, Event::Resource(_)) {
                emitted += 1;
                let listed = script.pages_served.load(Ordering::SeqCst) * 100;
                most = most.max(listed - emitted);
            }
        })
        .await;
    assert_eq!(found.resources.len(), 10_000);
    assert!(most <= 400, "{most} resources were listed and not yet emitted");
}

#[tokio::test]
async fn a_unit_starts_before_and_ends_after_its_resources() {
    let setup = setup(Types::of(&[THING, SMALL]), things(3));
    let mut events = Vec::new();
    setup
        .run_watching(|event| {
            events.push(match event {
                Event::UnitStarted(unit) => format!("start {}", unit.type_id),
                Event::Listed { unit, resources, calls } => format!("listed {} {resources} {calls}", unit.type_id),
                Event::Resource(found) => format!("resource {}", found.unit.type_id),
                Event::UnitFinished(report) => format!("end {} {}", report.unit.type_id, report.resources),
                Event::Note(_) => "note".to_owned(),
            });
        })
        .await;
    events.retain(|event| event.contains("thing"));
    let resource = "resource aws.x.thing";
    assert_eq!(
        events,
        ["start aws.x.thing", "listed aws.x.thing 3 6", resource, resource, resource, "end aws.x.thing 3"]
    );
}

#[tokio::test]
async fn a_cancelled_unit_is_not_reported_and_what_was_emitted_stays() {
    let script = things(2).with("x:GetB", r#"{"Id":"t1"}"#, Reply::Hang);
    let setup = setup(Types::of(&[THING, SMALL]), script);
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let found = setup
        .run_watching(|event| {
            match event {
                Event::Resource(found) => seen.insert(found.uid.to_string()),
                Event::UnitFinished(report) => seen.insert(report.unit.type_id.to_string()),
                _ => false,
            };
            if seen.contains("t0") && seen.contains("aws.y.small") {
                setup.stop.send_replace(true);
            }
        })
        .await;
    assert_eq!(found.ended, Ended::Cancelled);
    assert_eq!(found.uids(), ["s1", "t0"]);
    assert_eq!(found.reports.keys().map(|(type_id, _)| type_id.as_str()).collect::<Vec<_>>(), ["aws.y.small"]);
}

#[tokio::test]
async fn nobody_listening_ends_the_collection() {
    let setup = setup(Types::of(&[THING]), things(50));
    let (sender, receiver) = mpsc::channel(1);
    drop(receiver);
    assert_eq!(collect::collect(setup.request.clone(), sender).await, Ok(Ended::Cancelled));
    assert_eq!(setup.script.count("x:GetA"), 0);
}

#[tokio::test]
async fn rejected_credentials_end_everything_and_leave_no_holes() {
    let expired = Failure { fatal: true, ..failure("x:GetB", "ExpiredToken", Why::Failed) };
    let script = things(3).with("x:GetB", r#"{"Id":"t1"}"#, expired.clone()).on("y:ListSmall", Reply::Hang);
    let script = script.with("y:ListSmall", r#"{"@region":"eu-west-1"}"#, Reply::Hang);
    let found = run(Types::of(&[THING, SMALL]), script).await;
    assert_eq!(found.ended, Ended::Credentials(expired.hole));
    assert!(found.reports.is_empty());
    assert!(found.resources.values().all(|found| found.holes.is_empty()));
}

#[tokio::test]
async fn finished_units_are_not_called_again() {
    let finished: HashSet<Unit> = [unit("aws.x.thing", "eu-west-1")].into();
    let setup = setup(Types::of(&[THING, SMALL]), things(3)).regions(&["eu-west-1", "us-east-1"]).finished(finished);
    assert_eq!(collect::units(&setup.request).unwrap(), [unit("aws.x.thing", "us-east-1"), unit("aws.y.small", "")]);
    let found = setup.run().await;
    assert_eq!(found.reports.len(), 2);
    assert!(setup.script.called().iter().all(|(call, region, _)| !call.starts_with("x:") || region == "us-east-1"));
}

const PART: &str = r#"
type = "aws.x.part"
title = "part"
scope = "region"
for = "aws.x.thing"
id = "{parent.Id}/{self.Id}"
name = "self.Id"
[list]
call = "x:ListParts"
with = { Id = "$parent.Id" }
items = "Parts[]"
as = "Id"
"#;

fn parts() -> Script {
    things(2).on("x:ListParts", r#"{"Parts":["p"]}"#)
}

struct Stored(Coverage);

impl Finished for Stored {
    fn contains(&self, unit: &Unit) -> bool {
        &*unit.type_id == "aws.x.thing"
    }
    fn resources(&self, unit: &Unit) -> Option<(Vec<Seen>, Coverage)> {
        assert_eq!(&*unit.type_id, "aws.x.thing");
        let seen = ["t0", "t1"].map(|id| Seen {
            uid: id.into(),
            name: id.into(),
            region: "eu-west-1".into(),
            document: json(&format!(r#"{{"Id":"{id}"}}"#)),
        });
        Some((seen.into(), self.0.clone()))
    }
}

#[tokio::test]
async fn a_child_is_resumed_from_what_the_store_has_of_its_parent() {
    let resumed = setup(Types::of(&[THING, PART]), parts()).finished(Stored(Coverage::Complete));
    let found = resumed.run().await;
    assert_eq!(found.uids(), ["t0/p", "t1/p"]);
    assert!(is_complete(found.report("aws.x.part", "eu-west-1")));
    assert_eq!(resumed.script.count("x:ListThings"), 0);

    let hole = denied("x:ListThings").hole;
    let resumed = setup(Types::of(&[THING, PART]), parts()).finished(Stored(Coverage::Incomplete(hole)));
    assert_eq!(resumed.run().await.incomplete("aws.x.part", "eu-west-1"), Some(Why::Denied));
}

#[tokio::test]
async fn without_a_store_a_finished_parent_is_read_again_and_not_reported_again() {
    let finished: HashSet<Unit> = [unit("aws.x.thing", "eu-west-1")].into();
    let found = setup(Types::of(&[THING, PART]), parts()).finished(finished).run().await;
    assert_eq!(found.uids(), ["t0/p", "t1/p"]);
    assert_eq!(found.reports.len(), 1);
}

#[tokio::test]
async fn an_estimate_counts_what_is_certain_and_what_each_resource_takes() {
    let setup = setup(Types::of(&[THING, SMALL, PART]), Script::new()).regions(&["eu-west-1", "us-east-1"]);
    let estimate = collect::estimate(&setup.request).unwrap();
    let x = &estimate.services["x"];
    assert_eq!((x.units, x.calls, x.per_resource["aws.x.thing"]), (2, 2, 2));
    let y = &estimate.services["y"];
    assert_eq!((y.units, y.calls, y.per_resource["aws.y.small"]), (1, 1, 1));
    assert_eq!(estimate.calls(), 3);
}

#[tokio::test]
async fn catalogue_errors_are_told_before_anything_is_called() {
    let error = |texts: &[&str]| {
        let setup = setup(Types::of(texts), Script::new());
        collect::units(&setup.request).unwrap_err()
    };
    assert_eq!(error(&[PART]), CollectError::UnknownType("aws.x.thing".into()));
    let circle = PART.replace("aws.x.thing", "aws.x.part");
    assert_eq!(error(&[&circle]), CollectError::Circle("aws.x.part".into()));
    let wide = PART.replace("\"region\"", "\"account\"");
    assert_eq!(error(&[THING, &wide]), CollectError::Scope { of: "aws.x.part".into(), on: "aws.x.thing".into() });
    let nowhere = r#"
        type = "aws.x.none"
        title = "none"
        scope = "region"
        id = "x"
        name = "self.Id"
    "#;
    assert_eq!(error(&[nowhere]), CollectError::NoListing("aws.x.none".into()));
    let sourced = format!("{nowhere}\n[source]\nid = \"gone\"\nitems = \"Items\"");
    let unknown = CollectError::UnknownSource { of: "aws.x.none".into(), source_id: "gone".into() };
    assert_eq!(error(&[&sourced]), unknown);
    assert!(Arc::new(unknown).to_string().contains("catalog/sources"));
}
