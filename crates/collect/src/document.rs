//! Reaching into documents by path.

use std::sync::Arc;

use resource::{Path, Segment, Value};

/// A place in a document that a per-item detail is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Spot {
    /// The index at each `[]` of the detail's path.
    pub(crate) address: Vec<usize>,
    /// The path that leads to this item only, as far as its members tell it from the others.
    pub(crate) path: Path,
}

/// Moves the items at a path out of an answer. `[]` at the end may be left out.
pub(crate) fn take_items(value: &mut Value, path: &[Segment]) -> Vec<Value> {
    match path.split_first() {
        None => match std::mem::take(value) {
            Value::Null => Vec::new(),
            Value::List(list) => list.items,
            single => vec![single],
        },
        Some((Segment::Member(name), rest)) => match value {
            Value::Map(map) => map.get_mut(name).map(|member| take_items(member, rest)).unwrap_or_default(),
            _ => Vec::new(),
        },
        Some((Segment::Each, [])) => take_items(value, &[]),
        Some((Segment::Each, rest)) => match value {
            Value::List(list) => list.items.iter_mut().flat_map(|item| take_items(item, rest)).collect(),
            _ => Vec::new(),
        },
        Some((Segment::Where { member, equals }, rest)) => match value {
            Value::List(list) => {
                let chosen = list.items.iter_mut().filter(|item| item.get(member).is_written(equals));
                chosen.flat_map(|item| take_items(item, rest)).collect()
            }
            _ => Vec::new(),
        },
    }
}

/// Moves the one value at a path out of an answer; with `[]` on the way a list of the values there.
pub(crate) fn take_value(mut value: Value, path: &Path) -> Value {
    let mut place = &mut value;
    for (index, segment) in path.segments().iter().enumerate() {
        let Segment::Member(name) = segment else {
            return Value::list(take_items(place, path.segments().get(index..).unwrap_or_default()));
        };
        match place {
            Value::Map(map) => match map.get_mut(name) {
                Some(member) => place = member,
                None => return Value::Null,
            },
            _ => return Value::Null,
        }
    }
    std::mem::take(place)
}

/// Adds the lists of a further page to those of the pages before; everything else is the further page's.
pub(crate) fn add_page(before: Value, mut page: Value, results: &[Path]) -> Value {
    let mut before = before;
    for path in results {
        let mut items = take_items(&mut before, path.segments());
        items.append(&mut take_items(&mut page, path.segments()));
        page.put(path.segments(), Value::list(items));
    }
    page
}

/// Every item that a path leads to.
pub(crate) fn spots(document: &Value, path: &Path, identity: &[Arc<str>]) -> Vec<Spot> {
    let mut found = Vec::new();
    walk(document, path.segments(), identity, (&mut Vec::new(), &mut Vec::new()), &mut found);
    found
}

fn walk(
    value: &Value,
    path: &[Segment],
    identity: &[Arc<str>],
    (address, trail): (&mut Vec<usize>, &mut Vec<Segment>),
    found: &mut Vec<Spot>,
) {
    let Some((segment, rest)) = path.split_first() else {
        if !value.is_null() {
            found.push(Spot { address: address.clone(), path: Path::new(trail.clone()) });
        }
        return;
    };
    if let Segment::Member(name) = segment {
        trail.push(segment.clone());
        walk(value.get(name), rest, identity, (&mut *address, &mut *trail), found);
        trail.pop();
        return;
    }
    let last = !rest.iter().any(|segment| !matches!(segment, Segment::Member(_)));
    for (index, item) in value.items().iter().enumerate() {
        if let Segment::Where { member, equals } = segment
            && !item.get(member).is_written(equals)
        {
            continue;
        }
        address.push(index);
        trail.push(name_item(value.items(), index, if last { identity } else { &[] }));
        walk(item, rest, identity, (&mut *address, &mut *trail), found);
        trail.pop();
        address.pop();
    }
}

/// The value at a spot.
pub(crate) fn spot_mut<'a>(value: &'a mut Value, path: &[Segment], address: &[usize]) -> Option<&'a mut Value> {
    let Some((segment, rest)) = path.split_first() else { return Some(value) };
    match (segment, value) {
        (Segment::Member(name), Value::Map(map)) => spot_mut(map.get_mut(name)?, rest, address),
        (Segment::Member(_), _) => None,
        (_, Value::List(list)) => {
            let (index, below) = address.split_first()?;
            spot_mut(list.items.get_mut(*index)?, rest, below)
        }
        _ => None,
    }
}

/// The value at a spot, to read.
pub(crate) fn spot<'a>(value: &'a Value, path: &[Segment], address: &[usize]) -> &'a Value {
    let Some((segment, rest)) = path.split_first() else { return value };
    if value.unknown().is_some() {
        return value;
    }
    match segment {
        Segment::Member(name) => spot(value.get(name), rest, address),
        _ => match address.split_first().and_then(|(index, below)| Some((value.items().get(*index)?, below))) {
            Some((item, below)) => spot(item, rest, below),
            None => Value::null(),
        },
    }
}

/// Takes the item at a spot out of its list.
pub(crate) fn remove_spot(document: &mut Value, path: &Path, address: &[usize]) {
    let segments = path.segments();
    let Some(at) = segments.iter().rposition(|segment| !matches!(segment, Segment::Member(_))) else { return };
    let Some((last, before)) = address.split_last() else { return };
    let list = segments.get(..at).and_then(|path| spot_mut(document, path, before));
    if let Some(Value::List(list)) = list
        && *last < list.items.len()
    {
        list.items.remove(*last);
    }
}

/// A step that leads to one item of a list: by a preferred member, else by one that looks like a name and that tells
/// every item from the others; `[]`, every item, when there is none.
pub(crate) fn name_item(items: &[Value], index: usize, preferred: &[Arc<str>]) -> Segment {
    let Some(item) = items.get(index) else { return Segment::Each };
    let by = |name: &Arc<str>| {
        let equals = item.get(name).as_str()?;
        let alone = items.iter().filter(|other| other.get(name).as_str() == Some(equals)).count() == 1;
        alone.then(|| Segment::Where { member: Arc::clone(name), equals: equals.into() })
    };
    if let Some(segment) = preferred.iter().find_map(by) {
        return segment;
    }
    let Some(members) = item.as_map() else { return Segment::Each };
    let looks_like_a_name = |name: &&Arc<str>| {
        ["Id", "Name", "Arn", "ARN", "Key", "id", "name", "arn"].iter().any(|end| name.ends_with(end))
    };
    members.keys().filter(looks_like_a_name).find_map(by).unwrap_or(Segment::Each)
}

#[cfg(test)]
mod tests;
