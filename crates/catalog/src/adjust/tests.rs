use super::*;

fn changed(id: &str, change: &Adjustment) -> Result<Catalog, String> {
    let mut catalog = Catalog::embedded().expect("the embedded catalogue loads");
    catalog.adjust(id, change)?;
    Ok(catalog)
}

#[test]
fn a_severity_and_a_switch_change_that_check_alone() {
    let change = Adjustment { enabled: Some(false), severity: Some(Severity::Info), ..Adjustment::default() };
    let catalog = changed("aws-iam-root-mfa", &change).expect("the check exists");
    let check = catalog.check("aws-iam-root-mfa").expect("still there");
    assert_eq!((check.enabled, check.severity, check.fixed_severity), (false, Severity::Info, Some(Severity::Info)));
    assert!(catalog.checks().filter(|check| !check.enabled || check.fixed_severity.is_some()).count() == 1);
}

#[test]
fn a_parameter_must_exist_and_be_of_the_kind_of_its_default() {
    let catalog = Catalog::embedded().expect("the embedded catalogue loads");
    let check = catalog.checks().find(|check| check.params.values().any(|value| matches!(value, Value::Int(_))));
    let check = check.expect("a check with a number as a parameter");
    let (name, _) = check.params.iter().find(|(_, value)| matches!(value, Value::Int(_))).expect("the number");
    let with =
        |name: &str, value: Value| Adjustment { params: [(name.to_owned(), value)].into(), ..Default::default() };
    let taken = changed(&check.id, &with(name, Value::Int(7))).expect("a number for a number");
    assert_eq!(taken.check(&check.id).and_then(|check| check.params.get(name)), Some(&Value::Int(7)));
    let words = changed(&check.id, &with(name, Value::from("7"))).err().expect("a text for a number");
    assert!(words.contains("is a number, not a text"), "{words}");
    let words = changed(&check.id, &with(name, Value::Int(-5))).err().expect("less than nothing");
    assert!(words.contains("cannot be -5") && words.contains("not below zero"), "{words}");
    let words = changed(&check.id, &with("no_such", Value::Int(7))).err().expect("no such parameter");
    assert!(words.contains("has no parameter `no_such`") && words.contains(&**name), "{words}");
    let words = changed("aws-no-such", &Adjustment::default()).err().expect("no such check");
    assert!(words.contains("there is no check `aws-no-such`"), "{words}");
}
