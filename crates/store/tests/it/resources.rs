//! Resources over scans: what is a change, what is gone, what is unknown.

use std::sync::Arc;

use crate::common::*;
use resource::{Coverage, Hole, Resource, Value, Why};
use store::{HoleFilter, ResourceFilter, StoredResource};

fn all(bench: &Bench) -> Vec<StoredResource> {
    bench.store.reader().unwrap().load_all(&ResourceFilter::default()).map(Result::unwrap).collect()
}

fn uids(bench: &Bench) -> Vec<String> {
    all(bench).iter().map(|resource| resource.uid.to_string()).collect()
}

fn document(bench: &Bench, uid: &str) -> Value {
    bench.store.reader().unwrap().get(uid).unwrap().unwrap().document
}

/// How often the configuration of a resource changed, and its document now.
fn state(bench: &Bench, uid: &str) -> (i64, String) {
    let resource = bench.store.reader().unwrap().get(uid).unwrap().unwrap();
    (resource.changed_at, resource.document.to_json())
}

#[test]
fn only_a_complete_listing_makes_a_resource_gone() {
    let (bench, unit) = (Bench::new(), unit("1", "", "aws.s3.bucket"));
    let (a, b) = (resource(&unit, "arn:a", r#"{"N":"a"}"#), resource(&unit, "arn:b", r#"{"N":"b"}"#));
    bench.scan(|writer| complete(writer, &unit, [a.clone(), b.clone()]));
    bench.scan(|writer| broken(writer, &unit, [a.clone()]));
    assert_eq!(uids(&bench), ["arn:a", "arn:b"]);
    bench.scan(|writer| {
        writer.unit_started(&unit).unwrap();
        writer.resource(Box::new(a.clone()), &Arc::default()).unwrap();
    });
    assert_eq!(uids(&bench), ["arn:a", "arn:b"], "a unit that never ended says nothing");
    bench.scan(|writer| complete(writer, &unit, [a.clone()]));
    assert_eq!(uids(&bench), ["arn:a"]);
    bench.scan(|writer| complete(writer, &unit, [a, b]));
    assert_eq!(uids(&bench), ["arn:a", "arn:b"], "it came back");
}

#[test]
fn what_a_broken_listing_did_not_show_is_unknown_until_read_again() {
    let (bench, unit) = (Bench::new(), unit("1", "", "aws.s3.bucket"));
    let (a, b) = (resource(&unit, "arn:a", r#"{"N":"a"}"#), resource(&unit, "arn:b", r#"{"N":"b"}"#));
    bench.scan(|writer| complete(writer, &unit, [a.clone(), b.clone()]));
    let read = bench.time.load(std::sync::atomic::Ordering::SeqCst);
    bench.scan(|writer| broken(writer, &unit, [a.clone()]));
    assert_eq!(document(&bench, "arn:a").to_json(), r#"{"N":"a"}"#);
    assert_eq!(document(&bench, "arn:b").unknown().unwrap().why, Why::Denied);
    assert_eq!(bench.store.reader().unwrap().get("arn:b").unwrap().unwrap().read_at, read, "stale since the last read");
    bench.scan(|writer| broken(writer, &unit, []));
    assert!(all(&bench).iter().all(|resource| resource.document.unknown().is_some()), "nothing was listed at all");
    bench.scan(|writer| complete(writer, &unit, [a, b]));
    assert_eq!(document(&bench, "arn:a").to_json(), r#"{"N":"a"}"#);
    assert_eq!(document(&bench, "arn:b").to_json(), r#"{"N":"b"}"#);
    assert_eq!(bench.store.reader().unwrap().holes(&HoleFilter::default()).unwrap(), []);
}

#[test]
fn a_view_never_ends_the_owners_resource_nor_hides_it() {
    let bench = Bench::new();
    let (owner, member) = (unit("1", "", "aws.cloudtrail.trail"), unit("2", "", "aws.cloudtrail.trail"));
    let trail = resource(&owner, "arn:trail", r#"{"Bucket":"full"}"#);
    let view = Resource { owner: Some("1".into()), ..resource(&member, "arn:trail", r#"{"Bucket":"seen"}"#) };
    bench.scan(|writer| {
        complete(writer, &member, [view.clone()]);
        complete(writer, &owner, [trail.clone()]);
    });
    assert_eq!(document(&bench, "arn:trail").to_json(), r#"{"Bucket":"full"}"#);
    assert_eq!(bench.store.reader().unwrap().counts().unwrap().resources, 1);
    let counted = bench.store.reader().unwrap().types().unwrap();
    assert_eq!((counted[0].resources, counted[0].views), (1, 1));
    let filter = ResourceFilter { without_views: true, ..ResourceFilter::default() };
    assert_eq!(bench.store.reader().unwrap().load_all(&filter).count(), 1);
    bench.scan(|writer| complete(writer, &member, []));
    assert_eq!(document(&bench, "arn:trail").to_json(), r#"{"Bucket":"full"}"#);
    bench.scan(|writer| {
        complete(writer, &member, [view]);
        complete(writer, &owner, []);
    });
    assert_eq!(document(&bench, "arn:trail").to_json(), r#"{"Bucket":"seen"}"#);
    assert!(bench.store.reader().unwrap().get("arn:trail").unwrap().unwrap().is_view());
}

#[test]
fn an_owner_named_by_its_own_account_is_no_view() {
    let (bench, unit) = (Bench::new(), unit("1", "", "aws.cloudtrail.trail"));
    let trail = Resource { owner: Some("1".into()), ..resource(&unit, "arn:trail", "{}") };
    bench.scan(|writer| complete(writer, &unit, [trail]));
    assert!(!bench.store.reader().unwrap().get("arn:trail").unwrap().unwrap().is_view());
}

#[test]
fn shuffled_arrays_and_volatile_members_are_no_change() {
    let (bench, unit) = (Bench::new(), unit("1", "", "t"));
    let rules = rules(&["Count", "K[].Used"], &["Ordered"]);
    let scan = |text: &str| {
        bench.scan(|writer| {
            writer.unit_started(&unit).unwrap();
            writer.resource(Box::new(resource(&unit, "arn:a", text)), &rules).unwrap();
            writer.unit_finished(&report(&unit, Coverage::Complete)).unwrap();
        });
        state(&bench, "arn:a")
    };
    let (first, _) = scan(r#"{"Count":1,"K":[{"Id":"1","Used":"x"},{"Id":"2"}],"Ordered":[1,2]}"#);
    let newer = r#"{"Count":2,"K":[{"Id":"2"},{"Id":"1","Used":"y"}],"Ordered":[1,2]}"#;
    let (second, text) = scan(newer);
    assert_eq!((first, text.as_str()), (second, newer), "volatile members are kept up to date");
    let (third, _) = scan(r#"{"Count":2,"K":[{"Id":"2"},{"Id":"1","Used":"y"}],"Ordered":[2,1]}"#);
    assert_ne!(second, third, "the order of an ordered array counts");
}

#[test]
fn a_passing_denial_makes_no_version_and_hides_the_last_value() {
    let (bench, unit) = (Bench::new(), unit("1", "", "t"));
    let whole = resource(&unit, "arn:a", r#"{"N":1,"P":{"Q":2}}"#);
    let part = Resource {
        holes: vec![hole(Some("arn:a"), &["P"], denied("s3:GetBucketPolicy"))],
        ..resource(&unit, "arn:a", r#"{"N":1}"#)
    };
    bench.scan(|writer| complete(writer, &unit, [whole.clone()]));
    let (first, text) = state(&bench, "arn:a");
    bench.scan(|writer| complete(writer, &unit, [part.clone()]));
    let (second, hidden) = state(&bench, "arn:a");
    assert_eq!(first, second);
    assert!(hidden.contains(r#""?":"denied""#) && !hidden.contains(r#""Q""#), "{hidden}");
    bench.scan(|writer| complete(writer, &unit, [part]));
    bench.scan(|writer| complete(writer, &unit, [whole]));
    assert_eq!(state(&bench, "arn:a"), (first, text));
    bench.scan(|writer| complete(writer, &unit, [resource(&unit, "arn:a", r#"{"N":1,"P":{"Q":3}}"#)]));
    assert_ne!(state(&bench, "arn:a").0, first);
}

#[test]
fn filling_what_was_not_collected_is_no_change_and_losing_it_again_neither() {
    let (bench, unit) = (Bench::new(), unit("1", "", "t"));
    let scan = |text: &str, skipped: &[&str]| {
        let mut report = report(&unit, Coverage::Complete);
        report.not_collected = skipped.iter().map(|member| not_collected(&[member])).collect();
        bench.scan(|writer| with(writer, [resource(&unit, "arn:a", text)], &report));
        state(&bench, "arn:a")
    };
    let (first, text) = scan(r#"{"N":1}"#, &["P", "R"]);
    assert!(text.contains(r#""P":{"?":"not collected""#), "{text}");
    let (filled, text) = scan(r#"{"N":1,"P":2}"#, &["R"]);
    assert_eq!(filled, first);
    assert!(text.contains(r#""P":2"#) && text.contains(r#""R":{"?""#), "{text}");
    assert_eq!(scan(r#"{"N":1}"#, &["P", "R"]).0, first, "a narrower scan");
    assert_eq!(scan(r#"{"N":1,"P":2}"#, &[]).0, first, "R is read and absent");
    assert_ne!(scan(r#"{"N":1,"P":2,"R":3}"#, &[]).0, first, "R was known to be absent, so this is a change");
}

#[test]
fn a_unit_cut_off_by_a_crash_does_not_make_false_changes() {
    let (bench, unit) = (Bench::new(), unit("1", "", "t"));
    bench.scan(|writer| {
        writer.unit_started(&unit).unwrap();
        writer.resource(Box::new(resource(&unit, "arn:a", r#"{"N":1}"#)), &Arc::default()).unwrap();
    });
    let first = state(&bench, "arn:a").0;
    let mut narrow = report(&unit, Coverage::Complete);
    narrow.not_collected = vec![not_collected(&["P"])];
    bench.scan(|writer| with(writer, [resource(&unit, "arn:a", r#"{"N":1}"#)], &narrow));
    bench.scan(|writer| complete(writer, &unit, [resource(&unit, "arn:a", r#"{"N":1,"P":2}"#)]));
    assert_eq!(state(&bench, "arn:a").0, first);
}

#[test]
fn what_a_cut_off_unit_had_read_counts_as_read() {
    let (bench, unit) = (Bench::new(), unit("1", "", "t"));
    bench.scan(|writer| {
        writer.unit_started(&unit).unwrap();
        writer.resource(Box::new(resource(&unit, "arn:a", r#"{"N":1,"P":2}"#)), &Arc::default()).unwrap();
    });
    assert_eq!(document(&bench, "arn:a").unknown().unwrap().why, Why::NotCollected, "its unit has not finished");
    let part = Resource {
        holes: vec![hole(Some("arn:a"), &["P"], denied("t:GetP"))],
        ..resource(&unit, "arn:a", r#"{"N":1}"#)
    };
    bench.scan(|writer| complete(writer, &unit, [part]));
    let first = state(&bench, "arn:a").0;
    bench.scan(|writer| complete(writer, &unit, [resource(&unit, "arn:a", r#"{"N":1}"#)]));
    assert!(state(&bench, "arn:a").0 > first, "P was there and is not: a change");
}

#[test]
fn a_change_is_not_shown_as_known_before_its_unit_has_finished() {
    let (bench, unit) = (Bench::new(), unit("1", "", "t"));
    bench.scan(|writer| complete(writer, &unit, [resource(&unit, "arn:a", r#"{"N":1}"#)]));
    bench.scan(|writer| {
        writer.unit_started(&unit).unwrap();
        writer.resource(Box::new(resource(&unit, "arn:a", r#"{"N":2}"#)), &Arc::default()).unwrap();
    });
    assert_eq!(document(&bench, "arn:a").unknown().unwrap().why, Why::NotCollected);
    bench.scan(|writer| complete(writer, &unit, [resource(&unit, "arn:a", r#"{"N":1}"#)]));
    assert_eq!(document(&bench, "arn:a").to_json(), r#"{"N":1}"#, "the second look is the one that counts");
}

#[test]
fn a_partial_list_shows_what_was_read_now_and_says_that_there_may_be_more() {
    let (bench, unit) = (Bench::new(), unit("1", "", "t"));
    bench.scan(|writer| complete(writer, &unit, [resource(&unit, "arn:a", r#"{"L":[1,2,3]}"#)]));
    let first = state(&bench, "arn:a").0;
    let mut record = hole(Some("arn:a"), &["L"], denied("s3:ListParts"));
    record.partial = true;
    let part = Resource { holes: vec![record], ..resource(&unit, "arn:a", r#"{"L":[1]}"#) };
    bench.scan(|writer| complete(writer, &unit, [part]));
    let Value::List(list) = document(&bench, "arn:a").get("L").clone() else { panic!("not a list") };
    assert_eq!((list.items.len(), list.open.map(|hole| hole.why)), (1, Some(Why::Denied)));
    bench.scan(|writer| complete(writer, &unit, [resource(&unit, "arn:a", r#"{"L":[3,2,1]}"#)]));
    assert_eq!(state(&bench, "arn:a").0, first);
}

#[test]
fn every_hole_of_a_resource_and_of_its_unit_lies_over_it_and_is_one_row_per_call() {
    let (bench, unit) = (Bench::new(), unit("1", "", "t"));
    let part = |uid: &str| Resource {
        holes: vec![
            hole(Some(uid), &["P", "Q"], denied("s3:GetPolicy")),
            hole(Some(uid), &["K[Id=2].Used"], Arc::new(Hole::new(Why::Throttled).call("iam:Used"))),
        ],
        ..resource(&unit, uid, r#"{"K":[{"Id":"1"},{"Id":"2"}]}"#)
    };
    let mut narrow = report(&unit, Coverage::Complete);
    narrow.not_collected = vec![not_collected(&["S"])];
    for _ in 0..2 {
        bench.scan(|writer| with(writer, [part("arn:a"), part("arn:b")], &narrow));
    }
    let text = document(&bench, "arn:a").to_json();
    assert_eq!(
        text,
        r#"{"K":[{"Id":"1"},{"Id":"2","Used":{"?":"throttled","call":"iam:Used"}}],"P":{"?":"denied","call":"s3:GetPolicy","permission":"s3:GetPolicy"},"Q":{"?":"denied","call":"s3:GetPolicy","permission":"s3:GetPolicy"},"S":{"?":"not collected","call":"s3:GetSomething"}}"#
    );
    let reader = bench.store.reader().unwrap();
    assert_eq!(reader.holes(&HoleFilter::default()).unwrap().len(), 5);
    let of_a = HoleFilter { uid: Some("arn:a".to_owned()), ..HoleFilter::default() };
    assert_eq!(reader.holes(&of_a).unwrap().len(), 3);
    let summary = reader.hole_summary().unwrap();
    assert_eq!(summary.len(), 2, "what nothing asked for is no denial");
    assert_eq!((summary[0].accounts, summary[0].units, summary[0].resources), (1, 1, 2));
}

#[test]
fn resources_are_found_by_uid_name_key_or_end_of_the_uid() {
    let (bench, unit) = (Bench::new(), unit("1", "r1", "aws.kms.key"));
    let key = Resource { keys: vec!["alias/app".into()], ..resource(&unit, "arn:aws:kms:r1:1:key/k-1", "{}") };
    let other = Resource { name: "app".to_owned(), ..resource(&unit, "arn:aws:kms:r1:1:key/k-21", "{}") };
    bench.scan(|writer| complete(writer, &unit, [key, other]));
    let reader = bench.store.reader().unwrap();
    let found = |text: &str| {
        reader
            .find_resource(text)
            .unwrap()
            .iter()
            .map(|name| name.uid.rsplit('/').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("arn:aws:kms:r1:1:key/k-1"), ["k-1"]);
    assert_eq!(found("alias/app"), ["k-1"]);
    assert_eq!(found("app"), ["k-21"]);
    assert_eq!(found("key/k-1"), ["k-1"]);
    assert_eq!(found("1"), ["k-1", "k-21"]);
    assert_eq!(found("nothing"), Vec::<String>::new());
    assert_eq!(found(""), Vec::<String>::new());
    bench.scan(|writer| complete(writer, &unit, []));
    assert_eq!(bench.store.reader().unwrap().find_resource("alias/app").unwrap(), []);
}

#[test]
fn a_new_name_tag_or_key_is_kept_and_the_old_key_forgotten() {
    let (bench, unit) = (Bench::new(), unit("1", "r1", "aws.kms.key"));
    let key = |alias: &str| Resource {
        keys: vec![alias.into()],
        name: alias.to_owned(),
        tags: [("env".to_owned(), alias.to_owned())].into(),
        ..resource(&unit, "arn:k", "{}")
    };
    bench.scan(|writer| complete(writer, &unit, [key("alias/a")]));
    bench.scan(|writer| complete(writer, &unit, [key("alias/b")]));
    let reader = bench.store.reader().unwrap();
    assert_eq!(reader.find_resource("alias/a").unwrap(), []);
    let found = reader.get("arn:k").unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.tags["env"].as_str()), ("alias/b", "alias/b"));
}

#[test]
fn pages_and_filters_miss_nothing() {
    let bench = Bench::new();
    let units =
        [unit("1", "r1", "aws.ec2.instance"), unit("1", "r2", "aws.ec2.instance"), unit("2", "r1", "aws.ec2.vpc")];
    bench.scan(|writer| {
        for unit in &units {
            let many = (0..600).map(|n| resource(unit, &format!("arn:{unit}:{n:04}"), &format!(r#"{{"n":{n}}}"#)));
            complete(writer, unit, many);
        }
    });
    let reader = bench.store.reader().unwrap();
    let count = |filter: ResourceFilter| {
        let uids: std::collections::BTreeSet<_> = reader.load_all(&filter).map(|r| r.unwrap().uid).collect();
        uids.len()
    };
    assert_eq!(count(ResourceFilter::default()), 1800);
    assert_eq!(count(ResourceFilter { types: vec!["aws.ec2.i*".into()], ..ResourceFilter::default() }), 1200);
    assert_eq!(count(ResourceFilter { regions: vec!["r1".into()], ..ResourceFilter::default() }), 1200);
    assert_eq!(count(ResourceFilter { accounts: vec!["2".into()], ..ResourceFilter::default() }), 600);
    assert_eq!(reader.load_type("aws.ec2.vpc", &ResourceFilter::default()).count(), 600);
}
