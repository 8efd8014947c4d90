use super::*;

#[test]
fn a_token_belongs_to_its_listing() {
    let token = write(40, 7);
    assert_eq!(read(&token, 7), Some(40));
    assert_eq!(read(&token, 8), None);
    assert_eq!(read("AAAA", 7), None);
    assert_eq!(read("not a token!", 7), None);
}

#[test]
fn a_window_cuts_within_bounds() {
    let items = [1, 2, 3, 4, 5];
    assert_eq!(Window { start: 3, size: 10 }.cut(&items), [4, 5]);
    assert_eq!(Window { start: 9, size: 1 }.cut(&items), [0; 0]);
    assert_eq!(Window::WHOLE.cut(&items), items);
}
