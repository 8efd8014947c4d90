use std::sync::Arc;

use expr::{EntityData, Part, Spot, Stop, To, Wish};
use resource::Value;

use super::applied;

fn wish(path: &str, to: To) -> Wish {
    let stops = path.split('.').map(|part| match part.parse() {
        Ok(at) => Stop::Item(at),
        Err(_) => Stop::Member(part.into()),
    });
    let spot = Spot { entity: Arc::new(EntityData::default()), part: Part::Document, path: stops.collect() };
    Wish { spot, to, cost: 1 }
}

fn after(document: &str, wishes: &[Wish]) -> String {
    let document = Value::from_json(document).unwrap();
    applied(&document, &wishes.iter().collect::<Vec<_>>()).to_json()
}

#[test]
fn values_are_put_where_nothing_was() {
    let set = [wish("A.B", To::Is(Value::Bool(true))), wish("L.0.K", To::Is(Value::Int(1)))];
    assert_eq!(after("{}", &set), r#"{"A":{"B":true},"L":[{"K":1}]}"#);
}

#[test]
fn items_that_go_do_not_move_the_places_of_others() {
    let gone = [wish("L.0", To::Gone), wish("L.2", To::Gone), wish("L.1", To::Is(Value::Int(9)))];
    assert_eq!(after(r#"{"L":[1,2,3,4]}"#, &gone), r#"{"L":[9,4]}"#);
}

#[test]
fn a_pattern_keeps_what_it_had() {
    let more = [wish("P", To::Matches(vec!["($.a = b)".to_owned()]))];
    assert_eq!(after(r#"{"P":"{ $.x = y }"}"#, &more), r#"{"P":"{ ($.x = y) || (($.a = b)) }"}"#);
    assert_eq!(after("{}", &more), r#"{"P":"{ (($.a = b)) }"}"#);
}

#[test]
fn every_other_change_does_what_it_says() {
    assert_eq!(after(r#"{"A":1}"#, &[wish("A", To::Not(Value::Int(1)))]), r#"{"A":2}"#);
    assert_eq!(after(r#"{"A":[1]}"#, &[wish("A", To::Empty)]), r#"{"A":[]}"#);
    assert_eq!(after(r#"{"A":[1]}"#, &[wish("A", To::Holds(Value::Int(2)))]), r#"{"A":[1,2]}"#);
    assert_eq!(after(r#"{"A":"x"}"#, &[wish("A", To::Present)]), r#"{"A":"x"}"#);
    assert_eq!(after("{}", &[wish("T", To::Since(0))]), r#"{"T":"1970-01-01T00:00:01Z"}"#);
}

#[test]
fn a_value_that_only_need_be_like_something_is_an_example_of_it() {
    let like = [
        wish("A", To::Fits("ends with \"x\"".to_owned(), Value::from("(any value)x"))),
        wish("B", To::Unlike("does not match \"h\"".to_owned())),
        wish("C", To::Present),
        wish("D", To::Present),
    ];
    let document = r#"{"A":"b","B":"http","C":"","D":"kept"}"#;
    assert_eq!(after(document, &like), r#"{"A":"(any value)x","B":"(any value)","C":"(any value)","D":"kept"}"#);
}
