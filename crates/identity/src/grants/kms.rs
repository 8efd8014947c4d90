//! Grants of a KMS key.
//!
//! Source: "Grants in AWS KMS", AWS KMS Developer Guide.

use std::sync::Arc;

use resource::Value;

use super::{Grant, Grants};
use crate::party::{Party, To};
use crate::policy::Principal;
use crate::settings::Settings;

/// The grants of a list of `{GranteePrincipal, Operations, Constraints}`.
pub(crate) fn kms_grants(value: &Value, settings: &Settings) -> Grants {
    let (items, open) = match value {
        Value::Unknown(hole) => return Grants::unknown(hole.clone()),
        Value::List(list) => (list.items.as_slice(), list.open.clone()),
        _ => return Grants::default(),
    };
    let mut grants = Grants { items: Vec::new(), open };
    for item in items {
        match item.first_hole() {
            Some(hole) => grants.open = Some(hole.clone()),
            None => grants.items.extend(grant(item, settings)),
        }
    }
    grants
}

fn grant(item: &Value, settings: &Settings) -> Option<Grant> {
    let Value::Str(grantee) = item.get("GranteePrincipal") else { return None };
    let party = if grantee.ends_with(".amazonaws.com") || grantee.ends_with(".amazonaws.com.cn") {
        // A service makes such a grant for the one resource that it serves.
        Party::new(To::Service, grantee.clone()).guarded()
    } else {
        crate::party::party(&Principal::aws(grantee), &[], settings)?
    };
    let operations: Vec<String> = item
        .get("Operations")
        .items()
        .iter()
        .filter_map(Value::as_str)
        .map(|operation| format!("kms:{operation}"))
        .collect();
    let actions: Vec<&str> = operations.iter().map(String::as_str).collect();
    let text = format!("a grant lets {} use the key", party.text());
    let mut grant = Grant::plain(party, &actions, text);
    if let Some(constraints) = item.get("Constraints").as_map().filter(|constraints| !constraints.is_empty()) {
        grant.conditional = true;
        grant.conditions = constraints.keys().map(ToString::to_string).collect();
    }
    if let Value::Str(id) = item.get("GrantId") {
        grant.because.iter_mut().for_each(|reason| reason.statement = Arc::clone(id));
    }
    Some(grant)
}
