//! What is refused, and in which words.

mod common;

use expr::{Diagnostic, Template, parse, parse_rule, render};

fn fault(text: &str) -> (String, String, String) {
    let found = parse(text).err().unwrap_or_else(|| panic!("accepted: {text}"));
    (found.message.clone(), found.help.clone(), text.get(found.span.clone()).unwrap_or("?").to_owned())
}

#[test]
fn an_expression_is_refused_with_its_place() {
    for (text, message, at) in [
        ("", "an expression is missing", ""),
        ("  ", "an expression is missing", "  "),
        ("self.A = 5", "`=` is not expected here", "="),
        ("self.A &&", "the expression ends too early", ""),
        ("(self.A", "the expression ends too early", ""),
        ("self.A)", "`)` is not expected here", ")"),
        ("self.A and self.B", "`and` is not expected here", "and"),
        ("'text", "the text is not closed", "'"),
        ("self.`a`", "names cannot be quoted with a backtick", "`"),
        ("5u", "unsigned numbers are not part of the language", "5u"),
        ("b'x'", "bytes are not part of the language", "b'x'"),
        ("self.?a", "`?` is not needed before a member", "self.?a"),
        ("Type{a: 1}", "typed objects are not part of the language", "Type{a: 1}"),
        (".a", "a leading dot means nothing here", ".a"),
        ("1e999", "the number is too large", "1e999"),
        ("has(a, b)", "`has` asks about one value", "has(a, b)"),
        ("a.exists(x)", "the name of the item or the condition is missing", "exists"),
        ("a.all(x.y, true)", "the name of the item or the condition is missing", "all"),
        ("a[0](1)", "only a name can be called", "a[0]"),
        ("for", "`for` is not expected here", "for"),
    ] {
        let (found, help, place) = fault(text);
        assert_eq!((found.as_str(), place.as_str()), (message, at), "{text}");
        assert!(!help.is_empty(), "{text}");
    }
}

#[test]
fn hostile_nesting_is_refused_on_a_small_stack() {
    let deep = |open: &str, close: &str, times: usize| format!("{}a{}", open.repeat(times), close.repeat(times));
    let hostile = vec![
        deep("(", ")", 3_000),
        deep("[", "]", 3_000),
        deep("f(", ")", 3_000),
        deep("{'a':", "}", 1_000),
        deep("!", "", 4_000),
        deep("-", "", 4_000),
        deep("a?", ":a", 1_500),
        deep("a?a:", "", 1_500),
        deep("a+", "", 4_000),
        deep("a.", "", 4_000),
        deep("a<", "", 4_000),
        deep("a in ", "", 1_600),
        deep("'", "(", 4_000),
        "a".repeat(9_000),
    ];
    let allowed = vec![
        deep("(", ")", 48),
        deep("[", "]", 48),
        deep("f(", ")", 48),
        deep("!", "", 90),
        deep("a||", "", 500),
        deep("a.", "", 1_000),
        deep("a.b&&", "", 300),
        "\")\" + (((((1)))))".to_owned(),
    ];
    let small = std::thread::Builder::new().stack_size(1024 * 1024);
    let checked = small.spawn(move || {
        for text in &hostile {
            assert!(parse(text).is_err(), "accepted {}", &text[..40.min(text.len())]);
        }
        for text in &allowed {
            let parsed = parse(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
            parsed.evaluate(&Nowhere);
        }
    });
    assert!(checked.expect("a thread").join().is_ok());
}

struct Nowhere;
impl expr::Scope for Nowhere {
    fn root(&self, _name: &str) -> Option<expr::Val> {
        None
    }
    fn now(&self) -> i64 {
        0
    }
}

#[test]
fn the_deepest_rules_are_judged_and_explained_on_a_small_stack() {
    let nested = |open: &str, times: usize| format!("{}self.X{}", open.repeat(times), ")".repeat(times));
    let chained = |step: &str, lets: usize| {
        let mut text = "let a0 = true\n".to_owned();
        for at in 1..lets {
            text += &format!("let a{at} = {}\n", step.replace('#', &format!("a{}", at - 1)));
        }
        format!("{text}pass when a{}\nsay \"x\"", lets - 1)
    };
    let rules: Vec<String> = ["[1].all(v, ", "[1].exists(v, !", "(true ? true : ", "size([1] + [", "has(", "(true && "]
        .into_iter()
        .map(|open| {
            let text = nested(open, if open.ends_with('[') { 20 } else { 40 });
            let text = if open.ends_with('[') { text.replace(')', "])") } else { text };
            format!("pass when {text}\nsay \"x\"")
        })
        .chain([chained("[1].all(v, #)", 30), chained("[#].exists(v, v)", 30), chained("!#", 45)])
        .collect();
    let small = std::thread::Builder::new().stack_size(1024 * 1024);
    let judged = small.spawn(move || {
        for text in &rules {
            let rule = parse_rule(text).unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
            assert_eq!(rule.explain(&expr::Entity::default(), &Nowhere).len(), 1);
            rule.check(&common::Types, "aws.s3.bucket");
        }
    });
    assert!(judged.expect("a thread").join().is_ok());
}

#[test]
fn a_chain_of_lets_is_refused_before_it_nests_too_deeply() {
    let chain = |lets: usize, step: &str| {
        let mut text = "let a0 = true\n".to_owned();
        for at in 1..lets {
            text += &format!("let a{at} = {}\n", step.replace('#', &format!("a{}", at - 1)));
        }
        text + &format!("pass when a{}\nsay \"x\"", lets - 1)
    };
    let world = Nowhere;
    let small = std::thread::Builder::new().stack_size(1024 * 1024);
    let checked = small.spawn(move || {
        let rule = parse_rule(&chain(40, "!#")).expect("forty lets");
        assert_eq!(rule.evaluate(&expr::Entity::default(), &world).len(), 1);
        let faults = parse_rule(&chain(60, "!(!(!(#)))")).expect_err("too deep");
        assert!(faults[0].message.contains("nest too deeply"), "{faults:?}");
        let faults = parse_rule(&chain(80, "#")).expect_err("too many");
        assert!(faults[0].message.contains("at most 64 lets"), "{faults:?}");
    });
    assert!(checked.expect("a thread").join().is_ok());
}

fn rule_faults(text: &str) -> Vec<(String, String)> {
    let faults = parse_rule(text).err().unwrap_or_else(|| panic!("accepted: {text}"));
    faults.into_iter().map(|fault| (fault.message, text.get(fault.span).unwrap_or("?").to_owned())).collect()
}

#[test]
fn a_rule_is_refused_with_every_fault() {
    let one = |text: &str| {
        let mut all = rule_faults(text);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    };
    let pair = |message: &str, place: &str| (message.to_owned(), place.to_owned());
    assert_eq!(one("say \"x\""), pair("`pass when` is missing", ""));
    assert_eq!(one("pass when true"), pair("`say` is missing", ""));
    assert_eq!(one("pass when true\npass when false\nsay \"x\""), pair("`pass when` is there already", "pass when"));
    assert_eq!(one("fail when true\npass when true\nsay \"x\""), pair("`fail when` is not a statement", "fail when"));
    assert_eq!(one("hello\npass when true\nsay \"x\""), pair("a rule starts with a statement", "hello"));
    assert_eq!(one("let self = 1\npass when true\nsay \"x\""), pair("`self` already means something", "self"));
    assert_eq!(one("let a = 1\nlet a = 2\npass when true\nsay \"x\""), pair("`a` already means something", "a"));
    assert_eq!(one("let a 1\npass when true\nsay \"x\""), pair("a name is expected", "a"));
    assert_eq!(one("let a == 1\npass when true\nsay \"x\""), pair("a name is expected", "a"));
    assert_eq!(one("for a in self.L\npass when true\nsay \"x\""), pair("`by` is missing", "self.L"));
    assert_eq!(one("severity when true is terrible\npass when true\nsay \"x\"").0, "`terrible` is not a severity");
    assert_eq!(one("unknown when true\npass when true\nsay \"x\""), pair("`because` is missing", "true"));
    assert_eq!(one("pass when true\nsay \"\""), pair("a text in double quotes is expected", "\"\""));
    assert_eq!(one("pass when true\nsay \"{self.Name\""), pair("the brace has no partner", "{"));
    assert_eq!(one("pass when true\nsay \"a } b\""), pair("the brace has no partner", "}"));
    assert_eq!(one("pass when true\nsay \"{self.}\"").0, "the expression ends too early");
    let two = rule_faults("let a = (\npass when self.B = 1\nsay \"x\"");
    assert_eq!(two.len(), 2, "{two:?}");
    assert_eq!(two[1], pair("`=` is not expected here", "="));
}

#[test]
fn statements_span_lines_until_the_next_keyword() {
    let text = "  let total = self.A\n     + self.B # sum\n  // note: 'quote\n  pass when total\n    >\n    5\n  say \"too few\"\n";
    assert!(parse_rule(text).is_ok());
}

#[test]
fn templates_read_braces() {
    assert!(Template::parse("arn:{partition}:sqs:{region.name}:{account.id}:{last(self.QueueUrl, '/')}").is_ok());
    assert!(Template::parse("{{}} {size({'a': '}'})}").is_ok());
    let fault = Template::parse("ab {self.} cd").expect_err("broken");
    assert_eq!(fault.span, 9..9);
    assert!(Template::parse("{}").is_err());
}

#[test]
fn a_fault_is_shown_with_its_line() {
    let source = "title\n\tpass when self.Näme = 5\n";
    let at = source.find("= 5").unwrap();
    let shown =
        render(source, "a.md", &Diagnostic::new(at..at + 1, "`=` is not expected here", "write `==` to compare"));
    assert_eq!(
        shown,
        "`=` is not expected here\n --> a.md:2:22\n  |\n2 | \tpass when self.Näme = 5\n  | \t                    ^\n  = help: write `==` to compare\n"
    );
    // Spans outside of the text, or inside a letter, still show something.
    assert!(render(source, "a.md", &Diagnostic::new(900..901, "x", "")).contains("a.md:3:1"));
    assert!(render("ä", "a.md", &Diagnostic::new(1..1, "x", "")).contains("a.md:1:1"));
}
