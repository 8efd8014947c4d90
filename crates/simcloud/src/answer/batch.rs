//! Details of many resources in one call.

use resource::{Map, Path, Segment, Value};

use super::Clerk;
use crate::fault::{self, Fault, FaultKind, Style};
use crate::project::{append, place, say_none};
use crate::world::{Ask, GetUse, Hit, Slot};

impl Clerk<'_> {
    /// Details of many resources; what is not there is said as the operation says it.
    pub(crate) fn batch(&self, ask: &Ask<'_>, of: &GetUse, ids: &[(Value, Option<Slot>)]) -> Result<Value, Fault> {
        let model = &ask.plan.model;
        let Some(batch) = &of.batch else { return Ok(Value::Null) };
        let style = Style::of(model);
        if ids.len() > batch.size {
            return Err(fault::bad_parameter(style, format!("{} must have at most {} items.", batch.over, batch.size)));
        }
        let each = crate::world::without_each(&of.take).join(&Path::new(vec![Segment::Each]));
        let mut output = Value::Map(Map::new());
        say_none(&mut output, each.segments());
        if let Some(failures) = &batch.failures {
            say_none(&mut output, failures.segments());
        }
        for (id, slot) in ids {
            match (slot.filter(|slot| !(self.vanished)(slot.document)), &batch.failures) {
                (Some(slot), _) => {
                    let mut item = self.detail(ask, &Hit { of, slot })?;
                    place(&mut item, &[Segment::Member(batch.matches.clone())], id.clone());
                    append(&mut output, each.segments(), item);
                }
                (None, Some(failures)) => {
                    let reason = batch.gone.first().map_or("MISSING", String::as_str);
                    append_failure(&mut output, failures, batch.reasons.as_ref(), id, reason);
                }
                (None, None) => {
                    let what = id.as_str().unwrap_or_default();
                    return Err(fault::missing(style, &ask.plan.operation, FaultKind::Gone, &of.gone, what));
                }
            }
        }
        Ok(output)
    }
}

fn append_failure(output: &mut Value, failures: &Path, reasons: Option<&Path>, id: &Value, reason: &str) {
    let split = |path: &Path| {
        let at = path.segments().iter().position(|segment| *segment == Segment::Each).map_or(0, |at| at + 1);
        let (list, rest) = path.segments().split_at(at);
        (list.to_vec(), rest.to_vec())
    };
    let (list, member) = split(failures);
    let mut item = Value::Null;
    place(&mut item, &member, id.clone());
    if let Some(reasons) = reasons {
        place(&mut item, &split(reasons).1, Value::from(reason));
    }
    append(output, &list, item);
}
