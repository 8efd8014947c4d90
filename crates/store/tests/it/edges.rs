//! Where references lead: a resource, nothing, somebody else's, or nobody knows.

use std::sync::Arc;

use resource::{Hole, Reference, Resource, Target, Unit, Why};

use crate::common::*;

const KEY: &str = "arn:aws:kms:r1:1:key/k1";

fn bucket(references: Vec<Reference>) -> Resource {
    let unit = unit("1", "", "aws.s3.bucket");
    Resource { region: "r1".into(), references, ..resource(&unit, "arn:aws:s3:::logs", "{}") }
}

fn kms(account: &str, region: &str) -> Unit {
    unit(account, region, "aws.kms.key")
}

fn key() -> Resource {
    Resource { keys: vec!["k1".into(), "alias/app".into()], ..resource(&kms("1", "r1"), KEY, "{}") }
}

fn targets(bench: &Bench) -> Vec<Target> {
    bench.store.reader().unwrap().edges_from("arn:aws:s3:::logs").unwrap().into_iter().map(|edge| edge.target).collect()
}

/// The outcome of one reference from a bucket in account 1, region r1, to a KMS key, while `keys` were listed.
fn to_key(target: &str, keys: impl FnOnce(&store::Writer)) -> Target {
    let bench = Bench::new();
    bench.scan(|writer| {
        let one = bucket(vec![reference("encrypted_by", "aws.kms.key", target)]);
        complete(writer, &one.unit.clone(), [one]);
        keys(writer);
        join(writer);
    });
    targets(&bench).remove(0)
}

fn why(target: &Target) -> Why {
    match target {
        Target::Unread(hole) => hole.why,
        other => panic!("{other:?} is not unread"),
    }
}

#[test]
fn a_uid_or_a_key_of_the_same_account_and_region_leads_to_the_resource() {
    for target in [KEY, "k1", "alias/app"] {
        let led = to_key(target, |writer| complete(writer, &kms("1", "r1"), [key()]));
        assert_eq!(led, Target::Resource(KEY.into()), "{target}");
    }
}

#[test]
fn a_key_of_another_region_or_account_is_not_meant_by_a_bare_name() {
    let led = to_key("alias/app", |writer| {
        complete(writer, &kms("1", "r1"), []);
        for (account, region) in [("1", "r2"), ("2", "r1")] {
            let uid = format!("arn:aws:kms:{region}:{account}:key/k2");
            let other = Resource { keys: vec!["alias/app".into()], ..resource(&kms(account, region), &uid, "{}") };
            complete(writer, &kms(account, region), [other]);
        }
    });
    assert_eq!(led, Target::Missing("alias/app".into()));
}

#[test]
fn a_global_id_leads_across_accounts_and_regions() {
    let far = "arn:aws:kms:r2:2:alias/app";
    let led = to_key(far, |writer| {
        let uid = "arn:aws:kms:r2:2:key/k2";
        let other = Resource { keys: vec![far.into()], ..resource(&kms("2", "r2"), uid, "{}") };
        complete(writer, &kms("2", "r2"), [other]);
    });
    assert_eq!(led, Target::Resource("arn:aws:kms:r2:2:key/k2".into()));
}

#[test]
fn nothing_of_that_name_is_known_absence_only_after_a_complete_listing() {
    assert_eq!(to_key(KEY, |writer| complete(writer, &kms("1", "r1"), [])), Target::Missing(KEY.into()));
    assert_eq!(why(&to_key(KEY, |writer| broken(writer, &kms("1", "r1"), []))), Why::Denied);
    assert_eq!(why(&to_key(KEY, |_| {})), Why::NotCollected);
    let elsewhere = to_key(KEY, |writer| complete(writer, &kms("1", "r2"), []));
    assert_eq!(why(&elsewhere), Why::NotCollected, "another region's listing says nothing about this one");
}

#[test]
fn an_account_that_is_not_in_the_store_is_foreign() {
    let target = "arn:aws:kms:r1:9:key/k9";
    assert_eq!(to_key(target, |writer| complete(writer, &kms("1", "r1"), [])), Target::Foreign(target.into()));
}

#[test]
fn a_name_unique_across_accounts_that_is_not_ours_is_somebody_elses() {
    let bench = Bench::new();
    let trail = |target: &str| {
        let unit = unit("1", "", "aws.cloudtrail.trail");
        let references = vec![reference("logs_to", "aws.s3.bucket", target)];
        Resource { references, ..resource(&unit, "arn:aws:s3:::logs", "{}") }
    };
    let theirs = unit("2", "", "aws.s3.bucket");
    let ours = unit("1", "", "aws.s3.bucket");
    let shared = Resource { keys: vec!["theirs".into()], ..resource(&theirs, "arn:aws:s3:::theirs", "{}") };
    let led = |target: &str, listed: bool| {
        bench.scan(|writer| {
            let trail = trail(target);
            complete(writer, &trail.unit.clone(), [trail]);
            complete(writer, &theirs, [shared.clone()]);
            if listed {
                complete(writer, &ours, [])
            } else {
                broken(writer, &ours, [])
            }
            join(writer);
        });
        targets(&bench).remove(0)
    };
    assert_eq!(led("theirs", true), Target::Resource("arn:aws:s3:::theirs".into()));
    assert_eq!(led("arn:aws:s3:::theirs", true), Target::Resource("arn:aws:s3:::theirs".into()));
    assert_eq!(led("unheard-of", true), Target::Foreign("unheard-of".into()));
    assert_eq!(led("arn:aws:s3:::unheard-of", true), Target::Foreign("arn:aws:s3:::unheard-of".into()));
    assert_eq!(why(&led("unheard-of", false)), Why::Denied, "it may be ours");
}

#[test]
fn two_resources_of_one_name_are_no_answer_and_no_absence() {
    let bench = Bench::new();
    bench.scan(|writer| {
        // A global resource without a region refers to a regional alias that two regions have.
        let role = unit("1", "", "aws.iam.role");
        let references = vec![reference("uses", "aws.kms.key", "alias/app")];
        complete(writer, &role, [Resource { references, ..resource(&role, "arn:aws:s3:::logs", "{}") }]);
        for region in ["r1", "r2"] {
            let uid = format!("arn:aws:kms:{region}:1:key/k");
            let key = Resource { keys: vec!["alias/app".into()], ..resource(&kms("1", region), &uid, "{}") };
            complete(writer, &kms("1", region), [key]);
        }
        join(writer);
    });
    assert_eq!(why(&targets(&bench)[0]), Why::Unsupported);
}

#[test]
fn a_name_that_could_be_in_any_region_is_not_absent_because_one_region_lacks_it() {
    let bench = Bench::new();
    bench.scan(|writer| {
        let role = unit("1", "", "aws.iam.role");
        let references = vec![reference("uses", "aws.kms.key", "alias/app")];
        complete(writer, &role, [Resource { references, ..resource(&role, "arn:aws:s3:::logs", "{}") }]);
        complete(writer, &kms("1", "r1"), []);
        join(writer);
    });
    assert_eq!(why(&targets(&bench)[0]), Why::NotCollected);
}

#[test]
fn a_partial_run_joins_against_the_last_complete_read() {
    let bench = Bench::new();
    let one = bucket(vec![reference("encrypted_by", "aws.kms.key", KEY)]);
    bench.scan(|writer| complete(writer, &kms("1", "r1"), []));
    bench.scan(|writer| {
        complete(writer, &one.unit.clone(), [one.clone()]);
        join(writer);
    });
    assert_eq!(targets(&bench), [Target::Missing(KEY.into())]);
    bench.scan(|writer| {
        broken(writer, &kms("1", "r1"), []);
        join(writer);
    });
    assert_eq!(why(&targets(&bench)[0]), Why::Denied, "this scan tried and failed");
}

#[test]
fn an_edge_follows_its_target_over_scans() {
    let bench = Bench::new();
    let one = bucket(vec![reference("encrypted_by", "aws.kms.key", KEY)]);
    let led = |keys: Vec<Resource>| {
        bench.scan(|writer| {
            complete(writer, &one.unit.clone(), [one.clone()]);
            complete(writer, &kms("1", "r1"), keys);
            join(writer);
        });
        targets(&bench)
    };
    assert_eq!(led(vec![]), [Target::Missing(KEY.into())]);
    assert_eq!(led(vec![key()]), [Target::Resource(KEY.into())]);
    assert_eq!(led(vec![key()]), [Target::Resource(KEY.into())]);
    assert_eq!(led(vec![]), [Target::Missing(KEY.into())]);
}

#[test]
fn an_edge_that_could_not_be_read_hides_its_last_target_until_it_is() {
    let bench = Bench::new();
    let hole = Arc::new(Hole::new(Why::Denied).call("s3:GetBucketEncryption"));
    let unread = Reference { edge: "encrypted_by".into(), to: "aws.kms.key".into(), target: Err(hole) };
    let led = |references: Vec<Reference>| {
        bench.scan(|writer| {
            let one = bucket(references);
            complete(writer, &one.unit.clone(), [one]);
            complete(writer, &kms("1", "r1"), [key()]);
            join(writer);
        });
        targets(&bench)
    };
    let read = reference("encrypted_by", "aws.kms.key", KEY);
    assert_eq!(led(vec![read.clone()]), [Target::Resource(KEY.into())]);
    let hidden = led(vec![unread.clone()]);
    assert_eq!((hidden.len(), why(&hidden[0])), (1, Why::Denied));
    assert_eq!(led(vec![read.clone()]), [Target::Resource(KEY.into())]);
    assert_eq!(led(vec![read, unread]).len(), 2, "one target is known, more may be");
    assert_eq!(led(vec![]), []);
}

#[test]
fn edges_are_seen_from_both_ends_and_of_an_unread_resource_nothing_is_known() {
    let bench = Bench::new();
    let one = bucket(vec![reference("encrypted_by", "aws.kms.key", KEY)]);
    bench.scan(|writer| {
        complete(writer, &one.unit.clone(), [one.clone()]);
        complete(writer, &kms("1", "r1"), [key()]);
        let report = join(writer);
        assert_eq!((report.resources, report.missing, report.foreign, report.unread), (1, 0, 0, 0));
    });
    let reader = bench.store.reader().unwrap();
    let to = reader.edges_to(KEY).unwrap();
    assert_eq!(
        (to.len(), &*to[0].from, &*to[0].from_type, &*to[0].name),
        (1, "arn:aws:s3:::logs", "aws.s3.bucket", "encrypted_by")
    );
    assert_eq!(reader.edges_from("arn:aws:s3:::logs").unwrap(), to);
    assert_eq!(reader.all_edges().map(Result::unwrap).collect::<Vec<_>>(), to);
    bench.scan(|writer| {
        broken(writer, &one.unit.clone(), []);
        join(writer);
    });
    let reader = bench.store.reader().unwrap();
    for edges in [
        reader.edges_to(KEY).unwrap(),
        reader.edges_from("arn:aws:s3:::logs").unwrap(),
        reader.all_edges().map(Result::unwrap).collect(),
    ] {
        assert_eq!((edges.len(), why(&edges[0].target)), (1, Why::Denied));
    }
}

#[test]
fn all_edges_are_paged_without_loss() {
    let bench = Bench::new();
    let many = (0..2500).map(|n| reference("reads", "aws.kms.key", &format!("alias/{n}"))).collect();
    bench.scan(|writer| {
        let one = bucket(many);
        complete(writer, &one.unit.clone(), [one]);
        complete(writer, &kms("1", "r1"), []);
        assert_eq!(join(writer).missing, 2500);
    });
    assert_eq!(bench.store.reader().unwrap().all_edges().map(Result::unwrap).count(), 2500);
}

#[test]
fn a_name_is_not_missing_while_names_could_not_be_read() {
    let denied = || Arc::new(Hole::new(Why::Denied).call("kms:ListAliases"));
    let nameless = |member: &str| {
        let record = resource::HoleRecord {
            resource: Some(KEY.into()),
            members: vec![resource::Path::parse(member).expect("a path")],
            partial: false,
            hole: denied(),
        };
        Resource { holes: vec![record], ..resource(&kms("1", "r1"), KEY, "{}") }
    };
    let led = to_key("alias/app", |writer| complete(writer, &kms("1", "r1"), [nameless("Aliases")]));
    assert_eq!(led, Target::Unread(denied()));
    let led = to_key("alias/app", |writer| complete(writer, &kms("1", "r1"), [nameless("Policy")]));
    assert_eq!(led, Target::Missing("alias/app".into()));
}
