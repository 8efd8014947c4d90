//! The entries of a `Principal` element.

use std::fmt;
use std::sync::Arc;

use crate::pattern::{is_any, is_wild};
use crate::settings::is_account;

/// Whom a statement names.
///
/// Source: "AWS JSON policy elements: Principal", AWS IAM User Guide.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// `*`, `{"AWS": "*"}`, `{"CanonicalUser": "*"}`: everyone, signed in or not.
    Anyone,
    /// Any account: `arn:aws:iam::*:root` and its like.
    AnyAccount(Arc<str>),
    /// An account or one of its identities.
    Account {
        /// 12 digits.
        account: Arc<str>,
        /// The ARN; `None` for the whole account (`root`, or the bare id).
        arn: Option<Arc<str>>,
    },
    /// A service: `sns.amazonaws.com`.
    Service(Arc<str>),
    /// An identity provider: an ARN or a host name.
    Federated(Arc<str>),
    /// An S3 canonical user id.
    Canonical(Arc<str>),
    /// A CloudFront origin access identity: part of some distribution, never a person.
    Origin(Arc<str>),
    /// The unique id (`AIDA…`, `AROA…`) that the provider leaves in place of a deleted identity: it admits nobody.
    Deleted(Arc<str>),
    /// Text that is none of these; it is taken as somebody we do not know.
    Other(Arc<str>),
}

impl Principal {
    /// Reads one entry. `None` when the kind is not one of the four.
    pub(super) fn parse(kind: &str, name: &Arc<str>) -> Option<Principal> {
        Some(match kind.to_ascii_lowercase().as_str() {
            "aws" => aws(name),
            "service" => Principal::Service(name.to_ascii_lowercase().into()),
            "federated" if is_any(name) => Principal::Anyone,
            "federated" => Principal::Federated(name.clone()),
            "canonicaluser" if is_any(name) => Principal::Anyone,
            "canonicaluser" => Principal::Canonical(name.clone()),
            _ => return None,
        })
    }

    /// An entry of the kind `AWS`.
    pub(crate) fn aws(name: &Arc<str>) -> Principal {
        aws(name)
    }

    /// Whether everybody whom `other` names is named by this one too.
    pub(crate) fn covers(&self, other: &Principal) -> bool {
        match (self, other) {
            (Principal::Anyone, _) => true,
            (Principal::AnyAccount(_), Principal::Account { .. } | Principal::AnyAccount(_)) => true,
            // Denying an account denies each of its identities.
            (Principal::Account { account, arn: None }, Principal::Account { account: theirs, .. }) => {
                account == theirs
            }
            (mine, theirs) => mine == theirs,
        }
    }
}

fn aws(name: &Arc<str>) -> Principal {
    if is_any(name) {
        return Principal::Anyone;
    }
    if is_account(name) {
        return Principal::Account { account: name.clone(), arn: None };
    }
    let mut parts = name.splitn(6, ':');
    let (arn, service) = (parts.next(), parts.nth(1));
    let (account, rest) = (parts.nth(1), parts.next());
    match (arn, service, account, rest) {
        (Some("arn"), Some("iam"), Some("cloudfront"), Some(_)) => Principal::Origin(name.clone()),
        (Some("arn"), Some("iam" | "sts"), Some(account), Some(rest)) if is_account(account) => {
            let whole = rest == "root" || is_any(rest);
            Principal::Account { account: account.into(), arn: (!whole).then(|| name.clone()) }
        }
        (Some("arn"), _, Some(account), Some(_)) if is_wild(account) => Principal::AnyAccount(name.clone()),
        (Some("arn"), ..) => Principal::Other(name.clone()),
        _ if is_unique_id(name) => Principal::Deleted(name.clone()),
        _ if is_wild(name) => Principal::AnyAccount(name.clone()),
        _ => Principal::Other(name.clone()),
    }
}

/// "IAM identifiers, unique ID prefixes", AWS IAM User Guide.
fn is_unique_id(name: &str) -> bool {
    name.len() >= 16
        && name.get(..4).is_some_and(|prefix| matches!(prefix, "AIDA" | "AROA" | "AGPA" | "AIPA" | "ANPA"))
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Principal::Anyone => f.write_str("*"),
            Principal::Account { account, arn: None } => f.write_str(account),
            Principal::AnyAccount(text)
            | Principal::Account { arn: Some(text), .. }
            | Principal::Service(text)
            | Principal::Federated(text)
            | Principal::Canonical(text)
            | Principal::Origin(text)
            | Principal::Deleted(text)
            | Principal::Other(text) => f.write_str(text),
        }
    }
}
