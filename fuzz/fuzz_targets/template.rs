//! A text with places of any form, and single expressions.
#![no_main]

use expr::{Scope, Template, Val};
use libfuzzer_sys::fuzz_target;
use resource::Value;

struct Document;

impl Scope for Document {
    fn root(&self, name: &str) -> Option<Val> {
        (name == "self").then(|| Val::from(Value::from_json(r#"{"Name":"a'b","Size":3,"Items":[1,2]}"#).unwrap()))
    }

    fn now(&self) -> i64 {
        0
    }
}

fuzz_target!(|text: &str| {
    if let Ok(template) = Template::parse(text) {
        let _ = template.evaluate(&Document);
        let quoted = template.render(&Document, &|part| format!("'{}'", part.replace('\'', r"'\''")));
        assert!(quoted.len() <= 1 << 24, "a template grew without bound");
    }
    if let Ok(expression) = expr::parse(text) {
        let _ = expression.evaluate(&Document).to_value();
    }
});
