//! What would make a failing check pass, over every failing example of the catalogue.

use std::sync::Arc;

use catalog::Catalog;
use engine::Facts;
use expr::Type;
use resource::{Segment, Value, Verdict};

/// Of a hundred failing examples at least so many have a change after which they are proven to fail no more. Of the
/// others most hold a hole that decides after the change.
const PROVEN: usize = 97;
/// Of a hundred of those without a hole.
const PROVEN_WITHOUT_HOLES: usize = 99;

#[test]
fn nearly_every_failing_example_has_a_change_that_makes_it_pass() {
    let catalog = Arc::new(Catalog::embedded().expect("the embedded catalogue loads"));
    let facts = Facts::new(catalog.clone(), Value::map::<&str>([]), "aws");
    let (mut failing, mut proven, mut rewritten, mut without) = (0, 0, 0, Vec::new());
    let (mut whole, mut whole_proven, mut undecided) = (0, 0, 0);
    for check in catalog.checks() {
        for found in check::flip_examples(&catalog, check, &facts).expect("the examples are well-formed") {
            let title = &found.example.title;
            failing += 1;
            assert!(!found.flips.is_empty(), "{} `{title}` says nothing", check.id);
            for flip in &found.flips {
                assert!(!flip.text.is_empty() && !flip.text.contains('\0'), "{} `{title}`: {flip:?}", check.id);
            }
            let is_proven = found.flips.iter().all(|flip| flip.proven);
            proven += usize::from(is_proven);
            if has_hole(&found.example.given) {
                let unknown = |flip: &check::Flip| flip.then == Some(Verdict::Unknown);
                undecided += usize::from(!is_proven && found.flips.iter().all(unknown));
            } else {
                whole += 1;
                whole_proven += usize::from(is_proven);
            }
            if !is_proven {
                without.push(format!("{} `{title}`: {}", check.id, found.flips[0].text));
            }
            // The changed documents written into the example itself, facts and all from scratch.
            rewritten += found.rewritten.len();
            assert!(
                found.rewritten.iter().all(|(said, verdict)| said == verdict),
                "{} `{title}`: {:?} {:?}",
                check.id,
                found.rewritten,
                found.flips
            );
        }
    }
    println!("{proven} of {failing} proven, {whole_proven} of the {whole} without holes, {rewritten} ways rewritten");
    println!("{undecided} are undecided by a hole after the change; without:\n{}", without.join("\n"));
    assert!(failing > 250, "{failing}");
    assert!(rewritten > 250, "{rewritten}");
    assert!(proven * 100 >= failing * PROVEN, "{proven} of {failing}:\n{}", without.join("\n"));
    let without = without.join("\n");
    assert!(whole_proven * 100 >= whole * PROVEN_WITHOUT_HOLES, "{whole_proven} of {whole}:\n{without}");
}

/// Whether something of an example is given as not read.
fn has_hole(value: &Value) -> bool {
    match value {
        Value::Unknown(_) => true,
        Value::List(list) => list.open.is_some() || list.items.iter().any(has_hole),
        Value::Map(map) => map.values().any(has_hole),
        _ => false,
    }
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
                // Entries of a network ACL are called by their numbers.
                let entries = check.id.contains("-nacl-") && found.example.title.contains("two halves");
                if entries || flip.text.contains("128.0.0.0/1") || flip.text.contains("0.0.0.0/1 ") {
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

#[test]
fn ways_that_nobody_has_or_should_take_are_not_shown() {
    let catalog = Arc::new(Catalog::embedded().expect("the embedded catalogue loads"));
    let facts = Facts::new(catalog.clone(), Value::map::<&str>([]), "aws");
    let (mut aside, mut anew) = (0, 0);
    for check in catalog.checks() {
        for found in check::flip_examples(&catalog, check, &facts).expect("the examples are well-formed") {
            let title = &found.example.title;
            for flip in &found.flips {
                let text = &flip.text;
                assert!(!text.contains("\"terminat") && !text.contains("\"delet"), "{} `{title}`: {text}", check.id);
                let foreign = flip.edits.iter().find(|edit| edit.uid.starts_with("arn:aws:iam::aws:policy/"));
                assert!(
                    foreign.is_none_or(|edit| edit.path == "AttachmentCount"),
                    "{} `{title}` changes a policy of AWS: {text}",
                    check.id
                );
                let not_applicable = flip.then == Some(Verdict::NotApplicable);
                let said = text.ends_with("; the check no longer applies then");
                assert_eq!(not_applicable, said, "{} `{title}`: {text}", check.id);
                aside += usize::from(not_applicable);
                anew += usize::from(text.contains("only one made anew can differ"));
            }
            // One that makes it pass is never left out for one that makes it not apply.
            let kinds: Vec<bool> = found.flips.iter().map(|flip| flip.then == Some(Verdict::Pass)).collect();
            assert!(kinds.windows(2).all(|pair| pair[0] == pair[1]), "{} `{title}`: {:?}", check.id, found.flips);
        }
    }
    assert!(aside > 0 && anew > 0, "{aside} {anew}");
}

#[test]
fn members_that_are_called_fixed_are_in_the_documents() {
    fn leads(of: &Type, path: &[Segment]) -> bool {
        match (of, path) {
            (Type::Any, _) | (_, []) => true,
            (Type::Object(object), [Segment::Member(name), rest @ ..]) => {
                object.members.get(name).is_some_and(|member| leads(member, rest))
            }
            (Type::List(item), [Segment::Each, rest @ ..]) => leads(item, rest),
            _ => false,
        }
    }
    let catalog = Catalog::embedded().expect("the embedded catalogue loads");
    let mut named = 0;
    for of in catalog.resource_types() {
        for fixed in &of.fixed {
            assert!(leads(&catalog.document_type(of), fixed.segments()), "{} has no {fixed}", of.id);
            named += 1;
        }
    }
    assert!(named > 0);
}
