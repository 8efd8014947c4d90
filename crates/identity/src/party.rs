//! Whom a grant reaches.

use std::sync::Arc;

use resource::{Hole, Why};

use crate::federation;
use crate::policy::{Condition, Principal};
use crate::settings::{Settings, is_account};

/// The kinds of party, narrowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum To {
    /// The owner's account, a trusted account or an own organisation.
    Own,
    /// A service of the provider.
    Service,
    /// An account that is neither.
    Foreign,
    /// Anyone who can sign a request to the provider.
    Authenticated,
    /// Anyone.
    Anyone,
}

impl To {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            To::Own => "own",
            To::Service => "service",
            To::Foreign => "foreign",
            To::Authenticated => "authenticated",
            To::Anyone => "anyone",
        }
    }

    /// Whether strangers are meant.
    pub(crate) fn is_public(self) -> bool {
        self >= To::Authenticated
    }
}

/// One party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Party {
    pub(crate) to: To,
    /// The account, where one is named.
    pub(crate) account: Option<Arc<str>>,
    /// The principal as a reader would know it.
    pub(crate) principal: Arc<str>,
    /// For a service: whether it is held to requests of our own accounts or of one named resource.
    pub(crate) guarded: bool,
    /// Whether it gets in through a service that acts for it, and not by itself.
    pub(crate) through_service: bool,
    /// Whether the account is not the owner's but one that it trusts.
    pub(crate) trusted: bool,
    /// For a foreign account: what of ours its requests must come from or through, so that it cannot use the grant at
    /// will.
    pub(crate) held_to: Option<Arc<str>>,
    /// Why it is not certain that the party is an outsider.
    pub(crate) doubt: Option<Arc<Hole>>,
}

impl Party {
    pub(crate) fn new(to: To, principal: impl Into<Arc<str>>) -> Party {
        Party {
            to,
            account: None,
            principal: principal.into(),
            guarded: false,
            through_service: false,
            trusted: false,
            held_to: None,
            doubt: None,
        }
    }

    /// The party that an account id means.
    pub(crate) fn account(id: &str, principal: impl Into<Arc<str>>, settings: &Settings) -> Party {
        let to = if settings.is_own(id) { To::Own } else { To::Foreign };
        let trusted = to == To::Own && *id != *settings.account;
        Party { account: Some(id.into()), trusted, ..Party::new(to, principal) }
    }

    /// The members of an organisation.
    pub(crate) fn organisation(id: &str, settings: &Settings) -> Party {
        if settings.own_organisations.contains(id) {
            return Party::new(To::Own, id);
        }
        Party { doubt: settings.unknown_organisation.clone(), ..Party::new(To::Foreign, id) }
    }

    pub(crate) fn guarded(mut self) -> Party {
        self.guarded = true;
        self
    }

    /// "everyone", "account 1111…", "service sns.amazonaws.com".
    pub(crate) fn text(&self) -> String {
        let text = match (self.to, &self.account) {
            (To::Anyone, _) => return "everyone".to_owned(),
            (To::Authenticated, _) => return "everyone who has an account at the provider".to_owned(),
            (_, Some(account)) if **account == *self.principal => format!("account {account}"),
            (To::Service, _) => format!("service {}", self.principal),
            _ => self.principal.to_string(),
        };
        if self.trusted { format!("{text} (trusted)") } else { text }
    }
}

/// Something that only a person can say.
pub(crate) fn attest(detail: &str) -> Arc<Hole> {
    Arc::new(Hole::new(Why::Attestation).detail(detail))
}

/// Services whose calls cannot be turned against another customer, so that they need no guard: see "confused deputy"
/// in their guides. `secretsmanager` rotates through functions of the same account; `eks` acts for its own cluster.
const UNCONFUSED: [&str; 2] = ["secretsmanager.", "eks."];

/// The party that a principal of a resource policy means. `None` when it admits nobody.
pub(crate) fn party(principal: &Principal, conditions: &[Condition], settings: &Settings) -> Option<Party> {
    Some(match principal {
        Principal::Anyone => Party::new(To::Anyone, "*"),
        Principal::AnyAccount(text) => Party::new(To::Authenticated, text.clone()),
        Principal::Account { account, arn } => {
            Party::account(account, arn.clone().unwrap_or_else(|| account.clone()), settings)
        }
        Principal::Service(name) => {
            let exempt = UNCONFUSED.iter().any(|prefix| name.starts_with(prefix));
            Party { guarded: exempt, ..Party::new(To::Service, name.clone()) }
        }
        Principal::Federated(name) => federation::party(name, conditions, settings),
        Principal::Canonical(id) if settings.canonical.as_ref() == Some(id) => Party::new(To::Own, id.clone()),
        Principal::Canonical(id) => Party::new(To::Foreign, id.clone()),
        Principal::Origin(text) => Party::new(To::Service, text.clone()).guarded(),
        Principal::Deleted(_) => return None,
        Principal::Other(text) => {
            let account = text.split(':').nth(4).filter(|account| is_account(account));
            match account {
                Some(account) => Party::account(account, text.clone(), settings),
                None => Party::new(To::Foreign, text.clone()),
            }
        }
    })
}
