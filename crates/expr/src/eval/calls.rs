//! Functions.

use std::collections::BTreeMap;
use std::sync::Arc;

use resource::{Hole, Span, Value};

use crate::ast::Call;
use crate::{Entity, EntitySet, Holes, Moving, OpaqueValue, Val};

use super::time::DAY;
use super::{Ctx, Env, FilterPattern, MOST_ITEMS, Release, TlsVersion, parse_duration, parse_moment, shown};
use crate::network;

/// How far `list` reaches, as written.
pub(crate) fn span_named(name: &str) -> Option<Span> {
    Some(match name {
        "region" => Span::Region,
        "account" => Span::Account,
        "organisation" => Span::Organisation,
        _ => return None,
    })
}

/// The first argument that settles a call: absent ones first, since no knowledge would change them.
pub(super) fn settled(args: &[Val]) -> Option<Val> {
    if args.iter().any(Val::is_absent) {
        return Some(Val::Absent);
    }
    let mut unknown: Option<Holes> = None;
    for arg in args {
        if let Val::Unknown(holes) | Val::AtLeast(_, holes) = arg {
            crate::holes::gather(&mut unknown, holes);
        }
    }
    unknown.map(Val::Unknown)
}

impl Ctx<'_> {
    pub(super) fn call(&self, call: &Call, env: &Env<'_>) -> Val {
        let args: Vec<Val> = call.args.iter().map(|arg| self.eval(arg, env)).collect();
        match (&*call.name, args.as_slice()) {
            ("refs" | "refs_in", args) => {
                let Val::Entity(subject, _) = self.subject() else { return self.surprise() };
                return self.neighbours(&subject, "", &call.name, args);
            }
            ("list", args) => return self.listed(args),
            ("size", [val]) => return self.size(val),
            _ => {}
        }
        args.iter().for_each(|arg| self.note_whole(arg));
        settled(&args).unwrap_or_else(|| self.function(&call.name, &args))
    }

    /// `refs("edge")` and `refs_in("edge", "type")` of a resource, written after `before`.
    pub(super) fn neighbours(&self, of: &Entity, before: &str, name: &str, args: &[Val]) -> Val {
        let (edge, only) = match args {
            [Val::Str(edge)] => (edge, None),
            [Val::Str(edge), Val::Str(type_id)] if name == "refs_in" => (edge, Some(type_id)),
            _ => return settled(args).unwrap_or_else(|| self.surprise()),
        };
        let set = if name == "refs_in" { self.scope.refs_in(of, edge) } else { self.scope.refs(of, edge) };
        let set = only.map_or(Arc::clone(&set), |type_id| narrowed(set, type_id));
        if !self.spend(set.members.len() / 8) {
            return self.spent();
        }
        Val::Set(set, self.label(&format!("{before}{name}(\"{edge}\")")))
    }

    fn listed(&self, args: &[Val]) -> Val {
        let (type_id, span) = match args {
            [Val::Str(type_id)] => (type_id, Some(Span::Account)),
            [Val::Str(type_id), Val::Str(span)] => (type_id, span_named(span)),
            _ => return settled(args).unwrap_or_else(|| self.surprise()),
        };
        let Some(span) = span else { return self.surprise() };
        let reach = match span {
            Span::Account => "",
            Span::Region => ", \"region\"",
            Span::Organisation => ", \"organisation\"",
        };
        Val::Set(self.scope.list(type_id, span), self.label(&format!("list(\"{type_id}\"{reach})")))
    }

    /// Every argument is known.
    fn function(&self, name: &str, args: &[Val]) -> Val {
        let opaque = |value: Option<OpaqueValue>| value.map_or(Val::Absent, |value| Val::Opaque(Arc::new(value)));
        match (name, args) {
            ("age", [moment]) => self
                .moment(moment)
                .map_or(Val::Absent, |at| Val::Duration(Moving { at: self.scope.now().saturating_sub(at), slope: 1 })),
            ("timestamp", [moment]) => self.moment(moment).map_or(Val::Absent, |at| Val::Timestamp(Moving::still(at))),
            ("duration", [Val::Str(text)]) => still(parse_duration(text)),
            ("days", [Val::Int(days)]) => still(days.checked_mul(DAY)),
            ("hours", [Val::Int(hours)]) => still(hours.checked_mul(DAY / 24)),
            ("cidr", [Val::Str(text)]) => opaque(network::parse_net(text).map(OpaqueValue::Cidr)),
            ("is_public", [net]) => net_of(net).map_or(Val::Absent, |net| Val::Bool(network::is_public(&net))),
            ("ports", [Val::Int(from), Val::Int(to)]) => opaque(Some(ports(*from, *to))),
            ("version", [Val::Str(text)]) => opaque(Release::parse(text).map(OpaqueValue::Version)),
            ("tls", [Val::Str(text)]) => opaque(TlsVersion::parse(text).map(OpaqueValue::Tls)),
            ("filter_pattern", [Val::Str(text)]) => {
                self.spend(text.len() / 16);
                opaque(Some(OpaqueValue::Filter(FilterPattern::parse(text))))
            }
            ("json", [Val::Str(text)]) => {
                self.spend(text.len() / 16);
                Value::from_json(text).map_or(Val::Absent, Val::from)
            }
            ("json", [other]) => other.clone(),
            ("arn", [Val::Str(text)]) => arn(text).unwrap_or(Val::Absent),
            ("lower" | "upper", [Val::Str(text)]) => self.cased(text, name),
            ("first", [Val::Str(text), Val::Str(by)]) => part(text.split(&**by).next()),
            ("last", [Val::Str(text), Val::Str(by)]) => part(text.rsplit(&**by).next()),
            ("split", [Val::Str(text), Val::Str(by)]) => self.split(text, by),
            ("int", [Val::Int(number)]) => Val::Int(*number),
            ("int", [Val::Float(number)]) if number.abs() < 9e15 => Val::Int(number.trunc() as i64),
            ("int", [Val::Str(text)]) => text.trim().parse().map_or(Val::Absent, Val::Int),
            ("string", [Val::Place(_)]) if !self.spend(50) => self.spent(),
            ("string", [val]) => val.inner_hole().map_or_else(|| Val::Str(shown(val).into()), Val::unknown),
            _ => self.foreign(name, args),
        }
    }

    /// A function of the host. It may be dear.
    pub(super) fn foreign(&self, name: &str, args: &[Val]) -> Val {
        if !self.spend(50) {
            return self.spent();
        }
        self.scope.call(name, args).unwrap_or(Val::Absent)
    }

    /// Microseconds since 1970 of text, or of a number of seconds or milliseconds.
    fn moment(&self, val: &Val) -> Option<i64> {
        match val {
            Val::Timestamp(moment) => Some(moment.at),
            Val::Str(text) => parse_moment(text),
            // Seconds pass this number in the year 5138, milliseconds passed it in 1973.
            Val::Int(number) if number.abs() >= 100_000_000_000 => number.checked_mul(1_000),
            Val::Int(number) => number.checked_mul(1_000_000),
            _ => {
                self.surprise();
                None
            }
        }
    }

    pub(super) fn cased(&self, text: &str, case: &str) -> Val {
        if !self.spend(text.len() / 64) {
            return self.spent();
        }
        Val::Str(if case == "lower" { text.to_lowercase() } else { text.to_uppercase() }.into())
    }

    fn split(&self, text: &str, by: &str) -> Val {
        if !self.spend(text.len() / 8) {
            return self.spent();
        }
        if by.is_empty() {
            return Val::list(vec![Val::from(text)], None);
        }
        Val::list(text.split(by).take(MOST_ITEMS).map(Val::from).collect(), None)
    }
}

/// The members of one type. What could not be read may be of that type or not.
fn narrowed(set: Arc<EntitySet>, type_id: &str) -> Arc<EntitySet> {
    let fits = |member: &Result<Entity, Arc<Hole>>| member.as_ref().is_ok_and(|found| *found.type_id == *type_id);
    if set.members.iter().all(fits) {
        return set;
    }
    let unread = set.members.iter().find_map(|member| member.as_ref().err()).cloned();
    let members = set.members.iter().filter(|member| fits(member)).cloned().collect();
    Arc::new(EntitySet { members, open: set.open.clone().or(unread) })
}

fn still(span: Option<i64>) -> Val {
    span.map_or(Val::Absent, |at| Val::Duration(Moving::still(at)))
}

fn part(text: Option<&str>) -> Val {
    text.map_or(Val::Absent, Val::from)
}

/// −1 is every port, as AWS writes it.
fn ports(from: i64, to: i64) -> OpaqueValue {
    if from == -1 || to == -1 { OpaqueValue::Ports(0, 65_535) } else { OpaqueValue::Ports(from, to) }
}

pub(super) fn net_of(val: &Val) -> Option<ipnet::IpNet> {
    match val {
        Val::Str(text) => network::parse_net(text),
        Val::Opaque(opaque) => match &**opaque {
            OpaqueValue::Cidr(net) => Some(*net),
            _ => None,
        },
        _ => None,
    }
}

/// `arn:partition:service:region:account:resource`; region and account may be empty, and are absent then.
fn arn(text: &str) -> Option<Val> {
    let mut parts = text.splitn(6, ':');
    if parts.next()? != "arn" {
        return None;
    }
    let mut map: BTreeMap<Arc<str>, Val> = BTreeMap::new();
    for name in ["partition", "service", "region", "account", "resource"] {
        let part = parts.next()?;
        map.insert(name.into(), if part.is_empty() { Val::Absent } else { Val::from(part) });
    }
    Some(Val::Map(Arc::new(map)))
}
