//! One proof of a verdict that stands for several items, or for none.

use catalog::Check;
use expr::Explanation;
use finding::Finding;
use resource::{Outcome, Verdict};

use crate::proof::RuleLine;
use crate::proof_rule::{Derived, lines};

/// Of so many items a pass is shown.
pub(crate) const MOST_ITEMS: usize = 3;

type Judged = (Outcome, Explanation);

/// The outcomes that a finding is about: its item's, or, where all items pass and are one verdict, all of them. Should
/// one of these not pass any more, it is that one.
pub(crate) fn of_finding(mut steps: Vec<Judged>, finding: &Finding) -> Vec<Judged> {
    let same = |(outcome, _): &Judged| outcome.discriminator == finding.discriminator;
    if let Some(at) = steps.iter().position(same) {
        return vec![steps.swap_remove(at)];
    }
    if !finding.discriminator.is_empty() || !matches!(finding.verdict, Verdict::Pass | Verdict::NotApplicable) {
        return Vec::new();
    }
    let undone = |(outcome, _): &Judged| matches!(outcome.verdict, Verdict::Fail | Verdict::Unknown);
    if let Some(at) = steps.iter().position(undone) {
        return vec![steps.swap_remove(at)];
    }
    // Items to which the check does not apply do not make it pass.
    let applies = steps.iter().any(|(outcome, _)| outcome.verdict == Verdict::Pass);
    if applies {
        steps.retain(|(outcome, _)| outcome.verdict == Verdict::Pass);
    }
    steps
}

/// What is so, in a sentence.
pub(crate) fn message(outcome: &Outcome, judged: &[Judged]) -> String {
    let nothing = judged.first().is_none_or(|(_, explanation)| explanation.statements.is_empty());
    match outcome.verdict {
        Verdict::NotApplicable if nothing => "does not apply: there is nothing to judge".to_owned(),
        Verdict::NotApplicable => "does not apply: the rule's `applies when` does not hold".to_owned(),
        _ => outcome.message.clone(),
    }
}

/// The rule's lines, those of several items one after the other.
pub(crate) fn rule(
    check: &Check,
    finding: &Finding,
    judged: &[Judged],
    derived: &dyn Fn(&str) -> Option<Derived>,
) -> Vec<RuleLine> {
    let mut all = Vec::new();
    for (outcome, explanation) in judged.iter().take(MOST_ITEMS) {
        // A finding of one item is of that item by its own discriminator.
        if finding.discriminator.is_empty() && !outcome.discriminator.is_empty() {
            let name = outcome.discriminator.clone();
            all.push(RuleLine::statement("item", name, finding::Status::from(outcome.verdict).as_str().to_owned()));
        }
        if explanation.statements.is_empty() && outcome.verdict == Verdict::NotApplicable {
            let over = check.rule_text.lines().find_map(|line| line.trim().strip_prefix("for "));
            all.extend(over.map(|over| RuleLine::statement("for", over.trim().to_owned(), "no items".to_owned())));
        }
        all.extend(lines(&check.rule_text, explanation, derived));
        if let (Verdict::Fail, Some(severity)) = (outcome.verdict, check.fixed_severity) {
            let text = format!("{severity}, as the configuration sets it");
            all.push(RuleLine::statement("severity", text, String::new()));
        }
    }
    if judged.len() > MOST_ITEMS {
        let more = format!("… and {} more, which pass too", judged.len() - MOST_ITEMS);
        all.push(RuleLine::statement("", more, String::new()));
    }
    all
}
