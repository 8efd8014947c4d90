//! Where a rule passes because something is not there.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::ast::{Comparison, Kind, Node, Quantifier};
use crate::{Diagnostic, Rule};

/// A negated comparison that passes when what it compares is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// The warning, with the place in the rule.
    pub diagnostic: Diagnostic,
    /// The members compared, as `self.A.B`, items as `self.List[].B`. An example in which one of them is absent covers
    /// it.
    pub paths: Vec<String>,
}

/// Every such comparison in `pass when`, and in the lets that it names.
pub(super) fn found(rule: &Rule) -> Vec<Absence> {
    let mut walk = Walk { rule, names: Vec::new(), seen: BTreeSet::new(), guarded: Vec::new(), found: Vec::new() };
    for one in &rule.lets {
        let path = walk.path_of(&one.node);
        walk.names.push((Arc::clone(&one.name), path));
    }
    if let Some(each) = &rule.each {
        let path = walk.path_of(&each.over).map(|path| format!("{path}[]"));
        walk.names.push((Arc::clone(&each.var), path));
    }
    walk.condition(&rule.pass, true);
    walk.found
}

struct Walk<'r> {
    rule: &'r Rule,
    names: Vec<(Arc<str>, Option<String>)>,
    /// Lets already followed, with their sign.
    seen: BTreeSet<(Arc<str>, bool)>,
    /// What a `has(x) &&` around says is there.
    guarded: Vec<String>,
    found: Vec<Absence>,
}

impl Walk<'_> {
    /// `positive`: the rule passes when the condition is true.
    fn condition(&mut self, node: &Node, positive: bool) {
        match &node.kind {
            Kind::Not(inner) => self.condition(inner, !positive),
            Kind::And(parts) | Kind::Or(parts) => self.parts(parts, positive, matches!(node.kind, Kind::And(_))),
            Kind::Choose(parts) => {
                let [_, yes, no] = &**parts;
                self.condition(yes, positive);
                self.condition(no, positive);
            }
            Kind::Each(each) if matches!(each.quantifier, Quantifier::Exists | Quantifier::All) => {
                let path = self.path_of(&each.over).map(|path| format!("{path}[]"));
                self.names.push((Arc::clone(&each.var), path));
                self.condition(&each.body, positive);
                self.names.pop();
            }
            Kind::Name(name) => {
                let named = self.rule.lets.iter().find(|one| one.name == *name).map(|one| one.node.clone());
                if let Some(named) = named
                    && self.seen.insert((Arc::clone(name), positive))
                {
                    self.condition(&named, positive);
                }
            }
            Kind::Compare(op, left, right) => {
                let null = [left, right].iter().any(|side| matches!(side.kind, Kind::Null));
                // Absent is unlike any value, and neither less nor more than it.
                if !null && positive == (*op == Comparison::Unequal) {
                    self.report(node, &[left, right]);
                }
            }
            Kind::In(item, list) if !positive => self.report(node, &[item, list]),
            Kind::Method(on, call) if !positive && !call.args.is_empty() => self.report(node, &[on]),
            _ => {}
        }
    }

    fn parts(&mut self, parts: &[Node], positive: bool, all: bool) {
        let known = self.guarded.len();
        // `has(x) && …` passes only where x is there, and so does `!(!has(x) || …)`.
        if all == positive {
            for part in parts {
                let inner = match &part.kind {
                    Kind::Has(inner) if positive => Some(inner),
                    Kind::Not(not) if !positive => match &not.kind {
                        Kind::Has(inner) => Some(inner),
                        _ => None,
                    },
                    _ => None,
                };
                self.guarded.extend(inner.and_then(|inner| self.path_of(inner)));
            }
        }
        parts.iter().for_each(|part| self.condition(part, positive));
        self.guarded.truncate(known);
    }

    fn report(&mut self, node: &Node, sides: &[&Node]) {
        let paths: Vec<String> =
            sides.iter().filter_map(|side| self.path_of(side)).filter(|path| !self.guarded.contains(path)).collect();
        let Some(first) = paths.first() else { return };
        let diagnostic = Diagnostic::new(
            node.span.clone(),
            format!("this passes when `{first}` is absent"),
            format!("add an example in which it is absent, or ask `has({first})` too"),
        );
        self.found.push(Absence { diagnostic, paths });
    }

    /// The member that a node reads, if its absence is possible at all.
    fn path_of(&self, node: &Node) -> Option<String> {
        match &node.kind {
            Kind::Name(name) => match self.names.iter().rev().find(|(known, _)| known == name) {
                Some((_, path)) => path.clone(),
                None if matches!(&**name, "now" | "params" | "settings") => None,
                None => Some(name.to_string()),
            },
            Kind::Path(base, members) => {
                let base = self.path_of(base)?;
                Some(members.names.iter().fold(base, |path, name| format!("{path}.{name}")))
            }
            Kind::Index(base, index) => match &index.kind {
                Kind::Str(name) => Some(format!("{}.{name}", self.path_of(base)?)),
                _ => Some(format!("{}[]", self.path_of(base)?)),
            },
            Kind::Each(each) if each.quantifier == Quantifier::Filter => self.path_of(&each.over),
            // `lower(x)`, `age(x)`: absent when x is.
            Kind::Call(call) if !matches!(&*call.name, "refs" | "refs_in" | "list" | "size") => {
                call.args.iter().find_map(|arg| self.path_of(arg))
            }
            Kind::Method(on, _) => self.path_of(on),
            _ => None,
        }
    }
}
