//! Which operation a request asks for.

use std::cmp::Reverse;
use std::sync::Arc;

use super::http::{Headers, Request};
use super::{form, uri};
use crate::api::{Location, Operation, Protocol, ServiceModel};

/// The operation that a request asks a service for; `None` when the model has no such operation.
pub fn route(model: &ServiceModel, request: &Request) -> Option<Arc<Operation>> {
    match model.metadata.protocol {
        Protocol::Query | Protocol::Ec2 => {
            let pairs = form::pairs(request);
            let asked = |wanted: &str| pairs.iter().find(|(key, _)| key == wanted).map(|(_, value)| value);
            // Both generations of load balancers sign alike and share names of operations; the version tells them apart.
            let query = model.metadata.protocol == Protocol::Query;
            if query && asked("Version").is_some_and(|version| **version != *model.metadata.api_version) {
                return None;
            }
            model.operation(asked("Action")?).ok().cloned()
        }
        Protocol::Json => {
            let target = request.headers.header("x-amz-target")?;
            let name = target.rsplit('.').next()?;
            model.operation(name).ok().cloned()
        }
        Protocol::RestJson | Protocol::RestXml => {
            let fits = model.operations().filter_map(|operation| Some((fit(model, operation, request)?, operation)));
            // The first of the best: `min_by_key` keeps the earlier of equals.
            fits.min_by_key(|(fit, _)| Reverse(*fit)).map(|(_, operation)| operation.clone())
        }
    }
}

/// How well a request fits an operation: fixed path segments, fixed and required query keys, then other keys it knows.
fn fit(model: &ServiceModel, operation: &Operation, request: &Request) -> Option<(usize, usize, usize)> {
    if !operation.http.method.eq_ignore_ascii_case(&request.method) {
        return None;
    }
    let asked = |name: &str, text: &str| {
        request.query.iter().any(|(key, value)| key == name && (text.is_empty() || value == text))
    };
    let fixed = uri::pairs(operation.http.uri.split_once('?').map_or("", |(_, query)| query), false);
    let required = required_keys(model, operation);
    if !fixed.iter().all(|(name, text)| asked(name, text)) || !required.iter().all(|name| asked(name, "")) {
        return None;
    }
    let labels = labels(&operation.http.uri, &request.path)?;
    let segments = operation.http.uri.split('/').count();
    let known = request.query.iter().filter(|(name, _)| knows(model, operation, name)).count();
    Some((segments - labels.len().min(segments), fixed.len() + required.len(), known))
}

fn knows(model: &ServiceModel, operation: &Operation, key: &str) -> bool {
    let input = operation.input.and_then(|id| model.structure(id));
    input.is_some_and(|input| input.members.iter().any(|m| m.location == Location::Query && *m.wire == *key))
}

/// The query keys without which the operation is another: S3's `?analytics&id=…` gets one, `?analytics` lists.
fn required_keys<'m>(model: &'m ServiceModel, operation: &Operation) -> Vec<&'m str> {
    let Some(input) = operation.input.and_then(|id| model.structure(id)) else { return Vec::new() };
    let required = input.required.iter().filter_map(|name| input.member(name));
    required.filter(|member| member.location == Location::Query).map(|member| &*member.wire).collect()
}

/// The `{places}` of a template as a path fills them, decoded; `None` when the path is not of the template.
pub(super) fn labels<'t>(template: &'t str, path: &str) -> Option<Vec<(&'t str, String)>> {
    let template = template.split('?').next().unwrap_or_default();
    let mut parts = split(template).peekable();
    let mut given = split(path);
    let mut labels = Vec::new();
    while let Some(part) = parts.next() {
        let place = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        match place.map(|place| place.strip_suffix('+').ok_or(place)) {
            Some(Ok(greedy)) => {
                let rest: Vec<&str> = given.by_ref().collect();
                let kept = rest.len().checked_sub(parts.clone().count()).filter(|kept| *kept > 0)?;
                let (mine, after) = rest.split_at_checked(kept)?;
                labels.push((greedy, uri::decode(&mine.join("/"), false)));
                let same = after.iter().copied().eq(parts.by_ref());
                return same.then_some(labels);
            }
            Some(Err(plain)) => labels.push((plain, uri::decode(given.next()?, false))),
            None if given.next()? == part => {}
            None => return None,
        }
    }
    given.next().is_none().then_some(labels)
}

/// A path's segments; one slash at the end means nothing.
fn split(path: &str) -> impl Iterator<Item = &str> + Clone {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    path.split('/').filter(|segment| !segment.is_empty())
}
