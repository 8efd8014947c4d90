//! The catalogue that ships, as the collector sees it.

mod common;

use std::collections::HashSet;
use std::sync::Arc;

use catalog::{Catalog, Demand};
use collect::{Knowledge, Request};
use common::*;
use tokio::sync::watch;

fn catalog() -> Arc<Catalog> {
    let lines =
        |errors: Vec<catalog::CatalogError>| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    Arc::new(Catalog::embedded().unwrap_or_else(|errors| panic!("{}", lines(errors))))
}

#[test]
fn every_detail_says_what_it_gives_so_that_its_failure_leaves_a_hole() {
    let catalog = catalog();
    let mut details = 0;
    for of in catalog.resource_types() {
        for index in 0..of.get.len() {
            assert!(!Knowledge::gives(&*catalog, of, index).is_empty(), "detail {index} of {}", of.id);
            details += 1;
        }
    }
    assert!(details > 40);
}

#[test]
fn every_type_can_be_carried_out() {
    let catalog = catalog();
    let types: Vec<_> = catalog.resource_types().collect();
    let demand = Demand::everything(&catalog, types.iter().copied()).types;
    for (id, gets) in &demand {
        let of = catalog.resource_type(id).unwrap();
        assert_eq!(gets.len(), of.get.len(), "everything of {id} is demanded");
    }
    let (_stop, cancel) = watch::channel(false);
    let request = Request {
        knowledge: catalog.clone(),
        caller: Arc::new(Cloud(Arc::new(Script::new()))),
        cloud: "aws".into(),
        partition: "aws".into(),
        account: ACCOUNT.into(),
        home_region: "eu-west-1".into(),
        regions: vec!["eu-west-1".into(), "us-east-1".into()],
        demand: Arc::new(demand),
        finished: Arc::new(HashSet::new()),
        concurrency: 8,
        cancel,
    };
    let units = collect::units(&request).unwrap();
    let regional = types.iter().filter(|of| of.scope == catalog::Scope::Region).count();
    assert_eq!(units.len(), types.len() + regional);
    let estimate = collect::estimate(&request).unwrap();
    assert_eq!(estimate.services["s3"].calls, 1);
    // The location is asked only where the listing does not tell the region.
    let details = catalog.resource_type("aws.s3.bucket").unwrap().get.len() as u64;
    assert_eq!(estimate.services["s3"].per_resource["aws.s3.bucket"], details);
}

#[test]
fn keys_tell_which_members_they_are_made_of() {
    let catalog = catalog();
    let members = |id: &str| {
        let paths = collect::key_members(catalog.resource_type(id).unwrap());
        paths.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(members("aws.kms.key"), ["Aliases", "Aliases[].AliasArn", "Aliases[].AliasName", "KeyId"]);
    assert_eq!(members("aws.s3.bucket"), ["Name"]);
}
