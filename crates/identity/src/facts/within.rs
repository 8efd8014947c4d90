//! Policies that are effective only as far as another resource's policies allow the same: an access point's, within its
//! bucket's.
//!
//! Source: "Configuring IAM policies for using access points", Amazon S3 User Guide.

use std::sync::Arc;

use catalog::PolicyKind;
use expr::Entity;
use resource::Hole;

use super::{World, of_policy};
use crate::grants::{Grant, Grants, Neutralised};
use crate::party::To;
use crate::settings::Settings;

/// What the resource behind allows.
enum Behind {
    /// These grants, not neutralised.
    Allows(Vec<Grant>),
    /// It could not be told.
    Unknown(Arc<Hole>),
}

/// Neutralises the grants that the resources along the edge do not allow.
pub(super) fn hold(grants: &mut Grants, entity: &Entity, edge: &str, world: &World<'_>, settings: &Settings) {
    let reaches = |grant: &&mut Grant| grant.party.to != To::Own && grant.neutralised == Neutralised::No;
    if !grants.items.iter_mut().any(|grant| reaches(&grant)) {
        return;
    }
    let behind = behind(entity, edge, world, settings);
    for grant in grants.items.iter_mut().filter(reaches) {
        match &behind {
            Behind::Allows(allowed) if allowed.iter().any(|one| lets_through(one, grant)) => {}
            Behind::Allows(_) => {
                grant.neutralise("the policy of what lies behind, which neither allows it nor delegates")
            }
            Behind::Unknown(hole) => grant.neutralised = Neutralised::Unknown(hole.clone()),
        }
    }
}

fn behind(entity: &Entity, edge: &str, world: &World<'_>, settings: &Settings) -> Behind {
    let set = world.scope.refs(entity, edge);
    let mut allowed = Vec::new();
    let mut unread = set.open.clone();
    for member in &set.members {
        let neighbour = match member {
            Ok(neighbour) => neighbour,
            Err(hole) => {
                unread = Some(hole.clone());
                continue;
            }
        };
        let Some(of) = world.catalog.resource_type(&neighbour.type_id) else { continue };
        for policy in of.policy.iter().filter(|policy| policy.kind == PolicyKind::Policy) {
            let found = of_policy(policy, neighbour, world, settings);
            unread = unread.or(found.open);
            allowed.extend(found.items);
        }
    }
    match unread {
        Some(hole) => Behind::Unknown(hole),
        None => Behind::Allows(allowed),
    }
}

/// Whether what lies behind lets a grant through: it allows it to the same party or to everybody, or leaves the decision
/// to access points.
fn lets_through(behind: &Grant, grant: &Grant) -> bool {
    let delegates = behind.party.to == To::Own
        && behind.conditions.iter().any(|condition| condition.to_ascii_lowercase().contains(" s3:dataaccesspoint"));
    let same = behind.party.account.is_some() && behind.party.account == grant.party.account;
    behind.party.to.is_public() || delegates || same || (behind.party.to, grant.party.to) == (To::Service, To::Service)
}
