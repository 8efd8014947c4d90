//! A check's action over its examples.

use std::sync::Arc;

use catalog::{ActionError, Catalog, Check, Example, Remedy};
use resource::Verdict;

use crate::example::{ExampleError, each_example};
use crate::{FactMaker, OnSubject, WithParams, run};

/// An example, the item, and the fix written out or why not.
pub type Fixed = (Example, String, Result<Remedy, ActionError>);

/// What each failing verdict of a check's examples is fixed by.
/// None for a check without an action for the example's type.
///
/// # Errors
/// When an example is malformed or the check's subject does not exist.
pub fn fix_examples(catalog: &Catalog, check: &Arc<Check>, maker: &dyn FactMaker) -> Result<Vec<Fixed>, ExampleError> {
    let mut results = Vec::new();
    each_example(catalog, check, maker, &mut |example, case| {
        let scope = WithParams::new(case.scope, case.params);
        let scope = OnSubject::new(&scope, case.subject);
        for outcome in run(case.check, case.params, case.subject, case.scope) {
            let item = outcome.discriminator;
            if outcome.verdict == Verdict::Fail
                && let Some(fix) = catalog.remedy(check, &case.subject.type_id, &item, &scope)
            {
                results.push((example.clone(), item, fix));
            }
        }
    })?;
    Ok(results)
}
