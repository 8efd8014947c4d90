//! The action of each check, written out for the failing examples of the catalogue.

use std::collections::BTreeSet;
use std::sync::Arc;

use catalog::{ActionError, Catalog};
use engine::Facts;
use resource::Value;

#[test]
fn every_action_can_be_written_out_for_some_failing_example_and_never_makes_a_call_that_does_not_fit() {
    let catalog = Arc::new(Catalog::embedded().expect("the embedded catalogue loads"));
    let facts = Facts::new(catalog.clone(), Value::map::<&str>([]), "aws");
    let (mut written, mut not, mut shown) = (0, Vec::new(), BTreeSet::new());
    for check in catalog.checks().filter(|check| !check.fix.is_empty()) {
        for (example, item, fix) in check::fix_examples(&catalog, check, &facts).expect("the examples are well-formed")
        {
            let place = format!("{} `{}` {item}", check.id, example.title);
            match fix {
                Ok(remedy) => {
                    written += 1;
                    assert!(!remedy.commands.is_empty(), "{place}");
                    assert!(
                        remedy.commands.iter().all(|line| line.starts_with("aws ")),
                        "{place}: {:?}",
                        remedy.commands
                    );
                    shown.insert(remedy.action);
                }
                Err(ActionError::Unfit { call, why }) => panic!("{place}: `{call}`: {why}"),
                Err(error) => not.push(format!("{place}: {error}")),
            }
        }
    }
    println!("{written} written, {} not:\n{}", not.len(), not.join("\n"));
    assert!(written > 60, "{written}\n{}", not.join("\n"));
    let never: Vec<&str> = catalog.actions().map(|action| &*action.id).filter(|id| !shown.contains(*id)).collect();
    assert!(never.is_empty(), "never written out: {never:?}\n{}", not.join("\n"));
}
