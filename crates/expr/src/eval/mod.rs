//! Kleene evaluation. It cannot fail and cannot run for ever: a surprise gives absent, a spent budget unknown.

mod calls;
mod collection;
mod compare;
mod env;
mod filter;
mod filter_parse;
mod logic;
mod methods;
mod network;
mod numbers;
mod record;
mod release;
mod show;
mod time;

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use resource::Why;

use crate::ast::{Kind, Members, Node};
use crate::place::{entity_members, subject_part};
use crate::{Entity, Holes, Label, Moving, Scope, Truth, Val};

pub use filter::FilterPattern;
pub use release::{Release, TlsVersion};

pub(crate) use crate::network::parse_net;
pub(crate) use calls::span_named;
pub(crate) use collection::Collection;
pub(crate) use env::{Env, LetCell};
pub(crate) use filter_parse::clause;
pub(crate) use methods::pattern;
pub(crate) use record::{Base, Record};
pub use record::{Read, Shape, Step};
pub(crate) use show::{brief, item, shown};
pub(crate) use time::{moment_text, parse_duration, parse_moment, span_text};

/// How many nodes one judgement may evaluate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget(pub(crate) u32);

impl Default for Budget {
    fn default() -> Self {
        Budget(1_000_000)
    }
}

/// The longest text and the longest list that an expression may make.
const MOST_TEXT: usize = 64 * 1024;
const MOST_ITEMS: usize = 200_000;

/// One evaluation: the world, and what is gathered on the way.
pub(crate) struct Ctx<'e> {
    scope: &'e dyn Scope,
    subject: Option<&'e Entity>,
    left: Cell<u32>,
    /// When time alone may change the answer.
    holds_until: Cell<Option<i64>>,
    /// Evidence; `None` on the fast path.
    record: Option<RefCell<Record>>,
    surprises: Cell<u32>,
}

impl<'e> Ctx<'e> {
    pub(crate) fn new(scope: &'e dyn Scope, subject: Option<&'e Entity>, budget: Budget) -> Self {
        Ctx {
            scope,
            subject,
            left: Cell::new(budget.0),
            holds_until: Cell::new(None),
            record: None,
            surprises: Cell::new(0),
        }
    }

    /// The same, gathering evidence, and the trace too when asked.
    #[must_use]
    pub(crate) fn recording(mut self, trace: bool) -> Self {
        self.record = Some(RefCell::new(Record::new(trace)));
        self
    }

    pub(crate) fn scope(&self) -> &'e dyn Scope {
        self.scope
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }

    pub(crate) fn holds_until(&self) -> Option<i64> {
        self.holds_until.get()
    }

    fn take_holds_until(&self) -> Option<i64> {
        self.holds_until.take()
    }

    pub(crate) fn refill(&self, budget: Budget) {
        self.left.set(budget.0);
        self.holds_until.set(None);
    }

    /// How often a value had a type that its place has no use for.
    #[cfg(test)]
    pub(crate) fn surprises(&self) -> u32 {
        self.surprises.get()
    }

    fn surprise(&self) -> Val {
        self.surprises.set(self.surprises.get().saturating_add(1));
        Val::Absent
    }

    /// Pays for work; `false` when nothing is left.
    fn spend(&self, amount: usize) -> bool {
        let amount = u32::try_from(amount).unwrap_or(u32::MAX);
        self.left.set(self.left.get().saturating_sub(amount));
        !self.is_spent()
    }

    pub(crate) fn too_expensive() -> Holes {
        Holes::made(Why::Failed, "the rule is too expensive for this resource")
    }

    fn spent(&self) -> Val {
        self.left.set(0);
        Val::Unknown(Self::too_expensive())
    }

    pub(crate) fn truth(&self, node: &Node, env: &Env<'_>) -> Truth {
        self.eval(node, env).truth()
    }

    pub(crate) fn eval(&self, node: &Node, env: &Env<'_>) -> Val {
        if !self.spend(1) {
            return self.spent();
        }
        let traced = self.step_begins(node);
        let val = self.dispatch(node, env);
        if traced {
            self.step_ends(node, &val);
        }
        val
    }

    fn dispatch(&self, node: &Node, env: &Env<'_>) -> Val {
        match &node.kind {
            Kind::Null => Val::Absent,
            Kind::Bool(truth) => Val::Bool(*truth),
            Kind::Int(number) => Val::Int(*number),
            Kind::Float(number) => Val::Float(*number),
            Kind::Str(text) => Val::Str(Arc::clone(text)),
            Kind::Name(name) => self.name(name, env),
            Kind::Path(base, members) => self.path(base, members, env),
            Kind::Not(inner) => Val::from(!self.truth(inner, env)),
            Kind::And(parts) => Val::from(self.junction(parts, false, env)),
            Kind::Or(parts) => Val::from(self.junction(parts, true, env)),
            Kind::Compare(op, left, right) => Val::from(self.comparison(*op, left, right, env)),
            Kind::In(item, list) => Val::from(self.membership(item, list, env)),
            Kind::Has(inner) => Val::from(self.has(inner, env)),
            Kind::Each(each) => self.each(each, env),
            Kind::Call(call) => self.call(call, env),
            Kind::Method(on, call) => self.method(on, call, env),
            Kind::Choose(parts) => self.choose(parts, env),
            Kind::Index(base, index) => self.index(base, index, env),
            Kind::Arithmetic(op, left, right) => self.arithmetic(*op, left, right, env),
            Kind::Negative(inner) => self.negative(inner, env),
            Kind::List(items) => Val::list(items.iter().map(|item| self.eval(item, env)).collect(), None),
            Kind::Map(entries) => self.literal_map(entries, env),
        }
    }

    fn name(&self, name: &Arc<str>, env: &Env<'_>) -> Val {
        if let Some(val) = env.lookup(name, self) {
            return val;
        }
        match (&**name, self.subject) {
            ("now", _) => Val::Timestamp(Moving { at: self.scope.now(), slope: 1 }),
            ("self", Some(subject)) => Val::Entity(Arc::clone(subject), self.label("self")),
            ("facts", Some(subject)) => subject_part(subject, true, self.label("facts")),
            ("norm", Some(subject)) => subject_part(subject, false, self.label("norm")),
            _ => self.root(name),
        }
    }

    fn root(&self, name: &Arc<str>) -> Val {
        let val = self.scope.root(name).unwrap_or(Val::Absent);
        if self.record.is_none() {
            return val;
        }
        match val {
            Val::Place(place) => Val::Place(place.labelled(self.label(name))),
            Val::Entity(entity, _) => Val::Entity(entity, self.label(name)),
            Val::Set(set, _) => Val::Set(set, self.label(name)),
            other => {
                self.note_read(name, None, &other);
                other
            }
        }
    }

    /// The subject of bare `refs("…")`.
    fn subject(&self) -> Val {
        match self.subject {
            Some(subject) => Val::Entity(Arc::clone(subject), self.label("self")),
            None => self.root(&Arc::from("self")),
        }
    }

    fn path(&self, base: &Node, members: &Members, env: &Env<'_>) -> Val {
        let names = &members.names;
        match self.eval(base, env) {
            Val::Place(place) => {
                let val = place.members(names, 0);
                self.note_member(&Base::Place(&place), names, &val);
                val
            }
            Val::Entity(entity, label) => {
                let val = entity_members(&entity, names, 0, &label);
                self.note_member(&Base::Entity(&entity, &label), names, &val);
                val
            }
            Val::Map(map) => names.iter().fold(Val::Map(map), |val, name| self.member_of(&val, name)),
            other => self.member_of(&other, names.first().unwrap_or(&Arc::from(""))),
        }
    }

    fn member_of(&self, val: &Val, name: &Arc<str>) -> Val {
        match val {
            Val::Map(map) => map.get(name).cloned().unwrap_or(Val::Absent),
            Val::Place(place) => place.key(name),
            Val::Entity(entity, label) => entity_members(entity, &Arc::from([Arc::clone(name)]), 0, label),
            Val::Absent => Val::Absent,
            Val::Unknown(holes) | Val::AtLeast(_, holes) => Val::Unknown(holes.clone()),
            _ => self.surprise(),
        }
    }

    fn index(&self, base: &Node, index: &Node, env: &Env<'_>) -> Val {
        let (base, index) = (self.eval(base, env), self.eval(index, env));
        match (&base, &index) {
            (Val::Absent, _) | (_, Val::Absent) => Val::Absent,
            (Val::Unknown(holes), _) | (_, Val::Unknown(holes) | Val::AtLeast(_, holes)) => Val::Unknown(holes.clone()),
            (_, Val::Str(key)) => {
                let val = self.member_of(&base, key);
                if let Val::Place(place) = &base {
                    self.note_member(&Base::Place(place), std::slice::from_ref(key), &val);
                }
                val
            }
            (_, Val::Int(at)) => self.item_at(&base, *at),
            _ => self.surprise(),
        }
    }

    fn item_at(&self, base: &Val, at: i64) -> Val {
        let Collection::Items(items) = self.collection(base) else { return self.surprise() };
        // Which item comes first is not known while there may be others.
        if let Some(open) = &items.open {
            return Val::Unknown(open.clone());
        }
        match usize::try_from(at) {
            Ok(at) if at < items.len => items.item(at, self),
            _ => Val::Absent,
        }
    }

    fn literal_map(&self, entries: &[(Node, Node)], env: &Env<'_>) -> Val {
        let mut map = std::collections::BTreeMap::new();
        for (key, value) in entries {
            match self.eval(key, env) {
                Val::Str(key) => map.insert(key, self.eval(value, env)),
                Val::Unknown(holes) => return Val::Unknown(holes),
                _ => continue,
            };
        }
        Val::Map(Arc::new(map))
    }

    fn label(&self, text: &str) -> Label {
        if self.record.is_some() { Label::new(text) } else { Label::default() }
    }

    /// Remembers when a comparison that moves with the clock may turn.
    fn turns_at(&self, at: i64) {
        let sooner = self.holds_until.get().map_or(at, |known| known.min(at));
        self.holds_until.set(Some(sooner));
    }
}
