use proptest::prelude::*;

use super::*;

fn document(text: &str) -> Value {
    Value::from_json(text).unwrap()
}

fn rules(volatile: &[&str], ordered: &[&str]) -> ResourceRules {
    let owned = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
    ResourceRules::new(&owned(volatile), &owned(ordered)).unwrap()
}

#[test]
fn arrays_are_sets_at_every_depth_unless_ordered() {
    let a = document(r#"{"Rules":[{"Ports":[1,2]},{"Ports":[3]}],"Routes":["x","y"]}"#);
    let b = document(r#"{"Rules":[{"Ports":[3]},{"Ports":[2,1]}],"Routes":["x","y"]}"#);
    let c = document(r#"{"Rules":[{"Ports":[1,2]},{"Ports":[3]}],"Routes":["y","x"]}"#);
    assert!(same(&a, &b, &rules(&[], &["Routes"])));
    assert!(same(&a, &c, &rules(&[], &[])));
    assert!(!same(&a, &c, &rules(&[], &["Routes"])));
    assert!(!same(&a, &b, &rules(&[], &["Rules[].Ports"])));
}

#[test]
fn a_repeated_item_is_not_the_same_as_one() {
    assert!(!same(&document("[1,1]"), &document("[1]"), &rules(&[], &[])));
    assert!(!same(&document(r#"["ab","c"]"#), &document(r#"["a","bc"]"#), &rules(&[], &[])));
}

#[test]
fn volatile_members_change_the_stamp_only() {
    let rules = rules(&["Keys[].LastUsed", "Count"], &[]);
    let a = document(r#"{"Keys":[{"Id":"1","LastUsed":"x"}],"Count":1}"#);
    let b = document(r#"{"Keys":[{"Id":"1","LastUsed":"y"}],"Count":2}"#);
    let (first, second) = (address(&a, &rules, "u"), address(&b, &rules, "u"));
    assert_eq!(first.hash, second.hash);
    assert!(first.stamp.is_some() && first.stamp != second.stamp);
    assert_ne!(first.hash, address(&a, &rules, "v").hash, "two resources may not share volatile members");
    assert_eq!(address(&document(r#"{"Keys":[]}"#), &rules, "u").stamp, None);
}

#[test]
fn null_is_absent_and_empty_is_not() {
    let rules = rules(&[], &[]);
    assert!(same(&document(r#"{"A":null}"#), &document("{}"), &rules));
    assert!(!same(&document(r#"{"A":[]}"#), &document("{}"), &rules));
    assert!(!same(&document(r#"{"A":"1"}"#), &document(r#"{"A":1}"#), &rules));
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0_i64..4).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::list),
            prop::collection::btree_map("[abc]", inner, 0..4).prop_map(Value::map),
        ]
    })
}

/// The plain definition: compare as multisets by sorting each level's text.
fn plain(value: &Value) -> String {
    match value {
        Value::List(list) => {
            let mut items: Vec<String> = list.items.iter().map(plain).collect();
            items.sort();
            format!("[{}]", items.join(","))
        }
        Value::Map(members) => {
            let members: Vec<String> = members
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| format!("{name}:{}", plain(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        other => other.to_json(),
    }
}

proptest! {
    #[test]
    fn equality_is_that_of_nested_multisets(a in tree(), b in tree()) {
        let rules = ResourceRules::default();
        prop_assert_eq!(same(&a, &b, &rules), plain(&a) == plain(&b));
        prop_assert_eq!(address(&a, &rules, "").hash == address(&b, &rules, "").hash, plain(&a) == plain(&b));
    }
}
