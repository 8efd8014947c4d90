//! Places as people say them.

use std::fmt::Write;

use expr::{Part, Spot, Stop, follow};
use resource::{Path, Segment, Value};

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

/// Whether it is an address range that is not everybody by itself, or a rule for one: `0.0.0.0/1`, never `0.0.0.0/0`.
pub(super) fn is_part_of_all(spot: &Spot) -> bool {
    const RANGES: [&str; 5] = ["CidrIp", "CidrIpv6", "CidrBlock", "Ipv6CidrBlock", "Cidr"];
    let value = spot.value();
    let ranges = std::iter::once(&value).chain(RANGES.iter().map(|name| value.get(name)));
    let mut ranges = ranges.filter_map(Value::as_str).filter_map(|text| text.rsplit_once('/')).peekable();
    ranges.peek().is_some()
        && ranges.all(|(address, length)| {
            address.parse::<std::net::IpAddr>().is_ok() && length.parse::<u8>().is_ok_and(|length| length > 0)
        })
}

/// Whether no call changes what lies there once it is made.
pub(super) fn is_fixed(case: &Case<'_>, spot: &Spot) -> bool {
    let is_new = spot.entity.uid.contains(expr::NEW) || item_beyond(spot).is_some();
    let Some(of) = case.catalog.resource_type(&spot.entity.type_id).filter(|_| !is_new) else { return false };
    spot.part == Part::Document && of.fixed.iter().any(|fixed| leads_to(fixed, &spot.path))
}

/// Whether a path leads to a place or to something around it.
fn leads_to(path: &Path, place: &[Stop]) -> bool {
    let segments = path.segments();
    let same = |(segment, stop): (&Segment, &Stop)| match (segment, stop) {
        (Segment::Member(name), Stop::Member(member)) => name == member,
        (Segment::Each, Stop::Item(_)) => true,
        _ => false,
    };
    segments.len() <= place.len() && segments.iter().zip(place).all(same)
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
