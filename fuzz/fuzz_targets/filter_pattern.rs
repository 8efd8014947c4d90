//! A log filter pattern of any text, asked what it requires: always an answer, never a panic.
#![no_main]

use expr::{Scope, Val};
use libfuzzer_sys::fuzz_target;
use resource::Value;

struct Pattern<'a>(&'a str);

impl Scope for Pattern<'_> {
    fn root(&self, name: &str) -> Option<Val> {
        (name == "self").then(|| Val::from(Value::map([("p", Value::from(self.0))])))
    }

    fn now(&self) -> i64 {
        0
    }
}

fuzz_target!(|text: &str| {
    let both = expr::parse(r#"filter_pattern(self.p).requires({"$.a": "= x", "$.b": "NOT EXISTS"})"#).unwrap();
    assert!(!both.evaluate(&Pattern(text)).is_absent(), "an answer is true, false or unknown");
});
