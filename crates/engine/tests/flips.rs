//! What would make a failing check pass, over every failing example of the catalogue.

use std::sync::Arc;

use catalog::Catalog;
use engine::Facts;
use resource::{Value, Verdict};

/// Of a hundred failing examples at least so many have a change that is proven to make them pass. The others hold a
/// hole that keeps them undecided after the change, or no longer ask the question.
const PROVEN: usize = 97;

#[test]
fn nearly_every_failing_example_has_a_change_that_makes_it_pass() {
    let catalog = Arc::new(Catalog::embedded().expect("the embedded catalogue loads"));
    let facts = Facts::new(catalog.clone(), Value::map::<&str>([]), "aws");
    let (mut failing, mut proven, mut rewritten, mut without) = (0, 0, 0, Vec::new());
    for check in catalog.checks() {
        for found in check::flip_examples(&catalog, check, &facts).expect("the examples are well-formed") {
            let title = &found.example.title;
            failing += 1;
            assert!(!found.flips.is_empty(), "{} `{title}` says nothing", check.id);
            for flip in &found.flips {
                assert!(!flip.text.is_empty() && !flip.text.contains('\0'), "{} `{title}`: {flip:?}", check.id);
            }
            if found.flips.iter().all(|flip| flip.proven) {
                proven += 1;
            } else {
                without.push(format!("{} `{title}`: {}", check.id, found.flips[0].text));
            }
            // The changed documents written into the example itself, facts and all from scratch.
            rewritten += found.rewritten.len();
            assert!(
                found.rewritten.iter().all(|verdict| *verdict == Verdict::Pass),
                "{} `{title}`: {:?} {:?}",
                check.id,
                found.rewritten,
                found.flips
            );
        }
    }
    println!("{proven} of {failing} proven, {rewritten} ways rewritten; without:\n{}", without.join("\n"));
    assert!(failing > 250, "{failing}");
    assert!(rewritten > 250, "{rewritten}");
    assert!(proven * 100 >= failing * PROVEN, "{proven} of {failing}:\n{}", without.join("\n"));
}

#[test]
fn halves_of_everybody_go_together_and_using_a_key_is_no_way_to_pass() {
    let catalog = Arc::new(Catalog::embedded().expect("the embedded catalogue loads"));
    let facts = Facts::new(catalog.clone(), Value::map::<&str>([]), "aws");
    let (mut halves, mut recorded) = (0, 0);
    for check in catalog.checks() {
        let used = check.rule_text.to_ascii_lowercase().replace('_', "").contains("lastused");
        for found in check::flip_examples(&catalog, check, &facts).expect("the examples are well-formed") {
            for flip in &found.flips {
                if flip.text.contains("128.0.0.0/1") || flip.text.contains("0.0.0.0/1 ") {
                    assert!(flip.edits.len() > 1, "{} leaves half of everybody in: {}", check.id, flip.text);
                    halves += 1;
                }
                let text = flip.text.to_ascii_lowercase().replace('_', "");
                assert!(!(text.contains("lastused") && text.ends_with("or later")), "{}: {}", check.id, flip.text);
                recorded += usize::from(used);
            }
        }
    }
    assert!(halves > 0 && recorded > 0, "{halves} {recorded}");
}
