//! Form requests: the query protocol and EC2's dialect of it.

use std::collections::BTreeMap;

use resource::{Map, Value};

use super::http::Request;
use super::{Fault, MAX_DEPTH, number, uri};
use crate::api::{Kind, Member, Operation, Protocol, Ref, ServiceModel, Structure, TimestampFormat};

/// Writes a request.
pub(super) fn encode(model: &ServiceModel, operation: &Operation, input: &Value) -> Result<Request, Fault> {
    let mut form = Form { model, pairs: Vec::new() };
    form.pairs.push(("Action".into(), operation.name.to_string()));
    form.pairs.push(("Version".into(), model.metadata.api_version.to_string()));
    if let (Some(structure), Value::Map(members)) = (operation.input.and_then(|id| model.structure(id)), input) {
        form.members(structure, members, "")?;
    }
    let mut request = Request::new(&operation.http.method, "/");
    request.headers.push(("Content-Type".into(), "application/x-www-form-urlencoded; charset=utf-8".into()));
    request.body = uri::query_string(&form.pairs).into_bytes();
    Ok(request)
}

struct Form<'m> {
    model: &'m ServiceModel,
    pairs: Vec<(String, String)>,
}

impl Form<'_> {
    fn members(&mut self, structure: &Structure, members: &Map, prefix: &str) -> Result<(), Fault> {
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            let Some(member) = structure.member(name) else {
                return Err(Fault::wrong(format!("it has no member `{name}`")));
            };
            let key = join(prefix, &member.form);
            self.value(&member.target, value, key)?;
        }
        Ok(())
    }

    fn value(&mut self, target: &Ref, value: &Value, key: String) -> Result<(), Fault> {
        let shape = self.model.shape(target.shape);
        match (&shape.kind, value) {
            (Kind::Structure(structure), Value::Map(members)) => self.members(structure, members, &key),
            (Kind::List(item), Value::List(list)) => self.list(target, item, &list.items, key),
            (Kind::Map(name, content), Value::Map(entries)) => self.map(target, name, content, entries, &key),
            (Kind::Structure(_) | Kind::List(_) | Kind::Map(..), _) => {
                Err(Fault::wrong(format!("`{key}` is not a `{}`", shape.name)))
            }
            _ => {
                let text = number::write(self.model, target, TimestampFormat::Iso8601, value)?;
                self.pairs.push((key, text));
                Ok(())
            }
        }
    }

    fn list(&mut self, target: &Ref, item: &Ref, items: &[Value], key: String) -> Result<(), Fault> {
        if items.is_empty() && self.model.metadata.protocol == Protocol::Query {
            // The query protocol says an empty list as an empty value; EC2 says nothing.
            self.pairs.push((key, String::new()));
            return Ok(());
        }
        let prefix = list_prefix(self.model, target, item, &key);
        items.iter().zip(1..).try_for_each(|(value, at)| self.value(item, value, format!("{prefix}.{at}")))
    }

    fn map(&mut self, target: &Ref, name: &Ref, content: &Ref, entries: &Map, key: &str) -> Result<(), Fault> {
        let (prefix, name, value_name) = map_names(target, name, content, key);
        for ((text, value), at) in entries.iter().zip(1..) {
            self.pairs.push((format!("{prefix}.{at}.{name}"), text.to_string()));
            self.value(content, value, format!("{prefix}.{at}.{value_name}"))?;
        }
        Ok(())
    }
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

/// What stands before the number of a list's item.
fn list_prefix(model: &ServiceModel, target: &Ref, item: &Ref, key: &str) -> String {
    if model.metadata.protocol == Protocol::Ec2 {
        return key.to_owned();
    }
    match (&item.location_name, target.flattened) {
        (Some(name), true) => join(key.rsplit_once('.').map_or("", |(before, _)| before), name),
        (None, true) => key.to_owned(),
        (name, false) => format!("{key}.{}", name.as_deref().unwrap_or("member")),
    }
}

fn map_names<'a>(target: &Ref, name: &'a Ref, content: &'a Ref, key: &str) -> (String, &'a str, &'a str) {
    let prefix = if target.flattened { key.to_owned() } else { format!("{key}.entry") };
    let named = |target: &'a Ref, default: &'static str| target.location_name.as_deref().unwrap_or(default);
    (prefix, named(name, "key"), named(content, "value"))
}

/// Reads a request's input.
pub(super) fn decode(model: &ServiceModel, operation: &Operation, request: &Request) -> Result<Value, Fault> {
    let pairs = pairs(request);
    let keys: BTreeMap<&str, &str> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    match operation.input.and_then(|id| model.structure(id)) {
        Some(structure) => Asked { model, keys }.structure(structure, "", 0).map(Value::Map),
        None => Ok(Value::Map(Map::new())),
    }
}

/// The pairs of a form request, from the body or, for `GET`, from the query string.
pub(super) fn pairs(request: &Request) -> Vec<(String, String)> {
    let mut pairs = request.query.clone();
    pairs.extend(uri::pairs(&String::from_utf8_lossy(&request.body), true));
    pairs
}

struct Asked<'a> {
    model: &'a ServiceModel,
    keys: BTreeMap<&'a str, &'a str>,
}

impl Asked<'_> {
    fn structure(&self, structure: &Structure, prefix: &str, depth: usize) -> Result<Map, Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::Depth);
        }
        let mut map = Map::new();
        for Member { name, target, form, .. } in &structure.members {
            if let Some(value) = self.value(target, &join(prefix, form), depth + 1)? {
                map.insert(name.clone(), value);
            }
        }
        Ok(map)
    }

    /// Whether anything was given at a key or below it.
    fn given(&self, key: &str) -> bool {
        let below = format!("{key}.");
        self.keys.contains_key(key)
            || self.keys.range(&*below..).next().is_some_and(|(found, _)| found.starts_with(&below))
    }

    fn value(&self, target: &Ref, key: &str, depth: usize) -> Result<Option<Value>, Fault> {
        match &self.model.shape(target.shape).kind {
            Kind::Structure(structure) if self.given(key) => {
                self.structure(structure, key, depth).map(|map| Some(Value::Map(map)))
            }
            Kind::Structure(_) => Ok(None),
            Kind::List(item) => self.list(target, item, key, depth),
            Kind::Map(name, content) => self.map(target, name, content, key, depth),
            _ => match self.keys.get(key) {
                Some(text) => number::read(self.model, target, text).map(Some),
                None => Ok(None),
            },
        }
    }

    fn list(&self, target: &Ref, item: &Ref, key: &str, depth: usize) -> Result<Option<Value>, Fault> {
        let prefix = list_prefix(self.model, target, item, key);
        let mut items = Vec::new();
        while self.given(&format!("{prefix}.{}", items.len() + 1)) {
            let found = self.value(item, &format!("{prefix}.{}", items.len() + 1), depth + 1)?;
            items.push(found.unwrap_or_default());
        }
        if items.is_empty() && !self.keys.contains_key(key) { Ok(None) } else { Ok(Some(Value::list(items))) }
    }

    fn map(&self, target: &Ref, name: &Ref, content: &Ref, key: &str, depth: usize) -> Result<Option<Value>, Fault> {
        let (prefix, name, value_name) = map_names(target, name, content, key);
        let mut map = Map::new();
        for at in 1.. {
            let Some(text) = self.keys.get(&*format!("{prefix}.{at}.{name}")) else { break };
            let value = self.value(content, &format!("{prefix}.{at}.{value_name}"), depth + 1)?;
            map.insert((*text).into(), value.unwrap_or_default());
        }
        if map.is_empty() { Ok(None) } else { Ok(Some(Value::Map(map))) }
    }
}
