//! Whatever fits a model survives the wire in both directions, and no bytes make the codec panic.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use catalog::api::wire::{self, Request};
use catalog::api::{ApiIndex, Kind, Location, Operation, Protocol, ServiceModel, ShapeId};
use proptest::prelude::*;
use resource::{Map, Value};

type Call = (Arc<ServiceModel>, Arc<Operation>);

static CALLS: LazyLock<Vec<Call>> = LazyLock::new(|| {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalog/api/aws"));
    let api = ApiIndex::open(folder);
    let mut calls = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let service = name.strip_suffix(".json").filter(|name| !["endpoints", "actions", "published"].contains(name));
        if let Some(service) = service {
            let model = api.service(service).unwrap();
            calls.extend(model.operations().map(|operation| (model.clone(), operation.clone())));
        }
    }
    calls.sort_by(|a, b| (&a.0.name, &a.1.name).cmp(&(&b.0.name, &b.1.name)));
    calls
});

/// Small numbers out of one seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn text(&mut self, plain: bool) -> String {
        let letters: &[char] = if plain {
            &['a', 'B', '7', '-']
        } else {
            &['a', '&', '<', '"', ' ', 'ü', '漢', '%', '+', '=', '/', '\'', '>', '7']
        };
        let length = 1 + self.roll(8);
        (0..length).map(|_| letters[self.roll(letters.len() as u64) as usize]).collect()
    }
}

fn fill(model: &ServiceModel, shape: ShapeId, dice: &mut Dice, depth: u32, plain: bool) -> Value {
    match &model.shape(shape).kind {
        Kind::Structure(structure) => {
            let mut map = Map::new();
            for member in &structure.members {
                let needed = structure.required.contains(&member.name) || member.location == Location::Uri;
                if member.location == Location::StatusCode || (!needed && dice.roll(if depth < 3 { 3 } else { 8 }) == 0)
                {
                    continue;
                }
                let plain = plain || !matches!(member.location, Location::Body | Location::Uri) || member.host_label;
                let value =
                    if depth > 8 { Value::Null } else { fill(model, member.target.shape, dice, depth + 1, plain) };
                if !value.is_null() {
                    map.insert(member.name.clone(), value);
                }
            }
            Value::Map(map)
        }
        Kind::List(item) => {
            let length = 1 + dice.roll(3);
            let items = (0..length).map(|_| fill(model, item.shape, dice, depth + 1, plain));
            // A form numbers what it says, so an item that says nothing would end the list.
            Value::list(items.filter(|item| item.as_map().is_none_or(|map| !map.is_empty())).collect())
        }
        Kind::Map(_, value) => {
            let length = 1 + dice.roll(2);
            Value::map((0..length).map(|_| (dice.text(plain), fill(model, value.shape, dice, depth + 1, plain))))
        }
        Kind::String | Kind::Document => Value::from(dice.text(plain)),
        Kind::Blob => Value::from(["", "YQ==", "AP8="][dice.roll(3) as usize]),
        Kind::Boolean => Value::Bool(dice.roll(2) == 1),
        Kind::Integer => Value::Int(dice.roll(1 << 30) as i64 - 1000),
        Kind::Float => Value::Float(dice.roll(1000) as f64 / 8.0),
        Kind::Timestamp => Value::from(format!(
            "20{:02}-0{}-1{}T0{}:05:09Z",
            dice.roll(40) + 10,
            1 + dice.roll(9),
            dice.roll(9),
            dice.roll(9)
        )),
    }
}

/// Without what XML and forms cannot say: empty flattened lists, empty structures, lists of those.
fn said(value: Value, all: bool) -> Value {
    match value {
        _ if all => value,
        Value::Map(map) => {
            let kept = map.into_iter().map(|(name, value)| (name, said(value, all)));
            let kept: Map = kept.filter(|(_, value)| !is_nothing(value)).collect();
            Value::Map(kept)
        }
        Value::List(list) => {
            Value::list(list.items.into_iter().map(|item| said(item, all)).filter(|item| !is_nothing(item)).collect())
        }
        other => other,
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null()
        || value.as_map().is_some_and(Map::is_empty)
        || matches!(value, Value::List(list) if list.items.is_empty())
        || value.as_str() == Some("")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn an_answer_survives_the_wire(pick in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let (model, operation) = pick.get(&CALLS);
        let Some(output) = operation.output else { return Ok(()) };
        let document = fill(model, output, &mut Dice(seed), 0, false);
        let sent = wire::encode_response(model, operation, &document, "r").unwrap();
        let json = !model.metadata.protocol.is_xml();
        match wire::decode_response(model, operation, sent.status, &sent.headers, &sent.body) {
            Ok(read) => {
                let read = without_status(model, operation, read);
                prop_assert_eq!(said(read, json), said(document, json));
            }
            // A document that fills no body member has no body, which no provider sends.
            Err(error) => prop_assert!(sent.body.is_empty(), "{}:{} {}", model.name, operation.name, error),
        }
    }

    #[test]
    fn a_request_survives_the_wire_and_finds_its_operation(pick in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let (model, operation) = pick.get(&CALLS);
        let input = match operation.input {
            Some(id) => fill(model, id, &mut Dice(seed), 0, false),
            None => Value::Map(Map::new()),
        };
        let sent = wire::encode_request(model, operation, &input).unwrap();
        let query = sent.query_string();
        let received = Request::received(&sent.method, &sent.path, &query, sent.headers, sent.body);
        let routed = wire::route(model, &received);
        prop_assert_eq!(routed.map(|found| found.name.clone()), Some(operation.name.clone()));
        let json = matches!(model.metadata.protocol, Protocol::Json | Protocol::RestJson);
        let read = wire::decode_request(model, operation, &received).unwrap();
        prop_assert_eq!(said(read, json), said(input, json));
    }

    #[test]
    fn no_bytes_make_it_panic(pick in any::<prop::sample::Index>(), body in prop::collection::vec(any::<u8>(), 0..200), status in 100u16..600) {
        let (model, operation) = pick.get(&CALLS);
        let headers = vec![("x-amzn-query-error".to_owned(), ";".to_owned())];
        let _ = wire::decode_response(model, operation, status, &headers, &body);
        let _ = wire::decode_error(model, status, &headers, &body);
        let text = String::from_utf8_lossy(&body).into_owned();
        let request = Request::received("GET", &text, &text, headers, body);
        let _ = wire::route(model, &request);
        let _ = wire::decode_request(model, operation, &request);
    }

    #[test]
    fn no_damage_to_an_answer_makes_it_panic(pick in any::<prop::sample::Index>(), seed in any::<u64>(), at in any::<prop::sample::Index>(), with in any::<u8>()) {
        let (model, operation) = pick.get(&CALLS);
        let Some(output) = operation.output else { return Ok(()) };
        let document = fill(model, output, &mut Dice(seed), 0, false);
        let mut sent = wire::encode_response(model, operation, &document, "r").unwrap();
        if !sent.body.is_empty() {
            let at = at.index(sent.body.len());
            sent.body[at] = with;
        }
        let _ = wire::decode_response(model, operation, 200, &sent.headers, &sent.body);
        let _ = wire::decode_error(model, 400, &sent.headers, &sent.body);
    }
}

fn without_status(model: &ServiceModel, operation: &Operation, read: Value) -> Value {
    let structure = operation.output.and_then(|id| model.structure(id));
    let status =
        structure.and_then(|found| found.members.iter().find(|member| member.location == Location::StatusCode));
    match (read, status) {
        (Value::Map(mut map), Some(member)) => {
            map.remove(&member.name);
            Value::Map(map)
        }
        (read, _) => read,
    }
}
