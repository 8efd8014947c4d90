//! Kleene's connectives, quantifiers and the choice between two values.

use crate::ast::{Each, Node, Quantifier};
use crate::holes::gather;
use crate::{Holes, Truth, Val};

use super::{Collection, Ctx, Env};

/// After so many fields read by items that did not decide, those of further ones are not kept.
const SHOWN: usize = 12;

impl Ctx<'_> {
    /// `&&` and `||`: the first operand that is `stop` decides; otherwise an unknown one leaves it open.
    pub(super) fn junction(&self, parts: &[Node], stop: bool, env: &Env<'_>) -> Truth {
        let (start, first_step) = (self.mark(), self.steps());
        let mut unknown: Option<Holes> = None;
        let (mut undecided, mut undecided_steps) = (Vec::new(), Vec::new());
        for part in parts {
            let (from, step) = (self.mark(), self.steps());
            match self.truth(part, env) {
                Truth::Unknown(holes) => {
                    gather(&mut unknown, &holes);
                    undecided.push(from..self.mark());
                    undecided_steps.push(step..self.steps());
                }
                decided if decided == Truth::from(stop) => {
                    self.forget(start, from);
                    self.forget_steps(first_step, step);
                    return decided;
                }
                _ => {}
            }
        }
        match unknown {
            Some(holes) => {
                self.keep(start, &undecided);
                self.keep_steps(first_step, &undecided_steps);
                Truth::Unknown(holes)
            }
            None => Truth::from(!stop),
        }
    }

    pub(super) fn has(&self, inner: &Node, env: &Env<'_>) -> Truth {
        match self.eval(inner, env) {
            Val::Absent => Truth::False,
            Val::Unknown(holes) => Truth::Unknown(holes),
            present => {
                self.note_whole(&present);
                Truth::True
            }
        }
    }

    pub(super) fn choose(&self, parts: &[Node; 3], env: &Env<'_>) -> Val {
        let [condition, yes, no] = parts;
        match self.truth(condition, env) {
            Truth::True => self.eval(yes, env),
            Truth::False => self.eval(no, env),
            Truth::Unknown(holes) => {
                let (yes, no) = (self.eval(yes, env), self.eval(no, env));
                // Whichever it is, the answer is the same.
                if self.equal(&yes, &no) == Truth::True { yes } else { Val::Unknown(holes) }
            }
        }
    }

    pub(super) fn each(&self, each: &Each, env: &Env<'_>) -> Val {
        let over = self.eval(&each.over, env);
        let collection = self.collection(&over);
        let items = match collection {
            Collection::Unknown(holes) => return Val::Unknown(holes),
            Collection::Absent => {
                return match each.quantifier {
                    Quantifier::Exists => Val::Bool(false),
                    Quantifier::All => Val::Bool(true),
                    Quantifier::Filter | Quantifier::Map => Val::Absent,
                };
            }
            Collection::Items(items) => items,
        };
        if items.len == 0 {
            self.note_whole(&over);
        }
        match each.quantifier {
            Quantifier::Exists => Val::from(self.quantified(each, &items, true, env)),
            Quantifier::All => Val::from(self.quantified(each, &items, false, env)),
            Quantifier::Filter => self.filtered(each, &items, env),
            Quantifier::Map => {
                let mapped = (0..items.len).map(|at| {
                    let inner = Env::item(env, &each.var, items.item(at, self));
                    self.eval(&each.body, &inner)
                });
                Val::list(mapped.collect(), items.open.clone())
            }
        }
    }

    /// `exists` (`stop` is true) and `all` (`stop` is false): one item decides; else it takes a complete list.
    fn quantified(&self, each: &Each, items: &super::collection::Items<'_>, stop: bool, env: &Env<'_>) -> Truth {
        let (start, first_step) = (self.mark(), self.steps());
        let mut unknown: Option<Holes> = None;
        let (mut undecided, mut undecided_steps) = (Vec::new(), Vec::new());
        for at in 0..items.len {
            let (from, step) = (self.mark(), self.steps());
            let item = items.item(at, self);
            self.note_item(&each.var_span, &item);
            let inner = Env::item(env, &each.var, item);
            match self.truth(&each.body, &inner) {
                decided if decided == Truth::from(stop) => {
                    self.forget(start, from);
                    self.forget_steps(first_step, step);
                    return decided;
                }
                // A few items show what kept it undecided, or that none decided it.
                other => {
                    if from - start > SHOWN {
                        self.forget(from, self.mark());
                    }
                    if step - first_step >= SHOWN {
                        self.forget_steps(step, self.steps());
                    }
                    if let Truth::Unknown(holes) = other {
                        gather(&mut unknown, &holes);
                        undecided.push(from..self.mark());
                        undecided_steps.push(step..self.steps());
                    }
                }
            }
        }
        let from = self.mark();
        if let Some(open) = &items.open {
            gather(&mut unknown, open);
            items.note_open(self, open);
            undecided.push(from..self.mark());
        }
        match unknown {
            Some(holes) => {
                self.keep(start, &undecided);
                self.keep_steps(first_step, &undecided_steps);
                Truth::Unknown(holes)
            }
            None => Truth::from(!stop),
        }
    }

    /// An item whose condition is unknown may belong to the result or not: the result is incomplete.
    fn filtered(&self, each: &Each, items: &super::collection::Items<'_>, env: &Env<'_>) -> Val {
        let mut kept = Vec::new();
        let mut open = items.open.clone();
        for at in 0..items.len {
            let item = items.item(at, self);
            let inner = Env::item(env, &each.var, item.clone());
            match self.truth(&each.body, &inner) {
                Truth::True => kept.push(item),
                Truth::False => {}
                Truth::Unknown(holes) => gather(&mut open, &holes),
            }
        }
        if let Some(holes) = &items.open {
            items.note_open(self, holes);
        }
        Val::list(kept, open)
    }
}
