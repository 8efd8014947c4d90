//! A rule of any text: parsed, checked against a real type, evaluated. Nothing may panic or overflow the stack, and a
//! rule that the type checker accepts gives at least one judgement.
#![no_main]

use std::sync::{Arc, LazyLock};

use catalog::{Catalog, TypeSchema};
use expr::{Entity, EntityData, Scope, Val};
use libfuzzer_sys::fuzz_target;
use resource::Value;

static CATALOG: LazyLock<Catalog> =
    LazyLock::new(|| Catalog::embedded().unwrap_or_else(|errors| panic!("{}", errors[0])));
static BUCKET: LazyLock<Entity> = LazyLock::new(|| {
    let document = r#"{"Name":"logs","Policy":{"?":"denied","call":"s3:GetBucketPolicy"},"Versioning":{"Status":"Enabled"},
        "Acl":{"Grants":[{"Permission":"READ","Grantee":{"Type":"Group"}}]},"Tagging":[{"Key":"a","Value":"b"}]}"#;
    Arc::new(EntityData {
        uid: "arn:aws:s3:::logs".into(),
        type_id: "aws.s3.bucket".into(),
        document: Value::from_json(document).unwrap(),
        ..EntityData::default()
    })
});

struct Nothing;

impl Scope for Nothing {
    fn root(&self, _: &str) -> Option<Val> {
        None
    }

    fn now(&self) -> i64 {
        1_700_000_000_000_000
    }
}

fuzz_target!(|text: &str| {
    let Ok(rule) = expr::parse_rule(text) else { return };
    let bucket = CATALOG.resource_type("aws.s3.bucket").unwrap();
    let checked = rule.check(&TypeSchema::new(&CATALOG, bucket), &bucket.id);
    let judgements = rule.evaluate(&BUCKET, &Nothing);
    assert!(!checked.errors.is_empty() || !judgements.is_empty(), "a sound rule gave no judgement");
    let explained = rule.explain(&BUCKET, &Nothing);
    let verdicts =
        |all: Vec<_>| all.into_iter().map(|judgement: expr::Judgement| judgement.verdict).collect::<Vec<_>>();
    assert_eq!(verdicts(judgements), verdicts(explained.into_iter().map(|one| one.judgement).collect()));
});
