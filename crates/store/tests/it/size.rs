//! An unchanged estate costs almost nothing.

use resource::{Coverage, Outcome, Resource, Verdict};

use crate::common::*;

/// 10,000 resources with references, a denied call each, members that nobody asked for, and fifteen verdicts.
fn scan(bench: &Bench) {
    let unit = unit("1", "r1", "aws.sqs.queue");
    let kms = unit_kms();
    let names: Vec<String> = (0..15).map(|n| format!("check-{n:02}")).collect();
    let checks: Vec<&str> = names.iter().map(String::as_str).collect();
    bench.scan(|writer| {
        writer.checks(&names.iter().map(|id| check(id)).collect::<Vec<_>>()).unwrap();
        let mut narrow = report(&unit, Coverage::Complete);
        narrow.not_collected = vec![not_collected(&["Redrive"])];
        complete(writer, &kms, [resource(&kms, "arn:aws:kms:r1:1:key/k", "{}")]);
        with(writer, (0..10_000).map(queue), &narrow);
        join(writer);
        for n in 0..10_000 {
            let uid = format!("arn:aws:sqs:r1:1:q{n}");
            let verdict = |m: usize| if (n + m).is_multiple_of(40) { Verdict::Fail } else { Verdict::Pass };
            let outcomes: Vec<Outcome> =
                checks.iter().enumerate().map(|(m, check)| outcome(check, &uid, "", verdict(m))).collect();
            judge(writer, &uid, &checks, outcomes);
        }
    });
}

fn unit_kms() -> resource::Unit {
    unit("1", "r1", "aws.kms.key")
}

fn queue(n: usize) -> Resource {
    let unit = unit("1", "r1", "aws.sqs.queue");
    let uid = format!("arn:aws:sqs:r1:1:q{n}");
    let document = format!(
        r#"{{"QueueUrl":"https://sqs.r1/1/q{n}","Policy":{{"Statement":[{{"Effect":"Deny","Sid":"a"}},{{"Sid":"b"}}]}},"Age":{n}}}"#
    );
    let holes =
        if n.is_multiple_of(10) { vec![hole(Some(&uid), &["Tags"], denied("sqs:ListQueueTags"))] } else { vec![] };
    let references = vec![reference("encrypted_by", "aws.kms.key", "arn:aws:kms:r1:1:key/k")];
    Resource { references, holes, ..resource(&unit, &uid, &document) }
}

#[test]
fn an_unchanged_scan_of_ten_thousand_resources_adds_no_row_but_its_own_and_next_to_no_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.db");
    let bench = Bench::at(&path.display().to_string());
    scan(&bench);
    let tables =
        ["versions", "documents", "holes", "edges", "verdicts", "subject_vectors", "names", "coverage", "pending"];
    let rows = || tables.map(|table| bench.number(&path, &format!("SELECT count(*) FROM {table}")));
    let bytes = || std::fs::metadata(&path).unwrap().len();
    let (rows_before, bytes_before) = (rows(), bytes());
    scan(&bench);
    assert_eq!(rows(), rows_before);
    assert_eq!(bench.number(&path, "SELECT count(*) FROM scans"), 2);
    let added = bytes() - bytes_before;
    eprintln!("{bytes_before} bytes for 10,000 resources; an unchanged scan adds {added}");
    assert!(added <= 64 * 1024, "{added} bytes");
}
