//! Which call gave a member of a document.

use catalog::{Catalog, Get, ResourceType};
use expr::Stop;
use resource::{Path, Segment};

/// The call that gives what lies at `path` of a resource of that type, `service:Operation`; `None` for what is known
/// without one.
pub(crate) fn call_of(catalog: &Catalog, of: &ResourceType, path: &[Stop]) -> Option<String> {
    let wanted = Path::new(
        path.iter()
            .map(|stop| match stop {
                Stop::Member(name) => Segment::Member(name.clone()),
                Stop::Item(_) => Segment::Each,
            })
            .collect(),
    );
    let touching = |index: usize| {
        let given = catalog.gives(of, index);
        let fitting = given.into_iter().filter(|given| given.touches(&wanted));
        fitting.map(|given| given.segments().len()).max()
    };
    // The most particular one wins: a detail inside of what another call gives.
    let best =
        of.get.iter().enumerate().filter_map(|(index, get)| Some((touching(index)?, get))).max_by_key(|(n, _)| *n);
    best.and_then(|(_, get)| call_of_get(catalog, get)).or_else(|| listing(catalog, of))
}

fn call_of_get(catalog: &Catalog, get: &Get) -> Option<String> {
    let of_source = || Some(catalog.source(get.source.as_ref()?)?.call.to_string());
    get.call.as_ref().map(ToString::to_string).or_else(of_source)
}

/// The call that lists a type.
pub(crate) fn listing(catalog: &Catalog, of: &ResourceType) -> Option<String> {
    let of_source = || Some(catalog.source(&of.source.as_ref()?.id)?.call.to_string());
    of.list.as_ref().map(|list| list.call.to_string()).or_else(of_source)
}
