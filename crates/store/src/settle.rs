//! What a newly read document means against the stored one, where either has members that were not read.
//!
//! A member that could not be read keeps its last known value, so that a passing throttle makes no version. A member
//! that had never been read and now is fills the version in place: nothing is known to have changed.

use resource::{Path, Segment, Value};

use crate::canonical::{ResourceRules, same};
use crate::paths::covers;

/// What to do with the stored version.
#[derive(Debug, PartialEq)]
pub(crate) enum Settled {
    /// It stands; only what is volatile may differ.
    Same(Value),
    /// It gets this document: only members never read before are new.
    Filled(Value),
    /// It ends, and this document begins.
    Changed(Value),
}

/// Compares a stored document, whose members at `never` have never been read, with a newly read one, whose members at
/// `unread` were not read this time.
pub(crate) fn settle(stored: &Value, never: &[Path], read: Value, unread: &[Path], rules: &ResourceRules) -> Settled {
    let mut merged = read;
    carry(stored, &mut merged, unread);
    if same(stored, &merged, rules) {
        return Settled::Same(merged);
    }
    let without = |document: &Value| {
        let mut document = document.clone();
        never.iter().for_each(|path| remove(&mut document, path.segments()));
        document
    };
    if !never.is_empty() && same(&without(stored), &without(&merged), rules) {
        Settled::Filled(merged)
    } else {
        Settled::Changed(merged)
    }
}

/// The members that have never been read after a read that left `unread` out; `never` is `None` for a first read.
pub(crate) fn still_never(never: Option<&[Path]>, unread: &[Path]) -> Vec<Path> {
    let Some(never) = never else {
        let mut all = unread.to_vec();
        all.sort();
        all.dedup();
        return all;
    };
    let mut both: Vec<Path> = Vec::new();
    for path in unread {
        if never.iter().any(|known| covers(known, path)) {
            both.push(path.clone());
        } else {
            both.extend(never.iter().filter(|known| covers(path, known)).cloned());
        }
    }
    both.sort();
    both.dedup();
    both
}

/// The members that `read` has and `stored` has not. Of a version whose unit never finished nobody knows what was
/// asked for: what it lacks counts as never read.
pub(crate) fn absent_in(stored: &Value, read: &Value) -> Vec<Path> {
    fn walk(stored: &Value, read: &Value, path: &Path, out: &mut Vec<Path>) {
        let (Value::Map(stored), Value::Map(read)) = (stored, read) else { return };
        for (name, value) in read {
            match stored.get(name) {
                Some(known) => walk(known, value, &path.member(name), out),
                None => out.push(path.member(name)),
            }
        }
    }
    let mut absent = Vec::new();
    walk(stored, read, &Path::default(), &mut absent);
    absent
}

/// Puts the stored values at `paths` into a newly read document.
pub(crate) fn carry(stored: &Value, read: &mut Value, paths: &[Path]) {
    for path in paths {
        carry_at(stored, read, path.segments());
    }
}

fn carry_at(stored: &Value, read: &mut Value, path: &[Segment]) {
    let Some((segment, rest)) = path.split_first() else {
        *read = stored.clone();
        return;
    };
    match segment {
        Segment::Member(name) => {
            let stored = stored.get(name);
            if let Value::Map(members) = read {
                let member = members.entry(name.clone()).or_default();
                carry_at(stored, member, rest);
                if member.is_null() {
                    members.remove(name);
                }
            } else if read.is_null() && !stored.is_null() {
                // The whole object came from the calls that were not made; at most its unread part is taken over.
                let mut member = Value::Null;
                carry_at(stored, &mut member, rest);
                *read = Value::map([(name.clone(), member)]);
            }
        }
        Segment::Each => carry_items(stored.items(), read, rest, |_| true),
        Segment::Where { member, equals } => {
            carry_items(stored.items(), read, rest, |item| item.get(member).as_str() == Some(equals));
        }
    }
}

/// Items are matched by what they are apart from the part that was not read.
fn carry_items(stored: &[Value], read: &mut Value, rest: &[Segment], wanted: impl Fn(&Value) -> bool) {
    let without = |item: &Value| {
        let mut item = item.clone();
        remove(&mut item, rest);
        item
    };
    let mut candidates: Vec<(&Value, Value)> =
        stored.iter().filter(|item| wanted(item)).map(|item| (item, without(item))).collect();
    let Value::List(list) = read else { return };
    for item in list.items.iter_mut().filter(|item| wanted(item)) {
        let own = without(item);
        let rules = ResourceRules::default();
        if let Some(index) = candidates.iter().position(|(_, bare)| same(bare, &own, &rules)) {
            let (twin, _) = candidates.swap_remove(index);
            carry_at(twin, item, rest);
        }
    }
}

/// Takes out what a path leads to.
pub(crate) fn remove(document: &mut Value, path: &[Segment]) {
    let Some((segment, rest)) = path.split_first() else {
        *document = Value::Null;
        return;
    };
    match (segment, document) {
        (Segment::Member(name), Value::Map(members)) => {
            if let Some(member) = members.get_mut(name) {
                remove(member, rest);
                let hollow = matches!(member, Value::Map(inner) if inner.is_empty() && !rest.is_empty());
                if member.is_null() || hollow {
                    members.remove(name);
                }
            }
        }
        (Segment::Each, Value::List(list)) => list.items.iter_mut().for_each(|item| remove(item, rest)),
        (Segment::Where { member, equals }, Value::List(list)) => {
            let wanted = |item: &&mut Value| item.get(member).as_str() == Some(equals);
            list.items.iter_mut().filter(wanted).for_each(|item| remove(item, rest));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
