//! `plumb check new`: the skeleton of a check.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use catalog::{Catalog, ResourceType, Subject};
use expr::Type;
use resource::Severity;

use crate::args::Shared;
use crate::commands::types::no_type;
use crate::config;
use crate::exit::{Exit, UsageError, unknown_name};
use crate::output::say;

pub(crate) fn run(
    shared: &Shared,
    id: &str,
    type_id: &str,
    objective: Option<&str>,
    into: &Path,
) -> anyhow::Result<Exit> {
    let catalog = config::catalog(shared)?;
    let of = catalog.resource_type(type_id).ok_or_else(|| no_type(&catalog, type_id))?;
    if catalog.check(id).is_some() {
        bail!("there is a check `{id}` already\n  help: `plumb check show {id}`");
    }
    let [cloud, service, name] = parts(id, type_id)?;
    let objective = match objective {
        Some(given) if !catalog.objectives().contains_key(given) => {
            let known = catalog.objectives().keys().map(|name| &**name);
            return Err(unknown_name("objective", given, known, "plumb check list --format json"));
        }
        Some(given) => given.to_owned(),
        None => usual_objective(&catalog, of, service),
    };
    let folder = into.join("checks").join(cloud).join(service);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let path = folder.join(format!("{name}.md"));
    if path.exists() {
        bail!("`{}` is there already", path.display());
    }
    fs::write(&path, skeleton(&catalog, of, &objective))
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    say!("wrote {}", path.display());
    if !shared.quiet {
        let words = catalog.objectives().get(objective.as_str()).map_or("", String::as_str);
        eprintln!("objective {objective}: {words}; --objective sets another");
        eprintln!("next: write the rule and the examples, then `plumb check test {}`", path.display());
    }
    Ok(Exit::Clean)
}

/// Cloud, service and the rest of an id.
fn parts<'i>(id: &'i str, type_id: &str) -> anyhow::Result<[&'i str; 3]> {
    let wrong = |help: &str| UsageError(format!("`{id}` is no id for a check\n  help: {help}"));
    let mut parts = id.splitn(3, '-');
    let (Some(cloud), Some(service), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(wrong("write CLOUD-SERVICE-DESIRED-STATE, as in `aws-s3-bucket-tls-only`").into());
    };
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if ![cloud, service, name].into_iter().all(plain) {
        return Err(wrong("lower-case letters, digits and `-` only").into());
    }
    match type_id.split('.').next() {
        Some(of) if of != cloud => Err(wrong(&format!("a check about {type_id} begins with `{of}-`")).into()),
        _ => Ok([cloud, service, name]),
    }
}

/// The objective that most checks about the type have, else most of the service, else of its cloud.
fn usual_objective(catalog: &Catalog, of: &ResourceType, service: &str) -> String {
    let cloud = of.id.split('.').next().unwrap_or_default();
    let beginning = format!("{cloud}-{service}-");
    let about = |check: &catalog::Check| match &check.subject {
        Subject::Type(id) => *id == of.id,
        Subject::Kind(id) => of.kind.as_ref() == Some(id),
    };
    let most = |wanted: &dyn Fn(&catalog::Check) -> bool| {
        let mut counts: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        for check in catalog.checks().filter(|check| wanted(check)) {
            *counts.entry(check.objective.clone()).or_default() += 1;
        }
        counts.into_iter().max_by_key(|(_, count)| *count).map(|(objective, _)| objective.to_string())
    };
    most(&about)
        .or_else(|| most(&|check| check.id.starts_with(&beginning)))
        .or_else(|| most(&|_| true))
        .unwrap_or_default()
}

/// A member of the type's document that a rule may ask for, with a value: settings, which may be off or absent, before
/// what only names the resource.
fn member(catalog: &Catalog, of: &ResourceType) -> Option<(String, String)> {
    let Type::Object(object) = catalog.document_type(of) else { return None };
    let mut found: Vec<(u8, String, String)> = Vec::new();
    for (name, ty) in &object.members {
        match ty {
            Type::Object(inner) => found.extend(inner.members.iter().filter_map(|(below, ty)| {
                let (rank, value) = sample(ty, inner.words.get(below))?;
                Some((rank + 4, format!("{name}.{below}"), value))
            })),
            ty => found.extend(sample(ty, object.words.get(name)).map(|(rank, value)| (rank, name.to_string(), value))),
        }
    }
    // What is known without a call is there even in an example without it.
    let plain = |name: &str| {
        !["id", "uid", "name", "region", "account"].contains(&name)
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.')
    };
    let best = found.into_iter().filter(|(_, name, _)| plain(name)).min();
    best.map(|(_, name, value)| (name, value))
}

/// A value of a plain type as JSON, those first that are likely to be a setting.
fn sample(ty: &Type, words: Option<&expr::Words>) -> Option<(u8, String)> {
    match (ty, words.and_then(|words| words.first())) {
        (Type::Bool, _) => Some((0, "true".to_owned())),
        (Type::String, Some(word)) => Some((1, format!("\"{word}\""))),
        (Type::Int, _) => Some((2, "1".to_owned())),
        (Type::String, None) => Some((3, "\"example\"".to_owned())),
        _ => None,
    }
}

/// An object with one member, which may stand inside another.
fn document(path: &str, value: &str) -> String {
    path.rsplit('.').fold(value.to_owned(), |inner, name| format!("{{ \"{name}\": {inner} }}"))
}

fn skeleton(catalog: &Catalog, of: &ResourceType, objective: &str) -> String {
    let severity = Severity::Medium;
    let version = env!("CARGO_PKG_VERSION");
    let (type_id, title) = (&of.id, &of.title);
    let (path, value) = member(catalog, of).unwrap_or_else(|| ("Name".to_owned(), "\"example\"".to_owned()));
    let (held, denied) = (document(&path, &value), document(&path, "{ \"?\": \"denied\" }"));
    format!(
        r#"```toml
type      = "{type_id}"
severity  = "{severity}"
objective = "{objective}"
since     = "{version}"
```

# {title} is as it should be

What is looked at, and why it is decided so.

```rule
pass when self.{path} == {value}
say "{{self.uid}} is not as it should be"
```

## Risk
What an attacker does with it.

## Fix
### Console
Where to click.

### Terraform
```hcl
```

### CloudFormation
```yaml
```

## Examples
### pass: what is right
```json
{{ "self": {held} }}
```

### fail: what is wrong
```json
{{ "self": {{}} }}
```

### unknown: it could not be read
```json
{{ "self": {denied} }}
```
"#
    )
}

#[cfg(test)]
mod tests;
