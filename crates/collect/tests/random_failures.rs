//! Whatever subset of calls fails, nothing listed is lost and holes lie exactly where the failing calls would have given.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::*;
use proptest::prelude::*;
use resource::Why;

const THING: &str = r#"
type = "aws.x.thing"
title = "thing"
scope = "region"
id = "{self.Id}"
name = "self.Id"
[list]
call = "x:List"
items = "Things[]"
[[get]]
call = "x:GetA"
with = { Id = "$Id" }
into = "A"
[[get]]
call = "x:GetB"
with = { Id = "$Id" }
gives = ["B", "Bb"]
[[get]]
call = "x:GetC"
with = { Id = "$Id", B = "$Bb" }
into = "C"
[[get]]
call = "x:GetItem"
for = "self.Items[]"
with = { Id = "$Id", Key = "$item.Key" }
into = "Detail"
[[get]]
call = "x:Batch"
with = { Ids = "$Id" }
take = "Found"
gives = ["D"]
[get.batch]
size = 2
over = "Ids"
match = "Id"
"#;

const IDS: [&str; 3] = ["t0", "t1", "t2"];
const KEYS: [&str; 2] = ["k0", "k1"];

/// A call about one thing (and item).
type Point = (&'static str, &'static str, &'static str);

fn points() -> Vec<Point> {
    let singles = ["x:GetA", "x:GetB", "x:GetC"].into_iter().flat_map(|call| IDS.map(|id| (call, id, "")));
    let items = IDS.into_iter().flat_map(|id| KEYS.map(|key| ("x:GetItem", id, key)));
    // A batch of two and a batch of one, known by their first resource.
    let batches = [("x:Batch", "t0", ""), ("x:Batch", "t2", "")];
    singles.chain(items).chain(batches).collect()
}

fn answer(call: &str) -> &'static str {
    match call {
        "x:GetB" => r#"{"B":1,"Bb":2}"#,
        _ => r#"{"ok":true}"#,
    }
}

fn script(failing: &BTreeMap<Point, Why>) -> Script {
    let items = KEYS.map(|key| format!(r#"{{"Key":"{key}"}}"#)).join(",");
    let listed = IDS.map(|id| format!(r#"{{"Id":"{id}","Items":[{items}]}}"#)).join(",");
    let mut script = Script::new().on("x:List", format!(r#"{{"Things":[{listed}]}}"#).as_str());
    for point in points() {
        let (call, id, key) = point;
        let input = match call {
            "x:GetItem" => format!(r#"{{"Id":"{id}","Key":"{key}"}}"#),
            "x:Batch" if id == "t0" => r#"{"Ids":["t0","t1"]}"#.to_owned(),
            "x:Batch" => r#"{"Ids":["t2"]}"#.to_owned(),
            _ => format!(r#"{{"Id":"{id}"}}"#),
        };
        script = match failing.get(&point) {
            Some(why) => script.with(call, &input, failure(call, "Code", *why)),
            None if call == "x:Batch" => {
                let ids: &[&str] = if id == "t0" { &["t0", "t1"] } else { &["t2"] };
                let found: Vec<String> = ids.iter().map(|id| format!(r#"{{"Id":"{id}","D":true}}"#)).collect();
                script.with(call, &input, format!(r#"{{"Found":[{}]}}"#, found.join(",")).as_str())
            }
            None => script.with(call, &input, answer(call)),
        };
    }
    script
}

/// What must be unknown: (thing, member, call that is to blame, reason).
fn expected(failing: &BTreeMap<Point, Why>) -> BTreeSet<(String, String, String, String)> {
    let mut holes = BTreeSet::new();
    let mut hole = |id: &str, member: &str, call: &str, why: Why| {
        holes.insert((id.to_owned(), member.to_owned(), call.to_owned(), why.to_string()));
    };
    for ((call, id, key), why) in failing {
        match *call {
            "x:GetA" => hole(id, "A", call, *why),
            "x:GetB" => {
                // The third detail cannot be asked without what the second gives.
                ["B", "Bb", "C"].into_iter().for_each(|member| hole(id, member, call, *why));
            }
            "x:GetC" if !failing.contains_key(&("x:GetB", id, "")) => hole(id, "C", call, *why),
            "x:GetItem" => hole(id, &format!("Items[Key={key}].Detail"), call, *why),
            "x:Batch" if *id == "t0" => ["t0", "t1"].into_iter().for_each(|id| hole(id, "D", call, *why)),
            "x:Batch" => hole(id, "D", call, *why),
            _ => {}
        }
    }
    holes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_listed_resource_is_emitted_with_holes_exactly_where_calls_failed(
        chosen in prop::collection::vec(prop::option::weighted(0.4, prop::sample::select(
            vec![Why::Denied, Why::Throttled, Why::Failed])), points().len()),
        concurrency in 1_usize..6,
    ) {
        let failing: BTreeMap<Point, Why> =
            points().into_iter().zip(chosen).filter_map(|(point, why)| Some((point, why?))).collect();
        let setup = setup(Types::of(&[THING]), script(&failing)).concurrency(concurrency);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let found = runtime.block_on(setup.run());
        prop_assert_eq!(found.uids(), IDS.to_vec());
        prop_assert!(is_complete(found.report("aws.x.thing", "eu-west-1")));
        let mut holes = BTreeSet::new();
        for thing in found.resources.values() {
            for record in &thing.holes {
                for member in &record.members {
                    let call = record.hole.call.as_deref().unwrap_or_default().to_owned();
                    holes.insert((thing.uid.to_string(), member.to_string(), call, record.hole.why.to_string()));
                }
            }
            let seen = found.seen(&thing.uid);
            for member in ["A", "B", "Bb", "C", "D"] {
                let is_hole = seen.get(member).unknown().is_some();
                prop_assert_ne!(is_hole, thing.document.get(member) != &resource::Value::Null, "{}", member);
            }
        }
        prop_assert_eq!(holes, expected(&failing));
    }
}
