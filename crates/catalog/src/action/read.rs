//! Reading an action's file, and a check's `fix`.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use expr::Expr;
use resource::{Map, Path, Value};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{Action, Fix, Inverse, Safety, Step};
use crate::call::{Argument, Call, Input};
use crate::error::CatalogError;
use crate::load::from_toml;
use crate::text::{expression, expression_map, optional_expression};

/// The file's form. `call` and `with` are short for a single `[[step]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    title: String,
    #[serde(rename = "type")]
    type_id: Arc<str>,
    #[serde(default)]
    args: BTreeMap<String, Value>,
    #[serde(default, rename = "let", deserialize_with = "expression_map")]
    lets: BTreeMap<Arc<str>, Expr>,
    #[serde(default, deserialize_with = "optional_expression")]
    when: Option<Expr>,
    call: Option<Call>,
    with: Option<Input>,
    #[serde(default)]
    step: Vec<Step>,
    #[serde(default)]
    permission: Vec<Arc<str>>,
    safety: Safety,
    risk: Option<String>,
    #[serde(default)]
    before: Vec<String>,
    #[serde(default)]
    inverse: OneOrMany<Step>,
    irreversible: Option<String>,
    #[serde(deserialize_with = "expression")]
    expect: Expr,
}

/// Reads the action `id`.
pub(super) fn action(id: &Arc<str>, file: &str, text: &str) -> Result<Action, CatalogError> {
    let raw: Raw = from_toml(file, text)?;
    let wrong = |words: &str| Err(CatalogError::at(file, 1, words));
    let steps = match (raw.call, raw.with, raw.step) {
        (Some(call), with, steps) if steps.is_empty() => {
            vec![Step { call, with: with.unwrap_or_default(), when: None, each: None }]
        }
        (None, None, steps) if !steps.is_empty() => steps,
        _ => return wrong("an action has either `call` with its `with`, or one `[[step]]` for each call"),
    };
    let inverse = match (raw.inverse.0, raw.irreversible) {
        (steps, None) if !steps.is_empty() => Inverse::Calls(steps),
        (steps, Some(reason)) if steps.is_empty() => Inverse::Irreversible(reason),
        _ => return wrong("an action has either `[inverse]` or `irreversible = \"why it cannot be taken back\"`"),
    };
    if (raw.safety == Safety::Risky) != raw.risk.is_some() {
        return wrong("`risk` says what can break: a risky action has it, a safe one has not");
    }
    let mut before = Vec::new();
    for path in &raw.before {
        match Path::parse(path) {
            Ok(path) => before.push(path),
            Err(error) => return Err(CatalogError::at(file, line_of(text, path), format!("`{path}`: {error}"))),
        }
    }
    Ok(Action {
        id: id.clone(),
        file: file.to_owned(),
        title: raw.title,
        type_id: raw.type_id,
        args: raw.args.into_iter().map(|(name, value)| (name.into(), value)).collect::<Map>(),
        lets: raw.lets,
        when: raw.when,
        steps,
        permission: raw.permission,
        safety: raw.safety,
        risk: raw.risk,
        before,
        inverse,
        expect: raw.expect,
        text: text.into(),
    })
}

/// The first line that holds the word, from 1; the first line where none does.
pub(super) fn line_of(text: &str, word: &str) -> usize {
    text.lines().position(|line| line.contains(word)).map_or(1, |at| at + 1)
}

/// One table, or a list of them.
pub(crate) struct OneOrMany<T>(pub(crate) Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        OneOrMany(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = OneOrMany<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a table, or a list of them")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                T::deserialize(serde::de::value::StrDeserializer::new(text)).map(|one| OneOrMany(vec![one]))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|one| OneOrMany(vec![one]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(items)).map(OneOrMany)
            }
        }
        deserializer.deserialize_any(Either(PhantomData))
    }
}

/// `"aws.s3.put-…"`, or `{ action = "…", ports = [22] }`: every other member is told to the action.
impl<'de> Deserialize<'de> for Fix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Fix;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an action's id, or a table with `action` and what it is told")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Fix, E> {
                Ok(Fix { action: text.into(), args: BTreeMap::new() })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Fix, A::Error> {
                let mut args = BTreeMap::<Arc<str>, Argument>::deserialize(MapAccessDeserializer::new(map))?;
                match args.remove("action") {
                    Some(Argument::Constant(Value::Str(action))) => Ok(Fix { action, args }),
                    _ => Err(A::Error::custom("`fix` as a table needs `action`, the action's id")),
                }
            }
        }
        deserializer.deserialize_any(Either)
    }
}
