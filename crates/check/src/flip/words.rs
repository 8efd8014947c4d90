//! Changes as people say them.

use std::sync::Arc;

use catalog::Scope as Listing;
use expr::{Part, Plan, SetOf, Spot, To, Wish};
use resource::{Span, Value, Verdict};

use super::place::{is_fixed, item_beyond, path_text, title, whose};
use super::{Case, Edited, Flip};

/// Of members that no call changes.
const MADE_ANEW: &str = "only one made anew can differ";

/// A plan in words.
pub(super) fn flip(case: &Case<'_>, plan: &Plan, then: Option<Verdict>) -> Flip {
    let made = |uid: &Arc<str>| {
        plan.wishes.iter().any(|wish| matches!(wish.to, To::Exists(_)) && wish.spot.entity.uid == *uid)
    };
    // What is so of all of them is said once.
    let all_fixed = plan.wishes.len() > 1 && plan.wishes.iter().all(|wish| is_fixed(case, &wish.spot));
    let mut edits: Vec<Edited> = Vec::new();
    let mut items: Vec<Spot> = Vec::new();
    for wish in &plan.wishes {
        let uid = &wish.spot.entity.uid;
        let (path, text) = match (&wish.to, item_beyond(&wish.spot)) {
            (To::Exists(set), _) => {
                let own: Vec<&Wish> = plan.wishes.iter().filter(|own| own.spot.entity.uid == *uid).collect();
                (String::new(), new_resource(case, wish, set, &own))
            }
            _ if made(uid) => continue,
            // All that a new item is like is said at once.
            (_, Some(item)) => {
                if items.contains(&item) {
                    continue;
                }
                items.push(item.clone());
                (path_text(&item), new_item(case, plan, &item))
            }
            _ => (path_text(&wish.spot), changed(case, wish, !all_fixed)),
        };
        edits.push(Edited { uid: uid.to_string(), path, text });
    }
    let parts: Vec<&str> = edits.iter().map(|edit| edit.text.as_str()).collect();
    let long = parts.len() > 1 && parts.iter().any(|part| part.contains(" whose "));
    let text = if long { parts.join("; ") } else { joined(&parts) };
    let text = if all_fixed { format!("{text}; {MADE_ANEW}") } else { text };
    let (proven, text) = match then {
        Some(Verdict::Pass) => (true, text),
        Some(Verdict::NotApplicable) => (true, format!("{text}; the check no longer applies then")),
        _ => (false, text),
    };
    Flip { text, proven, then, edits, plan: plan.clone() }
}

/// `a`, `a and b`, `a, b and c`.
fn joined(parts: &[&str]) -> String {
    match parts.split_last() {
        None => String::new(),
        Some((one, [])) => (*one).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// "X.Y", with whose it is where that is not the subject.
fn placed(case: &Case<'_>, spot: &Spot) -> String {
    whose(case, spot, &path_text(spot))
}

/// One change of something that exists.
fn changed(case: &Case<'_>, wish: &Wish, says_fixed: bool) -> String {
    let spot = &wish.spot;
    if wish.to == To::Gone {
        return gone(case, spot);
    }
    let place = placed(case, spot);
    let now = match &wish.to {
        To::Present | To::Holds(_) | To::Matches(_) | To::SameAs(_) => String::new(),
        To::Not(value) if *value == spot.value() => String::new(),
        _ => now(&spot.value()),
    };
    let now = aside(&now, says_fixed && is_fixed(case, spot));
    match &wish.to {
        To::Holds(item) if item.get("Effect").as_str() == Some("Deny") => {
            format!("{place} has one more, which denies every request without TLS")
        }
        To::Is(Value::Map(_)) => format!("{place} is a policy that denies every request without TLS"),
        To::Matches(alternatives) => format!("{place} also matches {}", pattern(alternatives)),
        to => format!("{place} {}{now}", becomes(to)),
    }
}

fn becomes(to: &To) -> String {
    match to {
        To::Is(value) => format!("is {}", value.to_json()),
        // A number that counts something.
        To::Bound("at most", zero @ Value::Int(0)) => format!("is {}", zero.to_json()),
        To::Bound(word, value) => format!("is {word} {}", value.to_json()),
        To::Fits(how, _) | To::Unlike(how) => how.clone(),
        To::Not(value) => format!("is anything but {}", value.to_json()),
        To::Present => "is set".to_owned(),
        To::SameAs(name) => format!("is that {name}"),
        To::Absent => "is not set".to_owned(),
        To::Empty => "is empty".to_owned(),
        To::Holds(item) => format!("also holds {}", item.to_json()),
        To::Since(moment) => format!("is {} or later", day(*moment)),
        To::Matches(alternatives) => format!("is {{ {} }}", pattern(alternatives)),
        To::Gone => "is removed".to_owned(),
        To::Exists(_) => "exists".to_owned(),
    }
}

/// The alternatives of a filter pattern.
fn pattern(alternatives: &[String]) -> String {
    let several = alternatives.len() > 1;
    let part = |text: &String| if several && text.contains(" && ") { format!("({text})") } else { text.clone() };
    alternatives.iter().map(part).collect::<Vec<_>>().join(" || ")
}

/// What it is now, where that is short.
fn now(value: &Value) -> String {
    match value {
        Value::Null => "now absent".to_owned(),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => format!("now {}", value.to_json()),
        Value::Str(text) if text.len() <= 60 => format!("now {}", value.to_json()),
        Value::Unknown(_) => "now unknown".to_owned(),
        _ => String::new(),
    }
}

/// What stands in brackets after a change.
fn aside(now: &str, is_fixed: bool) -> String {
    match (now, is_fixed) {
        ("", false) => String::new(),
        (now, false) => format!(" ({now})"),
        ("", true) => format!(" ({MADE_ANEW})"),
        (now, true) => format!(" ({now}; {MADE_ANEW})"),
    }
}

pub(super) fn day(moment: i64) -> String {
    let day = |at: jiff::Timestamp| at.strftime("%Y-%m-%d").to_string();
    jiff::Timestamp::from_microsecond(moment).map_or_else(|_| "then".to_owned(), day)
}

/// What a new item of a list is like.
fn new_item(case: &Case<'_>, plan: &Plan, item: &Spot) -> String {
    let list = Spot { path: item.path.split_last().map_or_else(Vec::new, |(_, list)| list.to_vec()), ..item.clone() };
    let more = if list.value().items().is_empty() { "an item" } else { "one more item" };
    let list = placed(case, &list);
    let of = |wish: &&Wish| {
        wish.spot.entity.uid == item.entity.uid
            && wish.spot.part == Part::Document
            && wish.spot.path.starts_with(&item.path)
    };
    let own: Vec<&Wish> = plan.wishes.iter().filter(of).collect();
    match own.as_slice() {
        [Wish { to: To::Present, spot, .. }] if spot.path == item.path => format!("{list} has an item"),
        [Wish { to, spot, .. }] if spot.path == item.path => format!("{list} has {more}, which {}", becomes(to)),
        many => format!(
            "{list} has {more}, whose {}",
            like(many, &|spot| {
                let path = spot.path.get(item.path.len()..).unwrap_or_default().to_vec();
                path_text(&Spot { path, ..blank(item) })
            })
        ),
    }
}

/// What something that does not exist yet is like: `Type is "x", Values holds "y" and "z"`.
fn like(wishes: &[&Wish], place: &dyn Fn(&Spot) -> String) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (at, wish) in wishes.iter().enumerate() {
        let held = |other: &&&Wish| matches!(other.to, To::Holds(_)) && other.spot == wish.spot;
        if !matches!(wish.to, To::Holds(_)) {
            parts.push(format!("{} {}", place(&wish.spot), becomes(&wish.to)));
        } else if !wishes.iter().take(at).any(|other| held(&other)) {
            let items = wishes.iter().filter(held).filter_map(|other| match &other.to {
                To::Holds(item) => Some(item.to_json()),
                _ => None,
            });
            let items: Vec<String> = items.collect();
            let items: Vec<&str> = items.iter().map(String::as_str).collect();
            parts.push(format!("{} holds {}", place(&wish.spot), joined(&items)));
        }
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    joined(&parts)
}

/// The spot's resource without its document, in which places would name other things.
fn blank(spot: &Spot) -> Spot {
    let entity = expr::EntityData { document: Value::Null, ..(*spot.entity).clone() };
    Spot { entity: Arc::new(entity), part: Part::Document, path: Vec::new() }
}

/// What goes, as reason chains call it.
fn gone(case: &Case<'_>, spot: &Spot) -> String {
    let entity = &spot.entity;
    let Some(of) = case.catalog.resource_type(&entity.type_id) else {
        return format!("{} is removed", placed(case, spot));
    };
    if of
        .secret
        .iter()
        .any(|secret| crate::ways(&entity.document, &secret.at).iter().any(|way| spot.path.starts_with(way)))
    {
        return format!("{} holds no secret", placed(case, spot));
    }
    for fact in entity.facts.as_map().into_iter().flat_map(|facts| facts.values()) {
        for item in fact.items() {
            for reason in item.get("because").items() {
                let found = crate::locate::locate_every(of, &entity.name, &entity.document, item, reason);
                if let Some(found) = found.into_iter().find(|found| found.path == spot.path) {
                    return format!("{} is removed", whose(case, spot, &found.called));
                }
            }
        }
    }
    match crate::locate::statement_at(of, &entity.document, &spot.path) {
        Some(called) => format!("{} is removed", whose(case, spot, &called)),
        None => format!("{} is removed", placed(case, spot)),
    }
}

/// A resource that does not exist yet.
fn new_resource(case: &Case<'_>, wish: &Wish, set: &SetOf, own: &[&Wish]) -> String {
    let entity = &wish.spot.entity;
    let (what, place) = match set {
        SetOf::List(type_id, span) => {
            let regional = case.catalog.resource_type(type_id).is_some_and(|of| of.scope == Listing::Region);
            let place = match (span, regional) {
                (Span::Region, _) | (_, true) => format!(" in {}", entity.region),
                _ => format!(" in account {}", entity.account),
            };
            (title(case, type_id), place)
        }
        SetOf::Refs(of, edge) => (edge_title(case, edge, false), format!(" that {} {}", short(case, of), verb(edge))),
        SetOf::RefsIn(of, edge, _) => {
            (edge_title(case, edge, true), format!(" that {} {}", verb(edge), short(case, of)))
        }
    };
    let own: Vec<&Wish> = own.iter().copied().filter(|own| !matches!(own.to, To::Exists(_))).collect();
    let with = if own.is_empty() { String::new() } else { format!(" whose {}", like(&own, &path_text)) };
    format!("there is {}{place}{with}", with_article(&what))
}

/// "a log group", "an SNS topic", "an RDS cluster".
fn with_article(what: &str) -> String {
    let mut letters = what.chars();
    let (first, second) = (letters.next().unwrap_or('x'), letters.next().unwrap_or('x'));
    let spelled = second.is_ascii_uppercase();
    let vowel = if spelled { "AEFHILMNORSX".contains(first) } else { "aeiouAEIOU".contains(first) };
    let what = match spelled || what.chars().skip(1).any(|letter| letter.is_ascii_uppercase()) {
        true => what.to_owned(),
        false => what.to_lowercase(),
    };
    format!("{} {what}", if vowel { "an" } else { "a" })
}

/// The title of the type at the other end of an edge.
fn edge_title(case: &Case<'_>, edge: &str, incoming: bool) -> String {
    let mut ends = case.catalog.resource_types().flat_map(|of| of.edge.iter().map(move |one| (of, one)));
    let found = ends.find(|(_, one)| &*one.name == edge);
    let found = found.map(|(from, one)| if incoming { from.title.clone() } else { title(case, &one.to) });
    found.unwrap_or_else(|| "resource".to_owned())
}

/// Edges are verbs, in the active ("logs to") or as what is done to it ("encrypted by").
fn verb(edge: &str) -> String {
    let words = edge.replace('_', " ");
    let active = words.split(' ').next().is_some_and(|first| first.ends_with('s'));
    if active { words } else { format!("is {words}") }
}

fn short(case: &Case<'_>, uid: &Arc<str>) -> String {
    match &**uid {
        _ if *uid == case.subject.uid => "it".to_owned(),
        new if new.contains(expr::NEW) => "it".to_owned(),
        other => other.rsplit([':', '/']).next().unwrap_or(other).to_owned(),
    }
}
