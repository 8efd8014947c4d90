//! From a draft with its details to a resource.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use catalog::Edge;
use expr::{Entity, Expr};
use resource::{Hole, Reference, Resource, Value};

use crate::detail::Work;
use crate::draft::Draft;
use crate::scope::Roots;

/// The resource, and what its children's listings see of it when there are any.
pub(crate) fn assemble(work: &Work<'_>, draft: Draft, has_children: bool) -> (Resource, Option<Entity>) {
    // Children read the parent's document, whatever of it is missing.
    let missing = if work.plan.type_reads_missing || has_children { work.plan.not_collected.as_slice() } else { &[] };
    let view = draft.view(missing);
    let of = work.of;
    let parent = draft.parent.as_ref();
    // A name is for people: where a part of it is unknown, what is known will do.
    let known = work.around.roots().of(&draft.entity).under(parent);
    let uid = Arc::clone(&draft.entity.uid);
    let name = known.text(&of.name).unwrap_or_else(|| last_part(&uid).into());
    let region = of.region.as_ref().and_then(|region| known.text(region));
    let region = region.unwrap_or_else(|| Arc::clone(&work.unit.region));
    let owner = of.owner.as_ref().and_then(|owner| known.text(owner)).filter(|owner| *owner != work.unit.account);
    let tags = of.tags.as_ref().map(|expression| tags(&known.value(expression))).unwrap_or_default();
    let seen = work.around.roots().of(&view).under(parent);
    let keys = keys(&of.keys, &seen);
    let references = of.edge.iter().flat_map(|edge| references(edge, &seen)).collect();
    let child_view = has_children.then(|| {
        let mut data = (*view).clone();
        (data.name, data.region) = (Arc::clone(&name), Arc::clone(&region));
        data.account = Arc::clone(&work.unit.account);
        Arc::new(data)
    });
    drop(view);
    let resource = Resource {
        uid,
        unit: work.unit.clone(),
        owner,
        region,
        name: name.to_string(),
        tags,
        keys,
        references,
        document: Arc::unwrap_or_clone(draft.entity).document,
        holes: draft.holes,
    };
    (resource, child_view)
}

fn last_part(uid: &str) -> &str {
    uid.rsplit(['/', ':']).find(|part| !part.is_empty()).unwrap_or(uid)
}

fn keys(expressions: &[Expr], roots: &Roots<'_>) -> Vec<Arc<str>> {
    let mut keys = Vec::new();
    for value in expressions.iter().map(|expression| roots.value(expression)) {
        each_text(&value, &mut |text| {
            if let Ok(key) = text
                && !keys.contains(&key)
            {
                keys.push(key);
            }
        });
    }
    keys
}

fn references(edge: &Edge, roots: &Roots<'_>) -> Vec<Reference> {
    let mut targets: BTreeSet<Result<Arc<str>, Arc<Hole>>> = BTreeSet::new();
    each_text(&roots.value(&edge.by), &mut |target| {
        targets.insert(target);
    });
    let reference = |target| Reference { edge: Arc::clone(&edge.name), to: Arc::clone(&edge.to), target };
    targets.into_iter().map(reference).collect()
}

/// Every text of a value, lists inside lists included, and every hole in the way of one.
fn each_text(value: &Value, found: &mut impl FnMut(Result<Arc<str>, Arc<Hole>>)) {
    match value {
        Value::Str(text) if !text.is_empty() => found(Ok(Arc::clone(text))),
        Value::Int(number) => found(Ok(number.to_string().into())),
        Value::Unknown(hole) => found(Err(Arc::clone(hole))),
        Value::List(list) => {
            list.items.iter().for_each(|item| each_text(item, found));
            if let Some(hole) = &list.open {
                found(Err(Arc::clone(hole)));
            }
        }
        _ => {}
    }
}

/// The pairs of members that lists of tags use.
const PAIRS: [(&str, &str); 3] = [("Key", "Value"), ("key", "value"), ("TagKey", "TagValue")];

fn tags(value: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| match value {
        Value::Str(text) => text.to_string(),
        Value::Null | Value::Unknown(_) => String::new(),
        other => other.to_json(),
    };
    match value {
        Value::Map(map) => map.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        Value::List(list) => {
            let pair = |item: &Value| {
                let of =
                    |(key, value): &(&str, &str)| Some((item.get(key).as_str()?.to_owned(), text(item.get(value))));
                PAIRS.iter().find_map(of)
            };
            list.items.iter().filter_map(pair).collect()
        }
        _ => BTreeMap::new(),
    }
}
