//! The parser against an independent one.

use cel::parser::PrattParser;
use proptest::prelude::*;

use super::generate::{Dice, Names, boolean};
use crate::parse;

/// What the other parser accepts, macros left out of the question by the texts.
fn accepted(text: &str) -> bool {
    PrattParser::default().max_recursion_depth(512).parse(text).is_ok()
}

/// Ours refuses some of the language on purpose, in words of its own.
fn refused_on_purpose(text: &str) -> bool {
    let purposes = ["a leading dot", "is not needed", "not part of the language", "only a name can be called"];
    parse(text).is_err_and(|fault| purposes.iter().any(|purpose| fault.message.contains(purpose)))
}

/// Our parser lets a call end in a comma, as a list may.
fn lenient(text: &str) -> bool {
    text.replace(' ', "").contains(",)")
}

const WORDS: [&str; 34] = [
    "a", "b.c", "self", "1", "2.5", "'x'", "\"y\"", "true", "null", "[", "]", "(", ")", "{", "}", ",", ":", ".", "+",
    "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||", "!", "?", " in ", " ", "f(",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_parsers_accept_the_same_texts(words in proptest::collection::vec(0..WORDS.len(), 1..14)) {
        let text: String = words.into_iter().map(|at| WORDS[at]).collect();
        prop_assume!(!refused_on_purpose(&text) && !lenient(&text));
        prop_assert_eq!(parse(&text).is_ok(), accepted(&text), "{}", text);
    }

    #[test]
    fn both_parsers_accept_what_is_generated_and_agree_once_it_is_damaged(
        shape in proptest::collection::vec(any::<u8>(), 0..80),
        at in any::<prop::sample::Index>(),
        word in 0..WORDS.len(),
    ) {
        let text = boolean(&mut Dice::new(&shape), &Names::default(), 3);
        prop_assert!(parse(&text).is_ok() && accepted(&text), "{}", text);
        let mut damaged = text.clone();
        let place = at.index(damaged.len() + 1);
        damaged.insert_str(place, WORDS[word]);
        // Ours knows `has` and the macros by their arguments; theirs expands them, so only theirs may refuse more.
        if parse(&damaged).is_ok() && !lenient(&damaged) {
            prop_assert!(accepted(&damaged) || damaged.contains("has("), "{}", damaged);
        }
    }

    #[test]
    fn no_text_breaks_the_parser(text in "\\PC{0,200}") {
        let _ = parse(&text);
        let _ = crate::parse_rule(&text);
        let _ = crate::Template::parse(&text);
    }

    #[test]
    fn no_soup_of_words_breaks_rules_or_their_faults(words in proptest::collection::vec(0..WORDS.len(), 0..30)) {
        let soup: String = words.into_iter().map(|at| WORDS[at]).collect();
        let text = format!("let a = {soup}\nfor b in {soup} by {soup}\npass when {soup}\nsay \"{{{soup}}}\"");
        if let Err(faults) = crate::parse_rule(&text) {
            for fault in faults {
                prop_assert!(!crate::render(&text, "a.md", &fault).is_empty());
                prop_assert!(fault.span.start <= text.len(), "{:?}", fault);
            }
        }
    }
}
