//! Answers of the query, ec2 and rest-xml protocols. The first byte chooses the operation. What decodes can be encoded
//! again, and decodes to the same.
#![no_main]

mod answer;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| answer::check(data, true));
