//! Policies that are to allow less.

use resource::Value;

use crate::Spot;
use crate::ast::{Kind, Node};
use crate::eval::Env;

use super::walk::Walk;
use super::{Bound, Plan, To, every};

/// More statements are not taken away one by one.
const MOST_STATEMENTS: usize = 12;

impl Walk<'_> {
    /// `policy(documents).…` is not to hold: the statements that allow something go, one of them or all.
    pub(super) fn want_less_policy(&self, on: &Node, env: &Env<'_>, bound: &Bound<'_>) -> Vec<Plan> {
        let documents = self.through(on, env, &mut |on, env| match &on.kind {
            Kind::Call(call) if *call.name == *"policy" => {
                call.args.first().map_or_else(Vec::new, |documents| self.spots(documents, env, bound))
            }
            _ => Vec::new(),
        });
        without_allows(&documents)
    }
}

/// The ways to take from policy documents what they allow: each statement, and all of them.
pub fn without_allows(documents: &[Spot]) -> Vec<Plan> {
    let gone = |spot: Spot| Plan::one(spot, To::Gone, 18);
    let mut plans: Vec<Plan> = documents.iter().flat_map(allowing).map(gone).collect();
    if plans.len() > 1 {
        let all = every(plans.iter().map(|plan| vec![plan.clone()]).collect::<Vec<_>>());
        plans.truncate(MOST_STATEMENTS);
        plans.extend(all);
    }
    plans
}

/// The statements of a document that allow something.
fn allowing(document: &Spot) -> Vec<Spot> {
    let statements = document.clone().member(&"Statement".into());
    let allows =
        |statement: &Value| statement.get("Effect").as_str().is_some_and(|effect| effect.eq_ignore_ascii_case("allow"));
    let list = statements.value();
    if allows(&list) {
        return vec![statements];
    }
    let places = list.items().iter().enumerate().filter(|(_, statement)| allows(statement));
    places.map(|(at, _)| statements.clone().item(at)).collect()
}
