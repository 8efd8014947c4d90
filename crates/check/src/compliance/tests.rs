use std::sync::Arc;

use catalog::{Framework, Requirement, RequirementCoverage};
use proptest::prelude::*;
use resource::Verdict::{self, Fail, NotApplicable, Pass, Unknown};

use super::{Line, Rollup, Standing};

fn requirement(id: &str, checks: &[&str], planned: &[&str], coverage: RequirementCoverage) -> Requirement {
    let ids = |names: &[&str]| names.iter().map(|name| Arc::from(*name)).collect();
    Requirement {
        id: id.into(),
        title: id.to_owned(),
        checks: ids(checks),
        planned: ids(planned),
        coverage,
        manual: None,
        current: true,
    }
}

fn framework(requirements: Vec<Requirement>) -> Framework {
    Framework {
        id: "f".into(),
        title: "F".to_owned(),
        version: None,
        scope: None,
        source: None,
        provider: None,
        profile: false,
        requirements,
    }
}

fn answers(found: &[(&str, Verdict)]) -> Vec<(Arc<str>, Verdict)> {
    found.iter().map(|(check, verdict)| (Arc::from(*check), *verdict)).collect()
}

/// What two checks say of one resource.
type Said<'a> = &'a [(&'a str, Verdict)];
/// Check → why it has no answer somewhere.
type Gaps<'a> = &'a [(&'a str, &'a str)];
/// Standing, resources that fail, are unknown, pass.
type Outcome = (Standing, u64, u64, u64);

/// One requirement with checks `a` and `b`.
fn roll(resources: &[Said<'_>], gaps: Gaps<'_>) -> Outcome {
    let of = framework(vec![requirement("1", &["a", "b"], &[], RequirementCoverage::Full)]);
    let mut rollup = Rollup::new(&of);
    resources.iter().for_each(|found| rollup.resource(&answers(found)));
    gaps.iter().for_each(|(check, why)| rollup.gap(check, why));
    let line = rollup.finish().remove(0);
    (line.standing, line.fail, line.unknown, line.pass)
}

#[test]
fn a_requirement_is_as_good_as_its_worst_answer() {
    use Standing as S;
    let table: &[(&[Said<'_>], Gaps<'_>, Outcome)] = &[
        (&[], &[], (S::NoResources, 0, 0, 0)),
        (&[&[("a", NotApplicable)]], &[], (S::NoResources, 0, 0, 0)),
        (&[&[("a", Pass)]], &[], (S::Pass, 0, 0, 1)),
        (&[&[("a", Pass), ("b", NotApplicable)]], &[], (S::Pass, 0, 0, 1)),
        (&[&[("a", Pass)], &[("b", Unknown)]], &[], (S::Unknown, 0, 1, 1)),
        (&[&[("a", Pass), ("b", Unknown)]], &[], (S::Unknown, 0, 1, 0)),
        (&[&[("a", Unknown), ("b", Fail)]], &[], (S::Fail, 1, 0, 0)),
        (&[&[("a", Unknown)], &[("b", Fail)], &[("a", Pass)]], &[], (S::Fail, 1, 1, 1)),
        (&[], &[("b", "not run")], (S::Unknown, 0, 0, 0)),
        (&[&[("a", Pass)]], &[("b", "denied")], (S::Unknown, 0, 0, 1)),
        (&[&[("a", Fail)]], &[("b", "denied")], (S::Fail, 1, 0, 0)),
        (&[&[("c", Fail)]], &[("c", "denied")], (S::NoResources, 0, 0, 0)),
    ];
    for (resources, gaps, expected) in table {
        assert_eq!(roll(resources, gaps), *expected, "{resources:?} {gaps:?}");
    }
}

#[test]
fn manual_and_not_built_are_no_pass_whatever_is_found() {
    let of = framework(vec![
        requirement("1", &[], &[], RequirementCoverage::Manual),
        requirement("2", &[], &["later"], RequirementCoverage::Full),
        requirement("3", &["a"], &["later"], RequirementCoverage::Full),
        requirement("4", &["a"], &[], RequirementCoverage::Partial),
        requirement("5", &["a"], &[], RequirementCoverage::Full),
    ]);
    let mut rollup = Rollup::new(&of);
    rollup.resource(&answers(&[("a", Pass), ("later", Pass)]));
    let lines = rollup.finish();
    let standing: Vec<Standing> = lines.iter().map(|line| line.standing).collect();
    assert_eq!(standing, [Standing::Manual, Standing::NotBuilt, Standing::Pass, Standing::Pass, Standing::Pass]);
    let part: Vec<bool> = lines.iter().map(Line::is_partial).collect();
    assert_eq!(part, [false, true, true, true, false], "a pass says when it is one in part");
}

#[test]
fn withdrawn_requirements_are_left_out() {
    let old = Requirement { current: false, ..requirement("1", &["a"], &[], RequirementCoverage::Full) };
    let of = framework(vec![old, requirement("2", &["a"], &[], RequirementCoverage::Full)]);
    let mut rollup = Rollup::new(&of);
    rollup.resource(&answers(&[("a", Fail)]));
    let lines = rollup.finish();
    assert_eq!(lines.len(), 1);
    assert_eq!((&*lines[0].requirement.id, lines[0].fail), ("2", 1));
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![Just(Fail), Just(Unknown), Just(Pass), Just(NotApplicable)]
}

proptest! {
    #[test]
    fn a_pass_means_that_nothing_failed_and_nothing_is_unknown(
        found in prop::collection::vec(prop::collection::vec((prop_oneof![Just("a"), Just("b")], verdict()), 0..4), 0..6),
        gap in any::<bool>(),
    ) {
        let resources: Vec<&[(&str, Verdict)]> = found.iter().map(Vec::as_slice).collect();
        let gaps: &[(&str, &str)] = if gap { &[("a", "denied")] } else { &[] };
        let (standing, fail, unknown, pass) = roll(&resources, gaps);
        let any = |verdict| found.iter().flatten().any(|(_, one)| *one == verdict);
        prop_assert_eq!(standing == Standing::Fail, any(Fail));
        prop_assert_eq!(standing == Standing::Unknown, !any(Fail) && (any(Unknown) || gap));
        prop_assert_eq!(standing == Standing::Pass, any(Pass) && !any(Fail) && !any(Unknown) && !gap);
        let judged = found.iter().filter(|one| one.iter().any(|(_, verdict)| *verdict != NotApplicable)).count();
        prop_assert_eq!(fail + unknown + pass, judged as u64);
    }
}
