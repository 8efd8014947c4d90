//! What is refused when actions are loaded.

use std::sync::Arc;

use super::embedded;
use crate::Catalog;

fn refused(action: &str, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("actions/aws/kms");
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("mine.toml"), action).unwrap();
    let errors = Catalog::with_folders(&[folder.path().to_path_buf()]).err().expect("the action is wrong");
    let text = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for word in words {
        assert!(text.contains(word), "expected `{word}` in: {text}");
    }
}

const GOOD: &str = "title = 'T'\ntype = 'aws.kms.key'\nsafety = 'safe'\nbefore = ['Rotation']\nexpect = 'self.Rotation.KeyRotationEnabled'\n\
    call = 'kms:EnableKeyRotation'\n[with]\nKeyId = '$KeyArn'\n[inverse]\ncall = 'kms:DisableKeyRotation'\nwith = { KeyId = '$KeyArn' }\n";

#[test]
fn a_users_action_loads_and_replaces_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("actions/aws/kms");
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("mine.toml"), GOOD).unwrap();
    let catalog = Catalog::with_folders(&[folder.path().to_path_buf()]).map_err(|errors| errors[0].clone()).unwrap();
    let action = catalog.action("aws.kms.mine").unwrap();
    assert_eq!(action.steps.len(), 1);
    assert_eq!(catalog.action_permissions(action), [Arc::from("kms:EnableKeyRotation")]);
    assert_eq!(catalog.actions().count(), embedded().actions().count() + 1);
}

#[test]
fn wrong_actions_say_the_line_and_the_nearest_name() {
    let with = |from: &str, to: &str| {
        assert!(GOOD.contains(from), "{from}");
        GOOD.replacen(from, to, 1)
    };
    refused(&with("kms:EnableKeyRotation", "kms:EnableKeyRotations"), &["mine.toml:6:", "`EnableKeyRotation`"]);
    refused(&with("KeyId = '$KeyArn'\n[", "KeyID = '$KeyArn'\n["), &["mine.toml:8:", "`KeyID`", "KeyId"]);
    refused(&with("[with]\nKeyId = '$KeyArn'\n", ""), &["mine.toml:6:", "`KeyId` is required"]);
    refused(&with("KeyId = '$KeyArn'\n[", "KeyId = 3\n["), &["mine.toml:8:", "a whole number, where text"]);
    refused(&with("KeyId = '$KeyArn'\n[", "KeyId = '$Rotation.KeyRotationEnabled'\n["), &["a truth value, where text"]);
    refused(&with("KeyId = '$KeyArn'\n[", "KeyId = '$KeyArm'\n["), &["mine.toml:8:", "`KeyArm`", "KeyArn"]);
    refused(&with("aws.kms.key", "aws.kms.kei"), &["mine.toml:2:", "`aws.kms.kei`", "aws.kms.key"]);
    refused(
        &with("self.Rotation.KeyRotationEnabled", "self.Rotation.RotationEnabled"),
        &["mine.toml:5:", "KeyRotationEnabled"],
    );
    refused(&with("['Rotation']", "['Rotations']"), &["mine.toml:4:", "Rotation"]);
    refused(
        &with("KeyId = '$KeyArn' }", "KeyId = '$KeyId' }"),
        &["the inverse reads `KeyId`, which `before` does not keep"],
    );
    refused(&with("'safe'", "'risky'"), &["`risk` says what can break"]);
    refused(&with("'safe'", "'risky'\nrisk = \"it's gone\""), &["mine.toml:4:", "`risk` takes letters"]);
    refused(
        &with("'safe'", "'safe'\npermission = ['kms:Enable']"),
        &["mine.toml:4:", "IAM has no action `kms:Enable`"],
    );
    refused(
        &with("[inverse]\ncall = 'kms:DisableKeyRotation'\nwith = { KeyId = '$KeyArn' }\n", ""),
        &["`irreversible"],
    );
    let disable = GOOD.replace(
        "kms:DisableKeyRotation'\nwith = { KeyId = '$KeyArn' }",
        "kms:CancelKeyDeletion'\nwith = { KeyId = true }",
    );
    refused(&disable, &["mine.toml:11:", "a truth value, where text"]);
    refused(&with("title", "titel"), &["mine.toml:1:", "unknown field `titel`"]);
}

#[test]
fn a_check_may_only_name_an_action_for_its_own_type() {
    let text = crate::embedded("checks/aws/s3/bucket-versioning.md").unwrap();
    let with = |fix: &str| {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("checks/aws/s3");
        std::fs::create_dir_all(&place).unwrap();
        let text = text.replace("\"aws.s3.put-bucket-versioning\"", fix);
        std::fs::write(place.join("mine.md"), text).unwrap();
        let errors = Catalog::with_folders(&[folder.path().to_path_buf()]).err().expect("the fix is wrong");
        errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let line = text.lines().position(|line| line.starts_with("fix")).unwrap() + 1;
    let error = with("\"aws.s3.put-bucket-versionin\"");
    assert!(error.contains(&format!("mine.md:{line}:")) && error.contains("put-bucket-versioning"), "{error}");
    let error = with("\"aws.kms.enable-key-rotation\"");
    assert!(error.contains("acts on `aws.kms.key`, the check is about aws.s3.bucket"), "{error}");
    let error = with("{ action = \"aws.s3.put-bucket-versioning\", port = 22 }");
    assert!(error.contains("is not told `port`"), "{error}");
    assert!(with("{ port = 22 }").contains("needs `action`"));
    let error = with("\"aws.s3.put-public-access-block\"");
    assert!(error.contains("needs `PublicAccessBlockConfiguration`, which no scan for this check reads"), "{error}");
}

#[test]
fn a_text_that_the_provider_does_not_take_is_refused_with_the_nearest() {
    let text = crate::embedded("actions/aws/iam/deactivate-access-key.toml").unwrap();
    assert!(text.contains("\"Inactive\""));
    refused(
        &text.replace("Status = \"Inactive\"", "Status = \"Inactiv\""),
        &["`Status` is never `Inactiv`", "Inactive"],
    );
}
