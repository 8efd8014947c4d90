//! Access control lists of S3.
//!
//! Source: "Access control list (ACL) overview", Amazon S3 User Guide: groups, and which actions a permission means.

use resource::Value;

use super::{Grant, Grants};
use crate::party::{Party, To};

/// The grants of an ACL: `{Owner, Grants}` or the bare list of grants, whose owner is then `owner`.
pub(crate) fn acl(value: &Value, owner: &Value) -> Grants {
    let (list, owner) = match value {
        Value::Map(_) => (value.get("Grants"), value.get("Owner").get("ID")),
        other => (other, owner),
    };
    let (items, open) = match list {
        Value::Unknown(hole) => return Grants::unknown(hole.clone()),
        Value::List(list) => (list.items.as_slice(), list.open.clone()),
        _ => return Grants::default(),
    };
    let mut grants = Grants { items: Vec::new(), open };
    for item in items {
        match item.first_hole() {
            Some(hole) => grants.open = Some(hole.clone()),
            None => grants.items.extend(grant(item, owner)),
        }
    }
    grants
}

fn grant(item: &Value, owner: &Value) -> Option<Grant> {
    let permission = item.get("Permission").as_str()?;
    let grantee = item.get("Grantee");
    let party = match grantee.get("URI").as_str() {
        Some(uri) => group(uri),
        None => user(grantee, owner)?,
    };
    let text = format!("the ACL grants {permission} to {}", party.text());
    Some(Grant::plain(party, actions(permission), text))
}

fn group(uri: &str) -> Party {
    match uri.rsplit('/').next() {
        Some("AllUsers") => Party::new(To::Anyone, "AllUsers"),
        Some("AuthenticatedUsers") => Party::new(To::Authenticated, "AuthenticatedUsers"),
        Some("LogDelivery") => Party::new(To::Service, "logging.s3.amazonaws.com").guarded(),
        // A group we do not know is taken as strangers.
        _ => Party::new(To::Authenticated, uri),
    }
}

fn user(grantee: &Value, owner: &Value) -> Option<Party> {
    let id = grantee.get("ID").as_str().or_else(|| grantee.get("EmailAddress").as_str())?;
    let name = grantee.get("DisplayName").as_str().unwrap_or(id);
    Some(match owner {
        Value::Str(owner) if **owner == *id => Party::new(To::Own, name),
        Value::Unknown(hole) => Party { doubt: Some(hole.clone()), ..Party::new(To::Foreign, name) },
        _ => Party::new(To::Foreign, name),
    })
}

/// Permissions of a bucket's ACL and the actions that they mean.
fn actions(permission: &str) -> &'static [&'static str] {
    match permission {
        "READ" => &["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"],
        "WRITE" => &["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"],
        "READ_ACP" => &["s3:GetBucketAcl"],
        "WRITE_ACP" => &["s3:PutBucketAcl"],
        _ => &["s3:*"],
    }
}
