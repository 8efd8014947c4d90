//! Security group rules, one source each.
//!
//! Source: `IpPermission` in the Amazon EC2 API reference.

use std::sync::Arc;

use expr::{Entity, Scope};
use ipnet::IpNet;
use resource::{Hole, Value, Why};

use crate::protocol::{Ports, Protocol};

/// Where a rule's traffic may come from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source {
    /// An address range.
    Range(IpNet),
    /// A prefix list and its ranges.
    PrefixList(Arc<str>, Vec<IpNet>),
    /// Members of a security group.
    Group(Arc<str>),
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rule {
    pub(crate) protocol: Protocol,
    /// All ports for protocols without any.
    pub(crate) ports: Ports,
    pub(crate) source: Source,
    /// The place of its entry among the group's, from 1.
    pub(crate) entry: usize,
}

/// The rules of a group, and why there may be more.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(crate) items: Vec<Rule>,
    pub(crate) open: Option<Arc<Hole>>,
}

/// A provider's quota is far below; beyond it the rest is not read, which is said.
const MAX_RULES: usize = 4_000;

impl Rules {
    /// Adds the rules of a list of `IpPermissions`. Prefix lists are found along the entity's edge of that name.
    pub(crate) fn read(&mut self, value: &Value, entity: &Entity, scope: &dyn Scope, prefix_lists: Option<&str>) {
        let lists = Lists { entity, scope, edge: prefix_lists };
        match value {
            Value::Null => {}
            Value::Unknown(hole) => self.open = Some(hole.clone()),
            Value::List(list) => {
                self.open = self.open.take().or_else(|| list.open.clone());
                for (index, permission) in list.items.iter().enumerate() {
                    self.permission(index + 1, permission, &lists);
                }
            }
            _ => self.open = Some(failed("the rules are not a list")),
        }
    }

    fn permission(&mut self, entry: usize, permission: &Value, lists: &Lists<'_>) {
        let (protocol, ports) = match header(permission) {
            Ok(header) => header,
            Err(hole) => {
                self.open = Some(hole);
                return;
            }
        };
        let mut add = |source: Source| {
            if self.items.len() < MAX_RULES {
                self.items.push(Rule { protocol, ports, source, entry });
                None
            } else {
                Some(failed("the group has more rules than any provider allows"))
            }
        };
        let mut open = None;
        for (member, text) in [("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6")] {
            open = each(permission.get(member), text, |text| match text.parse::<IpNet>() {
                Ok(range) => add(Source::Range(range.trunc())),
                Err(_) => Some(failed(&format!("`{text}` is not an address range"))),
            })
            .or(open);
        }
        open = each(permission.get("UserIdGroupPairs"), "GroupId", |id| add(Source::Group(id.clone()))).or(open);
        open = each(permission.get("PrefixListIds"), "PrefixListId", |id| match lists.ranges(id) {
            Ok((ranges, unread)) => add(Source::PrefixList(id.clone(), ranges)).or(unread),
            Err(hole) => Some(hole),
        })
        .or(open);
        self.open = self.open.take().or(open);
    }
}

/// Protocol and ports of a permission.
fn header(permission: &Value) -> Result<(Protocol, Ports), Arc<Hole>> {
    let protocol = match permission.get("IpProtocol") {
        Value::Unknown(hole) => return Err(hole.clone()),
        Value::Str(text) => Protocol::parse(text).ok_or_else(|| failed(&format!("`{text}` is not a protocol")))?,
        Value::Int(number) => {
            Protocol::parse(&number.to_string()).ok_or_else(|| failed(&format!("`{number}` is not a protocol")))?
        }
        // "If you omit it, all protocols" holds for rules of default groups.
        _ => Protocol::All,
    };
    let port = |name: &str| match permission.get(name) {
        Value::Unknown(hole) if protocol.has_ports() => Err(hole.clone()),
        Value::Int(port) => Ok(u16::try_from(*port).ok()),
        _ => Ok(None),
    };
    let (from, to) = (port("FromPort")?, port("ToPort")?);
    let ports = match (protocol.has_ports(), from, to) {
        (true, Some(from), Some(to)) => Ports { from: from.min(to), to: from.max(to) },
        (true, Some(from), None) => Ports { from, to: u16::MAX },
        (true, None, Some(to)) => Ports { from: 0, to },
        // Absent ports, or −1, are all ports; other protocols have none.
        _ => Ports::ALL,
    };
    Ok((protocol, ports))
}

/// Calls `read` with a member of each item; holes, and what `read` returns, say why there may be more.
fn each(list: &Value, member: &str, mut read: impl FnMut(&Arc<str>) -> Option<Arc<Hole>>) -> Option<Arc<Hole>> {
    let mut open = match list {
        Value::Unknown(hole) => Some(hole.clone()),
        Value::List(list) => list.open.clone(),
        _ => None,
    };
    for item in list.items() {
        match item.get(member) {
            Value::Str(text) => open = read(text).or(open),
            Value::Unknown(hole) => open = Some(hole.clone()),
            _ => {}
        }
    }
    open
}

/// Ranges of a prefix list, and why there may be more.
type Ranges = (Vec<IpNet>, Option<Arc<Hole>>);

/// The prefix lists that a group refers to.
struct Lists<'a> {
    entity: &'a Entity,
    scope: &'a dyn Scope,
    edge: Option<&'a str>,
}

impl Lists<'_> {
    fn ranges(&self, id: &Arc<str>) -> Result<Ranges, Arc<Hole>> {
        let Some(edge) = self.edge else {
            return Err(Arc::new(Hole::new(Why::NotCollected).detail(&format!("the entries of prefix list `{id}`"))));
        };
        let set = self.scope.refs(self.entity, edge);
        let found = set
            .members
            .iter()
            .filter_map(|member| member.as_ref().ok())
            .find(|list| list.document.get("PrefixListId").as_str() == Some(id) || *list.uid == **id);
        let Some(list) = found else {
            let unread = set.members.iter().find_map(|member| member.as_ref().err().cloned());
            let unread = unread.or_else(|| set.open.clone());
            return Err(unread.unwrap_or_else(|| failed(&format!("prefix list `{id}` was not found"))));
        };
        let mut ranges = Vec::new();
        let entries = list.document.get("Entries");
        if entries.is_null() {
            return Err(Arc::new(Hole::new(Why::NotCollected).detail(&format!("the entries of prefix list `{id}`"))));
        }
        let unread = each(entries, "Cidr", |text| match text.parse::<IpNet>() {
            Ok(range) => {
                ranges.push(range.trunc());
                None
            }
            Err(_) => Some(failed(&format!("`{text}` is not an address range"))),
        });
        Ok((ranges, unread))
    }
}

pub(crate) fn failed(detail: &str) -> Arc<Hole> {
    Arc::new(Hole::new(Why::Failed).detail(detail))
}
