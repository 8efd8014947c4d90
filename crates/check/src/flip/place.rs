//! Places as people say them.

use std::fmt::Write;

use expr::{Part, Spot, Stop, follow};
use resource::Value;

use super::Case;

/// Something of a resource, with whose it is where that is not the subject.
pub(super) fn whose(case: &Case<'_>, spot: &Spot, text: &str) -> String {
    let entity = &spot.entity;
    match &*entity.type_id {
        _ if entity.uid == case.subject.uid => text.to_owned(),
        "aws.account" => format!("account.{text}"),
        "aws.region" => format!("region.{text}"),
        type_id => {
            let name = if entity.name.is_empty() { &entity.uid } else { &entity.name };
            format!("{text} of {} {name}", title(case, type_id))
        }
    }
}

pub(super) fn title(case: &Case<'_>, type_id: &str) -> String {
    case.catalog.resource_type(type_id).map_or_else(|| "resource".to_owned(), |of| of.title.clone())
}

/// The item of a list that the spot lies in and that is not there yet.
pub(super) fn item_beyond(spot: &Spot) -> Option<Spot> {
    if spot.part != Part::Document {
        return None;
    }
    let end = spot.path.iter().enumerate().position(|(at, stop)| match stop {
        Stop::Item(index) => {
            *index >= follow(&spot.entity.document, spot.path.get(..at).unwrap_or_default()).items().len()
        }
        Stop::Member(_) => false,
    })?;
    Some(Spot { path: spot.path.get(..=end).unwrap_or_default().to_vec(), ..spot.clone() })
}

/// A path with items named by their own id where they have one: `AccessKeys[AKIA…].Status`.
pub(super) fn path_text(spot: &Spot) -> String {
    let mut text = String::new();
    for (at, stop) in spot.path.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = match stop {
            Stop::Member(name) if text.is_empty() => write!(text, "{name}"),
            Stop::Member(name) => write!(text, ".{name}"),
            Stop::Item(index) => {
                let item = follow(&spot.entity.document, spot.path.get(..=at).unwrap_or_default());
                match own_name(item) {
                    Some(name) => write!(text, "[{name}]"),
                    None => write!(text, "[{index}]"),
                }
            }
        };
    }
    text
}

fn own_name(item: &Value) -> Option<&str> {
    const NAMES: [&str; 11] = [
        "AccessKeyId",
        "SerialNumber",
        "NetworkInterfaceId",
        "ParameterName",
        "Sid",
        "Id",
        "Name",
        "name",
        "PolicyName",
        "AttributeName",
        "Key",
    ];
    if let Value::Str(text) = item {
        return Some(text).map(|text| &**text).filter(|text| text.len() <= 40);
    }
    NAMES.iter().find_map(|name| item.get(name).as_str()).filter(|text| text.len() <= 60 && !text.is_empty())
}
