use crate::style::{duration, number, printable};

#[test]
fn numbers_carry_separators() {
    assert_eq!([number(7), number(1_234), number(12_345_678)], ["7", "1,234", "12,345,678"]);
}

#[test]
fn control_characters_of_a_name_do_not_reach_the_terminal() {
    assert_eq!(printable("a\x1b[2Jb\n"), "a [2Jb ");
}

#[test]
fn durations_are_minutes_and_seconds() {
    assert_eq!([duration(7_400_000), duration(352_000_000), duration(-1)], ["0:07", "5:52", "0:00"]);
}
