//! Types before evaluation, and what an expression reads.

mod absence;
mod calls;
mod infer;
mod members;
mod nearest;
pub use nearest::nearest;
mod operators;
mod signatures;

use std::collections::BTreeSet;

use crate::ast::Node;
use crate::{Diagnostic, Expr, Rule, Schema, Template, Type, Use};

pub use absence::Absence;

use infer::Checker;

/// What checking found.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The type of the expression; of a rule, `Bool`.
    pub ty: Type,
    /// Faults; with any, the expression must not be used. Spans count bytes of the text that was parsed.
    pub errors: Vec<Diagnostic>,
    /// Where a negated comparison passes on absence: an example must cover each.
    pub absence: Vec<Absence>,
    /// Everything that evaluation may read, sorted, each once.
    pub uses: Vec<Use>,
}

impl Rule {
    /// Checks the rule for subjects of the type `subject`.
    pub fn check(&self, schema: &dyn Schema, subject: &str) -> Checked {
        let mut checker = Checker::new(schema, Some(subject));
        self.statements_of(&mut checker);
        let absence = absence::found(self);
        checker.finish(Type::Bool, absence)
    }

    fn statements_of(&self, checker: &mut Checker<'_>) {
        let (shared, own) = self.lets.split_at_checked(self.shared_lets).unwrap_or((&self.lets, &[]));
        for one in shared {
            checker.bind(&one.name, &one.name_span, &one.node);
        }
        if let Some(each) = &self.each {
            checker.bind_item(&each.var, &each.var_span, &each.over);
            for one in own {
                checker.bind(&one.name, &one.name_span, &one.node);
            }
            checker.infer(&each.by);
        }
        let conditions = self
            .applies
            .iter()
            .chain(self.unknowns.iter().map(|attestation| &attestation.when))
            .chain([&self.pass])
            .chain(self.severities.iter().map(|(when, _)| when));
        for condition in conditions {
            checker.boolean(condition);
        }
        for node in self.say.nodes() {
            checker.infer(node);
        }
    }
}

impl Expr {
    /// Checks the expression. With a `subject`, `self`, `facts` and `norm` are that resource's; without, every root is
    /// the schema's. `expected` is the type that it must give; [`Type::Any`] for whatever it gives.
    pub fn check(&self, schema: &dyn Schema, subject: Option<&str>, expected: &Type) -> Checked {
        let mut checker = Checker::new(schema, subject);
        let ty = if *expected == Type::Bool {
            checker.boolean(&self.node);
            Type::Bool
        } else {
            let ty = checker.infer(&self.node);
            checker.expect(&self.node, &ty, expected);
            ty
        };
        checker.finish(ty, Vec::new())
    }
}

impl Template {
    /// Checks the expressions of the template.
    pub fn check(&self, schema: &dyn Schema, subject: Option<&str>) -> Checked {
        let mut checker = Checker::new(schema, subject);
        for node in self.nodes() {
            checker.infer(node);
        }
        checker.finish(Type::String, Vec::new())
    }
}

impl Checker<'_> {
    fn expect(&mut self, node: &Node, found: &Type, expected: &Type) {
        if !operators::assignable(found, expected) {
            let message = format!("this is {found}, where {expected} is expected");
            self.fault(&node.span, message, "change the expression or what it is used for");
        }
    }

    fn finish(self, ty: Type, absence: Vec<Absence>) -> Checked {
        let uses: BTreeSet<Use> = self.uses;
        Checked { ty, errors: self.errors, absence, uses: uses.into_iter().collect() }
    }
}
