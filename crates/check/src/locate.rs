//! Where in a document the thing is that a fact's reason names.

use std::sync::Arc;

use catalog::{OpenKind, Policy, PolicyKind, ResourceType};
use expr::{Stop, follow};
use resource::{Path, Segment, Value};

/// A statement, a rule, a grant: where it is, and what people call it.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// The way there in the document.
    pub path: Vec<Stop>,
    /// "statement Public of the bucket policy", "the rule tcp 22 from 0.0.0.0/0".
    pub called: String,
}

/// What a reason of an item of a fact names in the resource's own document; `None` when it is not there. Where several
/// policies have a statement of that name, the first.
pub fn locate(of: &ResourceType, name: &str, document: &Value, item: &Value, reason: &Value) -> Option<Located> {
    locate_every(of, name, document, item, reason).into_iter().next()
}

/// Everything that a reason may name: several where policies that share a name have such a statement each.
pub(crate) fn locate_every(
    of: &ResourceType,
    name: &str,
    document: &Value,
    item: &Value,
    reason: &Value,
) -> Vec<Located> {
    let policy = reason.get("policy").as_str().unwrap_or_default();
    if let Some(place) = of.open.iter().find(|place| policy == rules_called(place.kind)) {
        return rule(place.kind, &place.at, document, item, reason).into_iter().collect();
    }
    let named = |one: &&Policy| {
        let rest = policy.strip_prefix(one.called.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest == format!(" of {name}"))
    };
    let of_policy = |policy: &Policy| match policy.kind {
        PolicyKind::Policy | PolicyKind::Trust | PolicyKind::Identity => statements(policy, document, reason),
        PolicyKind::Acl | PolicyKind::Shared | PolicyKind::Grants => {
            listed(policy, document, item, reason).into_iter().collect()
        }
    };
    of.policy.iter().filter(named).flat_map(of_policy).collect()
}

/// What reason chains call network rules.
fn rules_called(kind: OpenKind) -> &'static str {
    match kind {
        OpenKind::SecurityGroup => "inbound rules",
        OpenKind::NetworkAcl => "inbound entries",
    }
}

/// Every way that a path leads in a document.
pub fn ways(document: &Value, path: &Path) -> Vec<Vec<Stop>> {
    let mut found = vec![Vec::new()];
    for segment in path.segments() {
        let mut next = Vec::new();
        for way in found {
            match segment {
                Segment::Member(name) => next.push(with(&way, Stop::Member(Arc::clone(name)))),
                Segment::Each => {
                    let items = follow(document, &way).items().len();
                    next.extend((0..items).map(|at| with(&way, Stop::Item(at))));
                }
                Segment::Where { member, equals } => {
                    let items = follow(document, &way).items().iter().enumerate();
                    let fitting = items.filter(|(_, item)| item.get(member).is_written(equals));
                    next.extend(fitting.map(|(at, _)| with(&way, Stop::Item(at))));
                }
            }
        }
        found = next;
    }
    found.retain(|way| !follow(document, way).is_null());
    found
}

fn with(way: &[Stop], stop: Stop) -> Vec<Stop> {
    way.iter().cloned().chain([stop]).collect()
}

fn member(way: &[Stop], name: &str) -> Vec<Stop> {
    with(way, Stop::Member(name.into()))
}

fn statements(policy: &Policy, document: &Value, reason: &Value) -> Vec<Located> {
    let label = reason.get("statement").as_str().unwrap_or_default();
    let wanted = |at: usize, statement: &Value| match statement.get("Sid").as_str() {
        Some(sid) if !sid.is_empty() => sid == label,
        _ => label.strip_prefix('#').and_then(|number| number.parse().ok()) == Some(at + 1),
    };
    let found = ways(document, &policy.at).into_iter().filter_map(|way| {
        let statements = member(&way, "Statement");
        let path = match follow(document, &statements) {
            single @ Value::Map(_) if wanted(0, single) => statements,
            list => {
                let at = list.items().iter().enumerate().position(|(at, one)| wanted(at, one))?;
                with(&statements, Stop::Item(at))
            }
        };
        Some(Located { path, called: statement_called(policy, document, &way, label) })
    });
    found.collect()
}

fn statement_called(policy: &Policy, document: &Value, way: &[Stop], label: &str) -> String {
    let words = label.strip_prefix('#').map_or_else(|| format!("`{label}`"), str::to_owned);
    let holder = way.get(..way.len().saturating_sub(1)).unwrap_or_default();
    let whose = match follow(document, holder).get("PolicyName") {
        Value::Str(name) => format!("{} {name}", policy.called),
        _ => policy.called.clone(),
    };
    format!("statement {words} of the {whose}")
}

/// What people call the statement at a place of one of the type's policies; `None` for anything else.
pub(crate) fn statement_at(of: &ResourceType, document: &Value, path: &[Stop]) -> Option<String> {
    of.policy.iter().find_map(|policy| {
        let way = ways(document, &policy.at).into_iter().find(|way| path.starts_with(way))?;
        let at = match path.get(way.len()..)? {
            [Stop::Member(name)] if &**name == "Statement" => 0,
            [Stop::Member(name), Stop::Item(at)] if &**name == "Statement" => *at,
            _ => return None,
        };
        let sid = follow(document, path).get("Sid").as_str().filter(|sid| !sid.is_empty()).map(str::to_owned);
        Some(statement_called(policy, document, &way, &sid.unwrap_or_else(|| format!("#{}", at + 1))))
    })
}

/// An entry of an ACL, of a sharing list, or a KMS grant.
fn listed(policy: &Policy, document: &Value, item: &Value, reason: &Value) -> Option<Located> {
    let principal = item.get("principal").as_str().unwrap_or_default();
    let id = reason.get("statement").as_str().unwrap_or_default();
    ways(document, &policy.at).into_iter().find_map(|way| {
        let list = match follow(document, &way) {
            Value::Map(_) => member(&way, "Grants"),
            _ => way,
        };
        let fits = |entry: &Value| match policy.kind {
            PolicyKind::Grants => entry.get("GrantId").as_str() == Some(id) && !id.is_empty(),
            PolicyKind::Acl => {
                let grantee = entry.get("Grantee");
                let uri = grantee
                    .get("URI")
                    .as_str()
                    .is_some_and(|uri| uri == principal || uri.ends_with(&format!("/{principal}")));
                uri || ["ID", "DisplayName", "EmailAddress"]
                    .iter()
                    .any(|name| grantee.get(name).as_str() == Some(principal))
            }
            _ => {
                let shared = [entry, entry.get("Group"), entry.get("UserId")];
                shared.iter().any(|text| {
                    text.as_str().is_some_and(|text| text == principal || (text == "all" && principal == "all"))
                }) || entry.get("OrganizationArn").as_str().is_some_and(|arn| arn.contains(principal))
            }
        };
        match follow(document, &list) {
            single @ Value::Str(_) if fits(single) => Some(list.clone()),
            found => Some(with(&list, Stop::Item(found.items().iter().position(fits)?))),
        }
        .map(|path| Located { path, called: entry_called(policy, principal, id) })
    })
}

fn entry_called(policy: &Policy, principal: &str, id: &str) -> String {
    match policy.kind {
        PolicyKind::Acl => format!("the grant to {principal} in the {}", policy.called),
        PolicyKind::Grants => format!("grant {id}"),
        _ => format!("`{principal}` in the {}", policy.called),
    }
}

/// A security group's rule, down to the one range where a permission has several, or an entry of a network ACL.
fn rule(kind: OpenKind, at: &Path, document: &Value, item: &Value, reason: &Value) -> Option<Located> {
    let number: i64 = reason.get("statement").as_str()?.strip_prefix('#')?.parse().ok()?;
    let list = ways(document, at).into_iter().next()?;
    if kind == OpenKind::NetworkAcl {
        let inbound = |entry: &Value| {
            entry.get("RuleNumber").as_int() == Some(number) && entry.get("Egress").as_bool() != Some(true)
        };
        let place = follow(document, &list).items().iter().position(inbound)?;
        return Some(Located { path: with(&list, Stop::Item(place)), called: format!("the inbound entry {number}") });
    }
    let place = usize::try_from(number).ok()?.checked_sub(1)?;
    let permission = with(&list, Stop::Item(place));
    let found = follow(document, &permission);
    let text = reason.get("text").as_str().unwrap_or_default();
    let told =
        |range: &str| item.get("range").as_str() == Some(range) || text.split([' ', ',']).any(|word| word == range);
    let source = [
        ("IpRanges", "CidrIp"),
        ("Ipv6Ranges", "CidrIpv6"),
        ("PrefixListIds", "PrefixListId"),
        ("UserIdGroupPairs", "GroupId"),
    ]
    .into_iter()
    .find_map(|(ranges, name)| {
        let at = found.get(ranges).items().iter().position(|one| one.get(name).as_str().is_some_and(told))?;
        let range = found.get(ranges).items().get(at)?.get(name).as_str()?.to_owned();
        Some((with(&member(&permission, ranges), Stop::Item(at)), range))
    });
    let ports = ports(found);
    Some(match source {
        Some((path, range)) => Located { path, called: format!("the rule {ports} from {range}") },
        None if found.is_null() => return None,
        None => Located { path: permission, called: format!("the rule {ports} (number {number})") },
    })
}

/// `tcp 22`, `udp 100–200`, `every protocol`.
fn ports(permission: &Value) -> String {
    let protocol = permission.get("IpProtocol").as_str().unwrap_or("-1");
    let protocol = match protocol {
        "-1" => return "for all traffic".to_owned(),
        "6" => "tcp",
        "17" => "udp",
        other => other,
    };
    match (permission.get("FromPort").as_int(), permission.get("ToPort").as_int()) {
        (Some(from), Some(to)) if from == to => format!("{protocol} {from}"),
        (Some(from), Some(to)) if from >= 0 => format!("{protocol} {from}\u{2013}{to}"),
        _ => protocol.to_owned(),
    }
}

#[cfg(test)]
mod tests;
