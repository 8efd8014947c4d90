//! Identity providers in trust policies.

use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use crate::party::{Party, To};
use crate::pattern::{Letters, covers};
use crate::policy::{Condition, Quantifier};
use crate::settings::{Settings, is_account};

/// An issuer that signs tokens for anybody, so that only a claim tells our people from strangers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Issuer {
    host: String,
    /// Claims of which one must be fixed.
    claims: Vec<String>,
    /// Openings of values that fix nothing by themselves: `repo:` before a wildcard.
    #[serde(default)]
    openings: Vec<String>,
    /// The letter that ends the owner's name in a value: `octo/*` names the owner, and anybody may call himself `octo2`.
    #[serde(default)]
    ends: String,
    /// A claim and its value that the issuer gives to people whom nobody has checked.
    guests: Option<(String, String)>,
}

// Beside its tables the file has a source and a date, which the catalogue reads.
#[derive(Debug, Default, Deserialize)]
struct Table {
    issuer: Vec<Issuer>,
}

static TABLE: LazyLock<Option<Table>> =
    LazyLock::new(|| toml::from_str(catalog::embedded("data/aws-federation.toml")?).ok());

/// The party that a `Federated` principal means under a statement's conditions.
pub(crate) fn party(name: &Arc<str>, conditions: &[Condition], settings: &Settings) -> Party {
    let account = name.split(':').nth(4).filter(|account| is_account(account));
    if let Some(account) = account.filter(|account| !settings.is_own(account)) {
        return Party::account(account, name.clone(), settings);
    }
    let host = name.split_once(":oidc-provider/").map_or(&**name, |(_, host)| host);
    if name.contains(":saml-provider/") {
        return Party::new(To::Own, name.clone());
    }
    // Without the table no issuer can be told apart, and a stranger is assumed.
    let Some(table) = TABLE.as_ref() else { return Party::new(To::Authenticated, name.clone()) };
    match table.issuer.iter().find(|issuer| host == issuer.host || is_below(host, &issuer.host)) {
        Some(issuer) if issuer.admits_guests(host, conditions) => Party::new(To::Anyone, name.clone()),
        Some(issuer) if !issuer.is_held(host, conditions) => Party::new(To::Authenticated, name.clone()),
        _ => Party::new(To::Own, name.clone()),
    }
}

/// Whether `host` is a path below the issuer, as tenants of one host are.
fn is_below(host: &str, issuer: &str) -> bool {
    issuer.ends_with('/') && host.starts_with(issuer)
}

impl Issuer {
    /// Whether a condition asks for tokens of unchecked people.
    fn admits_guests(&self, host: &str, conditions: &[Condition]) -> bool {
        let Some((claim, value)) = &self.guests else { return false };
        let asks = |condition: &&Condition| claim_of(&condition.key, host).is_some_and(|found| found == *claim);
        let names = |condition: &Condition| {
            let items = &condition.values.items;
            items.iter().any(|pattern| covers(pattern, value, Letters::Exact))
        };
        conditions.iter().filter(asks).any(|condition| is_positive(condition) && names(condition))
    }

    /// Whether a condition fixes one of the claims.
    fn is_held(&self, host: &str, conditions: &[Condition]) -> bool {
        conditions.iter().any(|condition| {
            let claim = claim_of(&condition.key, host);
            let positive = is_positive(condition);
            let sure = !condition.if_exists && condition.quantifier != Quantifier::All;
            let known = condition.values.open.is_none() && !condition.values.items.is_empty();
            positive
                && sure
                && known
                && claim.is_some_and(|claim| self.claims.contains(&claim))
                && condition.values.items.iter().all(|value| self.fixes(value))
        })
    }

    fn fixes(&self, value: &str) -> bool {
        let rest = self.openings.iter().find_map(|opening| value.strip_prefix(opening.as_str())).unwrap_or(value);
        let Some(at) = rest.find(['*', '?', '$']) else { return !rest.is_empty() };
        let ends: Vec<char> = self.ends.chars().collect();
        rest.get(..at).is_some_and(|head| head.find(ends.as_slice()).is_some_and(|end| end > 0))
    }
}

/// The claim that a condition key names: `HOST:CLAIM`.
fn claim_of(key: &str, host: &str) -> Option<String> {
    let key = key.to_ascii_lowercase();
    key.strip_prefix(&host.to_ascii_lowercase()).and_then(|rest| rest.strip_prefix(':')).map(str::to_owned)
}

fn is_positive(condition: &Condition) -> bool {
    matches!(&*condition.operator, "stringequals" | "stringequalsignorecase" | "stringlike" | "arnlike" | "arnequals")
}
