//! Methods.

use std::collections::BTreeSet;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use crate::ast::{Call, Kind, Node};
use crate::{OpaqueValue, Truth, Val};

use super::calls::{net_of, settled};
use super::{Collection, Ctx, Env, clause, network};

/// A compiled pattern may take this much memory; matching is linear in the text.
const MOST_PATTERN_BYTES: usize = 256 * 1024;

/// Compiles a pattern within its limit.
pub(crate) fn pattern(text: &str) -> Option<Regex> {
    RegexBuilder::new(text).size_limit(MOST_PATTERN_BYTES).nest_limit(32).build().ok()
}

impl Ctx<'_> {
    pub(super) fn method(&self, on: &Node, call: &Call, env: &Env<'_>) -> Val {
        let receiver = self.eval(on, env);
        let args: Vec<Val> = call.args.iter().map(|arg| self.eval(arg, env)).collect();
        match (&*call.name, &receiver) {
            ("refs" | "refs_in", Val::Entity(entity, label)) => {
                let before = label.0.as_ref().map_or_else(String::new, |text| format!("{text}."));
                return self.neighbours(entity, &before, &call.name, &args);
            }
            ("size", _) if args.is_empty() => return self.size(&receiver),
            _ => {}
        }
        self.note_whole(&receiver);
        // A list that is not wholly known may still contain what is asked for.
        if let ("contains", [item]) = (&*call.name, args.as_slice())
            && matches!(receiver, Val::Place(_) | Val::List(_) | Val::Set(..))
        {
            return Val::from(self.is_in(item, &receiver));
        }
        let mut all = Vec::with_capacity(args.len() + 1);
        all.push(receiver);
        all.extend(args);
        if let Some(settled) = settled(&all) {
            return settled;
        }
        match all.split_first() {
            Some((receiver, args)) => self.known_method(call, receiver, args, &all),
            None => Val::Absent,
        }
    }

    fn known_method(&self, call: &Call, receiver: &Val, args: &[Val], all: &[Val]) -> Val {
        match (receiver, &*call.name, args) {
            (Val::Str(text), "contains", [Val::Str(part)]) => self.on_text(text, text.contains(&**part)),
            (Val::Str(text), "startsWith", [Val::Str(part)]) => self.on_text(text, text.starts_with(&**part)),
            (Val::Str(text), "endsWith", [Val::Str(part)]) => self.on_text(text, text.ends_with(&**part)),
            (Val::Str(text), "matches", [Val::Str(wanted)]) => self.matched(call, text, wanted),
            (Val::Str(text), case @ ("lower" | "upper"), []) => self.cased(text, case),
            (Val::Opaque(opaque), name, args) => self.on_opaque(opaque, name, args),
            (Val::Place(_) | Val::Map(_), "allows", [Val::Str(action)]) => self.allows(receiver, action),
            (Val::Place(_) | Val::Map(_), "covers", [Val::Int(port)]) => self.covers(receiver, None, *port),
            (Val::Place(_) | Val::Map(_), "covers", [Val::Str(protocol), Val::Int(port)]) => {
                self.covers(receiver, Some(protocol), *port)
            }
            _ => self.foreign(&format!(".{}", call.name), all),
        }
    }

    fn on_text(&self, text: &str, answer: bool) -> Val {
        self.spend(text.len() / 256);
        Val::Bool(answer)
    }

    fn matched(&self, call: &Call, text: &str, wanted: &str) -> Val {
        self.spend(text.len() / 32);
        let literal = matches!(call.args.first().map(|arg| &arg.kind), Some(Kind::Str(_)));
        if literal {
            let compiled = call.pattern.get_or_init(|| pattern(wanted));
            return compiled.as_ref().map_or(Val::Absent, |regex| Val::Bool(regex.is_match(text)));
        }
        if !self.spend(1_000) {
            return self.spent();
        }
        pattern(wanted).map_or(Val::Absent, |regex| Val::Bool(regex.is_match(text)))
    }

    fn on_opaque(&self, opaque: &OpaqueValue, name: &str, args: &[Val]) -> Val {
        match (opaque, name, args) {
            (OpaqueValue::Cidr(net), "contains", [other]) => {
                net_of(other).map_or(Val::Absent, |other| Val::Bool(net.contains(&other)))
            }
            (OpaqueValue::Cidr(net), "overlaps", [other]) => {
                net_of(other).map_or(Val::Absent, |other| Val::Bool(net.contains(&other) || other.contains(net)))
            }
            (OpaqueValue::Ports(from, to), "overlaps", [Val::Int(port)])
            | (OpaqueValue::Ports(from, to), "covers", [Val::Int(port)]) => Val::Bool((from..=to).contains(&port)),
            (OpaqueValue::Ports(from, to), "overlaps", [Val::Int(low), Val::Int(high)]) => {
                Val::Bool(from <= high && low <= to)
            }
            (OpaqueValue::Ports(from, to), "covers", [Val::Int(low), Val::Int(high)]) => {
                Val::Bool(from <= low && high <= to)
            }
            (OpaqueValue::Filter(pattern), "requires", [clauses]) => self.requires(pattern, clauses),
            _ => self.surprise(),
        }
    }

    /// The clauses as `{"$.selector": "= value"}`, several tests of one selector as a list.
    fn requires(&self, pattern: &super::FilterPattern, clauses: &Val) -> Val {
        let value = clauses.to_value();
        let Some(map) = value.as_map() else { return self.surprise() };
        let mut wanted = BTreeSet::new();
        for (selector, tests) in map {
            let tests = if tests.as_str().is_some() { std::slice::from_ref(tests) } else { tests.items() };
            for test in tests {
                if let Some(hole) = test.unknown() {
                    return Val::unknown(Arc::clone(hole));
                }
                match test.as_str().and_then(|test| clause(selector, test)) {
                    Some(clause) => wanted.insert(clause),
                    None => return Val::Bool(false),
                };
            }
        }
        Val::Bool(pattern.requires(&wanted))
    }

    fn field(&self, object: &Val, name: &str) -> Val {
        self.member_of(object, &Arc::from(name))
    }

    /// Whether a grant's actions, with IAM's wildcards, hold the action and none that is taken out again does.
    fn allows(&self, grant: &Val, action: &str) -> Val {
        match (self.lists(grant, "actions", action), self.lists(grant, "except", action)) {
            (Truth::False, _) | (_, Truth::True) => Val::Bool(false),
            (Truth::Unknown(holes), _) | (_, Truth::Unknown(holes)) => Val::Unknown(holes),
            (Truth::True, Truth::False) => Val::Bool(true),
        }
    }

    /// Whether a pattern of a grant's list holds the action.
    fn lists(&self, grant: &Val, member: &str, action: &str) -> Truth {
        let patterns = self.field(grant, member);
        let items = match self.collection(&patterns) {
            Collection::Absent => return Truth::False,
            Collection::Unknown(holes) => return Truth::Unknown(holes),
            Collection::Items(items) => items,
        };
        let mut unknown = items.open.clone();
        for at in 0..items.len {
            if !self.spend(1) {
                return self.spent().truth();
            }
            match items.item(at, self) {
                Val::Str(pattern) if wildcard(&pattern, action) => return Truth::True,
                Val::Unknown(holes) => crate::holes::gather(&mut unknown, &holes),
                _ => {}
            }
        }
        unknown.map_or(Truth::False, Truth::Unknown)
    }

    /// Whether an opening `{protocol, from_port, to_port}` lets a port through. Absent ports are all ports.
    fn covers(&self, opening: &Val, protocol: Option<&str>, port: i64) -> Val {
        let [own, from, to] = ["protocol", "from_port", "to_port"].map(|name| self.field(opening, name));
        for part in [&own, &from, &to] {
            if let Val::Unknown(holes) = part {
                return Val::Unknown(holes.clone());
            }
        }
        let number = |val: &Val| if let Val::Int(number) = val { Some(*number) } else { None };
        let text = match &own {
            Val::Int(number) => Some(Arc::from(number.to_string())),
            Val::Str(text) => Some(Arc::clone(text)),
            _ => None,
        };
        let fits = protocol.is_none_or(|wanted| network::protocol_is(text.as_deref(), wanted));
        let (from, to) = (number(&from).filter(|from| *from != -1), number(&to).filter(|to| *to != -1));
        let inside = match (from, to) {
            (None, None) => true,
            (from, to) => from.or(to).is_some_and(|low| low <= port) && to.or(from).is_some_and(|high| port <= high),
        };
        Val::Bool(fits && inside && network::has_ports(text.as_deref()))
    }
}

/// IAM's `*` and `?`, whatever the case ("IAM JSON policy elements: Action").
fn wildcard(pattern: &str, text: &str) -> bool {
    let lower = |text: &str| text.chars().map(|letter| letter.to_ascii_lowercase()).collect::<Vec<char>>();
    let (pattern, text) = (lower(pattern), lower(text));
    let (mut at, mut in_pattern, mut star) = (0, 0, None);
    // Going back to the last star only is enough, so this takes at most pattern × text steps.
    while let Some(letter) = text.get(at) {
        match pattern.get(in_pattern) {
            Some('*') => {
                star = Some((in_pattern, at));
                in_pattern += 1;
            }
            Some(wanted) if *wanted == '?' || wanted == letter => {
                at += 1;
                in_pattern += 1;
            }
            _ => match &mut star {
                Some((star_at, from)) => {
                    *from += 1;
                    (at, in_pattern) = (*from, *star_at + 1);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(in_pattern).all(|letter| *letter == '*')
}
