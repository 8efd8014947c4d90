//! Types that no file of the catalogue has yet: the simulator must not know any by heart.

use catalog::Catalog;
use resource::Value;
use simcloud::Estate;

use crate::support::{Asker, Cloud, files};

/// A cloud whose catalogue has one more type, and whose estate has documents of it.
fn cloud(name: &str, of: &str, file: &str, documents: &str) -> Cloud {
    let folder = tempfile::tempdir().unwrap();
    let types = folder.path().join("types/aws");
    std::fs::create_dir_all(&types).unwrap();
    std::fs::write(types.join(name), of).unwrap();
    let catalog = Catalog::with_folders(&[folder.path().to_owned()]).map_err(|errors| errors[0].clone()).unwrap();
    let all = files().into_iter().chain([(file, documents)]);
    let estate = Estate::from_files(all.map(|(name, text)| (name, text.as_bytes()))).unwrap();
    Cloud::of(catalog, "", estate)
}

fn names(answer: &Value, list: &str, member: &str) -> Vec<String> {
    let items = answer.get(list).items().iter();
    items.map(|item| item.get(member).as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn children_are_listed_under_their_parent() {
    let of = r#"
type  = "aws.kms.alias"
title = "KMS alias"
scope = "region"
for   = "aws.kms.key"
id    = "{parent.KeyArn}/{self.AliasName}"
name  = "self.AliasName"
[list]
call  = "kms:ListAliases"
with  = { KeyId = "$parent.KeyArn" }
items = "Aliases[]"
"#;
    let documents = r#"
{"AliasName":"alias/by-hint","$parent":"arn:aws:kms:eu-west-1:111122223333:key/k-1"}
{"AliasName":"alias/by-member","TargetKeyId":"arn:aws:kms:eu-west-1:111122223333:key/k-1"}
"#;
    let cloud = cloud("alias.toml", of, "111122223333/eu-west-1/aws.kms.alias.jsonl", documents);
    let list = |key: &str| {
        let input = format!(r#"{{"KeyId":"arn:aws:kms:eu-west-1:111122223333:key/{key}"}}"#);
        cloud.ask("kms:ListAliases", "eu-west-1", &input)
    };
    assert_eq!(names(&list("k-1").unwrap(), "Aliases", "AliasName"), ["alias/by-hint", "alias/by-member"]);
    assert!(names(&list("k-2").unwrap(), "Aliases", "AliasName").is_empty(), "a parent without children");
    assert_eq!(list("none").unwrap_err().code, "NotFoundException");
}

#[test]
fn a_listing_made_once_for_each_value_gives_each_its_own() {
    let of = r#"
type  = "aws.rds.snapshot"
title = "RDS snapshot"
scope = "region"
id    = "{self.DBSnapshotArn}"
name  = "self.DBSnapshotIdentifier"
[list]
call  = "rds:DescribeDBSnapshots"
each  = { SnapshotType = ["manual", "automated"] }
items = "DBSnapshots[]"
"#;
    let documents = r#"
{"DBSnapshotIdentifier":"a","DBSnapshotArn":"arn:a","SnapshotType":"manual"}
{"DBSnapshotIdentifier":"b","DBSnapshotArn":"arn:b","SnapshotType":"automated"}
"#;
    let cloud = cloud("snapshot.toml", of, "111122223333/eu-west-1/aws.rds.snapshot.jsonl", documents);
    let list = |kind: &str| {
        let input = format!(r#"{{"SnapshotType":"{kind}"}}"#);
        names(
            &cloud.ask("rds:DescribeDBSnapshots", "eu-west-1", &input).unwrap(),
            "DBSnapshots",
            "DBSnapshotIdentifier",
        )
    };
    assert_eq!(list("manual"), ["a"]);
    assert_eq!(list("automated"), ["b"]);
}

#[test]
fn the_demo_fits_the_catalogue_and_its_rules_deny_something() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/demo/aws");
    let rules = std::fs::read_to_string(folder.join("rules.toml")).unwrap();
    let catalog = Catalog::embedded().map_err(|errors| errors[0].clone()).unwrap();
    let cloud = Cloud::of(catalog, &rules, Estate::load(&folder).unwrap());
    let asker = Asker { key: cloud.handle.accounts()[0].access_key.to_string(), ..Asker::default() };
    let ask = |bucket: &str, region: &str| {
        cloud.ask_as(&asker, "s3:GetBucketPolicy", region, &format!(r#"{{"Bucket":"{bucket}"}}"#))
    };
    assert!(ask("larkfield-trail", "eu-west-1").is_ok());
    assert_eq!(ask("larkfield-data-science", "eu-central-1").unwrap_err().code, "AccessDenied");
}
