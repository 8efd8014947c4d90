use std::sync::Arc;

use expr::{EntityData, Part, Plan, Spot, Stop, To, Wish};
use resource::Value;

use super::together;

fn wish(document: &str, path: &[Stop], to: To) -> Wish {
    let document = Value::from_json(document).expect("JSON");
    let entity = Arc::new(EntityData { uid: "u".into(), document, ..EntityData::default() });
    Wish { spot: Spot { entity, part: Part::Document, path: path.to_vec() }, to, cost: 1 }
}

fn plan(wishes: Vec<Wish>) -> Plan {
    Plan { wishes }
}

#[test]
fn a_second_step_is_said_of_what_there_is_now() {
    let list = Stop::Member("L".into());
    let at = |index| [list.clone(), Stop::Item(index)];
    let now = r#"{"L": [1, 2, 3, 4]}"#;
    let first = plan(vec![wish(now, &at(0), To::Gone), wish(now, &at(2), To::Gone)]);
    let then = r#"{"L": [2, 4]}"#;
    for (second, place) in [(0, 1), (1, 3)] {
        let second = plan(vec![wish(then, &at(second), To::Is(Value::Int(9)))]);
        let both = together(&first, &second, &|_| None).expect("they do not contradict one another");
        let last = both.wishes.last().expect("three changes");
        assert_eq!(last.spot.path, at(place));
        assert_eq!(last.spot.entity.document.to_json(), Value::from_json(now).expect("JSON").to_json());
    }
}

#[test]
fn the_second_of_two_changes_of_one_place_stays() {
    let place = [Stop::Member("P".into())];
    let first = plan(vec![wish("{}", &place, To::Present)]);
    let second = plan(vec![wish(r#"{"P": "(any value)"}"#, &place, To::Unlike("does not end with \"y\"".into()))]);
    let both = together(&first, &second, &|_| None).expect("they do not contradict one another");
    assert_eq!(both.wishes.len(), 1);
    assert!(matches!(both.wishes[0].to, To::Unlike(_)));
    assert!(together(&first, &Plan::default(), &|_| None).is_none(), "one step is not two");
}
