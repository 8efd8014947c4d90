//! What would make a failing check pass, over every failing example of the catalogue.

use std::sync::Arc;

use catalog::Catalog;
use engine::Facts;
use resource::Value;

#[test]
fn nearly_every_failing_example_has_a_change_that_makes_it_pass() {
    let catalog = Arc::new(Catalog::embedded().expect("the embedded catalogue loads"));
    let facts = Facts::new(catalog.clone(), Value::map::<&str>([]), "aws");
    let (mut failing, mut proven, mut without) = (0, 0, Vec::new());
    for check in catalog.checks() {
        for (example, item, flips) in
            check::flip_examples(&catalog, check, &facts).expect("the examples are well-formed")
        {
            failing += 1;
            assert!(!flips.is_empty(), "{} `{}` says nothing", check.id, example.title);
            if std::env::var_os("SHOW_FLIPS").is_some() {
                for flip in &flips {
                    println!("{} | {} | {item} | {} | {}", check.id, example.title, flip.proven, flip.text);
                }
            }
            match flips.iter().all(|flip| flip.proven) {
                true => proven += 1,
                false => without.push(format!("{} `{}`: {}", check.id, example.title, flips[0].text)),
            }
        }
    }
    println!("{proven} of {failing}");
    assert!(failing > 150, "{failing}");
    assert!(proven * 100 >= failing * 85, "{proven} of {failing}:\n{}", without.join("\n"));
}
