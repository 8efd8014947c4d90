//! `estate.toml`: who owns the documents and with which credentials they are read.

use std::sync::Arc;

use catalog::api::default_regions;
use serde::Deserialize;

use super::EstateError;

/// `estate.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    #[serde(default = "commercial")]
    pub partition: Arc<str>,
    /// The regions that the accounts use and, where they are not there from the start, have opted in to. A listing of
    /// regions names these. Every account has the partition's default regions besides: they answer and hold nothing,
    /// and are named only to who asks for them or for all. A call to any other region is refused as AWS refuses it.
    pub regions: Vec<Arc<str>>,
    /// The organisation, if the accounts are in one.
    pub organization: Option<Organization>,
    /// The accounts.
    #[serde(rename = "account", default)]
    pub accounts: Vec<Account>,
}

/// An AWS organisation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    /// `o-…`.
    pub id: Arc<str>,
    /// The management account.
    pub management: Arc<str>,
    /// The address of the management account's owner.
    pub email: Arc<str>,
}

/// One account and the identity that reads it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Twelve digits.
    pub id: Arc<str>,
    /// What people call it.
    #[serde(default)]
    pub name: Arc<str>,
    /// The ARN of the identity that the credentials belong to.
    pub caller: Arc<str>,
    /// That identity's unique id.
    #[serde(default = "user_id")]
    pub user_id: Arc<str>,
    /// The access key id, `AKIA…` or `ASIA…`.
    pub access_key: Arc<str>,
    /// The secret; it is handed to clients, signatures are not verified.
    pub secret_key: Arc<str>,
    /// The session token, when the credentials are temporary.
    pub session_token: Option<Arc<str>>,
    /// Roles that may be assumed from any account of the estate.
    #[serde(rename = "role", default)]
    pub roles: Vec<Role>,
}

/// A role that may be assumed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its ARN.
    pub arn: Arc<str>,
    /// The external id that it demands.
    pub external_id: Option<Arc<str>>,
}

fn commercial() -> Arc<str> {
    "aws".into()
}

fn user_id() -> Arc<str> {
    "AIDASIMULATED0000000".into()
}

impl Settings {
    pub(super) fn parse(bytes: &[u8]) -> Result<Settings, EstateError> {
        let text = std::str::from_utf8(bytes).map_err(|error| EstateError::Settings(error.to_string()))?;
        let settings: Settings = toml::from_str(text).map_err(|error| EstateError::Settings(error.to_string()))?;
        if settings.accounts.is_empty() || settings.regions.is_empty() {
            return Err(EstateError::Settings("it names no account or no region".to_owned()));
        }
        Ok(settings)
    }

    /// Whether an account must opt in to a region before it can be used.
    pub(crate) fn is_opt_in(&self, region: &str) -> bool {
        !default_regions(&self.partition).contains(&region)
    }

    /// Whether a region answers.
    pub(crate) fn is_enabled(&self, region: &str) -> bool {
        !self.is_opt_in(region) || self.regions.iter().any(|own| **own == *region)
    }

    /// Every region that answers: those in use first, then the empty default ones.
    pub(crate) fn enabled_regions(&self) -> Vec<Arc<str>> {
        let unused =
            default_regions(&self.partition).iter().filter(|name| !self.regions.iter().any(|own| **own == ***name));
        self.regions.iter().cloned().chain(unused.map(|name| Arc::from(*name))).collect()
    }

    /// Every account with every region that answers, and with the empty region of what is account-wide.
    pub(crate) fn places(&self) -> Vec<(Arc<str>, Arc<str>)> {
        let mut regions = self.enabled_regions();
        regions.push("".into());
        let of =
            |account: &Account| regions.iter().map(|region| (account.id.clone(), region.clone())).collect::<Vec<_>>();
        self.accounts.iter().flat_map(of).collect()
    }

    /// The account of that id.
    pub fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| &*account.id == id)
    }
}
