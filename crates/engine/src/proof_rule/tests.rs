use super::{elided, unpaired, whole};

#[test]
fn the_brackets_around_an_expression_belong_to_it() {
    let text = "pass when (a || b) && !(c || \")\" == d)\nsay";
    let from = |part: &str| text.find(part).unwrap();
    assert_eq!(whole(text, &(from("a || b")..from(" == d") + 5)), "(a || b) && !(c || \")\" == d)");
    assert_eq!(whole(text, &(from("a || b")..from("a || b") + 6)), "a || b");
    assert_eq!(unpaired("')' (("), (2, 0));
}

#[test]
fn the_insides_of_long_conditions_are_left_out() {
    let inside = "b.refs_in(\"filters\").exists(f, f.pattern == \"a (quoted) bracket ) and much more text than fits on one line\" && f.on)";
    let text = format!("a.On && a.refs(\"logs_to\").exists(b, {inside}) && a.all(c, c.x)");
    assert_eq!(elided(&text), "a.On && a.refs(\"logs_to\").exists(b, …) && a.all(c, c.x)");
    assert_eq!(elided("a.exists(b, b.c)"), "a.exists(b, b.c)");
    let names: Vec<String> = (0..12).map(|at| format!("\"SomeEventName{at}\"")).collect();
    let text = format!("[{}].all(e, f.pattern.contains(e) && f.enabled && f.something_else)", names.join(", "));
    assert_eq!(elided(&text), "[\"SomeEventName0\", 11 more].all(e, …)");
}
