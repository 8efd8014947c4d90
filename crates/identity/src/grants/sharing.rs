//! Lists of accounts with which a snapshot or an image is shared.

use resource::Value;

use super::{Grant, Grants};
use crate::party::{Party, To};
use crate::settings::Settings;

/// The grants of a list: `all` or an account id each (RDS), or `{Group}`, `{UserId}`, `{OrganizationArn}`,
/// `{OrganizationalUnitArn}` (EC2).
pub(crate) fn sharing(value: &Value, settings: &Settings) -> Grants {
    let (items, open) = match value {
        Value::Unknown(hole) => return Grants::unknown(hole.clone()),
        Value::List(list) => (list.items.as_slice(), list.open.clone()),
        Value::Null => return Grants::default(),
        single => (std::slice::from_ref(single), None),
    };
    let mut grants = Grants { items: Vec::new(), open };
    for item in items {
        if let Some(hole) = item.first_hole() {
            grants.open = Some(hole.clone());
        } else if let Some(party) = party(item, settings) {
            let text = format!("it is shared with {}", party.text());
            grants.items.push(Grant::plain(party, &["*"], text));
        }
    }
    grants
}

fn party(item: &Value, settings: &Settings) -> Option<Party> {
    let name = |member: &str| item.get(member).as_str();
    if let Some(text) = item.as_str() {
        return Some(if text == "all" { Party::new(To::Anyone, "all") } else { Party::account(text, text, settings) });
    }
    if name("Group").is_some() {
        return Some(Party::new(To::Anyone, "all"));
    }
    if let Some(account) = name("UserId") {
        return Some(Party::account(account, account, settings));
    }
    // arn:aws:organizations::ACCOUNT:organization/o-… and …:ou/o-…/ou-…
    let arn = name("OrganizationArn").or_else(|| name("OrganizationalUnitArn"))?;
    let id = arn.split('/').nth(1).unwrap_or(arn);
    Some(Party::organisation(id, settings))
}
