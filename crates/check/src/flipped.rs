//! What would make the failing examples of a check pass.

use std::sync::Arc;

use catalog::{Catalog, Check, Demand, Example, ResourceType};
use expr::Scope;
use resource::{Map, Value, Verdict};

use crate::entity::FactMaker;
use crate::example::{ExampleError, ROOTS, World, each_example};
use crate::flip::{Case, Flip, flips};
use crate::run::run;

/// A failing verdict of an example, and what would make it pass.
#[derive(Debug)]
pub struct FlippedExample {
    /// The example.
    pub example: Example,
    /// The item that failed.
    pub discriminator: String,
    /// The ways to make it pass.
    pub flips: Vec<Flip>,
    /// For each way that changes nothing but the subject, its account and its region: what the way is said to lead to,
    /// and the verdict of the example written anew with the changed documents.
    pub rewritten: Vec<(Verdict, Verdict)>,
}

/// What would make each failing verdict of a check's examples pass.
///
/// # Errors
/// When an example is malformed or the check's subject does not exist.
pub fn flip_examples(
    catalog: &Catalog,
    check: &Arc<Check>,
    maker: &dyn FactMaker,
) -> Result<Vec<FlippedExample>, ExampleError> {
    let mut results = Vec::new();
    each_example(catalog, check, maker, &mut |example, case| {
        let outcomes = run(case.check, case.params, case.subject, case.scope);
        for outcome in outcomes.into_iter().filter(|outcome| outcome.verdict == Verdict::Fail) {
            let flips = flips(&Case { discriminator: &outcome.discriminator, ..*case });
            let discriminator = outcome.discriminator;
            results.push(FlippedExample { example: example.clone(), discriminator, flips, rewritten: Vec::new() });
        }
    })?;
    let demand = Demand::of(catalog, [check]);
    for result in &mut results {
        let subjects = catalog.subjects(check);
        let named = result.example.given.get("type").as_str().and_then(|id| subjects.iter().find(|of| &*of.id == id));
        let Some(of) = named.or(subjects.first()) else { continue };
        for flip in result.flips.iter().filter(|flip| flip.proven) {
            let world = World::new(catalog, &demand, maker, &result.example)?;
            let Some(given) = rewritten(&world, of, &result.example.given, flip) else { continue };
            let changed = Example { given, ..result.example.clone() };
            let world = World::new(catalog, &demand, maker, &changed)?;
            let subject = world.subject(of, &changed.given);
            let mut params = check.params.clone();
            params.extend(changed.given.get("params").as_map().cloned().unwrap_or_default());
            let outcomes = run(check, &params, &subject, &world);
            let own = outcomes.iter().find(|outcome| outcome.discriminator == result.discriminator);
            // An item that is gone is not asked about.
            let own = own.map_or(Verdict::NotApplicable, |outcome| outcome.verdict);
            result.rewritten.extend(flip.then.map(|then| (then, own)));
        }
    }
    Ok(results)
}

/// The example's node with the changed documents in it; `None` when something else changes too.
fn rewritten(world: &World<'_>, of: &ResourceType, given: &Value, flip: &Flip) -> Option<Value> {
    let subject = world.subject(of, given);
    let roots = given.as_map()?.iter().filter(|(name, _)| ROOTS.contains(&&***name));
    let mut new: Map = roots.map(|(name, value)| (name.clone(), value.clone())).collect();
    let mut left = flip.touched();
    if left.remove(&subject.uid) {
        new.insert("self".into(), flip.applied(&subject.uid, &subject.document));
    } else {
        new.insert("self".into(), subject.document.clone());
    }
    for root in ["account", "region"] {
        let Some(entity) = world.root(root).and_then(|val| val.as_entity().cloned()) else { continue };
        if left.remove(&entity.uid) {
            let mut node = flip.applied(&entity.uid, &entity.document).as_map().cloned().unwrap_or_default();
            node.extend(entity.extra.clone());
            new.insert(root.into(), Value::Map(node));
        }
    }
    (left.is_empty() && !flip.edits.is_empty()).then_some(Value::Map(new))
}
