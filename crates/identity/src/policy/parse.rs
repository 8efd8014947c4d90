//! From a document tree to statements.

use std::sync::Arc;

use resource::{Hole, List, Map, Value};

use super::{Choice, Condition, Document, Effect, Elements, PolicyError, Principal, Quantifier, Statement};

/// No provider accepts a policy near this size (KMS, the largest, takes 32 KiB); what is larger is not evaluated.
const MAX_TEXT: usize = 256 * 1024;

pub(super) fn document(value: &Value) -> Result<Document, PolicyError> {
    let map = match value {
        Value::Map(map) => map,
        Value::Unknown(hole) => return Ok(Document { statements: Vec::new(), open: Some(hole.clone()) }),
        other => return Err(PolicyError::new(format!("it is {}, not an object", kind(other)))),
    };
    if size(value) > MAX_TEXT {
        return Err(PolicyError::new("it is larger than 256 KiB, more than any provider accepts"));
    }
    match element(map, "Statement") {
        Value::Null => Err(PolicyError::new("`Statement` is missing")),
        Value::Unknown(hole) => Ok(Document { statements: Vec::new(), open: Some(hole.clone()) }),
        Value::List(List { items, open }) => {
            let mut found = Document { statements: Vec::new(), open: open.clone() };
            for (index, item) in items.iter().enumerate() {
                found.add(index, item)?;
            }
            Ok(found)
        }
        single => {
            let mut found = Document::default();
            found.add(0, single)?;
            Ok(found)
        }
    }
}

impl Document {
    fn add(&mut self, index: usize, value: &Value) -> Result<(), PolicyError> {
        match value {
            Value::Unknown(hole) => self.open = Some(hole.clone()),
            Value::Map(map) => self.statements.push(statement(index, map)?),
            other => return Err(PolicyError::new(format!("statement {} is {}", index + 1, kind(other)))),
        }
        Ok(())
    }
}

fn statement(index: usize, map: &Map) -> Result<Statement, PolicyError> {
    let label: Arc<str> = match element(map, "Sid") {
        Value::Str(sid) if !sid.is_empty() => sid.clone(),
        _ => format!("#{}", index + 1).into(),
    };
    let wrong = |what: String| PolicyError::new(format!("statement `{label}`: {what}"));
    let effect = match element(map, "Effect") {
        Value::Str(text) if text.eq_ignore_ascii_case("allow") => Ok(Effect::Allow),
        Value::Str(text) if text.eq_ignore_ascii_case("deny") => Ok(Effect::Deny),
        Value::Unknown(hole) => Err(hole.clone()),
        _ => return Err(wrong("`Effect` must be `Allow` or `Deny`".to_owned())),
    };
    let list = |name: &'static str| move |value: &Value| texts(value).map_err(|what| format!("`{name}`: {what}"));
    let principals = choice(map, "Principal", "NotPrincipal", principals).map_err(&wrong)?;
    let actions = choice(map, "Action", "NotAction", list("Action")).map_err(&wrong)?;
    let actions = actions.ok_or_else(|| wrong("`Action` or `NotAction` is missing".to_owned()))?;
    let resources = choice(map, "Resource", "NotResource", list("Resource")).map_err(&wrong)?;
    let (conditions, conditions_open) = conditions(element(map, "Condition")).map_err(&wrong)?;
    Ok(Statement { label, effect, principals, actions, resources, conditions, conditions_open })
}

/// One of an element's two forms.
fn choice<T>(
    map: &Map,
    is: &str,
    not: &str,
    read: impl Fn(&Value) -> Result<Elements<T>, String>,
) -> Result<Option<Choice<T>>, String> {
    match (element(map, is), element(map, not)) {
        (Value::Null, Value::Null) => Ok(None),
        (value, Value::Null) => read(value).map(|elements| Some(Choice::Is(elements))),
        (Value::Null, value) => read(value).map(|elements| Some(Choice::Not(elements))),
        _ => Err(format!("it has both `{is}` and `{not}`")),
    }
}

/// An element by its name in any letter case.
fn element<'a>(map: &'a Map, name: &str) -> &'a Value {
    map.get(name)
        .or_else(|| map.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value))
        .unwrap_or(Value::null())
}

/// One text or a list of texts; truth values and numbers count as their text, as they do in conditions.
fn texts(value: &Value) -> Result<Elements<Arc<str>>, String> {
    let mut elements = Elements::default();
    let items = match value {
        Value::List(list) => {
            elements.open = list.open.clone();
            list.items.as_slice()
        }
        single => std::slice::from_ref(single),
    };
    for item in items {
        match item {
            Value::Str(text) => elements.items.push(text.clone()),
            Value::Bool(truth) => elements.items.push(truth.to_string().into()),
            Value::Int(number) => elements.items.push(number.to_string().into()),
            Value::Float(number) => elements.items.push(number.to_string().into()),
            Value::Unknown(hole) => elements.open = Some(hole.clone()),
            other => return Err(format!("expected text, found {}", kind(other))),
        }
    }
    Ok(elements)
}

fn principals(value: &Value) -> Result<Elements<Principal>, String> {
    let mut found = Elements::default();
    match value {
        Value::Str(text) if &**text == "*" => found.items.push(Principal::Anyone),
        Value::Unknown(hole) => found.open = Some(hole.clone()),
        Value::Map(map) => {
            for (kind, value) in map {
                let names = texts(value).map_err(|what| format!("`Principal.{kind}`: {what}"))?;
                found.open = found.open.or(names.open);
                for name in &names.items {
                    found.items.push(Principal::parse(kind, name).ok_or_else(|| {
                        format!(
                            "`Principal` has the kind `{kind}`; it must be AWS, Service, Federated or CanonicalUser"
                        )
                    })?);
                }
            }
        }
        // A list at this place is refused by the provider but for `["*"]`, which some services take.
        Value::List(list) if list.items.iter().all(|item| item.as_str() == Some("*")) => {
            found.open = list.open.clone();
            found.items.extend(list.items.first().map(|_| Principal::Anyone));
        }
        other => return Err(format!("`Principal` must be `*` or an object, not {}", kind(other))),
    }
    Ok(found)
}

type Conditions = (Vec<Condition>, Option<Arc<Hole>>);

fn conditions(value: &Value) -> Result<Conditions, String> {
    let mut found = Vec::new();
    let operators = match value {
        Value::Null => return Ok((found, None)),
        Value::Unknown(hole) => return Ok((found, Some(hole.clone()))),
        Value::Map(map) => map,
        other => return Err(format!("`Condition` must be an object, not {}", kind(other))),
    };
    let mut open = None;
    for (written, keys) in operators {
        match keys {
            Value::Unknown(hole) => open = Some(hole.clone()),
            Value::Map(keys) => {
                for (key, value) in keys {
                    let values = texts(value).map_err(|what| format!("`Condition.{written}.{key}`: {what}"))?;
                    found.push(condition(written, key, values));
                }
            }
            other => return Err(format!("`Condition.{written}` must be an object, not {}", kind(other))),
        }
    }
    Ok((found, open))
}

fn condition(written: &Arc<str>, key: &Arc<str>, values: Elements<Arc<str>>) -> Condition {
    let lower = written.to_ascii_lowercase();
    let (quantifier, rest) = match lower.split_once(':') {
        Some(("foranyvalue", rest)) => (Quantifier::Any, rest),
        Some(("forallvalues", rest)) => (Quantifier::All, rest),
        _ => (Quantifier::One, lower.as_str()),
    };
    let (operator, if_exists) = match rest.strip_suffix("ifexists") {
        Some(operator) => (operator, true),
        None => (rest, false),
    };
    Condition { written: written.clone(), operator: operator.into(), quantifier, if_exists, key: key.clone(), values }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Str(text) => text.len(),
        Value::List(list) => list.items.iter().map(|item| 1 + size(item)).sum(),
        Value::Map(map) => map.iter().map(|(name, value)| name.len() + size(value)).sum(),
        _ => 1,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "absent",
        Value::Bool(_) => "a truth value",
        Value::Int(_) | Value::Float(_) => "a number",
        Value::Str(_) => "text",
        Value::List(_) => "a list",
        Value::Map(_) => "an object",
        Value::Unknown(_) => "unknown",
    }
}
