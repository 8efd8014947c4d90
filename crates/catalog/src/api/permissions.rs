//! Which IAM actions a call needs: a call is not a permission (`s3:ListBuckets` needs `s3:ListAllMyBuckets`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use super::error::nearest;
use super::{ApiError, ApiIndex};

/// The calls whose actions have other names, and every action that IAM has for the services in use.
#[derive(Debug)]
pub struct Permissions {
    prefixes: BTreeMap<String, Arc<str>>,
    mapped: BTreeMap<String, Vec<Arc<str>>>,
    /// Actions by prefix, each with its access level.
    known: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Arc<str>>>,
}

#[derive(Deserialize)]
struct RawPermissions {
    #[serde(default)]
    prefixes: BTreeMap<String, Arc<str>>,
    #[serde(default)]
    actions: BTreeMap<String, Vec<Arc<str>>>,
}

/// Action names by access level.
type Levels = BTreeMap<Arc<str>, Vec<Arc<str>>>;

impl Permissions {
    pub(super) fn read(mapping: &[u8], actions: &[u8]) -> Result<Permissions, ApiError> {
        let malformed = |file: &str, why: String| ApiError::Malformed { file: file.to_owned(), why };
        let raw: RawPermissions =
            toml::from_slice(mapping).map_err(|error| malformed("permissions.toml", error.to_string()))?;
        let levels: BTreeMap<Arc<str>, Levels> =
            serde_json::from_slice(actions).map_err(|error| malformed("actions.json", error.to_string()))?;
        let known = levels
            .into_iter()
            .map(|(prefix, levels)| {
                let names = levels.into_iter().flat_map(|(level, names)| {
                    names.into_iter().map(move |name| (name, level.clone())).collect::<Vec<_>>()
                });
                (prefix, names.collect())
            })
            .collect();
        Ok(Permissions { prefixes: raw.prefixes, mapped: raw.actions, known })
    }

    /// The IAM actions that a call needs, the one to name first. Empty: the call needs none.
    pub fn actions(&self, service: &str, operation: &str) -> Vec<Arc<str>> {
        match self.mapped.get(&format!("{service}:{operation}")) {
            Some(actions) => actions.clone(),
            None => vec![format!("{}:{operation}", self.prefix(service)).into()],
        }
    }

    /// IAM's prefix of a service, `s3` for `s3control`.
    pub fn prefix<'a>(&'a self, service: &'a str) -> &'a str {
        self.prefixes.get(service).map_or(service, |prefix| &**prefix)
    }

    /// Every prefix whose actions are known.
    pub fn prefixes(&self) -> BTreeSet<Arc<str>> {
        self.known.keys().cloned().collect()
    }

    /// IAM's access level of an action (`List`, `Read`, `Write`, `Tagging`, `Permissions management`).
    pub fn level(&self, action: &str) -> Option<&str> {
        let (prefix, name) = action.split_once(':')?;
        self.known.get(prefix)?.get(name).map(|level| &**level)
    }

    /// Whether IAM has every action that a call needs.
    ///
    /// # Errors
    /// When it lacks one; the error names the nearest.
    pub fn check(&self, service: &str, operation: &str) -> Result<(), ApiError> {
        for action in self.actions(service, operation) {
            if self.level(&action).is_none() {
                let (prefix, name) = action.split_once(':').unwrap_or((service, &action));
                let names = self.known.get(prefix).into_iter().flat_map(|names| names.keys().map(|key| &**key));
                return Err(ApiError::Action {
                    call: format!("{service}:{operation}"),
                    action: action.to_string(),
                    nearest: nearest(name, names),
                });
            }
        }
        Ok(())
    }
}

/// Checks every call of a catalogue: the models have it and IAM has its actions. Returns what is wrong, in order.
pub fn check<'a>(api: &ApiIndex, calls: impl IntoIterator<Item = &'a str>) -> Vec<ApiError> {
    let permissions = match api.permissions() {
        Ok(permissions) => permissions,
        Err(error) => return vec![error],
    };
    let mut errors = Vec::new();
    for call in calls {
        match api.call(call) {
            Ok((model, operation)) => errors.extend(permissions.check(&model.name, &operation.name).err()),
            Err(error) => errors.push(error),
        }
    }
    errors
}
