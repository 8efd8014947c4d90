use super::*;

fn round_trip(template: &str, text: &str) -> Option<Vec<String>> {
    let literals = literals(template);
    let values = values(&literals, text)?;
    let mut whole = literals[0].to_owned();
    for (value, literal) in values.iter().zip(&literals[1..]) {
        whole.push_str(value);
        whole.push_str(literal);
    }
    assert_eq!(whole, text);
    Some(values.into_iter().map(str::to_owned).collect())
}

#[test]
fn a_filled_text_is_its_values() {
    let found = round_trip("aws s3api get --bucket {self.Name} --key {x}\n", "aws s3api get --bucket 'a b' --key k\n");
    assert_eq!(found.unwrap(), ["'a b'", "k"]);
}

#[test]
fn braces_that_are_no_placeholder_come_back_as_they_were() {
    let template = "{ \"Version\": 1 }\nresource {\n  name = \"{self.Name}\"\n}\n";
    let found = round_trip(template, &template.replace("{self.Name}", "logs"));
    assert_eq!(found.unwrap(), ["{ \"Version\": 1 }", "logs"]);
}

#[test]
fn values_that_look_like_literals_still_give_the_same_text() {
    assert!(round_trip("{a}, {b}.", ", , ..").is_some());
    assert!(round_trip("{a}{b}", "anything").is_some());
}

#[test]
fn a_text_of_another_template_is_told_apart() {
    assert_eq!(round_trip("set {a} on", "unset a"), None);
    assert_eq!(round_trip("no placeholder", "no placeholder at all"), None);
    assert_eq!(round_trip("no placeholder", "no placeholder").unwrap(), Vec::<String>::new());
}
