use super::{unpaired, whole};

#[test]
fn the_brackets_around_an_expression_belong_to_it() {
    let text = "pass when (a || b) && !(c || \")\" == d)\nsay";
    let from = |part: &str| text.find(part).unwrap();
    assert_eq!(whole(text, &(from("a || b")..from(" == d") + 5)), "(a || b) && !(c || \")\" == d)");
    assert_eq!(whole(text, &(from("a || b")..from("a || b") + 6)), "a || b");
    assert_eq!(unpaired("')' (("), (2, 0));
}
