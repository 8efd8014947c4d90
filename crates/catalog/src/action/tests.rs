use std::process::Command;
use std::sync::Arc;

use expr::{EntityData, Scope, Val};
use resource::{Map, Value};

use super::name::kebab;
use super::{ActionError, Remedy, quote};
use crate::Catalog;

mod files;

fn embedded() -> Catalog {
    Catalog::embedded().map_err(|errors| errors[0].clone()).unwrap()
}

/// One resource in `eu-west-1` of account 111122223333.
struct One {
    subject: expr::Entity,
    partition: &'static str,
    params: Value,
}

impl Scope for One {
    fn root(&self, name: &str) -> Option<Val> {
        let known = |name: &str, value: &str| {
            let extra = Map::from([(name.into(), Value::from(value))]);
            Val::from(Arc::new(EntityData { extra, ..EntityData::default() }))
        };
        let region = if self.partition == "aws-cn" { "cn-north-1" } else { "eu-west-1" };
        Some(match name {
            "self" => Val::from(self.subject.clone()),
            "facts" => Val::from(self.subject.facts.clone()),
            "account" => known("id", "111122223333"),
            "region" => known("name", region),
            "partition" => Val::from(self.partition),
            "params" => Val::from(self.params.clone()),
            _ => return None,
        })
    }
    fn now(&self) -> i64 {
        0
    }
}

fn one(document: &str) -> One {
    let document = Value::from_json(document).unwrap();
    let subject = Arc::new(EntityData { document, ..EntityData::default() });
    One { subject, partition: "aws", params: Value::Null }
}

fn remedy(check: &str, discriminator: &str, scope: &One) -> Result<Remedy, ActionError> {
    let catalog = embedded();
    let check = catalog.check(check).unwrap();
    let subject = catalog.subjects(check)[0].id.clone();
    catalog.remedy(check, &subject, discriminator, scope).unwrap()
}

#[test]
fn names_are_spelt_as_the_cli_spells_them() {
    // botocore.xform_name(NAME, "-")
    for (name, spelt) in [
        ("DBInstanceIdentifier", "db-instance-identifier"),
        ("ModifyDBInstance", "modify-db-instance"),
        ("DBClusterSnapshotAttributes", "db-cluster-snapshot-attributes"),
        ("VpcSecurityGroupIds", "vpc-security-group-ids"),
        ("EnableIAMDatabaseAuthentication", "enable-iam-database-authentication"),
        ("GroupARNs", "group-arns"),
        ("ListMFADevices", "list-mfa-devices"),
        ("PutBucketAcl", "put-bucket-acl"),
        ("IgnorePublicAcls", "ignore-public-acls"),
        ("EnableEbsEncryptionByDefault", "enable-ebs-encryption-by-default"),
        ("MultiAZ", "multi-az"),
        ("SSEKMSKeyId", "ssekms-key-id"),
        ("ReplicaTTLs", "replica-ttls"),
        ("resourcesVpcConfig", "resources-vpc-config"),
        ("S3BucketName", "s3-bucket-name"),
        ("IPv6Addresses", "i-pv6-addresses"),
        ("MD5OfBody", "md5-of-body"),
        ("CertificateIDs", "certificate-ids"),
        ("ExecutePartiQLStatement", "execute-partiql-statement"),
        ("kms-key", "kms-key"),
        ("name", "name"),
    ] {
        assert_eq!(kebab(name), spelt, "{name}");
    }
}

#[test]
fn a_structure_is_json_and_a_service_has_its_command_and_region() {
    let found = remedy("aws-s3-bucket-public-access-blocked", "", &one(r#"{"Name": "logs"}"#)).unwrap();
    let block =
        r#"'{"BlockPublicAcls":true,"BlockPublicPolicy":true,"IgnorePublicAcls":true,"RestrictPublicBuckets":true}'"#;
    let command = format!(
        "aws s3api put-public-access-block --bucket logs --public-access-block-configuration {block} --region eu-west-1"
    );
    assert_eq!(found.commands, [command]);
    assert_eq!(found.undo, ["aws s3api delete-public-access-block --bucket logs --region eu-west-1"]);
    assert!(found.text().starts_with("# Can break: Whoever reads or writes the bucket"), "{}", found.text());
}

#[test]
fn what_was_there_before_is_what_the_way_back_sets() {
    let document = r#"{"Name": "logs", "PublicAccessBlockConfiguration": {"IgnorePublicAcls": true, "RestrictPublicBuckets": false}}"#;
    let found = remedy("aws-s3-bucket-public-access-blocked", "", &one(document)).unwrap();
    assert_eq!(found.undo.len(), 1);
    assert!(found.undo[0].contains(r#"'{"IgnorePublicAcls":true,"RestrictPublicBuckets":false}'"#), "{:?}", found.undo);
}

#[test]
fn a_password_policy_is_given_whole_so_that_nothing_of_it_is_reset() {
    let document = r#"{"PasswordPolicy": {"MinimumPasswordLength": 8, "RequireSymbols": true, "RequireNumbers": true,
        "RequireUppercaseCharacters": false, "RequireLowercaseCharacters": true, "AllowUsersToChangePassword": true,
        "ExpirePasswords": true, "MaxPasswordAge": 90, "PasswordReusePrevention": 24, "HardExpiry": false}}"#;
    let found = remedy("aws-iam-password-policy-length-14", "", &one(document)).unwrap();
    assert_eq!(
        found.commands,
        ["aws iam update-account-password-policy --allow-users-to-change-password --no-hard-expiry \
          --max-password-age 90 --minimum-password-length 14 --password-reuse-prevention 24 \
          --require-lowercase-characters --require-numbers --require-symbols --no-require-uppercase-characters"]
    );
    assert!(found.undo[0].contains("--minimum-password-length 8 ") && found.undo[0].contains("--max-password-age 90"));
    let fresh = remedy("aws-iam-password-policy-reuse-24", "", &one("{}")).unwrap();
    assert_eq!(
        fresh.commands,
        ["aws iam update-account-password-policy --minimum-password-length 14 --password-reuse-prevention 24 \
          --require-lowercase-characters --require-numbers --require-symbols --require-uppercase-characters"]
    );
    assert_eq!(fresh.undo, ["aws iam delete-account-password-policy"]);
}

#[test]
fn the_item_of_a_finding_is_what_is_changed_and_global_services_name_no_region() {
    let document = r#"{"UserName": "ada", "AccessKeys": [{"AccessKeyId": "AKIAOLD", "Status": "Active"}]}"#;
    let found = remedy("aws-iam-access-key-rotated-90-days", "AKIAOLD", &one(document)).unwrap();
    let command = "aws iam update-access-key --access-key-id AKIAOLD --status Inactive --user-name ada";
    assert_eq!(found.commands, [command]);
    let china = One { partition: "aws-cn", ..one(document) };
    let found = remedy("aws-iam-access-key-rotated-90-days", "AKIAOLD", &china).unwrap();
    assert_eq!(found.commands, [format!("{command} --region cn-northwest-1")]);
    let gone = remedy("aws-iam-access-key-rotated-90-days", "AKIAOTHER", &one(document)).unwrap_err();
    assert!(matches!(gone, ActionError::NotApplicable { .. }), "{gone}");
}

#[test]
fn only_the_source_that_lets_everybody_in_is_revoked_and_comes_back_with_its_description() {
    let facts = r#"{"open": [{"protocol": "tcp", "from_port": 20, "to_port": 25, "source": "anyone", "range": "0.0.0.0/0", "because": [{}]}]}"#;
    let document = r#"{"GroupId": "sg-1", "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 20, "ToPort": 25, "UserIdGroupPairs": [{"GroupId": "sg-2"}],
         "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "it's $(me)"}, {"CidrIp": "10.0.0.0/8"}]},
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}"#;
    let mut scope = one(document);
    let facts = Value::from_json(facts).unwrap();
    scope.subject = Arc::new(EntityData { facts: facts.clone(), ..(*scope.subject).clone() });
    let found = remedy("aws-ec2-sg-no-ssh-from-internet", "", &scope).unwrap();
    let permission = r#"{"FromPort":20,"IpProtocol":"tcp","IpRanges":[{"CidrIp":"0.0.0.0/0"}],"ToPort":25}"#;
    assert_eq!(
        found.commands,
        [format!(
            "aws ec2 revoke-security-group-ingress --group-id sg-1 --ip-permissions '[{permission}]' --region eu-west-1"
        )]
    );
    assert_eq!(
        words(&found.undo[0])[6],
        r#"[{"FromPort":20,"IpProtocol":"tcp","IpRanges":[{"CidrIp":"0.0.0.0/0","Description":"it's $(me)"}],"ToPort":25}]"#
    );

    let halves = facts.to_json().replace("[{}]", "[{}, {}]");
    let facts = Value::from_json(&halves).unwrap();
    scope.subject = Arc::new(EntityData { facts, ..(*scope.subject).clone() });
    let error = remedy("aws-ec2-sg-no-ssh-from-internet", "", &scope).unwrap_err();
    assert!(matches!(error, ActionError::NotApplicable { .. }), "which of several ranges goes is a choice: {error}");
}

#[test]
fn what_was_not_read_is_never_guessed() {
    let denied = r#"{"UserName": "ada", "AccessKeys": {"?": "denied", "permission": "iam:ListAccessKeys"}}"#;
    let error = remedy("aws-iam-access-key-rotated-90-days", "AKIA", &one(denied)).unwrap_err();
    assert!(error.to_string().contains("denied iam:ListAccessKeys"), "{error}");
    let error = remedy("aws-s3-bucket-public-access-blocked", "", &one("{}")).unwrap_err();
    assert!(matches!(&error, ActionError::Absent { member, .. } if member == "Bucket"), "{error}");
}

/// What a shell makes of a command line.
fn words(line: &str) -> Vec<String> {
    let script = format!("for word in {line}; do printf '%s\\0' \"$word\"; done");
    let done = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(done.status.success() && done.stderr.is_empty(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8(done.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn hostile_names_stay_data_in_a_shell() {
    for name in [
        "$(touch owned)",
        "`id`",
        "a;b|c&d>e<f",
        "it's",
        "'; rm -rf x; '",
        "\"quoted\" \\ $HOME",
        "a b",
        "*?[x]{a,b}~",
        "!!",
        "#no",
        "-rf",
        "--region",
        "=cmd",
        "naïve – ünï",
    ] {
        let document = Value::map([("DBInstanceIdentifier", Value::from(name))]).to_json();
        let found = remedy("aws-rds-instance-not-public", "", &one(&document)).unwrap();
        let words = words(&found.commands[0]);
        let given = if name.starts_with('-') {
            words.contains(&format!("--db-instance-identifier={name}"))
        } else {
            words.windows(2).any(|pair| pair == ["--db-instance-identifier", name])
        };
        assert!(given, "{name:?}: {words:?}");
        let number = if name.starts_with('-') { 7 } else { 8 };
        assert_eq!(words.len(), number, "{name:?}: {words:?}");
    }
}

#[test]
fn what_a_terminal_or_the_cli_would_act_on_is_refused() {
    for name in
        ["a\nb", "a\r", "\u{1b}[2J", "a\0", "\u{202e}txt", "a\u{200b}", "file:///etc/passwd", " FILEB://x", "https://x"]
    {
        let document = Value::map([("DBInstanceIdentifier", Value::from(name))]).to_json();
        let error = remedy("aws-rds-instance-not-public", "", &one(&document)).unwrap_err();
        assert!(matches!(error, ActionError::Unsafe { .. }), "{name:?}: {error}");
    }
    // Inside JSON they are escaped, and mean the same.
    let value = Value::from("\u{202e}\u{1b}\n\u{e0041}é");
    let text = quote::json(&value);
    assert!(!text.chars().any(|letter| letter.is_control() || letter == '\u{202e}' || letter == '\u{e0041}'), "{text}");
    assert_eq!(Value::from_json(&text).unwrap(), value);
}

#[test]
fn the_address_of_a_queue_is_a_name_and_that_of_a_file_is_not() {
    let queue = |url: &str| {
        let document = r#"{"QueueUrl": "URL", "Policy": {"Statement": [{"Effect": "Allow", "Principal": "*"}]}}"#;
        remedy("aws-sqs-queue-not-public", "", &one(&document.replace("URL", url)))
    };
    let found = queue("https://sqs.eu-west-1.amazonaws.com/111122223333/orders").unwrap();
    assert!(found.commands[0].contains(" --queue-url https://sqs.eu-west-1.amazonaws.com/111122223333/orders "));
    for url in ["file:///etc/passwd", "https://sqs.eu-west-1.amazonaws.com/a\\u202eb"] {
        assert!(matches!(queue(url).unwrap_err(), ActionError::Unsafe { .. }), "{url}");
    }
}
