//! What identity-based policies allow: administrator access, whole services, paths to more rights.
//!
//! Source: "Policy evaluation logic", AWS IAM User Guide: a Deny wins over every Allow, where its conditions hold; a
//! permissions boundary allows nothing but caps everything.

use std::sync::Arc;

use resource::{Hole, Value};

use crate::coverage::Coverage;
use crate::pattern::is_any;
use crate::policy::{Choice, Condition, Document, Effect, Statement};

mod admin;
mod escalation;
mod published;
#[cfg(test)]
mod tests;

pub(crate) use escalation::escalation;
use published::published;

/// One thing that is allowed.
#[derive(Clone, Debug, PartialEq)]
struct Allowed {
    actions: Coverage,
    resources: Coverage,
    /// Conditions on it: all must hold, and what stands after "but not where" must not.
    conditions: Vec<Arc<str>>,
    policy: Arc<str>,
    statement: Arc<str>,
    text: String,
}

/// What a set of identity-based policies allows together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Effective {
    allowed: Vec<Allowed>,
    /// Why there may be more, or less.
    pub(crate) open: Option<Arc<Hole>>,
}

/// A reason chain's items.
pub(crate) type Because = Vec<Value>;

/// As with grants: beyond this many parts only whole ones are taken away.
const MAX_PARTS: usize = 512;

impl Effective {
    /// Evaluates documents together; each comes with the name that reason chains give it.
    pub(crate) fn of(policies: &[(Arc<str>, Value)]) -> Effective {
        let mut found = Effective::default();
        let mut documents = Vec::new();
        for (name, value) in policies {
            match value {
                Value::Null => {}
                Value::Unknown(hole) => found.open = Some(hole.clone()),
                value => match Document::parse(value) {
                    Ok(document) => documents.push((name.clone(), document)),
                    Err(error) => found.open = Some(error.hole()),
                },
            }
        }
        for (name, document) in &documents {
            found.open = found.open.take().or_else(|| document.open.clone());
            for statement in &document.statements {
                found.open = found.open.take().or_else(|| statement.hole().cloned());
                if statement.effect == Ok(Effect::Allow) {
                    found.allowed.push(Allowed::of(name, statement));
                }
            }
        }
        for statement in documents.iter().flat_map(|(_, document)| &document.statements) {
            if statement.effect == Ok(Effect::Deny) {
                found.deny(statement);
            }
        }
        found
    }

    /// Takes away what a statement denies; what it denies under conditions stays, with these conditions.
    fn deny(&mut self, statement: &Statement) {
        let under: Vec<String> = statement.conditions.iter().map(Condition::text).collect();
        let but: Option<Arc<str>> =
            (!under.is_empty()).then(|| format!("but not where {}", under.join(" and ")).into());
        let mut budget = MAX_PARTS.saturating_sub(self.allowed.len());
        let mut left = Vec::new();
        for allowed in std::mem::take(&mut self.allowed) {
            let actions = allowed.actions.split(Some(&statement.actions));
            let resources = allowed.resources.split(statement.resources.as_ref());
            if actions.removed.is_empty() || resources.removed.is_empty() {
                left.push(allowed);
                continue;
            }
            let whole = actions.kept.is_empty() && resources.kept.is_empty();
            if !whole && budget == 0 {
                left.push(allowed);
                continue;
            }
            budget = budget.saturating_sub(1);
            if !actions.kept.is_empty() {
                left.push(Allowed { actions: actions.kept, ..allowed.clone() });
            }
            if !resources.kept.is_empty() {
                left.push(Allowed { actions: actions.removed.clone(), resources: resources.kept, ..allowed.clone() });
            }
            if let Some(but) = &but {
                let mut part = Allowed { actions: actions.removed, resources: resources.removed, ..allowed };
                part.conditions.push(but.clone());
                left.push(part);
            }
        }
        self.allowed = left;
    }

    /// Whether an action, or every action that a pattern matches, is allowed on some resource.
    pub(crate) fn allows_somewhere(&self, action: &str) -> bool {
        self.allows(action).is_some()
    }

    /// Whether an action is allowed on resources that a wildcard names.
    pub(crate) fn allows_widely(&self, action: &str) -> bool {
        let wide = |action: &str| {
            self.allowed.iter().any(|allowed| allowed.actions.includes(action) && allowed.resources.is_wide())
        };
        wide(action) || published().each(action, wide)
    }

    /// What allows every action that the pattern matches. `true` when each is limited to some resources or conditions.
    fn allows(&self, action: &str) -> Option<(bool, Vec<&Allowed>)> {
        let one = |action: &str| {
            let able = || self.allowed.iter().filter(move |allowed| allowed.actions.includes(action));
            let free = able().find(|allowed| allowed.is_broad() && !allowed.is_conditional());
            free.map(|allowed| (false, allowed)).or_else(|| able().next().map(|allowed| (true, allowed)))
        };
        if let Some((limited, allowed)) = one(action) {
            return Some((limited, vec![allowed]));
        }
        let mut found: (bool, Vec<&Allowed>) = (false, Vec::new());
        let all = published().each(action, |action| match one(action) {
            Some((limited, allowed)) => {
                found.0 |= limited;
                if !found.1.iter().any(|known| std::ptr::eq(*known, allowed)) {
                    found.1.push(allowed);
                }
                true
            }
            None => false,
        });
        all.then_some(found)
    }
}

impl Allowed {
    fn of(policy: &Arc<str>, statement: &Statement) -> Allowed {
        let list = |choice: &Choice<Arc<str>>| match choice {
            Choice::Is(elements) => elements.items.join(", "),
            Choice::Not(elements) => format!("everything but {}", elements.items.join(", ")),
        };
        let on = statement.resources.as_ref().map_or_else(String::new, |choice| format!(" on {}", list(choice)));
        Allowed {
            actions: Coverage::actions(&statement.actions),
            resources: Coverage::resources(statement.resources.as_ref()),
            conditions: conditions_of(statement),
            policy: policy.clone(),
            statement: statement.label.clone(),
            text: format!("allows {}{on}", list(&statement.actions)),
        }
    }

    fn because(&self) -> Value {
        let mut text = self.text.clone();
        for condition in &self.conditions {
            text = format!("{text}, {condition}");
        }
        Value::map([
            ("policy", Value::Str(self.policy.clone())),
            ("statement", Value::Str(self.statement.clone())),
            ("text", Value::from(text)),
        ])
    }

    fn is_conditional(&self) -> bool {
        !self.conditions.is_empty()
    }

    /// Whether it reaches all resources, or all but some.
    fn is_broad(&self) -> bool {
        self.resources.is.iter().any(|pattern| is_every_resource(pattern))
            && !self.resources.except.iter().any(|pattern| is_every_resource(pattern))
    }

    /// Whether it reaches all resources of a service: `arn:aws:kms:*:*:*` is every key there is.
    fn is_broad_in(&self, service: &str) -> bool {
        self.resources.except.is_empty()
            && self.resources.is.iter().any(|pattern| {
                let mut parts = pattern.splitn(6, ':');
                parts.next() == Some("arn")
                    && parts.next().is_some()
                    && parts.next().is_some_and(|found| found.eq_ignore_ascii_case(service))
                    && parts.all(is_any)
            })
    }
}

/// "only where Bool aws:MultiFactorAuthPresent = true".
fn conditions_of(statement: &Statement) -> Vec<Arc<str>> {
    let mut all: Vec<Arc<str>> =
        statement.conditions.iter().map(|condition| format!("only where {}", condition.text()).into()).collect();
    if statement.conditions_open.is_some() {
        all.push("only under conditions that could not be read".into());
    }
    all
}

/// `*`, `*:*`, `arn:aws:*`, `arn:*:*:*:*:*`.
fn is_every_resource(pattern: &str) -> bool {
    let rest = pattern.strip_prefix("arn:").unwrap_or(pattern);
    let rest = ["aws:", "aws-cn:", "aws-us-gov:"].iter().find_map(|head| rest.strip_prefix(head)).unwrap_or(rest);
    rest.split(':').all(is_any)
}
