//! Who may use a resource by the policies attached to it.
//!
//! Sources: "Policy evaluation logic" (AWS IAM User Guide) for Allow, Deny and principals; "The meaning of public"
//! (Amazon S3 User Guide) for what keeps a grant from strangers.

use std::sync::Arc;

use resource::{Hole, List, Value};

use crate::coverage::Coverage;
use crate::party::{Party, To};

mod acl;
mod deny;
mod kms;
mod narrow;
mod resource_policy;
mod sharing;
#[cfg(test)]
mod tests;

pub(crate) use acl::acl;
pub(crate) use kms::kms_grants;
pub(crate) use resource_policy::resource_policy;
pub(crate) use sharing::sharing;

/// One step of a reason chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) statement: Arc<str>,
    pub(crate) text: String,
}

/// One grant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grant {
    pub(crate) party: Party,
    pub(crate) actions: Coverage,
    pub(crate) resources: Coverage,
    /// Why actions are not fully known.
    pub(crate) actions_open: Option<Arc<Hole>>,
    /// Conditions that an outsider may be able to meet.
    pub(crate) conditional: bool,
    pub(crate) conditions: Vec<String>,
    pub(crate) because: Vec<Reason>,
    pub(crate) neutralised: Neutralised,
}

/// Whether something makes a grant ineffective.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Neutralised {
    /// Nothing does.
    #[default]
    No,
    /// The setting of that name does.
    By(Arc<str>),
    /// It could not be told.
    Unknown(Arc<Hole>),
}

/// The grants of one policy, and why there may be more.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Grants {
    pub(crate) items: Vec<Grant>,
    pub(crate) open: Option<Arc<Hole>>,
}

impl Grants {
    pub(crate) fn unknown(hole: Arc<Hole>) -> Grants {
        Grants { items: Vec::new(), open: Some(hole) }
    }

    /// Marks what a setting that blocks public access makes ineffective: public grants, and with `whole` the grants of
    /// the same policy to other accounts too, since a public policy is held to the owner's account as a whole
    /// ("Blocking public access to your Amazon S3 storage", RestrictPublicBuckets).
    pub(crate) fn block(&mut self, by: &Neutralised, whole: bool) {
        if !self.items.iter().any(|grant| grant.party.to.is_public()) {
            return;
        }
        for grant in &mut self.items {
            let reached = grant.party.to.is_public() || (whole && grant.party.to == To::Foreign);
            if reached && grant.neutralised != *by && !matches!(grant.neutralised, Neutralised::By(_)) {
                if let Neutralised::By(setting) = by {
                    grant
                        .because
                        .push(Reason { statement: "".into(), text: format!("{setting} makes it ineffective") });
                }
                grant.neutralised = by.clone();
            }
        }
    }

    /// As the items of `facts.grants`; `policy` is what reason chains call the policy.
    pub(crate) fn to_values(&self, policy: &str) -> Vec<Value> {
        self.items.iter().map(|grant| grant.to_value(policy)).collect()
    }
}

impl Grant {
    /// Marks the grant as ineffective, with the reason.
    pub(crate) fn neutralise(&mut self, by: &str) {
        self.because.push(Reason { statement: "".into(), text: format!("{by} makes it ineffective") });
        self.neutralised = Neutralised::By(by.into());
    }

    /// A grant that stands by itself, outside any policy language.
    pub(crate) fn plain(party: Party, actions: &[&str], text: String) -> Grant {
        Grant {
            party,
            actions: Coverage::of_actions(actions.iter().map(|action| Arc::from(*action)).collect()),
            resources: Coverage::every_resource(),
            actions_open: None,
            conditional: false,
            conditions: Vec::new(),
            because: vec![Reason { statement: "".into(), text }],
            neutralised: Neutralised::No,
        }
    }

    fn to_value(&self, policy: &str) -> Value {
        let text = |text: &Arc<str>| Value::Str(text.clone());
        let list = |texts: &[Arc<str>]| Value::list(texts.iter().map(text).collect());
        let neutralised = match (&self.neutralised, &self.party) {
            (Neutralised::By(setting), _) => text(setting),
            (_, Party { held_to: Some(place), .. }) => Value::from(format!("conditions that hold it to {place}")),
            (Neutralised::Unknown(hole), _) | (_, Party { doubt: Some(hole), .. }) => Value::Unknown(hole.clone()),
            (Neutralised::No, _) => Value::Null,
        };
        let actions = List { items: self.actions.is.iter().map(text).collect(), open: self.actions_open.clone() };
        let because = self.because.iter().map(|reason| reason.to_value(policy)).collect();
        Value::map([
            ("to", Value::from(self.party.to.as_str())),
            ("account", self.party.account.as_ref().map(text).unwrap_or_default()),
            ("principal", text(&self.party.principal)),
            ("guarded", Value::Bool(self.party.guarded)),
            ("actions", Value::List(actions)),
            ("except", list(&self.actions.except)),
            ("resources", list(&self.resources.is)),
            ("except_resources", list(&self.resources.except)),
            ("conditional", Value::Bool(self.conditional)),
            ("conditions", Value::list(self.conditions.iter().map(|text| Value::from(text.as_str())).collect())),
            ("neutralised_by", neutralised),
            ("policy", Value::from(policy)),
            ("because", Value::list(because)),
        ])
    }
}

impl Reason {
    pub(crate) fn to_value(&self, policy: &str) -> Value {
        Value::map([
            ("policy", Value::from(policy)),
            ("statement", Value::Str(self.statement.clone())),
            ("text", Value::from(self.text.as_str())),
        ])
    }
}
