//! JUnit and Markdown, read back.

use crate::common;

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use sink::Format;

type Attributes = BTreeMap<String, String>;

/// Elements in document order: depth, name, attributes, own text.
fn elements(xml: &str) -> Vec<(usize, String, Attributes, String)> {
    let mut reader = Reader::from_str(xml);
    let (mut found, mut open) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(start) => {
                found.push((open.len(), name(&start), attributes(&start), String::new()));
                open.push(found.len() - 1);
            }
            Event::Empty(start) => found.push((open.len(), name(&start), attributes(&start), String::new())),
            Event::Text(text) => add(&mut found, &open, &text.xml10_content()),
            Event::GeneralRef(reference) => {
                let written = format!("&{};", &*reference);
                add(&mut found, &open, &quick_xml::escape::unescape(&written).unwrap());
            }
            Event::End(_) => drop(open.pop()),
            Event::Eof => return found,
            _ => {}
        }
    }
}

fn add(found: &mut [(usize, String, Attributes, String)], open: &[usize], text: &str) {
    if let Some(at) = open.last() {
        found[*at].3.push_str(text);
    }
}

fn name(start: &BytesStart<'_>) -> String {
    start.name().as_ref().to_owned()
}

fn attributes(start: &BytesStart<'_>) -> Attributes {
    let one = |attribute: quick_xml::events::attributes::Attribute<'_>| {
        let key = attribute.key.as_ref().to_owned();
        (key, quick_xml::escape::unescape(&attribute.value).unwrap().into_owned())
    };
    start.attributes().map(|attribute| one(attribute.unwrap())).collect()
}

/// What XML 1.0 can hold of a text.
fn held(text: &str) -> String {
    let lost =
        |c: char| matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if lost(c) { '\u{fffd}' } else { c }).collect()
}

#[test]
fn junit_has_a_case_per_verdict_and_names_come_back() {
    let names = common::hostile();
    let found = elements(&common::export(Format::Junit, &names));
    let of = |wanted: &str| found.iter().filter(|(_, name, ..)| name == wanted).collect::<Vec<_>>();
    let suites = of("testsuite");
    assert_eq!(suites.len(), 1);
    let total = names.len();
    let expected = [("tests", total * 4), ("failures", total), ("skipped", total * 2), ("errors", 0)];
    for (attribute, count) in expected {
        assert_eq!(suites[0].2[attribute], count.to_string(), "{attribute}");
    }
    let cases = of("testcase");
    for (case, finding) in cases.iter().zip(common::findings(&names)) {
        assert_eq!(case.2["name"], held(&format!("{} [{}]", finding.uid, finding.discriminator)));
    }
    let failures = of("failure");
    assert_eq!(failures.len(), total);
    for (failure, name) in failures.iter().zip(&names) {
        assert_eq!(failure.2["message"], held(&format!("{name} answers plain HTTP")));
        assert_eq!(failure.2["type"], "high");
        assert!(failure.3.contains("S3 bucket refuses plain HTTP (high)"));
    }
    let skipped = of("skipped");
    assert!(skipped[0].2["message"].contains("denied s3:GetBucketPolicy"));
    assert_eq!(skipped[total].2["message"], "not applicable");
}

#[test]
fn junit_keeps_to_what_the_schemas_of_jenkins_and_surefire_share() {
    // Element → (depth, attributes that must be there, attributes that may be).
    let rules: BTreeMap<&str, (usize, &[&str], &[&str])> = BTreeMap::from([
        ("testsuites", (0, &[][..], &["name", "time", "tests", "failures", "errors"][..])),
        ("testsuite", (1, &["name", "tests", "failures", "errors", "skipped", "time"][..], &[][..])),
        ("testcase", (2, &["name", "classname", "time"][..], &[][..])),
        ("failure", (3, &["type"][..], &["message"][..])),
        ("skipped", (3, &[][..], &["message"][..])),
    ]);
    for (depth, name, attributes, _) in elements(&common::export(Format::Junit, &common::hostile())) {
        let (at, must, may) = rules[name.as_str()];
        assert_eq!(depth, at, "{name}");
        assert!(must.iter().all(|one| attributes.contains_key(*one)), "{name} lacks one of {must:?}");
        assert!(attributes.keys().all(|one| must.contains(&one.as_str()) || may.contains(&one.as_str())), "{name}");
    }
}

#[test]
fn a_cell_of_markdown_stays_a_cell() {
    let names = common::hostile();
    let text = common::export(Format::Markdown, &names);
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| high |")).collect();
    assert_eq!(rows.len(), names.len(), "a row per failure, whatever its name");
    for row in rows {
        assert_eq!(row.matches('|').count(), 7, "{row}");
        for sign in ['<', '>', '`', '[', ']', '*', '@', '\u{202e}', '\u{1b}'] {
            assert!(!row.contains(sign), "{sign:?} in {row}");
        }
        assert!(!row.contains("://") && !row.contains("javascript:") && !row.contains("www."), "{row}");
    }
    let opened = text.matches("<details>").count();
    assert_eq!((opened, text.matches("</details>").count()), (1, 1));
    assert!(text.contains("| 14 | 14 | 14 | 14 |"), "the counts");
}

#[test]
fn nothing_found_is_said() {
    assert!(common::export(Format::Markdown, &[]).contains("Nothing that was judged fails."));
    let found = elements(&common::export(Format::Junit, &[]));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].2["tests"], "0");
}
