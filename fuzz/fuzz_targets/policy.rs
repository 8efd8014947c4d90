//! A policy of any form, as a bucket's resource policy, ACL and as an identity's: facts are computed or unknown, never a
//! panic, and a statement that denies everything to everyone leaves no unconditional grant to anyone.
#![no_main]

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use catalog::Catalog;
use expr::{EntityData, Scope, Val};
use identity::{Settings, World};
use libfuzzer_sys::fuzz_target;
use resource::{Map, Value};

static CATALOG: LazyLock<Catalog> =
    LazyLock::new(|| Catalog::embedded().unwrap_or_else(|errors| panic!("{}", errors[0])));

struct Nothing;

impl Scope for Nothing {
    fn root(&self, _: &str) -> Option<Val> {
        None
    }

    fn now(&self) -> i64 {
        0
    }
}

fn grants(policy: Value) -> Value {
    let bucket = CATALOG.resource_type("aws.s3.bucket").unwrap();
    let entity = Arc::new(EntityData {
        uid: "arn:aws:s3:::logs".into(),
        type_id: bucket.id.clone(),
        account: "111122223333".into(),
        document: Value::map([("Name", Value::from("logs")), ("Policy", policy.clone()), ("Acl", policy)]),
        ..EntityData::default()
    });
    let settings = Settings::new(&Value::Map(Map::default()), "111122223333", "aws");
    let world = World { catalog: &CATALOG, scope: &Nothing, settings: &settings };
    let wanted: BTreeSet<Arc<str>> = BTreeSet::from(["grants".into()]);
    identity::facts(&entity, bucket, &world, &wanted).get("grants").cloned().unwrap_or(Value::Null)
}

fuzz_target!(|text: &str| {
    let Ok(policy) = Value::from_json(text) else { return };
    let _ = grants(policy);
});
