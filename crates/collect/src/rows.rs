//! Details that are rows of a shared source.

use std::sync::Arc;

use resource::{Path, Value};

use crate::detail::{Asked, Work};
use crate::document::take_value;
use crate::draft::{Taken, What};
use crate::world::Stop;

impl Work<'_> {
    /// The rows of a shared source that belong to a resource.
    pub(crate) async fn rows(&self, asked: &Asked<'_>, key: Value) -> Result<What, Stop> {
        let get = asked.get;
        let key = match key {
            Value::Unknown(hole) => return Ok(What::Unknown(hole)),
            Value::Str(key) => key,
            Value::Int(number) => number.to_string().into(),
            _ => return Ok(What::Absent),
        };
        let Some(source) = get.source.as_ref().and_then(|id| self.world.request.knowledge.source(id)) else {
            return Ok(What::Absent);
        };
        let place =
            if source.scope == catalog::Scope::Account { Arc::default() } else { Arc::clone(&self.unit.region) };
        let Some(shared) = self.world.sources.get(&(Arc::clone(&source.id), place)) else { return Ok(What::Absent) };
        let table = shared.table(self.world).await?;
        let taken = |row: &Value| match &get.take {
            Some(path) => take_value(row.clone(), path),
            None => row.clone(),
        };
        let rows = table.rows(&key);
        if source.many {
            let cut = table.hole.clone().map(|hole| (vec![Path::default()], hole));
            if rows.is_empty()
                && let Some((_, hole)) = cut
            {
                return Ok(What::Unknown(hole));
            }
            return Ok(What::of(Taken::new(Value::list(rows.iter().map(taken).collect()), asked.plan, cut)));
        }
        Ok(match (rows.last(), &table.hole) {
            (Some(row), _) => What::of(Taken::new(taken(row), asked.plan, None)),
            (None, Some(hole)) => What::Unknown(Arc::clone(hole)),
            (None, None) => What::Absent,
        })
    }
}
