//! Answers of the json and rest-json protocols, and JSON documents of our own form.
#![no_main]

mod answer;

use libfuzzer_sys::fuzz_target;
use resource::Value;

fuzz_target!(|data: &[u8]| {
    answer::check(data, false);
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(value) = Value::from_json(text) {
        let again = Value::from_json(&value.to_json());
        assert_eq!(again.ok().as_ref(), Some(&value), "a document does not survive being written");
    }
});
