//! Every service with the actions that its provider publishes: `catalog/api/aws/published.json`.
//!
//! Source: "Actions, resources, and condition keys for AWS services", Service Authorization Reference.

use std::sync::{Arc, LazyLock};

use resource::Value;

use crate::pattern::{Letters, is_wild, overlaps};

/// A service prefix with its actions.
pub(super) struct Service {
    /// `s3:*`.
    pub(super) whole: String,
    /// `s3:GetObject`, each.
    pub(super) actions: Vec<String>,
}

/// Sorted by prefix. Empty if the list does not load, which a test rules out.
static SERVICES: LazyLock<Vec<Service>> = LazyLock::new(|| {
    let text = catalog::embedded("api/aws/published.json").unwrap_or("{}");
    let document = Value::from_json(text).unwrap_or_default();
    let service = |(prefix, actions): (&Arc<str>, &Value)| Service {
        whole: format!("{prefix}:*"),
        actions: actions.items().iter().filter_map(Value::as_str).map(|name| format!("{prefix}:{name}")).collect(),
    };
    document.as_map().into_iter().flatten().map(service).collect()
});

/// Every service.
pub(super) fn services() -> &'static [Service] {
    &SERVICES
}

/// A service by its prefix, in any letter case.
pub(super) fn service(prefix: &str) -> Option<&'static Service> {
    let prefix = prefix.to_ascii_lowercase();
    let of = |service: &Service| service.whole.trim_end_matches(":*").to_owned();
    SERVICES.binary_search_by(|service| of(service).cmp(&prefix)).ok().and_then(|at| SERVICES.get(at))
}

/// Whether `holds` is true for every published action that a pattern matches, of which there is at least one. A name
/// without wildcards stands for itself and is not asked about again.
pub(super) fn each(pattern: &str, mut holds: impl FnMut(&str) -> bool) -> bool {
    if !is_wild(pattern) {
        return false;
    }
    let mut any = false;
    for service in services().iter().filter(|service| overlaps(&service.whole, pattern, Letters::Folded)) {
        for action in service.actions.iter().filter(|action| overlaps(action, pattern, Letters::Folded)) {
            any = true;
            if !holds(action) {
                return false;
            }
        }
    }
    any
}
