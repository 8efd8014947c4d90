use std::sync::Arc;

use catalog::Catalog;
use engine::Facts;
use resource::Value;

use super::*;

#[test]
fn the_skeleton_for_every_type_loads_and_holds_its_examples() {
    let embedded = Catalog::embedded().map_err(|errors| errors[0].clone()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let checks = folder.path().join("checks/aws/new");
    fs::create_dir_all(&checks).unwrap();
    let mut ids = Vec::new();
    for of in embedded.resource_types() {
        let name = of.id.replace(['.', '_'], "-");
        let objective = usual_objective(&embedded, of, "s3");
        assert!(embedded.objectives().contains_key(objective.as_str()), "{objective}");
        fs::write(checks.join(format!("{name}.md")), skeleton(&embedded, of, &objective)).unwrap();
        ids.push(format!("aws-new-{name}"));
    }
    let catalog = Catalog::with_folders(&[folder.path().to_path_buf()]);
    let catalog = Arc::new(catalog.map_err(|errors| errors[0].clone()).unwrap());
    let facts = Facts::new(catalog.clone(), Value::map::<&str>([]), "aws");
    assert!(ids.len() > 40, "{}", ids.len());
    for id in ids {
        let check = catalog.check(&id).unwrap();
        let results = check::run_examples(&catalog, check, &facts).unwrap();
        assert_eq!(results.len(), 3, "{id}");
        for result in results {
            assert!(result.holds(), "{id}: `{}` is {:?}", result.example.title, result.verdict());
        }
    }
}

#[test]
fn an_objective_is_that_of_most_checks_about_the_type() {
    let catalog = Catalog::embedded().map_err(|errors| errors[0].clone()).unwrap();
    let bucket = catalog.resource_type("aws.s3.bucket").unwrap();
    let usual = usual_objective(&catalog, bucket, "s3");
    let of_bucket = |check: &&Arc<catalog::Check>| matches!(&check.subject, Subject::Type(id) if **id == *bucket.id);
    assert!(catalog.checks().filter(of_bucket).any(|check| *check.objective == *usual), "{usual}");
}

#[test]
fn an_id_begins_with_the_cloud_of_its_type() {
    assert_eq!(parts("aws-s3-bucket-x", "aws.s3.bucket").unwrap(), ["aws", "s3", "bucket-x"]);
    let words = parts("gcp-s3-x", "aws.s3.bucket").err().unwrap().to_string();
    assert!(words.contains("begins with `aws-`"), "{words}");
    assert!(parts("aws-s3", "aws.s3.bucket").is_err() && parts("aws-S3-x", "aws.s3.bucket").is_err());
}
