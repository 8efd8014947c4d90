//! Every check's examples give the verdicts they state, facts computed from their documents.

use std::sync::Arc;

use catalog::{Catalog, example_word};
use engine::Facts;
use resource::Value;

#[test]
fn every_example_of_every_check_holds() {
    let catalog = Arc::new(Catalog::embedded().expect("the embedded catalogue loads"));
    let facts = Facts::new(catalog.clone(), Value::map::<&str>([]), "aws");
    let mut wrong = Vec::new();
    let mut examples = 0;
    for check in catalog.checks() {
        for result in check::run_examples(&catalog, check, &facts).expect("the examples are well-formed") {
            examples += 1;
            if !result.holds() {
                wrong.push(format!(
                    "{}:{} `{}` is {}, not {}: {:?}",
                    check.file,
                    result.example.line,
                    result.example.title,
                    example_word(result.verdict()),
                    example_word(result.example.expected),
                    result.outcomes.iter().map(|outcome| &outcome.message).collect::<Vec<_>>()
                ));
            }
        }
    }
    assert!(examples > 45, "{examples}");
    assert!(wrong.is_empty(), "{} of {examples}\n{}", wrong.len(), wrong.join("\n"));
}
