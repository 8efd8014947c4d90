//! The embedded catalogue loads and fits the providers' models.

use catalog::{Catalog, Demand, validate};

fn catalog() -> Catalog {
    Catalog::embedded()
        .unwrap_or_else(|errors| panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

#[test]
fn every_file_fits_the_models_and_the_other_files() {
    let errors: Vec<String> = validate::all(&catalog()).iter().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{} errors\n{}", errors.len(), errors.join("\n"));
}

#[test]
fn one_check_demands_only_what_it_reads() {
    let catalog = catalog();
    let check = catalog.check("aws-s3-bucket-public-access-blocked").expect("the check is there");
    let demand = Demand::of(&catalog, [check]);
    let calls = |type_id: &str| -> Vec<String> {
        let of = catalog.resource_type(type_id).expect("the type is there");
        let gets = demand.types.get(type_id).expect("the type is demanded");
        gets.iter().filter_map(|index| of.get[*index].call.as_ref()).map(ToString::to_string).collect()
    };
    // The location is asked only where the listing does not give the region.
    assert_eq!(calls("aws.s3.bucket"), ["s3:GetBucketLocation", "s3:GetPublicAccessBlock"]);
    assert_eq!(calls("aws.account"), ["s3control:GetPublicAccessBlock"]);
    assert_eq!(demand.types.len(), 2, "{:?}", demand.types.keys());
}

#[test]
fn a_user_folder_is_validated_and_says_where_it_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let checks = folder.path().join("checks/aws/s3");
    std::fs::create_dir_all(&checks).expect("folders");
    let embedded = catalog::embedded("checks/aws/s3/bucket-public-access-blocked.md").expect("the file is embedded");
    let wrong = embedded.replace("bucket.RestrictPublicBuckets", "bucket.RestrictPublicBucket");
    std::fs::write(checks.join("mine.md"), wrong).expect("the file");
    let errors = Catalog::with_folders(&[folder.path().to_path_buf()]).err().expect("the member does not exist");
    let words = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(words.contains("checks/aws/s3/mine.md") && words.contains("RestrictPublicBuckets"), "{words}");
}

#[test]
fn a_users_type_whose_call_no_model_has_is_refused_at_load() {
    let folder = tempfile::tempdir().expect("a folder");
    let types = folder.path().join("types/aws/sqs");
    std::fs::create_dir_all(&types).expect("folders");
    let text = "type = 'aws.sqs.queue'\ntitle = 'SQS queue'\nscope = 'region'\nid = '{self.QueueUrl}'\n\
                name = 'self.QueueUrl'\n[list]\ncall = 'sqs:ListQueuesOfAll'\nitems = 'QueueUrls[]'\nas = 'QueueUrl'\n";
    std::fs::write(types.join("queue.toml"), text).expect("the file");
    let errors = Catalog::with_folders(&[folder.path().to_path_buf()]).err().expect("there is no such call");
    let words = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(words.contains("types/aws/sqs/queue.toml") && words.contains("sqs"), "{words}");
}
