//! Estates for load: many resources with the variation that real ones have.

use std::sync::Arc;

use resource::Value;

use super::{Account, Document, Estate, Interner, Settings};

/// What to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// S3 buckets, all in the first region: a client that knows nothing of redirects can make the same calls.
    Buckets,
}

const ACCOUNT: &str = "111122223333";
const REGIONS: [&str; 3] = ["eu-west-1", "eu-central-1", "us-east-1"];

impl Estate {
    /// An account with so many resources of a kind; the same every time.
    pub fn generate(kind: Kind, count: usize) -> Estate {
        let mut interner = Interner::default();
        let make = match kind {
            Kind::Buckets => bucket,
        };
        let type_id: Arc<str> = match kind {
            Kind::Buckets => "aws.s3.bucket".into(),
        };
        let documents =
            (0..count).filter_map(|n| Document::new(&mut interner, &type_id, ACCOUNT, "".into(), make(n))).collect();
        Estate { settings: settings(), documents }
    }
}

fn settings() -> Settings {
    Settings {
        partition: "aws".into(),
        regions: REGIONS.iter().map(|region| Arc::from(*region)).collect(),
        organization: None,
        accounts: vec![Account {
            id: ACCOUNT.into(),
            name: "Load".into(),
            caller: format!("arn:aws:iam::{ACCOUNT}:user/plumb").into(),
            user_id: "AIDALOAD000000000000".into(),
            access_key: "AKIALOAD000000000000".into(),
            secret_key: "simulated-secret-of-no-account".into(),
            session_token: None,
            roles: Vec::new(),
        }],
    }
}

fn json(text: &str) -> Value {
    // The texts are below; one with an error would leave its member absent and fail the generator's test.
    Value::from_json(text).unwrap_or_default()
}

/// One bucket: settings vary with different periods, so that every combination of them occurs.
fn bucket(n: usize) -> Value {
    let teams = ["checkout", "search", "billing", "media", "analytics", "platform", "support"];
    let uses = ["logs", "uploads", "backup", "assets", "reports", "staging"];
    let team = teams[n % teams.len()];
    let name = format!("load-{team}-{}-{n:05}", uses[n % uses.len()]);
    let mut members: Vec<(&str, Value)> = vec![
        ("Name", name.as_str().into()),
        ("BucketRegion", REGIONS[0].into()),
        ("BucketArn", format!("arn:aws:s3:::{name}").into()),
        ("CreationDate", format!("2024-{:02}-{:02}T08:{:02}:00Z", n % 12 + 1, n % 28 + 1, n % 60).into()),
        ("Acl", acl(n)),
        ("Versioning", json(if n.is_multiple_of(3) { "{}" } else { r#"{"Status":"Enabled"}"# })),
        ("NotificationConfiguration", json("{}")),
        ("ServerSideEncryptionConfiguration", encryption(n)),
    ];
    if !n.is_multiple_of(5) {
        members.push(("PublicAccessBlockConfiguration", block(n)));
    }
    if n.is_multiple_of(2) {
        let (policy, public) = policy(n, &name);
        members.push(("Policy", policy));
        members.push(("PolicyStatus", Value::map([("IsPublic", Value::Bool(public))])));
    }
    if !n.is_multiple_of(4) {
        let ownership = if n.is_multiple_of(11) { "ObjectWriter" } else { "BucketOwnerEnforced" };
        members.push(("OwnershipControls", json(&format!(r#"{{"Rules":[{{"ObjectOwnership":"{ownership}"}}]}}"#))));
    }
    if !n.is_multiple_of(6) {
        members.push((
            "TagSet",
            json(&format!(r#"[{{"Key":"team","Value":"{team}"}},{{"Key":"stage","Value":"prod"}}]"#)),
        ));
    }
    if n.is_multiple_of(7) {
        let target = r#"{"TargetBucket":"load-checkout-logs-00000","TargetPrefix":"s3/"}"#;
        members.push(("LoggingEnabled", json(target)));
    }
    if n.is_multiple_of(9) {
        let rules =
            r#"{"Rules":[{"ID":"expire","Status":"Enabled","Filter":{"Prefix":"tmp/"},"Expiration":{"Days":30}}]}"#;
        members.push(("LifecycleConfiguration", json(rules)));
    }
    if n.is_multiple_of(101) {
        members.push(("Website", json(r#"{"IndexDocument":{"Suffix":"index.html"}}"#)));
    }
    Value::map(members)
}

fn acl(n: usize) -> Value {
    let owner = r#"{"ID":"75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"}"#;
    let own = r#"{"Grantee":{"ID":"75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a","Type":"CanonicalUser"},"Permission":"FULL_CONTROL"}"#;
    let open =
        r#",{"Grantee":{"URI":"http://acs.amazonaws.com/groups/global/AllUsers","Type":"Group"},"Permission":"READ"}"#;
    let grants = if n.is_multiple_of(89) { format!("{own}{open}") } else { own.to_owned() };
    json(&format!(r#"{{"Owner":{owner},"Grants":[{grants}]}}"#))
}

fn block(n: usize) -> Value {
    let restrict = !n.is_multiple_of(13);
    let members = [
        ("BlockPublicAcls", true),
        ("IgnorePublicAcls", !n.is_multiple_of(17)),
        ("BlockPublicPolicy", true),
        ("RestrictPublicBuckets", restrict),
    ];
    Value::map(members.map(|(name, truth)| (name, Value::Bool(truth))))
}

fn encryption(n: usize) -> Value {
    let rule = match n % 4 {
        0 => format!(
            r#"{{"SSEAlgorithm":"aws:kms","KMSMasterKeyID":"arn:aws:kms:eu-west-1:{ACCOUNT}:key/11111111-2222-4333-8444-{:012}"}}"#,
            n % 5
        ),
        _ => r#"{"SSEAlgorithm":"AES256"}"#.to_owned(),
    };
    json(&format!(
        r#"{{"Rules":[{{"ApplyServerSideEncryptionByDefault":{rule},"BucketKeyEnabled":{}}}]}}"#,
        n.is_multiple_of(4)
    ))
}

/// A policy and whether it is public.
fn policy(n: usize, name: &str) -> (Value, bool) {
    let tls = format!(
        r#"{{"Sid":"TlsOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::{name}","arn:aws:s3:::{name}/*"],"Condition":{{"Bool":{{"aws:SecureTransport":"false"}}}}}}"#
    );
    let allow = match n % 50 {
        0 => format!(
            r#",{{"Sid":"Everyone","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{name}/*"}}"#
        ),
        2 => format!(
            r#",{{"Sid":"Partner","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::999988887777:root"}},"Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::{name}","arn:aws:s3:::{name}/*"]}}"#
        ),
        _ => String::new(),
    };
    (json(&format!(r#"{{"Version":"2012-10-17","Statement":[{tls}{allow}]}}"#)), n.is_multiple_of(50))
}

#[cfg(test)]
mod tests;
