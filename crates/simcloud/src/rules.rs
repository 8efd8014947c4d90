//! The rule file: which faults the simulator shows.

mod chance;
mod glob;
mod throttle;

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{self, Deserializer};
use thiserror::Error;

pub(crate) use chance::{Identity, fraction, hash_of};
pub use glob::Glob;
pub(crate) use throttle::Buckets;

/// The faults to show. The default shows none.
///
/// ```toml
/// seed = 7
/// page_size = 5
/// shuffle = true
/// [[throttle]]
/// on = { calls = ["ec2:*"], chance = 0.3 }
/// retry_after = 1
/// [[deny]]
/// on = { calls = ["kms:GetKeyPolicy"], resource = "*:key/1111*" }
/// ```
///
/// Chances are decided by the seed and by what is asked, how often it was asked before, never by a clock: the same
/// client with the same rules meets the same faults, in whatever order its requests arrive.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Decides every chance.
    #[serde(default)]
    pub seed: u64,
    /// The most items of a page, whatever the client asks for.
    pub page_size: Option<usize>,
    /// Whether arrays without an order of their own come in a new order each time.
    #[serde(default)]
    pub shuffle: bool,
    /// The simulator's clock against the real one, `-20m`; more than 15 minutes and requests are refused.
    #[serde(default, deserialize_with = "signed_duration")]
    pub skew: jiff::SignedDuration,
    /// Credentials expire after so many requests.
    pub expire_after: Option<u64>,
    /// Credentials of assumed roles expire after so many requests; the role can be assumed again.
    pub expire_assumed_after: Option<u64>,
    /// Answers that take their time.
    #[serde(default)]
    pub latency: Vec<Latency>,
    /// Requests that are refused as too many.
    #[serde(default)]
    pub throttle: Vec<Throttle>,
    /// Requests that are refused for want of a permission.
    #[serde(default)]
    pub deny: Vec<Deny>,
    /// Server errors.
    #[serde(default)]
    pub error: Vec<ServerError>,
    /// Answers cut in the middle.
    #[serde(default)]
    pub truncate: Vec<Cut>,
    /// Connections dropped instead of an answer.
    #[serde(default)]
    pub reset: Vec<Cut>,
    /// Resources that disappear once they have been listed.
    #[serde(default)]
    pub vanish: Vec<Vanish>,
}

/// Which requests a rule is about.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Target {
    /// `service:Operation` with `*`; the IAM action works too.
    pub calls: Vec<Glob>,
    /// Only this account.
    pub account: Option<Box<str>>,
    /// Only this region, as signed.
    pub region: Option<Box<str>>,
    /// Only requests about a resource whose id matches; never a listing.
    pub resource: Option<Glob>,
    /// How likely, from 0 to 1.
    pub chance: f64,
    /// Only the first so many times that the same thing is asked.
    pub attempts: Option<u32>,
}

impl Default for Target {
    fn default() -> Self {
        Target { calls: Vec::new(), account: None, region: None, resource: None, chance: 1.0, attempts: None }
    }
}

/// An answer that takes its time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// Which requests.
    #[serde(default)]
    pub on: Target,
    /// How long at least.
    #[serde(default)]
    pub fixed_ms: u64,
    /// How much longer at most.
    #[serde(default)]
    pub jitter_ms: u64,
}

/// Requests that are refused as too many.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// Which requests.
    #[serde(default)]
    pub on: Target,
    /// Refuses only what exceeds so many a second, per account, region and service.
    pub rate: Option<f64>,
    /// How many may come at once under `rate`; its default is one second's worth.
    pub burst: Option<f64>,
    /// Seconds for a `Retry-After` header.
    pub retry_after: Option<u32>,
}

/// Requests that are refused for want of a permission.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deny {
    /// Which requests.
    #[serde(default)]
    pub on: Target,
    /// Which policy the message names.
    #[serde(default)]
    pub by: DeniedBy,
}

/// Which policy a denial's message names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeniedBy {
    /// No identity-based policy allows it.
    #[default]
    Identity,
    /// A service control policy denies it.
    Scp,
    /// The permissions boundary does not allow it.
    Boundary,
    /// A resource-based policy denies it.
    Resource,
    /// The message does not say.
    Unstated,
}

/// A server error.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerError {
    /// Which requests.
    #[serde(default)]
    pub on: Target,
    /// The HTTP status.
    #[serde(default = "internal")]
    pub status: u16,
    /// The code, if not the protocol's own.
    pub code: Option<String>,
}

/// Which answers are cut or dropped.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// Which requests.
    #[serde(default)]
    pub on: Target,
}

/// Resources that disappear once they have been listed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vanish {
    /// Ids of the resources.
    pub resource: Glob,
    /// How likely each of them, from 0 to 1.
    #[serde(default = "always")]
    pub chance: f64,
}

/// A rule file that cannot be used.
#[derive(Debug, Error)]
pub enum RulesError {
    /// It cannot be read.
    #[error("the rule file `{path}` cannot be read: {source}; check the path")]
    Read {
        /// The path.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not TOML of the right form.
    #[error("the rules are wrong: {0}; correct the line shown")]
    Parse(String),
}

impl Rules {
    /// Reads rules.
    ///
    /// # Errors
    /// When the text is not TOML, a name is unknown, or a chance is not between 0 and 1.
    pub fn parse(text: &str) -> Result<Rules, RulesError> {
        let rules: Rules = toml::from_str(text).map_err(|error| RulesError::Parse(error.to_string()))?;
        let chances = rules.targets().map(|on| on.chance).chain(rules.vanish.iter().map(|vanish| vanish.chance));
        let wrong = chances.into_iter().find(|chance| !(0.0..=1.0).contains(chance));
        match wrong {
            Some(chance) => Err(RulesError::Parse(format!("`chance = {chance}` is not between 0 and 1"))),
            None => Ok(rules),
        }
    }

    /// Reads a rule file.
    ///
    /// # Errors
    /// As [`Rules::parse`], and when the file cannot be read.
    pub fn load(path: &Path) -> Result<Rules, RulesError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| RulesError::Read { path: path.display().to_string(), source })?;
        Rules::parse(&text)
    }

    fn targets(&self) -> impl Iterator<Item = &Target> {
        (self.latency.iter().map(|rule| &rule.on))
            .chain(self.throttle.iter().map(|rule| &rule.on))
            .chain(self.deny.iter().map(|rule| &rule.on))
            .chain(self.error.iter().map(|rule| &rule.on))
            .chain(self.truncate.iter().map(|rule| &rule.on))
            .chain(self.reset.iter().map(|rule| &rule.on))
    }

    /// Whether the simulator has to count how often each thing was asked.
    pub(crate) fn counts_attempts(&self) -> bool {
        self.shuffle
            || self.targets().any(|on| on.chance < 1.0 || on.attempts.is_some())
            || self.latency.iter().any(|rule| rule.jitter_ms > 0)
    }
}

/// What a rule can see of a request.
pub(crate) struct Subject<'a> {
    pub call: &'a str,
    pub actions: &'a [std::sync::Arc<str>],
    pub account: &'a str,
    pub region: &'a str,
    pub resource: Option<&'a str>,
}

impl Target {
    /// Whether the rule meets this request. `salt` keeps two rules with one chance apart.
    pub(crate) fn meets(&self, subject: &Subject<'_>, identity: &Identity, salt: &str) -> bool {
        let named =
            |glob: &Glob| glob.matches(subject.call) || subject.actions.iter().any(|action| glob.matches(action));
        (self.calls.is_empty() || self.calls.iter().any(named))
            && self.account.as_deref().is_none_or(|account| account == subject.account)
            && self.region.as_deref().is_none_or(|region| region == subject.region)
            && self.resource.as_ref().is_none_or(|glob| subject.resource.is_some_and(|uid| glob.matches(uid)))
            && self.attempts.is_none_or(|attempts| identity.attempt < attempts)
            && (self.chance >= 1.0 || identity.fraction(salt) < self.chance)
    }
}

impl Latency {
    /// How long this request waits.
    pub(crate) fn wait(&self, identity: &Identity) -> Duration {
        let jitter = (self.jitter_ms as f64 * identity.fraction("jitter")) as u64;
        Duration::from_millis(self.fixed_ms + jitter)
    }
}

fn internal() -> u16 {
    500
}

fn always() -> f64 {
    1.0
}

/// `20m`, `-1h`, `90s`.
fn signed_duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<jiff::SignedDuration, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| de::Error::custom(format!("`{text}` is no length of time; write `20m` or `-1h`")))
}

#[cfg(test)]
mod tests;
