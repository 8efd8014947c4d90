use super::elided;

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
