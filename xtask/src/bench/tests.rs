use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use super::measure::{Sample, high_water, median, run_measured, state_and_ticks};
use super::{difference, simulator};

#[test]
fn a_program_with_brackets_in_its_name_is_read() {
    let stat = "42 (a) b (c)) Z 1 2 3 4 5 6 7 8 9 10 150 25 0 0";
    assert_eq!(state_and_ticks(stat), Some(('Z', 175)));
    assert_eq!(state_and_ticks("nonsense"), None);
}

#[test]
fn the_high_water_mark_is_read() {
    assert_eq!(high_water("VmPeak:\t 9 kB\nVmHWM:\t    1234 kB\nVmRSS:\t 8 kB\n"), 1234);
}

#[test]
fn a_run_has_its_exit_code_and_memory() {
    let sample = run_measured(Command::new("sh").args(["-c", "exit 3"])).unwrap();
    assert_eq!(sample.exit, Some(3));
    let sample =
        run_measured(Command::new("sh").args(["-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"])).unwrap();
    assert!(sample.peak > 100, "{sample:?}");
}

#[test]
fn the_median_is_a_sample() {
    let samples: Vec<Sample> = [5, 1, 3, 9]
        .map(|n| Sample { wall: Duration::ZERO, cpu: Duration::from_secs(n), peak: 0, exit: None })
        .to_vec();
    assert_eq!(median(&samples, |sample| sample.cpu).cpu, Duration::from_secs(3));
}

#[test]
fn only_the_calls_of_one_scan_are_counted() {
    let after = BTreeMap::from([("a".to_owned(), 5), ("b".to_owned(), 2)]);
    let before = BTreeMap::from([("a".to_owned(), 3), ("b".to_owned(), 2)]);
    assert_eq!(difference(&after, &before), BTreeMap::from([("a".to_owned(), 2)]));
}

#[test]
fn the_bare_client_makes_the_calls_about_buckets() {
    let calls = ["s3:GetBucketPolicy", "s3:ListBuckets", "iam:ListUsers"].map(|name| (name.to_owned(), 1)).into();
    assert_eq!(simulator::patterns(&calls).unwrap(), ["/{Bucket}?policy"]);
}
