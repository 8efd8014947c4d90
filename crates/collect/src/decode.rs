//! Text members that hold documents: policies, user data, reports.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use catalog::Decode;
use resource::{Path, Segment, Value};

use crate::document::name_item;

/// What a gzipped member may unfold to. User data is at most 16 KiB as sent (EC2 User Guide, "instance user data").
const UNFOLDED: u64 = 1 << 20;

/// A member that could not be decoded: where it is below the decoded value, and why.
pub(crate) type Undecodable = (Path, String);

/// Decodes the members at `path`. Those that cannot be are taken out of the document and named in the answer.
pub(crate) fn decode_members(value: &mut Value, path: &Path, how: Decode) -> Vec<Undecodable> {
    let mut bad = Vec::new();
    descend(value, path.segments(), &mut Vec::new(), how, &mut bad);
    bad
}

fn descend(value: &mut Value, path: &[Segment], trail: &mut Vec<Segment>, how: Decode, bad: &mut Vec<Undecodable>) {
    let Some((segment, rest)) = path.split_first() else {
        if let Value::Str(text) = value {
            *value = decode(text, how).unwrap_or_else(|why| {
                bad.push((Path::new(trail.clone()), why));
                Value::Null
            });
        }
        return;
    };
    match (segment, value) {
        (Segment::Member(name), Value::Map(map)) => {
            if let Some(member) = map.get_mut(name) {
                trail.push(segment.clone());
                descend(member, rest, trail, how, bad);
                trail.pop();
                if member.is_null() {
                    map.remove(name);
                }
            }
        }
        (Segment::Each, Value::List(list)) => {
            for index in 0..list.items.len() {
                trail.push(name_item(&list.items, index, &[]));
                if let Some(item) = list.items.get_mut(index) {
                    descend(item, rest, trail, how, bad);
                }
                trail.pop();
            }
        }
        (Segment::Where { member, equals }, Value::List(list)) => {
            trail.push(segment.clone());
            for item in list.items.iter_mut().filter(|item| item.get(member).is_written(equals)) {
                descend(item, rest, trail, how, bad);
            }
            trail.pop();
        }
        _ => {}
    }
}

/// Decodes one text. Empty text is absent: some services send it for "none" (SQS `Policy`).
pub(crate) fn decode(text: &str, how: Decode) -> Result<Value, String> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    match how {
        Decode::Json => json(text),
        Decode::UrlJson => {
            let plain = percent_encoding::percent_decode_str(text).decode_utf8();
            json(&plain.map_err(|_| "not percent-encoded UTF-8".to_owned())?)
        }
        Decode::Base64 => utf8(bytes(text)?).map(Value::from),
        Decode::Base64Gzip => utf8(unfolded(bytes(text)?)?).map(Value::from),
        Decode::Base64Csv => csv(&bytes(text)?),
    }
}

/// `?` is how files of ours write a hole; a provider's text must not be able to forge one.
fn json(text: &str) -> Result<Value, String> {
    if text.contains("\"?\"") || text.contains("\\u003f") || text.contains("\\u003F") {
        return Err("not taken: it has a member `?`, which is reserved".to_owned());
    }
    Value::from_json(text).map_err(|error| format!("not JSON: {error}"))
}

fn bytes(text: &str) -> Result<Vec<u8>, String> {
    STANDARD.decode(text.trim_end()).map_err(|error| format!("not base64: {error}"))
}

fn utf8(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| "not UTF-8 text".to_owned())
}

fn unfolded(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut plain = Vec::new();
    let mut reader = flate2::read::MultiGzDecoder::new(bytes.as_slice()).take(UNFOLDED + 1);
    reader.read_to_end(&mut plain).map_err(|error| format!("not gzip: {error}"))?;
    if plain.len() as u64 > UNFOLDED {
        return Err("larger than 1 MiB when unfolded".to_owned());
    }
    Ok(plain)
}

fn csv(bytes: &[u8]) -> Result<Value, String> {
    let mut reader = csv::Reader::from_reader(bytes);
    let bad = |error: csv::Error| format!("not CSV: {error}");
    let names: Vec<std::sync::Arc<str>> = reader.headers().map_err(bad)?.iter().map(Into::into).collect();
    let rows = reader.records().map(|record| {
        let record = record.map_err(bad)?;
        Ok(Value::map(names.iter().cloned().zip(record.iter().map(Value::from))))
    });
    rows.collect::<Result<_, String>>().map(Value::list)
}

#[cfg(test)]
mod tests;
