//! Whether a check's `fix` fits the actions that it names.

use std::collections::BTreeSet;
use std::sync::Arc;

use resource::Value;

use crate::error::CatalogError;
use crate::schema::type_of;
use crate::{Catalog, Check, Demand};

use super::Action;
use super::validate::{first_member, members};

/// What is wrong with a check's `fix`.
pub(crate) fn fixes(catalog: &Catalog, check: &Check) -> Vec<CatalogError> {
    let mut errors = Vec::new();
    let mut wrong = |words: String| errors.push(CatalogError::at(&check.file, check.fix_line, words));
    let subjects = catalog.subjects(check);
    let mut types = BTreeSet::new();
    for fix in &check.fix {
        let Some(action) = catalog.action(&fix.action) else {
            let known: Vec<Arc<str>> = catalog.actions.ids().cloned().collect();
            wrong(format!("there is no action `{}`; {}", fix.action, expr::nearest(&fix.action, &known)));
            continue;
        };
        if !subjects.iter().any(|of| of.id == action.type_id) {
            let names: Vec<&str> = subjects.iter().map(|of| &*of.id).collect();
            wrong(format!("`{}` acts on `{}`, the check is about {}", action.id, action.type_id, names.join(", ")));
        }
        if !types.insert(&action.type_id) {
            wrong(format!("two actions of `fix` act on `{}`; leave one", action.type_id));
        }
        for name in unread(catalog, check, action) {
            wrong(format!(
                "`{}` needs `{name}`, which no scan for this check reads; ask for it in the rule",
                action.id
            ));
        }
        for (name, argument) in &fix.args {
            match action.args.get(name) {
                None => {
                    let known: Vec<Arc<str>> = action.args.keys().cloned().collect();
                    let help = expr::nearest(name, &known);
                    wrong(format!("`{}` is not told `{name}`; {help}", action.id));
                }
                Some(default) => {
                    if let Some(given) = argument.constant()
                        && !same_kind(&given, default)
                    {
                        let default = default.to_json();
                        wrong(format!("`{name}` of `{}` is written like its default, {default}", action.id));
                    }
                }
            }
        }
    }
    errors
}

fn same_kind(given: &Value, default: &Value) -> bool {
    matches!((given, default), (Value::List(_), Value::List(_))) || type_of(given) == type_of(default)
}

/// Members that the action needs and that only calls give which the check does not ask for.
fn unread(catalog: &Catalog, check: &Check, action: &Action) -> Vec<Arc<str>> {
    let Some(of) = catalog.resource_type(&action.type_id) else { return Vec::new() };
    let demand = Demand::of(catalog, [&Arc::new(check.clone())]);
    let asked = demand.types.get(&of.id).cloned().unwrap_or_default();
    let gives = |index: usize, name: &Arc<str>| {
        catalog.gives(of, index).iter().any(|path| first_member(path).as_ref() == Some(name))
    };
    let missing = |name: &Arc<str>| {
        let giving: BTreeSet<usize> = (0..of.get.len()).filter(|index| gives(*index, name)).collect();
        !giving.is_empty() && giving.is_disjoint(&asked)
    };
    members(catalog, action).into_iter().filter(missing).collect()
}
