//! The HTML report: what came from a cloud stays text, nothing outside is asked for, equal input gives equal bytes.

use crate::common;

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Tags with the names of their attributes, as a browser's tokenizer sees them: script and style are raw text.
fn tags(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        rest = &rest[open..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = &comment[comment.find("-->").expect("a comment ends") + 3..];
            continue;
        }
        if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') {
            rest = &rest[1..];
            continue;
        }
        let (mut quote, mut end) = (None, rest.len());
        for (at, letter) in rest.char_indices() {
            match (quote, letter) {
                (None, '"' | '\'') => quote = Some(letter),
                (Some(open), letter) if open == letter => quote = None,
                (None, '>') => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        let tag = &rest[1..end];
        let name = tag.split([' ', '/', '\n']).find(|part| !part.is_empty()).unwrap_or_default().to_lowercase();
        found.push(format!("{name} {}", attributes(tag).join(" ")));
        rest = &rest[end + 1..];
        if matches!(name.as_str(), "script" | "style") && !tag.starts_with('/') {
            rest = &rest[rest.find(&format!("</{name}")).expect("raw text ends")..];
        }
    }
    found
}

fn attributes(tag: &str) -> Vec<String> {
    let mut outside = String::new();
    let mut quote = None;
    for letter in tag.chars() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            (None, letter) => outside.push(letter),
            _ => {}
        }
    }
    outside.split_whitespace().skip(1).map(|part| part.trim_end_matches(['=', '/']).to_owned()).collect()
}

/// The embedded blocks of a part, unpacked.
fn blocks(html: &str, part: &str) -> Vec<Value> {
    let opening = format!("<script type=\"text/plain\" data-part=\"{part}\"");
    html.match_indices(&opening)
        .map(|(at, _)| {
            let element = &html[at..];
            let text = &element[element.find('>').unwrap() + 1..element.find("</script>").unwrap()];
            let mut json = String::new();
            flate2::read::GzDecoder::new(&*STANDARD.decode(text).unwrap()).read_to_string(&mut json).unwrap();
            serde_json::from_str(&json).unwrap()
        })
        .collect()
}

#[test]
fn a_name_never_becomes_a_tag_or_an_attribute() {
    let calm = |name: &String| format!("bucket-{}", blake(name));
    let names = common::hostile();
    for (at, _) in names.iter().enumerate() {
        // Each in turn is also the account, the region, the title of the check and so on.
        let mut turned = names.clone();
        turned.rotate_left(at);
        let plain: Vec<String> = turned.iter().map(calm).collect();
        assert_eq!(tags(&common::html(&turned)), tags(&common::html(&plain)), "with {:?} first", turned[0]);
    }
}

fn blake(name: &str) -> String {
    Sha256::digest(name.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_tokenizer_of_these_tests_sees_a_tag_that_gets_through() {
    let html = "<p title=\"a>b\">x</p><script>if (a<b) {}</script><img src=x onerror='y'>";
    assert_eq!(tags(html), ["p title", "p ", "script ", "script ", "img src=x onerror"]);
}

#[test]
fn the_embedded_data_is_what_was_given() {
    let names = common::hostile();
    let html = common::html(&names);
    let [index] = blocks(&html, "index").try_into().unwrap();
    let [rows] = blocks(&html, "rows").try_into().unwrap();
    let [resources] = blocks(&html, "resources").try_into().unwrap();
    let [proofs] = blocks(&html, "proofs").try_into().unwrap();
    let given = common::findings(&names);
    assert_eq!(index["rows"], given.len());
    assert_eq!(index["checks"][0]["risk"], names[0].as_str());
    for (at, finding) in given.iter().enumerate() {
        assert_eq!(rows["message"][at], finding.message.as_str());
        assert_eq!(rows["item"][at], finding.discriminator.as_str());
        assert_eq!(rows["first"][at], finding.first_seen / 1_000_000);
        let resource = usize::try_from(rows["resource"][at].as_u64().unwrap()).unwrap();
        assert_eq!(resources["uid"][resource], &*finding.uid);
        assert_eq!(resources["name"][resource], finding.resource_name.as_str());
        assert_eq!(resources["tags"][resource][&finding.resource_name], finding.resource_name.as_str());
    }
    assert_eq!(proofs.as_array().unwrap().len(), names.len() * 2);
    for (at, name) in names.iter().enumerate() {
        let [row, proof] = proofs[at].as_array().unwrap().as_slice() else { panic!("a pair") };
        assert_eq!(row, at);
        assert_eq!(proof["flips"][0][0], name.as_str());
        let literals = index["checks"][0]["fixes"][0][1].as_array().unwrap();
        let values = proof["fixes"][0][1].as_array().unwrap();
        let mut text = literals[0].as_str().unwrap().to_owned();
        for (value, literal) in values.iter().zip(&literals[1..]) {
            text.push_str(value.as_str().unwrap());
            text.push_str(literal.as_str().unwrap());
        }
        assert_eq!(text, common::detail(name).fixes[0].1);
    }
}

#[test]
fn the_policy_allows_the_own_script_and_style_only_and_their_hashes_match() {
    let html = common::html(&["logs".to_owned()]);
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
    let between = |from: &str, to: &str| {
        let start = html.rfind(from).unwrap() + from.len();
        &html[start..start + html[start..].find(to).unwrap()]
    };
    let policy = between("http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    let style = between("<style>", "</style>");
    let script = between("<script>", "</script>");
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
            hash(script),
            hash(style)
        )
    );
    assert_eq!((style, script), (sink::html::STYLE, sink::html::SCRIPT.as_str()));
    assert!(!html.contains(" style=") && !html.contains(" onclick="), "inline style or handler");
}

#[test]
fn the_script_puts_text_into_the_page_and_never_markup() {
    for word in
        ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "setAttribute('style'"]
    {
        assert!(!sink::html::SCRIPT.contains(word), "{word}");
    }
}

#[test]
fn nothing_outside_the_file_is_asked_for() {
    let html = common::html(&["logs".to_owned()]);
    let mut addresses: Vec<&str> =
        html.match_indices("http").map(|(at, _)| &html[at..html.len().min(at + 26)]).collect();
    addresses.retain(|found| found.starts_with("http://") || found.starts_with("https://"));
    // The name of SVG's namespace, which nobody fetches.
    assert!(addresses.iter().all(|found| *found == "http://www.w3.org/2000/svg"), "{addresses:?}");
    for word in
        ["url(", "@import", "src=", "<link rel=\"stylesheet", "fetch(", "XMLHttpRequest", "WebSocket", "import("]
    {
        assert!(!html.contains(word), "{word}");
    }
}

#[test]
fn equal_input_gives_equal_bytes() {
    let names = common::hostile();
    assert!(common::html(&names) == common::html(&names));
}

#[test]
fn the_page_reads_without_its_script() {
    let names: Vec<String> = (0..60).map(|at| format!("bucket-{at:02}")).collect();
    let html = common::html(&names);
    let page = &html[html.find("<section id=\"overview\"").unwrap()..html.rfind("<script>").unwrap()];
    assert!(page.contains("<b>60</b>"), "the number of failures");
    let shown = names.iter().filter(|name| page.contains(&format!("{name} answers plain HTTP"))).count();
    assert_eq!(shown, 50, "the fifty worst");
    assert!(page.contains("&quot;Version&quot;: &quot;2012-10-17&quot;"), "the statement to add");
}

#[test]
fn style_and_script_stay_small() {
    assert!(sink::html::STYLE.len() <= 30_000, "{} bytes of style", sink::html::STYLE.len());
    assert!(sink::html::SCRIPT.len() <= 40_000, "{} bytes of script", sink::html::SCRIPT.len());
}

#[test]
fn only_a_report_of_ours_is_replaced_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plumb-report.html");
    assert!(sink::html::may_replace(&path));
    for text in ["", "<!doctype html>", "<!doctype html><!-- plumb", "mine"] {
        std::fs::write(&path, text).unwrap();
        assert!(!sink::html::may_replace(&path), "{text:?}");
    }
    std::fs::write(&path, common::html(&["logs".to_owned()])).unwrap();
    assert!(sink::html::may_replace(&path));
    assert!(!sink::html::may_replace(folder.path()));
}
