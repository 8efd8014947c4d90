//! What the user has declared about their own world.

use std::collections::BTreeSet;
use std::sync::Arc;

use ipnet::IpNet;
use resource::{Hole, Value, Why};

/// Whose resources are judged, and whom their owner trusts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The account that owns the resource at hand, 12 digits.
    pub account: Arc<str>,
    /// Its partition: `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: Arc<str>,
    /// Accounts that count as ours, 12 digits each (`settings.trusted_accounts`).
    pub trusted_accounts: BTreeSet<Arc<str>>,
    /// Organisation ids that count as ours, `o-…` (`settings.own_organisations`, and the account's own).
    pub own_organisations: BTreeSet<Arc<str>>,
    /// Why it is not known which organisations are ours; `None` when it is.
    pub unknown_organisation: Option<Arc<Hole>>,
    /// Address ranges that count as ours although they are public (`settings.trusted_networks`).
    pub trusted_networks: Vec<IpNet>,
    /// The canonical user id of the owner, where the resource's ACL tells it.
    pub canonical: Option<Arc<str>>,
    /// Condition keys that keep nobody out in the policy at hand, lower case.
    pub open_keys: BTreeSet<String>,
    /// Names whose values are never secrets (`settings.ignored_secret_names`), lower case.
    pub ignored_secret_names: BTreeSet<String>,
}

impl Settings {
    /// Reads the user's settings for the resources of one account. What is not a text of the expected form is left
    /// out, so that a mistake can only make Plumb stricter.
    pub fn new(settings: &Value, account: &str, partition: &str) -> Settings {
        let texts = |name: &str| settings.get(name).items().iter().filter_map(Value::as_str).collect::<Vec<_>>();
        let own_organisations: BTreeSet<Arc<str>> = texts("own_organisations").into_iter().map(Arc::from).collect();
        let undeclared =
            || Arc::new(Hole::new(Why::Attestation).detail("which organisation is yours: set `own_organisations`"));
        Settings {
            account: account.into(),
            partition: partition.into(),
            trusted_accounts: texts("trusted_accounts")
                .into_iter()
                .filter(|id| is_account(id))
                .map(Arc::from)
                .collect(),
            unknown_organisation: own_organisations.is_empty().then(undeclared),
            own_organisations,
            trusted_networks: texts("trusted_networks").into_iter().filter_map(network).collect(),
            canonical: None,
            open_keys: BTreeSet::new(),
            ignored_secret_names: texts("ignored_secret_names").into_iter().map(str::to_lowercase).collect(),
        }
    }

    /// Adds the organisation to which the account belongs, as its document tells it: an id, or nothing where the account
    /// belongs to none. What the user declared stays; only where nothing was declared does a hole matter.
    pub fn with_organisation(&mut self, id: &Value) {
        match id {
            Value::Str(id) => {
                self.own_organisations.insert(id.clone());
                self.unknown_organisation = None;
            }
            Value::Unknown(hole) if self.own_organisations.is_empty() => self.unknown_organisation = Some(hole.clone()),
            Value::Null => self.unknown_organisation = None,
            _ => {}
        }
    }

    /// Whether an account is the owner or trusted.
    pub(crate) fn is_own(&self, account: &str) -> bool {
        *account == *self.account || self.trusted_accounts.contains(account)
    }
}

/// Whether the text is an AWS account id.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// An address range or a single address.
pub(crate) fn network(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(IpNet::from))
}
