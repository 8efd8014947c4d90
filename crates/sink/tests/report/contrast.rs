//! The colours of the report against their grounds, by the formula of WCAG 2.2 (relative luminance).

use std::collections::BTreeMap;

const TEXT: f64 = 4.5;
const MARK: f64 = 3.0;

/// Token → (light, dark).
fn tokens() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    let lines = sink::html::STYLE.lines().filter_map(|line| line.trim().strip_prefix("--"));
    lines
        .filter_map(|line| {
            let (name, value) = line.split_once(": light-dark(")?;
            let (light, dark) = value.strip_suffix(");")?.split_once(", ")?;
            Some((name, (light, dark)))
        })
        .collect()
}

fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn ratio(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn the_formula_is_the_standards() {
    assert!((ratio("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    assert!((ratio("#777777", "#ffffff") - 4.48).abs() < 0.005);
}

#[test]
fn text_and_marks_can_be_seen_on_every_ground_in_both_themes() {
    let tokens = tokens();
    let words = ["text", "muted", "link", "critical", "high", "medium", "low", "info", "na", "fail", "pass", "unknown"];
    let marks = ["control", "focus"];
    let checked = words.map(|name| (name, TEXT)).into_iter().chain(marks.map(|name| (name, MARK)));
    for (name, least) in checked {
        for ground in ["surface", "selected", "page", "sunken"] {
            let (colour, ground_colour) = (tokens[name], tokens[ground]);
            for (theme, found) in
                [("light", ratio(colour.0, ground_colour.0)), ("dark", ratio(colour.1, ground_colour.1))]
            {
                assert!(found >= least, "{name} on {ground}, {theme}: {found:.2}");
            }
        }
    }
}
