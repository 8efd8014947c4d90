//! Member paths at rest. JSON, because a printed path does not tell a dot in a name from a step.

use resource::{Path, Segment};
use serde_json::{Value as Json, json};

use crate::error::{Fault, Inner};

/// `"Name"` is a member, `0` each item, `["Member", "text"]` the items whose member has that text.
pub(crate) fn to_text(paths: &[Path]) -> String {
    let step = |segment: &Segment| match segment {
        Segment::Member(name) => json!(&**name),
        Segment::Each => json!(0),
        Segment::Where { member, equals } => json!([&**member, &**equals]),
    };
    let paths: Vec<Vec<Json>> = paths.iter().map(|path| path.segments().iter().map(step).collect()).collect();
    Json::from(paths).to_string()
}

pub(crate) fn from_text(text: &str) -> Inner<Vec<Path>> {
    let paths: Vec<Vec<Json>> = serde_json::from_str(text)?;
    paths.iter().map(|steps| steps.iter().map(segment).collect::<Inner<Vec<_>>>().map(Path::new)).collect()
}

fn segment(step: &Json) -> Inner<Segment> {
    match step {
        Json::String(name) => Ok(Segment::Member(name.as_str().into())),
        Json::Number(_) => Ok(Segment::Each),
        Json::Array(pair) => match pair.as_slice() {
            [Json::String(member), Json::String(equals)] => {
                Ok(Segment::Where { member: member.as_str().into(), equals: equals.as_str().into() })
            }
            _ => Err(Fault::Damaged(format!("`{step}` is not a step of a path"))),
        },
        _ => Err(Fault::Damaged(format!("`{step}` is not a step of a path"))),
    }
}

/// Whether every place that `inner` leads to lies at or below a place of `outer`.
pub(crate) fn covers(outer: &Path, inner: &Path) -> bool {
    outer.segments().len() <= inner.segments().len()
        && outer.segments().iter().zip(inner.segments()).all(|(outer, inner)| match (outer, inner) {
            (Segment::Each, Segment::Each | Segment::Where { .. }) => true,
            (outer, inner) => outer == inner,
        })
}
