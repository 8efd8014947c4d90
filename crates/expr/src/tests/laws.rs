//! Kleene's laws, completeness of sets, soundness of the type checker.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::common::{Types, World};
use super::generate::{Dice, Names, blurred_world, boolean, int, world};
use crate::eval::{Budget, Ctx, Env};
use crate::{Rule, Truth, Type, Val, parse, parse_rule};

fn value(text: &str, world: &World) -> (Val, u32) {
    let parsed = parse(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    let ctx = Ctx::new(world, Some(&world.subject), Budget::default());
    let val = ctx.eval(&parsed.node, &Env::EMPTY);
    (val, ctx.surprises())
}

fn truth(text: &str, world: &World) -> Truth {
    value(text, world).0.truth()
}

/// The truth and the holes as a set: their order does not matter.
fn meaning(truth: &Truth) -> (Option<bool>, BTreeSet<String>) {
    match truth {
        Truth::True => (Some(true), BTreeSet::new()),
        Truth::False => (Some(false), BTreeSet::new()),
        Truth::Unknown(holes) => (None, holes.iter().map(|hole| hole.to_string()).collect()),
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..120)
}

fn worlds(world_bytes: &[u8], blur_bytes: &[u8]) -> (World, World) {
    let whole = world(&mut Dice::new(world_bytes));
    let part = blurred_world(&mut Dice::new(blur_bytes), &whole);
    (World::new(&whole.to_json()), World::new(&part.to_json()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn knowing_more_never_contradicts_a_decided_condition(shape in bytes(), facts in bytes(), blur in bytes()) {
        let (whole, part) = worlds(&facts, &blur);
        let text = boolean(&mut Dice::new(&shape), &Names::default(), 4);
        let (before, after) = (truth(&text, &part), truth(&text, &whole));
        if !matches!(before, Truth::Unknown(_)) {
            prop_assert_eq!(before, after, "{}", text);
        }
    }

    #[test]
    fn knowing_more_never_contradicts_a_known_number(shape in bytes(), facts in bytes(), blur in bytes()) {
        let (whole, part) = worlds(&facts, &blur);
        let text = int(&mut Dice::new(&shape), &Names::default(), 4);
        let (before, after) = (value(&text, &part).0, value(&text, &whole).0);
        match before {
            Val::AtLeast(least, _) => {
                if let Val::Int(number) = after {
                    prop_assert!(number >= least, "{} is {}, at least {}", text, number, least);
                }
            }
            Val::Unknown(_) => {}
            known => prop_assert_eq!(known.to_value(), after.to_value(), "{}", text),
        }
    }

    #[test]
    fn where_everything_is_known_every_condition_is_decided(shape in bytes(), facts in bytes()) {
        let (whole, _) = worlds(&facts, &[]);
        let text = boolean(&mut Dice::new(&shape), &Names::default(), 4);
        prop_assert!(!matches!(truth(&text, &whole), Truth::Unknown(_)), "{}", text);
    }

    #[test]
    fn what_the_checker_accepts_has_no_surprise(shape in bytes(), facts in bytes(), blur in bytes()) {
        let (whole, part) = worlds(&facts, &blur);
        let text = boolean(&mut Dice::new(&shape), &Names::default(), 4);
        let checked = parse(&text).unwrap().check(&Types, Some("aws.s3.bucket"), &Type::Bool);
        prop_assert_eq!(&checked.errors, &vec![], "{}", text);
        prop_assert_eq!(value(&text, &whole).1, 0, "{}", text);
        prop_assert_eq!(value(&text, &part).1, 0, "{}", text);
    }

    #[test]
    fn connectives_obey_kleene(a in bytes(), b in bytes(), c in bytes(), facts in bytes(), blur in bytes()) {
        let (_, part) = worlds(&facts, &blur);
        let [a, b, c] = [a, b, c].map(|shape| boolean(&mut Dice::new(&shape), &Names::default(), 2));
        let same = |left: String, right: String| {
            prop_assert_eq!(meaning(&truth(&left, &part)), meaning(&truth(&right, &part)), "{} / {}", left, right);
            Ok(())
        };
        same(format!("{a} && {b}"), format!("{b} && {a}"))?;
        same(format!("{a} || {b}"), format!("{b} || {a}"))?;
        same(format!("!({a} && {b})"), format!("!{a} || !{b}"))?;
        same(format!("!({a} || {b})"), format!("!{a} && !{b}"))?;
        same(format!("!!{a}"), a.clone())?;
        same(format!("({a} && {b}) && {c}"), format!("{a} && ({b} && {c})"))?;
        same(format!("({a} || {b}) || {c}"), format!("{a} || ({b} || {c})"))?;
        same(format!("{a} && {a}"), a.clone())?;
        same(format!("{a} || false"), a.clone())?;
        same(format!("{a} && false"), "false".to_owned())?;
        same(format!("!self.Rules.exists(r, r.Port == 22 && {a})"), format!("self.Rules.all(r, !(r.Port == 22 && {a}))"))?;
    }

    #[test]
    fn gathering_evidence_does_not_change_the_verdict(shape in bytes(), facts in bytes(), blur in bytes()) {
        let (_, part) = worlds(&facts, &blur);
        let condition = boolean(&mut Dice::new(&shape), &Names::default(), 4);
        let rule: Rule = parse_rule(&format!("let c = {condition}\npass when c && c\nsay \"{{self.Name}}\"")).unwrap();
        let plain = rule.evaluate(&part.subject, &part).remove(0);
        let explained = rule.explain(&part.subject, &part).remove(0);
        prop_assert_eq!(plain.verdict, explained.judgement.verdict);
        prop_assert_eq!(&plain.unknown, &explained.judgement.unknown);
        prop_assert_eq!(plain.holds_until, explained.judgement.holds_until);
        prop_assert_eq!(plain.verdict == resource::Verdict::Unknown, !plain.unknown.is_empty());
    }

    /// Reading only what is listed gives the same answer: nothing else is called for.
    #[test]
    fn a_rule_reads_nothing_but_its_uses(shape in bytes(), facts in bytes()) {
        let (whole, _) = worlds(&facts, &[]);
        let text = boolean(&mut Dice::new(&shape), &Names::default(), 4);
        let checked = parse(&text).unwrap().check(&Types, Some("aws.s3.bucket"), &Type::Bool);
        let only = super::generate::world(&mut Dice::new(&facts));
        let only = super::laws::restricted(&only, &checked.uses);
        prop_assert_eq!(truth(&text, &whole), truth(&text, &World::new(&only.to_json())), "{}", text);
    }
}

/// The world with every member that no use touches taken away.
fn restricted(world: &resource::Value, uses: &[crate::Use]) -> resource::Value {
    use crate::{Of, Use};
    use resource::{Path, Segment, Value};

    fn keep(value: &Value, at: &[Segment], wanted: &dyn Fn(&Path) -> bool) -> Value {
        if !wanted(&Path::new(at.to_vec())) {
            return Value::Null;
        }
        match value {
            Value::Map(map) => Value::Map(
                map.iter()
                    .map(|(name, value)| {
                        let mut below = at.to_vec();
                        below.push(Segment::Member(name.clone()));
                        (name.clone(), keep(value, &below, wanted))
                    })
                    .collect(),
            ),
            Value::List(list) => {
                let mut below = at.to_vec();
                below.push(Segment::Each);
                let each = |value: &Value| {
                    if matches!(value, Value::Map(_)) { keep(value, &below, wanted) } else { value.clone() }
                };
                Value::list(list.items.iter().map(each).collect())
            }
            other => other.clone(),
        }
    }

    // `deep: false` needs the items themselves, not what is below them: `[]` may be stepped into, a member may not.
    let member = |whose: Of| {
        move |path: &Path| {
            path.is_empty()
                || uses.iter().any(|one| match one {
                    Use::Member { of, path: used, deep } if *of == whose => {
                        let below_items = path.segments().len() > used.segments().len() + 1
                            && path.segments().get(used.segments().len()) == Some(&Segment::Each);
                        used.touches(path) && (*deep || !below_items)
                    }
                    _ => false,
                })
        }
    };
    let part = |of: Of, facts: bool| {
        move |path: &Path| {
            let Some(Segment::Member(first)) = path.segments().first() else { return true };
            uses.iter().any(|one| match one {
                Use::Facts { of: whose, name } if facts && *whose == of => {
                    name.as_ref().is_none_or(|name| name == first)
                }
                Use::Norm { of: whose, name } if !facts && *whose == of => {
                    name.as_ref().is_none_or(|name| name == first)
                }
                _ => false,
            })
        }
    };
    let key = |set: &Value| {
        let of = || Of::Type("aws.kms.key".into());
        let items = set.items().iter().map(|item| {
            let mut kept = keep(item, &[], &member(of()));
            for (name, facts) in [("facts", true), ("norm", false)] {
                kept.put(&[Segment::Member(name.into())], keep(item.get(name), &[], &part(of(), facts)));
            }
            kept.put(&[Segment::Member("uid".into())], item.get("uid").clone());
            kept
        });
        Value::list(items.collect())
    };
    Value::map([
        ("self", keep(world.get("self"), &[], &member(Of::Subject))),
        ("facts", keep(world.get("facts"), &[], &part(Of::Subject, true))),
        ("norm", keep(world.get("norm"), &[], &part(Of::Subject, false))),
        ("account", keep(world.get("account"), &[], &member(Of::Type("aws.account".into())))),
        ("region", keep(world.get("region"), &[], &member(Of::Type("aws.region".into())))),
        ("params", world.get("params").clone()),
        ("refs", Value::map([("encrypted_by", key(world.get("refs").get("encrypted_by")))])),
        ("list", Value::map([("aws.kms.key", key(world.get("list").get("aws.kms.key")))])),
    ])
}
