//! The table: grammar, links between facts, what a fact needs.

use expr::Val;

use super::*;

fn table() -> Facts {
    Facts::parse(crate::load::embedded("facts.toml").expect("the file is embedded")).expect("the table loads")
}

#[test]
fn the_embedded_table_types_every_fact_of_the_formats() {
    let Type::Object(object) = table().object_type() else { panic!("facts are an object") };
    for name in ["grants", "open", "secrets", "public", "cross_account", "admin", "escalation", "exposed"] {
        assert!(object.members.contains_key(name), "{name}");
    }
}

#[test]
fn a_derived_fact_needs_what_its_sources_are_computed_from() {
    let table = table();
    assert_eq!(table.needs("public"), BTreeSet::from([From::Policy]));
    assert_eq!(table.needs("exposed"), BTreeSet::from([From::Open]));
    assert_eq!(table.closure(&BTreeSet::from(["public".into()])), BTreeSet::from(["grants".into(), "public".into()]));
    assert!(table.needs("no such fact").is_empty());
}

#[test]
fn a_mistake_in_the_table_names_its_line_and_the_next_step() {
    let message = |text: &str| Facts::parse(text).expect_err("refused").to_string();
    let nonsense = message("[fact.a]\nfrom = \"policy\"\ntype = \"list bool\"\nmeaning = \"\"\n");
    assert!(nonsense.starts_with("facts.toml:1: fact `a` has a type that cannot be read at `bool`"), "{nonsense}");
    let neither = message("[fact.a]\ntype = \"bool\"\nmeaning = \"\"\n");
    assert!(neither.contains("exactly one of `from` and `derive`"), "{neither}");
    let text = "[fact.a]\ntype = \"bool\"\nderive = \"facts.b\"\nmeaning = \"\"\n\n[fact.b]\ntype = \"bool\"\nderive = \"facts.a\"\nmeaning = \"\"\n";
    assert!(message(text).contains("derives from itself"));
    let unknown = message("[fact.a]\ntype = \"bool\"\nderive = \"facts.grantz\"\nmeaning = \"\"\n");
    assert!(unknown.contains("grantz"), "{unknown}");
}

struct Nothing;
impl Scope for Nothing {
    fn root(&self, _: &str) -> Option<Val> {
        None
    }
    fn now(&self) -> i64 {
        0
    }
}

fn derived(grants: &str, name: &str) -> Value {
    let mut facts = Map::from([("grants".into(), Value::from_json(grants).expect("JSON"))]);
    let wanted = BTreeSet::from([Arc::from(name)]);
    table().derive(&wanted, &mut facts, &Entity::default(), &Nothing);
    facts.remove(name).unwrap_or_default()
}

#[test]
fn public_is_kleene_over_the_grants() {
    assert_eq!(derived("[]", "public"), Value::Bool(false));
    assert_eq!(derived(r#"[{"to":"anyone"}]"#, "public"), Value::Bool(true));
    assert_eq!(derived(r#"[{"to":"anyone","neutralised_by":"a setting"}]"#, "public"), Value::Bool(false));
    assert!(derived(r#"[{"to":"anyone","neutralised_by":{"?":"denied"}}]"#, "public").unknown().is_some());
    assert!(derived(r#"{"known":[],"?":"denied"}"#, "public").unknown().is_some());
    assert_eq!(derived(r#"{"known":[{"to":"anyone"}],"?":"denied"}"#, "public"), Value::Bool(true));
    assert_eq!(derived(r#"[{"to":"foreign"}]"#, "cross_account"), Value::Bool(true));
    assert_eq!(derived(r#"[{"to":"own"}]"#, "cross_account"), Value::Bool(false));
}
