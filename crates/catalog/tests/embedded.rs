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

#[test]
fn a_check_on_a_wider_kind_is_about_every_type_of_it() {
    let catalog = catalog();
    let check = catalog.check("aws-iam-inline-policy-not-admin").expect("the check is there");
    let about: Vec<&str> = catalog.subjects(check).iter().map(|of| &*of.id).collect();
    assert_eq!(about, ["aws.iam.group", "aws.iam.role", "aws.iam.user"]);
    let principals: Vec<&str> = catalog.types_of_kind("identity.principal").map(|of| &*of.id).collect();
    assert_eq!(principals, about);
}

#[test]
fn a_kind_that_lacks_what_its_wider_kind_has_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for place in ["kinds", "types/aws/sqs"] {
        std::fs::create_dir_all(folder.path().join(place)).expect("folders");
    }
    let kind = "kind = 'messaging.queue'\ntitle = 'Queue'\nis = 'identity.principal'\n[attributes]\nadmin = 'bool: may do all'\n";
    std::fs::write(folder.path().join("kinds/messaging.queue.toml"), kind).expect("the file");
    let text = "type = 'aws.sqs.queue'\nkind = 'messaging.queue'\ntitle = 'SQS queue'\nscope = 'region'\nid = '{self.QueueUrl}'\n\
                name = 'self.QueueUrl'\n[list]\ncall = 'sqs:ListQueues'\nitems = 'QueueUrls[]'\nas = 'QueueUrl'\n";
    std::fs::write(folder.path().join("types/aws/sqs/queue.toml"), text).expect("the file");
    let errors = Catalog::with_folders(&[folder.path().to_path_buf()]).err().expect("an attribute is missing");
    let words = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(
        words.contains("`messaging.queue` is a `identity.principal`") && words.contains("inline_policies"),
        "{words}"
    );
}

/// What is wrong with an expression about a type.
fn faults(catalog: &Catalog, type_id: &str, expression: &str) -> Vec<(String, String)> {
    let of = catalog.resource_type(type_id).expect("the type is there");
    let parsed = expr::parse(expression).unwrap_or_else(|fault| panic!("{expression}: {fault:?}"));
    let found = parsed.check(&catalog::TypeSchema::new(catalog, of), Some(type_id), &expr::Type::Any);
    found.errors.iter().map(|fault| (fault.message.clone(), fault.help.clone())).collect()
}

#[test]
fn a_value_that_the_provider_does_not_have_is_an_error_that_names_the_nearest() {
    let catalog = catalog();
    let s3 = "aws.s3.bucket";
    for expression in [
        "self.Versioning.Status == 'Enabled'",
        "'Suspended' != self.Versioning.Status",
        "self.Versioning.Status in ['Enabled', 'Suspended']",
        "self.Versioning.Status == self.Name",
        "self.Name == 'enabled'",
        "self.OwnershipControls.Rules.exists(r, r.ObjectOwnership == 'BucketOwnerEnforced')",
    ] {
        assert_eq!(faults(&catalog, s3, expression), [], "{expression}");
    }
    for (expression, value, nearest) in [
        ("self.Versioning.Status == 'Enable'", "Enable", "Enabled"),
        ("self.Versioning.Status == 'enabled'", "enabled", "Enabled"),
        ("'Suspend' != self.Versioning.Status", "Suspend", "Suspended"),
        ("self.Versioning.Status in ['Enabled', 'Suspendet']", "Suspendet", "Suspended"),
        (
            "self.OwnershipControls.Rules.exists(r, r.ObjectOwnership == 'BucketOwnerEnforce')",
            "BucketOwnerEnforce",
            "BucketOwnerEnforced",
        ),
        ("self.OwnershipControls.Rules[0].ObjectOwnership == 'ObjectWriters'", "ObjectWriters", "ObjectWriter"),
        ("self.Acl.Grants.filter(g, g.Permission == 'FULL').size() > 0", "FULL", ""),
    ] {
        let found = faults(&catalog, s3, expression);
        let [(message, help)] = found.as_slice() else { panic!("{expression}: {found:?}") };
        assert!(message.contains(&format!("`{value}` is none of the values")), "{expression}: {message}");
        assert!(help.contains(nearest), "{expression}: {help:?}");
    }
}

#[test]
fn grants_may_be_to_an_organisation_so_the_accounts_own_is_asked_for() {
    let catalog = catalog();
    let check = catalog.check("aws-s3-bucket-no-cross-account-policy").expect("the check is there");
    let demand = Demand::of(&catalog, [check]);
    let account = catalog.resource_type("aws.account").expect("the type is there");
    let calls: Vec<String> = demand.types["aws.account"]
        .iter()
        .filter_map(|index| account.get[*index].call.as_ref())
        .map(ToString::to_string)
        .collect();
    assert!(calls.contains(&"organizations:DescribeOrganization".to_owned()), "{calls:?}");
}

#[test]
fn a_policy_within_an_edge_that_the_type_lacks_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let types = folder.path().join("types/aws/s3");
    std::fs::create_dir_all(&types).expect("folders");
    let embedded = catalog::embedded("types/aws/s3/access-point.toml").expect("the file is embedded");
    let with = |from: &str, to: &str| {
        std::fs::write(types.join("access-point.toml"), embedded.replace(from, to)).expect("the file");
        let errors = Catalog::with_folders(&[folder.path().to_path_buf()]).err().unwrap_or_default();
        errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let words = with("within     = \"opens\"", "within     = \"opened\"");
    assert!(words.contains("`within` names the edge `opened`"), "{words}");
    let words = with("? 'its VPC origin'", "? self.VpcOrigin");
    assert!(words.contains("blocked_by") && words.contains("VpcOrigin"), "{words}");
}
