//! From a rule and a subject to verdicts.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use resource::{Evidence, Hole, Severity, Verdict, Why};

use super::message::{evidence, once, unread};
use super::{ForEach, Rule};
use crate::ast::Node;
use crate::eval::{Budget, Collection, Ctx, Env, LetCell, Read, Step, shown};
use crate::wish::ForItem;
use crate::{Entity, Holes, Scope, Truth, Val};

/// The answer of a rule for a subject, or for one item of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The answer.
    pub verdict: Verdict,
    /// The item's key in rules with `for`; empty otherwise, and for the judgement on items that may be missing.
    pub discriminator: String,
    /// The severity that `severity when` sets; `None` leaves the check's own. Only for `Fail`.
    pub severity: Option<Severity>,
    /// What is so (`say`) for `Fail`; what could not be read for `Unknown`; empty otherwise, where the check's title
    /// says it.
    pub message: String,
    /// The fields that decided. Empty for `Pass` and `NotApplicable` unless explained.
    pub evidence: Vec<Evidence>,
    /// The holes that kept it undecided; empty unless `Unknown`.
    pub unknown: Vec<Arc<Hole>>,
    /// When time alone may change the answer, microseconds since 1970 UTC.
    pub holds_until: Option<i64>,
}

/// A judgement and how it came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The judgement, with evidence whatever the verdict.
    pub judgement: Judgement,
    /// The statements evaluated, in order; those after the deciding one are not evaluated.
    pub statements: Vec<Explained>,
    /// The fields that decided, as evidence and with their places; each once. Empty where the evidence is.
    pub reads: Vec<Read>,
    /// The `severity when` that held, and what it read; only for `Fail`, and where steps are recorded.
    pub severity: Option<(Explained, Vec<Read>)>,
}

/// A statement with its value and what that rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// The keyword: `applies when`, `pass when`…
    pub statement: &'static str,
    /// The condition's tree of values.
    pub step: Step,
}

/// What the statements came to.
struct Decision {
    verdict: Verdict,
    unknown: Option<Holes>,
    /// The index of the `unknown when` that decided.
    attested: Option<usize>,
    reads: Vec<Read>,
    explained: Vec<Explained>,
}

/// One way through the rule: fast, or gathering evidence.
struct Pass<'r> {
    rule: &'r Rule,
    ctx: Ctx<'r>,
    cells: Vec<LetCell>,
    /// What `for` goes through, what it read, and when time may change it.
    over: OnceCell<(Val, Vec<Read>, Option<i64>)>,
    /// How many reads the item itself took.
    item_reads: Cell<usize>,
}

impl Rule {
    /// Judges `subject`. A rule with `for` gives a judgement per item; one `Unknown` more, without a discriminator,
    /// when there may be items that could not be read; one `NotApplicable` when there are none.
    ///
    /// It cannot fail: a value of an unforeseen type counts as absent, and a rule that would take too long is unknown.
    pub fn evaluate(&self, subject: &Entity, scope: &dyn Scope) -> Vec<Judgement> {
        self.judge(subject, scope, false).into_iter().map(|explanation| explanation.judgement).collect()
    }

    /// Judges `subject` and shows how.
    pub fn explain(&self, subject: &Entity, scope: &dyn Scope) -> Vec<Explanation> {
        self.judge(subject, scope, true)
    }

    fn judge(&self, subject: &Entity, scope: &dyn Scope, explain: bool) -> Vec<Explanation> {
        let fast = Pass::new(self, Ctx::new(scope, Some(subject), Budget::default()));
        let slow = OnceCell::new();
        let slow = || {
            slow.get_or_init(|| Pass::new(self, Ctx::new(scope, Some(subject), Budget::default()).recording(explain)))
        };
        // Most subjects pass: evidence is gathered in a second run, for those that do not.
        let judged = |item: Option<usize>| {
            let decision = fast.decide(item);
            let plain = matches!(decision.verdict, Verdict::Pass | Verdict::NotApplicable);
            if plain && !explain { fast.settle(decision, item) } else { slow().settle(slow().decide(item), item) }
        };
        let Some(each) = &self.each else { return vec![judged(None)] };
        let (known, open) = match fast.ctx.collection(fast.over(each)) {
            Collection::Absent => (0, None),
            Collection::Unknown(holes) => (0, Some(holes)),
            Collection::Items(items) => (items.len, items.open),
        };
        let mut all: Vec<Explanation> = (0..known).map(|at| judged(Some(at))).collect();
        distinguish(&mut all);
        if let Some(holes) = open {
            all.push(slow().unread_items(each, holes));
        } else if all.is_empty() {
            let pass = if explain { slow() } else { &fast };
            all.push(pass.without_items(each, explain));
        }
        all
    }
}

impl Rule {
    /// Calls `then` with the rule's names in reach, and with the item of `for` at that index.
    pub(crate) fn with_names<T>(
        &self,
        ctx: &Ctx<'_>,
        item: Option<usize>,
        then: &mut dyn FnMut(&Env<'_>, ForItem<'_>) -> T,
    ) -> T {
        let (shared, own) = self.lets.split_at(self.shared_lets.min(self.lets.len()));
        let cells: Vec<LetCell> = shared.iter().map(|_| LetCell::new()).collect();
        let outer = Env::lets(&Env::EMPTY, shared, &cells);
        let (Some(each), Some(at)) = (&self.each, item) else { return then(&outer, None) };
        let over = ctx.eval(&each.over, &outer);
        let val = match ctx.collection(&over) {
            Collection::Items(items) => items.item(at, ctx),
            Collection::Absent => Val::Absent,
            Collection::Unknown(holes) => Val::Unknown(holes),
        };
        let own_cells: Vec<LetCell> = own.iter().map(|_| LetCell::new()).collect();
        let env = Env::item(&outer, &each.var, val);
        then(&Env::lets(&env, own, &own_cells), Some((&each.var, &each.over, at)))
    }
}

/// Two items with one key must still be two findings.
fn distinguish(all: &mut [Explanation]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for explanation in all {
        let discriminator = &mut explanation.judgement.discriminator;
        let times = seen.entry(discriminator.clone()).or_insert(0);
        *times += 1;
        if *times > 1 {
            *discriminator = format!("{discriminator}#{times}");
        }
    }
}

impl Decision {
    fn of(verdict: Verdict) -> Self {
        Decision { verdict, unknown: None, attested: None, reads: Vec::new(), explained: Vec::new() }
    }

    fn unknown(holes: Holes) -> Self {
        Decision { unknown: Some(holes), ..Decision::of(Verdict::Unknown) }
    }
}

impl<'r> Pass<'r> {
    fn new(rule: &'r Rule, ctx: Ctx<'r>) -> Self {
        let cells = (0..rule.shared_lets).map(|_| LetCell::new()).collect();
        Pass { rule, ctx, cells, over: OnceCell::new(), item_reads: Cell::new(0) }
    }

    fn with_lets<T>(&self, then: impl FnOnce(&Env<'_>) -> T) -> T {
        let lets = self.rule.lets.get(..self.rule.shared_lets).unwrap_or_default();
        then(&Env::lets(&Env::EMPTY, lets, &self.cells))
    }

    fn over(&self, each: &ForEach) -> &Val {
        let (over, ..) = self.over.get_or_init(|| {
            self.ctx.refill(Budget::default());
            let over = self.with_lets(|env| self.ctx.eval(&each.over, env));
            let _ = self.ctx.take_steps();
            (over, self.ctx.take_reads(), self.ctx.holds_until())
        });
        over
    }

    /// Runs `then` with the names of the rule, and of item `at` of `for`, in reach.
    fn with_item<T>(&self, at: Option<usize>, then: impl FnOnce(&Env<'_>) -> T) -> T {
        let (Some(each), Some(at)) = (&self.rule.each, at) else { return self.with_lets(then) };
        let item = match self.ctx.collection(self.over(each)) {
            Collection::Items(items) => items.item(at, &self.ctx),
            Collection::Absent => Val::Absent,
            Collection::Unknown(holes) => Val::Unknown(holes),
        };
        let own = self.rule.lets.get(self.rule.shared_lets..).unwrap_or_default();
        let cells: Vec<LetCell> = own.iter().map(|_| LetCell::new()).collect();
        self.with_lets(|outer| {
            self.item_reads.set(self.ctx.mark());
            let env = Env::item(outer, &each.var, item);
            then(&Env::lets(&env, own, &cells))
        })
    }

    fn decide(&self, at: Option<usize>) -> Decision {
        if let Some(each) = &self.rule.each {
            self.over(each);
        }
        self.ctx.refill(Budget::default());
        let mut decision = self.with_item(at, |env| self.statements(env));
        if self.ctx.is_spent() {
            decision.verdict = Verdict::Unknown;
            decision.unknown = Some(Ctx::too_expensive());
        }
        decision
    }

    fn statements(&self, env: &Env<'_>) -> Decision {
        let mut explained = Vec::new();
        let mut decision = self.conditions(env, &mut explained);
        decision.reads = self.ctx.take_reads();
        decision.explained = explained;
        decision
    }

    fn conditions(&self, env: &Env<'_>, explained: &mut Vec<Explained>) -> Decision {
        if let Some(applies) = &self.rule.applies {
            match self.condition("applies when", applies, env, explained) {
                Truth::True => {}
                Truth::False => return Decision::of(Verdict::NotApplicable),
                Truth::Unknown(holes) => return Decision::unknown(holes),
            }
        }
        for (at, attestation) in self.rule.unknowns.iter().enumerate() {
            match self.condition("unknown when", &attestation.when, env, explained) {
                Truth::False => {}
                Truth::Unknown(holes) => return Decision::unknown(holes),
                Truth::True => {
                    let hole = Hole::new(Why::Attestation).detail(&attestation.because);
                    return Decision { attested: Some(at), ..Decision::unknown(Holes::one(Arc::new(hole))) };
                }
            }
        }
        match self.condition("pass when", &self.rule.pass, env, explained) {
            Truth::True => Decision::of(Verdict::Pass),
            Truth::False => Decision::of(Verdict::Fail),
            Truth::Unknown(holes) => Decision::unknown(holes),
        }
    }

    fn condition(&self, name: &'static str, node: &Node, env: &Env<'_>, explained: &mut Vec<Explained>) -> Truth {
        // What the statements before this one read did not decide. What `for` took its item from stays.
        self.ctx.forget(self.item_reads.get(), self.ctx.mark());
        let truth = self.ctx.truth(node, env);
        explained.extend(self.ctx.take_steps().into_iter().map(|step| Explained { statement: name, step }));
        truth
    }

    /// Adds to a decision what people want to know of it.
    fn settle(&self, decision: Decision, at: Option<usize>) -> Explanation {
        let fail = decision.verdict == Verdict::Fail;
        // Before more is evaluated, which would move it.
        let holds_until = earlier(self.ctx.holds_until(), self.over.get().and_then(|(.., until)| *until));
        let discriminator = at.map_or_else(String::new, |at| self.discriminator(at));
        self.ctx.take_reads();
        self.ctx.take_steps();
        let severity = if fail { self.severity(at) } else { None };
        let (steps, severity_reads) = (self.ctx.take_steps(), self.ctx.take_reads());
        // Of the conditions tried in turn the last one held.
        let held = steps.into_iter().next_back().filter(|_| severity.is_some());
        let held = held.map(|step| (Explained { statement: "severity when", step }, once(severity_reads)));
        let message = match (&decision.unknown, decision.attested) {
            (_, Some(index)) => self.rule.unknowns.get(index).map_or_else(String::new, |it| it.because.to_string()),
            (Some(holes), None) => unread(holes, &decision.reads),
            (None, _) if fail => self.with_item(at, |env| self.rule.say.fill(&self.ctx, env, &str::to_owned)),
            (None, _) => String::new(),
        };
        // Words may have read more; it did not decide.
        self.ctx.take_reads();
        self.ctx.take_steps();
        let judgement = Judgement {
            verdict: decision.verdict,
            discriminator,
            severity,
            message,
            evidence: evidence(&decision.reads),
            unknown: decision.unknown.map_or_else(Vec::new, |holes| holes.to_vec()),
            holds_until,
        };
        Explanation { judgement, statements: decision.explained, reads: once(decision.reads), severity: held }
    }

    fn discriminator(&self, at: usize) -> String {
        let Some(each) = &self.rule.each else { return String::new() };
        match self.with_item(Some(at), |env| self.ctx.eval(&each.by, env)) {
            Val::Absent | Val::Unknown(_) => format!("#{}", at + 1),
            key => shown(&key),
        }
    }

    fn severity(&self, at: Option<usize>) -> Option<Severity> {
        self.with_item(at, |env| {
            let mut conditions = self.rule.severities.iter();
            conditions.find(|(when, _)| self.ctx.truth(when, env) == Truth::True).map(|(_, severity)| *severity)
        })
    }

    /// The judgement where there are no items; what says so is read only to show it.
    fn without_items(&self, each: &ForEach, explain: bool) -> Explanation {
        let mut decision = Decision::of(Verdict::NotApplicable);
        if explain {
            self.over(each);
            decision.reads = self.over.get().map_or_else(Vec::new, |(_, reads, _)| reads.clone());
        }
        self.settle(decision, None)
    }

    /// The judgement on items that may exist but could not be read.
    fn unread_items(&self, each: &ForEach, holes: Holes) -> Explanation {
        self.over(each);
        self.ctx.refill(Budget::default());
        let reads = self.over.get().map_or_else(Vec::new, |(_, reads, _)| reads.clone());
        self.settle(Decision { reads, ..Decision::unknown(holes) }, None)
    }
}

fn earlier(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}
