//! From judgements to outcomes.

use catalog::Check;
use expr::{Entity, Explanation, Judgement, Scope};
use resource::{Map, Outcome, Verdict};

use crate::WithParams;

/// The verdicts of a check about a subject, one per item for a check with `for … by`.
pub fn run(check: &Check, params: &Map, subject: &Entity, scope: &dyn Scope) -> Vec<Outcome> {
    let scope = WithParams::new(scope, params);
    let judgements = check.rule.evaluate(subject, &scope);
    judgements.into_iter().map(|judgement| outcome(check, subject, judgement)).collect()
}

/// The same with every step of the evaluation.
pub fn explain(check: &Check, params: &Map, subject: &Entity, scope: &dyn Scope) -> Vec<(Outcome, Explanation)> {
    let scope = WithParams::new(scope, params);
    let explanations = check.rule.explain(subject, &scope);
    explanations.into_iter().map(|one| (outcome(check, subject, one.judgement.clone()), one)).collect()
}

fn outcome(check: &Check, subject: &Entity, judgement: Judgement) -> Outcome {
    let message = match judgement.verdict {
        Verdict::Pass | Verdict::NotApplicable if judgement.message.is_empty() => check.title.clone(),
        _ => judgement.message,
    };
    Outcome {
        check: check.id.clone(),
        uid: subject.uid.clone(),
        discriminator: judgement.discriminator,
        verdict: judgement.verdict,
        severity: check.fixed_severity.or(judgement.severity).unwrap_or(check.severity),
        message,
        evidence: judgement.evidence,
        unknown: judgement.unknown,
        holds_until: judgement.holds_until,
    }
}
