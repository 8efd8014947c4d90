//! Verdicts over scans.

use finding::{Filter, Finding, State};
use resource::{Outcome, Severity, Verdict};

use crate::common::*;

const C: &str = "aws-s3-bucket-public-access-blocked";
const D: &str = "aws-s3-bucket-tls-only";

fn with_buckets(uids: &[&str]) -> Bench {
    let bench = Bench::new();
    bench.scan(|writer| show(writer, uids));
    bench
}

fn show(writer: &store::Writer, uids: &[&str]) {
    let unit = unit("1", "", "aws.s3.bucket");
    writer.checks(&[check(C), check(D)]).unwrap();
    complete(writer, &unit, uids.iter().map(|uid| resource(&unit, uid, &format!(r#"{{"N":"{uid}"}}"#))));
}

fn listed(bench: &Bench, verdicts: &[Verdict]) -> Vec<Finding> {
    let filter = Filter { verdicts: verdicts.to_vec(), ..Filter::default() };
    bench.store.reader().unwrap().findings(&filter).map(Result::unwrap).collect()
}

fn brief(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|f| format!("{} {} {} {:?}", f.verdict, f.uid, f.discriminator, f.state)).collect()
}

/// One more scan with these outcomes of check C about `arn:a`.
fn again(bench: &Bench, outcomes: &[(&str, Verdict)]) -> Vec<Finding> {
    bench.scan(|writer| {
        show(writer, &["arn:a"]);
        let outcomes = outcomes.iter().map(|(item, verdict)| outcome(C, "arn:a", item, *verdict)).collect();
        judge(writer, "arn:a", &[C], outcomes);
    });
    listed(bench, &[])
}

#[test]
fn a_finding_keeps_its_times_while_nothing_changes_and_its_first_one_when_it_reopens() {
    let bench = with_buckets(&["arn:a"]);
    let first = again(&bench, &[("", Verdict::Fail)]).remove(0);
    let same = again(&bench, &[("", Verdict::Fail)]).remove(0);
    assert_eq!(first, same);
    assert_eq!(
        (first.state, first.score, &*first.title),
        (State::Open, 70, "title of aws-s3-bucket-public-access-blocked")
    );
    assert_eq!(again(&bench, &[("", Verdict::Pass)]), []);
    let reopened = again(&bench, &[("", Verdict::Fail)]).remove(0);
    assert_eq!((reopened.first_seen, reopened.fingerprint), (first.first_seen, first.fingerprint));
    assert!(reopened.last_changed > first.last_changed);
}

#[test]
fn unknown_never_closes_a_failure_and_is_no_failure() {
    let bench = with_buckets(&["arn:a"]);
    again(&bench, &[("", Verdict::Fail)]);
    assert_eq!(brief(&again(&bench, &[("", Verdict::Unknown)])), ["UNKNOWN arn:a  Open"]);
    let still = again(&bench, &[("", Verdict::Unknown)]);
    assert_eq!(brief(&still), ["UNKNOWN arn:a  Open"]);
    assert_eq!(still[0].unknown[0].call.as_deref(), Some("s3:GetBucketPolicy"));
    again(&bench, &[("", Verdict::Pass)]);
    assert_eq!(brief(&again(&bench, &[("", Verdict::Unknown)])), ["UNKNOWN arn:a  Undecided"]);
}

#[test]
fn other_words_or_another_deadline_are_no_new_interval() {
    let bench = with_buckets(&["arn:a"]);
    let first = again(&bench, &[("", Verdict::Fail)]).remove(0);
    bench.scan(|writer| {
        show(writer, &["arn:a"]);
        let told = Outcome {
            message: "for 12 days".to_owned(),
            holds_until: Some(7),
            ..outcome(C, "arn:a", "", Verdict::Fail)
        };
        judge(writer, "arn:a", &[C], vec![told]);
    });
    let now = listed(&bench, &[]).remove(0);
    assert_eq!((now.message.as_str(), now.holds_until, now.last_changed), ("for 12 days", Some(7), first.last_changed));
    bench.scan(|writer| {
        show(writer, &["arn:a"]);
        let worse = Outcome { severity: Severity::Critical, ..outcome(C, "arn:a", "", Verdict::Fail) };
        judge(writer, "arn:a", &[C], vec![worse]);
    });
    let worse = listed(&bench, &[]).remove(0);
    assert!(worse.last_changed > first.last_changed && worse.first_seen == first.first_seen);
}

#[test]
fn each_item_is_a_finding_of_its_own_and_closes_alone() {
    let bench = with_buckets(&["arn:a"]);
    let both = again(&bench, &[("k1", Verdict::Fail), ("k2", Verdict::Fail), ("k3", Verdict::Pass)]);
    assert_eq!(brief(&both), ["FAIL arn:a k1 Open", "FAIL arn:a k2 Open"]);
    assert_eq!(brief(&again(&bench, &[("k2", Verdict::Fail)])), ["FAIL arn:a k2 Open"]);
    assert_eq!(brief(&again(&bench, &[])), Vec::<String>::new(), "the check was run and has no items left");
}

#[test]
fn items_that_could_not_be_listed_are_not_closed() {
    let bench = with_buckets(&["arn:a"]);
    again(&bench, &[("k1", Verdict::Fail), ("k2", Verdict::Fail), ("k3", Verdict::Fail)]);
    let partly = again(&bench, &[("k1", Verdict::Fail), ("k2", Verdict::Pass), ("", Verdict::Unknown)]);
    assert_eq!(brief(&partly), ["FAIL arn:a k1 Open", "UNKNOWN arn:a  Undecided", "UNKNOWN arn:a k3 Open"]);
}

#[test]
fn two_items_of_one_key_are_one_finding_that_fails_if_either_does() {
    let bench = with_buckets(&["arn:a"]);
    for _ in 0..2 {
        let found = again(&bench, &[("k", Verdict::Unknown), ("k", Verdict::Fail), ("k", Verdict::Pass)]);
        assert_eq!(brief(&found), ["FAIL arn:a k Open"]);
    }
}

#[test]
fn running_one_check_leaves_the_verdicts_of_the_others() {
    let bench = with_buckets(&["arn:a"]);
    bench.scan(|writer| {
        show(writer, &["arn:a"]);
        let outcomes = vec![outcome(C, "arn:a", "", Verdict::Fail), outcome(D, "arn:a", "", Verdict::Pass)];
        judge(writer, "arn:a", &[C, D], outcomes);
    });
    bench.scan(|writer| {
        show(writer, &["arn:a"]);
        judge(writer, "arn:a", &[D], vec![outcome(D, "arn:a", "", Verdict::NotApplicable)]);
    });
    let all = listed(&bench, &[Verdict::Fail, Verdict::Pass, Verdict::NotApplicable]);
    assert_eq!(brief(&all), ["FAIL arn:a  Open", "NOT_APPLICABLE arn:a  Closed"]);
    let counts = bench.store.reader().unwrap().counts().unwrap();
    assert_eq!((counts.pass, counts.fail, counts.not_applicable, counts.unknown), (0, 1, 1, 0));
}

#[test]
fn a_pass_knows_since_when_although_other_checks_moved() {
    let bench = with_buckets(&["arn:a"]);
    let scan = |other: Verdict| {
        bench.scan(|writer| {
            show(writer, &["arn:a"]);
            let outcomes = vec![outcome(C, "arn:a", "", Verdict::Pass), outcome(D, "arn:a", "", other)];
            judge(writer, "arn:a", &[C, D], outcomes);
        });
        listed(&bench, &[Verdict::Pass]).into_iter().find(|finding| &*finding.check == C).unwrap()
    };
    let first = scan(Verdict::Pass);
    assert_eq!(scan(Verdict::Fail), first);
    assert_eq!(scan(Verdict::Pass), first);
    again(&bench, &[("", Verdict::Fail)]);
    assert!(scan(Verdict::Pass).first_seen > first.first_seen);
}

#[test]
fn what_passes_is_found_by_the_id_that_it_is_listed_with() {
    let bench = with_buckets(&["arn:a", "arn:b"]);
    bench.scan(|writer| {
        show(writer, &["arn:a", "arn:b"]);
        let outcomes = vec![outcome(C, "arn:a", "", Verdict::Pass), outcome(D, "arn:a", "", Verdict::NotApplicable)];
        judge(writer, "arn:a", &[C, D], outcomes);
        judge(writer, "arn:b", &[C], vec![outcome(C, "arn:b", "", Verdict::Fail)]);
    });
    let reader = bench.store.reader().unwrap();
    let both = listed(&bench, &[Verdict::Pass, Verdict::NotApplicable]);
    assert_eq!(both.len(), 2);
    for one in both {
        assert_eq!(reader.passed(&one.short_id).unwrap(), std::slice::from_ref(&one));
        assert_eq!(reader.passed(&one.fingerprint.to_string()).unwrap(), std::slice::from_ref(&one));
        assert_eq!(reader.finding(&one.short_id).unwrap(), []);
    }
    let failing = listed(&bench, &[Verdict::Fail]).remove(0);
    assert_eq!(reader.passed(&failing.short_id).unwrap(), []);
    assert!(reader.passed("no id").is_err());
}

#[test]
fn the_store_knows_its_accounts_and_regions() {
    let bench = with_buckets(&["arn:a"]);
    let places = bench.store.reader().unwrap().places().unwrap();
    assert!(!places.accounts.is_empty() && !places.regions.is_empty(), "{places:?}");
    let empty = Bench::new().store;
    assert_eq!(empty.reader().unwrap().places().unwrap(), store::Places::default());
}

#[test]
fn findings_of_a_resource_that_is_gone_are_gone() {
    let bench = with_buckets(&["arn:a"]);
    again(&bench, &[("", Verdict::Fail)]);
    bench.scan(|writer| show(writer, &[]));
    assert_eq!(listed(&bench, &[Verdict::Fail, Verdict::Pass]), []);
    assert_eq!(bench.store.reader().unwrap().counts().unwrap(), store::Counts::default());
}

#[test]
fn failures_come_worst_first_and_then_what_is_undecided() {
    let uids: Vec<String> = (0..700).map(|n| format!("arn:{n:03}")).collect();
    let names: Vec<&str> = uids.iter().map(String::as_str).collect();
    let bench = with_buckets(&names);
    bench.scan(|writer| {
        show(writer, &names);
        for (n, uid) in names.iter().enumerate() {
            let verdict = if n % 3 == 0 { Verdict::Unknown } else { Verdict::Fail };
            let one = Outcome { severity: Severity::ALL[n % 5], ..outcome(C, uid, "", verdict) };
            judge(writer, uid, &[C], vec![one]);
        }
    });
    let found = listed(&bench, &[]);
    assert_eq!(found.len(), 700);
    assert!(found.is_sorted_by_key(|f| (f.verdict == Verdict::Unknown, std::cmp::Reverse(f.severity))));
    let filter = Filter { severity: Some(Severity::High), verdicts: vec![Verdict::Fail], ..Filter::default() };
    let severe = bench.store.reader().unwrap().findings(&filter).map(Result::unwrap).count();
    let counts = bench.store.reader().unwrap().counts().unwrap();
    let expected: u64 = counts.failures.iter().filter(|(s, _)| s.0 >= Severity::High).map(|(_, n)| n).sum();
    assert_eq!(severe as u64, expected);
    for finding in &found {
        let by_id = bench.store.reader().unwrap().finding(&finding.short_id).unwrap();
        assert_eq!(by_id, std::slice::from_ref(finding), "a listed id means one finding");
    }
}

#[test]
fn a_renamed_check_keeps_its_findings() {
    let bench = with_buckets(&["arn:a"]);
    let old = again(&bench, &[("", Verdict::Fail)]).remove(0);
    bench.scan(|writer| {
        show(writer, &["arn:a"]);
        let renamed = store::CheckEntry { first_id: C.into(), ..check("aws-s3-bucket-blocks-public") };
        writer.checks(&[renamed]).unwrap();
        let one = outcome("aws-s3-bucket-blocks-public", "arn:a", "", Verdict::Fail);
        judge(writer, "arn:a", &["aws-s3-bucket-blocks-public"], vec![one]);
    });
    let found = listed(&bench, &[]);
    let new: Vec<_> = found.iter().filter(|f| &*f.check == "aws-s3-bucket-blocks-public").collect();
    assert_eq!((new.len(), new[0].fingerprint, new[0].first_seen), (1, old.fingerprint, old.first_seen));
    assert_eq!(found.len(), 1, "the old name is not a second finding");
}

#[test]
fn verdicts_of_unheard_of_resources_or_checks_are_refused_by_name() {
    let bench = with_buckets(&["arn:a"]);
    for (uid, check, word) in [("arn:x", C, "`arn:x`"), ("arn:a", "no-such-check", "`no-such-check`")] {
        let writer = bench.store.begin_scan(&options("1")).unwrap();
        let one = outcome(check, uid, "", Verdict::Fail);
        judge(&writer, uid, &[check], vec![one]);
        let error = writer.flush().unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn verdicts_of_a_check_that_left_the_catalogue_end_and_the_others_stay() {
    let bench = with_buckets(&["arn:a", "arn:b"]);
    bench.scan(|writer| {
        show(writer, &["arn:a", "arn:b"]);
        for (uid, verdict) in [("arn:a", Verdict::Fail), ("arn:b", Verdict::Pass)] {
            judge(writer, uid, &[C, D], vec![outcome(C, uid, "", verdict), outcome(D, uid, "", verdict)]);
        }
    });
    let since = listed(&bench, &[Verdict::Pass]).into_iter().find(|f| &*f.check == D).unwrap().first_seen;
    bench.scan(|writer| {
        show(writer, &["arn:a", "arn:b"]);
        writer.catalogue(&[D.into(), "another".into()]).unwrap();
    });
    let left = listed(&bench, &[Verdict::Fail, Verdict::Pass]);
    assert_eq!(brief(&left), ["FAIL arn:a  Open", "PASS arn:b  Closed"]);
    assert!(left.iter().all(|finding| &*finding.check == D));
    assert_eq!(left[1].first_seen, since, "a pass is as old as before");
    let counts = bench.store.reader().unwrap().counts().unwrap();
    assert_eq!((counts.pass, counts.fail), (1, 1));
    bench.scan(|writer| {
        show(writer, &["arn:a", "arn:b"]);
        judge(writer, "arn:a", &[C], vec![outcome(C, "arn:a", "", Verdict::Fail)]);
    });
    assert_eq!(listed(&bench, &[Verdict::Fail]).len(), 2, "it came back");
}

#[test]
fn ids_that_would_collide_are_longer_and_the_short_one_means_both() {
    // The first six characters of these two fingerprints are the same.
    let uids = ["arn:aws:s3:::bucket-16898", "arn:aws:s3:::bucket-19421"];
    let bench = with_buckets(&uids);
    bench.scan(|writer| {
        show(writer, &uids);
        uids.iter().for_each(|uid| judge(writer, uid, &[C], vec![outcome(C, uid, "", Verdict::Fail)]));
    });
    let found = listed(&bench, &[]);
    let short = &found[0].short_id[..8];
    assert!(found[1].short_id.starts_with(short) && found[0].short_id != found[1].short_id, "{found:?}");
    let reader = bench.store.reader().unwrap();
    assert_eq!(reader.finding(short).unwrap().len(), 2);
    assert_eq!(reader.finding(&found[0].short_id).unwrap(), found[..1]);
    assert!(reader.finding("F-!").is_err());
}

#[test]
fn answers_are_the_worst_of_each_check_by_subject_and_follow_what_is_known_now() {
    let bench = with_buckets(&["arn:a", "arn:b"]);
    bench.scan(|writer| {
        show(writer, &["arn:a", "arn:b"]);
        let items = [("x", Verdict::Pass), ("y", Verdict::Unknown), ("z", Verdict::Fail)];
        let mut found: Vec<Outcome> = items.iter().map(|(item, one)| outcome(C, "arn:a", item, *one)).collect();
        found.push(outcome(D, "arn:a", "", Verdict::NotApplicable));
        judge(writer, "arn:a", &[C, D], found);
        judge(
            writer,
            "arn:b",
            &[C, D],
            vec![outcome(C, "arn:b", "", Verdict::Pass), outcome(D, "arn:b", "", Verdict::Unknown)],
        );
    });
    let all = || {
        let mut found = Vec::new();
        let mut keep = |one: &store::Answers| {
            let mut checks: Vec<(String, Verdict)> = one.checks.iter().map(|(id, v)| (id.to_string(), *v)).collect();
            checks.sort();
            found.push((one.account.to_string(), checks));
        };
        bench.store.reader().unwrap().answers(&mut keep).unwrap();
        found.sort();
        found
    };
    let line = |c, d| ("1".to_owned(), vec![(C.to_owned(), c), (D.to_owned(), d)]);
    assert_eq!(all(), [line(Verdict::Pass, Verdict::Unknown), line(Verdict::Fail, Verdict::NotApplicable)]);
    bench.scan(|writer| {
        show(writer, &["arn:b"]);
        judge(
            writer,
            "arn:b",
            &[C, D],
            vec![outcome(C, "arn:b", "", Verdict::Pass), outcome(D, "arn:b", "", Verdict::Pass)],
        );
    });
    assert_eq!(all(), [line(Verdict::Pass, Verdict::Pass)], "what is gone has no answers");
}

#[test]
fn the_verdicts_of_one_resource_are_found_without_the_others() {
    let bench = with_buckets(&["arn:a", "arn:b"]);
    bench.scan(|writer| {
        show(writer, &["arn:a", "arn:b"]);
        for uid in ["arn:a", "arn:b"] {
            let outcomes = vec![outcome(C, uid, "", Verdict::Fail), outcome(D, uid, "", Verdict::Pass)];
            judge(writer, uid, &[C, D], outcomes);
        }
    });
    let of = |uid: &str, verdicts: &[Verdict]| {
        let filter = Filter { verdicts: verdicts.to_vec(), resource: Some(uid.to_owned()), ..Filter::default() };
        let found: Vec<Finding> = bench.store.reader().unwrap().findings(&filter).map(Result::unwrap).collect();
        brief(&found)
    };
    let all = [Verdict::Fail, Verdict::Pass];
    assert_eq!(of("arn:a", &all), ["FAIL arn:a  Open", "PASS arn:a  Closed"]);
    assert_eq!(of("arn:a", &[]), ["FAIL arn:a  Open"]);
    assert_eq!(of("arn:c", &all), Vec::<String>::new());
}

#[test]
fn an_id_whose_finding_was_closed_tells_why_and_when() {
    let bench = with_buckets(&["arn:a"]);
    let open = again(&bench, &[("", Verdict::Fail)]).remove(0);
    let reader = bench.store.reader().unwrap();
    assert_eq!(reader.closed_finding(&open.short_id).unwrap(), None);
    again(&bench, &[("", Verdict::Pass)]);
    let closed = reader.closed_finding(&open.short_id).unwrap().expect("it was there");
    assert_eq!((closed.check.as_deref(), &*closed.uid, closed.ended.as_str()), (Some(C), "arn:a", "read"));
    assert!(closed.at > open.last_changed);
}
