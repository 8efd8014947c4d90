use resource::{Path, Segment, Value};

use super::*;

fn json(text: &str) -> Value {
    Value::from_json(text).unwrap()
}
fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

#[test]
fn items_are_moved_out_of_nested_lists() {
    let mut answer = json(r#"{"R":[{"I":[1,2]},{"I":[]},{},{"I":[3]}]}"#);
    assert_eq!(take_items(&mut answer, path("R[].I[]").segments()), [Value::Int(1), Value::Int(2), Value::Int(3)]);
    assert_eq!(take_items(&mut json(r#"{"A":[1]}"#), path("A").segments()), [Value::Int(1)]);
    assert_eq!(take_items(&mut json(r#"{"A":{"b":1}}"#), path("A[]").segments()).len(), 1);
    assert!(take_items(&mut json("{}"), path("A.B[]").segments()).is_empty());
}

#[test]
fn one_value_or_a_list_of_the_values_on_the_way() {
    let answer = json(r#"{"A":{"B":7},"L":[{"N":1},{"N":2}]}"#);
    assert_eq!(take_value(answer.clone(), &path("A.B")), Value::Int(7));
    assert_eq!(take_value(answer.clone(), &path("A.C.D")), Value::Null);
    assert_eq!(take_value(answer.clone(), &path("L[].N")).to_json(), "[1,2]");
    assert_eq!(take_value(answer.clone(), &Path::default()), answer);
}

#[test]
fn pages_join_their_lists_and_the_last_page_says_the_rest() {
    let joined =
        add_page(json(r#"{"L":[1],"T":"x","M":[9]}"#), json(r#"{"L":[2],"E":false}"#), &[path("L"), path("M")]);
    assert_eq!(joined.to_json(), r#"{"E":false,"L":[1,2],"M":[9]}"#);
}

#[test]
fn a_spot_leads_to_its_item_and_its_path_to_no_other() {
    let mut document =
        json(r#"{"G":[{"GroupId":"g1","K":[{"Id":"a"},{"Id":"b"}]},{"GroupId":"g2","K":[{"Id":"a"}]},{}]}"#);
    let keys = path("G[].K[]");
    let found = spots(&document, &keys, &["Id".into()]);
    let paths: Vec<String> = found.iter().map(|spot| spot.path.to_string()).collect();
    assert_eq!(paths, ["G[GroupId=g1].K[Id=a]", "G[GroupId=g1].K[Id=b]", "G[GroupId=g2].K[Id=a]"]);
    assert_eq!(spot(&document, keys.segments(), &found[1].address).get("Id").as_str(), Some("b"));
    *spot_mut(&mut document, keys.segments(), &found[2].address).unwrap() = Value::Int(1);
    remove_spot(&mut document, &keys, &found[0].address);
    assert_eq!(document.to_json(), r#"{"G":[{"GroupId":"g1","K":[{"Id":"b"}]},{"GroupId":"g2","K":[1]},{}]}"#);
}

#[test]
fn a_path_without_lists_is_one_spot_where_something_is() {
    let document = json(r#"{"C":{"x":1}}"#);
    assert_eq!(spots(&document, &path("C"), &[]), [Spot { address: Vec::new(), path: path("C") }]);
    assert!(spots(&document, &path("D"), &[]).is_empty());
}

#[test]
fn items_are_told_apart_by_a_member_that_no_other_shares() {
    let list = json(r#"[{"Name":"x","KeyId":"1"},{"Name":"x","KeyId":"2"},{"Other":"z"}]"#);
    let by = |member: &str, equals: &str| Segment::Where { member: member.into(), equals: equals.into() };
    assert_eq!(name_item(list.items(), 1, &["Name".into()]), by("KeyId", "2"));
    assert_eq!(name_item(list.items(), 2, &[]), Segment::Each);
}
