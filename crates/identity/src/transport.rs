//! Whether a resource policy refuses everybody who comes without TLS.
//!
//! Source: "Enforce encryption of data in transit", Amazon S3 security best practices: a Deny for everyone under the
//! condition `aws:SecureTransport` = `false`, on the bucket and on its objects.

use std::sync::Arc;

use resource::{Hole, Value};

use crate::coverage::Coverage;
use crate::policy::{Choice, Condition, Document, Effect, Principal, Quantifier, Statement};

/// What the documents of one resource say.
#[derive(Default)]
pub(crate) struct Transport {
    refused: Vec<Arc<str>>,
    open: Option<Arc<Hole>>,
}

impl Transport {
    /// Adds a policy of the resource `uid`.
    pub(crate) fn read(&mut self, value: &Value, uid: &str) {
        match value {
            Value::Null => {}
            Value::Unknown(hole) => self.open = Some(hole.clone()),
            Value::Str(text) if text.trim().is_empty() => {}
            value => match Document::parse(value) {
                Ok(document) => self.add(&document, uid),
                Err(error) => self.open = Some(error.hole()),
            },
        }
    }

    /// Notes that there may be more policies.
    pub(crate) fn note(&mut self, open: Option<Arc<Hole>>) {
        self.open = self.open.take().or(open);
    }

    fn add(&mut self, document: &Document, uid: &str) {
        self.note(document.open.clone());
        for statement in document.statements.iter().filter(|statement| statement.may_deny()) {
            if let Some(hole) = statement.hole() {
                self.open = Some(hole.clone());
            } else if refuses(statement, uid)
                && let Some(Choice::Is(resources)) = &statement.resources
            {
                self.refused.extend(resources.items.iter().cloned());
            }
        }
    }

    /// Whether the resource, and what lies in it, is out of reach without TLS.
    pub(crate) fn tls_only(&self, uid: &str) -> Value {
        let refused = Coverage::of_resources(self.refused.clone());
        let objects = format!("{uid}/*");
        let all = refused.includes(uid) && (service(uid) != "s3" || refused.includes(&objects));
        match &self.open {
            Some(hole) if !all => Value::Unknown(hole.clone()),
            _ => Value::Bool(all),
        }
    }
}

/// Whether the statement refuses everybody the service's actions without TLS, and under no other condition.
fn refuses(statement: &Statement, uid: &str) -> bool {
    let everyone = matches!(&statement.principals, Some(Choice::Is(names)) if names.items.contains(&Principal::Anyone));
    let plain = matches!(statement.conditions.as_slice(), [condition] if is_plain_text(condition));
    let actions = Coverage::actions(&statement.actions);
    let writing = if service(uid) == "s3" { "s3:PutObject".to_owned() } else { format!("{}:*", service(uid)) };
    statement.effect == Ok(Effect::Deny) && everyone && plain && actions.includes(&writing)
}

fn is_plain_text(condition: &Condition) -> bool {
    &*condition.operator == "bool"
        && condition.quantifier == Quantifier::One
        && condition.key.eq_ignore_ascii_case("aws:SecureTransport")
        && !condition.values.items.is_empty()
        && condition.values.items.iter().all(|value| value.eq_ignore_ascii_case("false"))
}

/// The service of an ARN.
fn service(uid: &str) -> &str {
    uid.split(':').nth(2).unwrap_or_default()
}

#[cfg(test)]
mod tests;
