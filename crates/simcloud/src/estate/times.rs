//! `@now-3d` in documents.

use jiff::{SignedDuration, Timestamp, Unit};
use resource::Value;

/// The moment that documents are read at.
pub(super) struct Times(Timestamp);

impl Times {
    pub(super) fn now() -> Times {
        let now = Timestamp::now();
        Times(now.round(Unit::Second).unwrap_or(now))
    }

    /// Replaces every relative time anywhere in the value.
    pub(super) fn resolve(&self, value: &mut Value) {
        match value {
            Value::Str(text) => {
                if let Some(time) = text.strip_prefix("@now").and_then(|offset| self.at(offset)) {
                    *value = Value::from(time.to_string());
                }
            }
            Value::List(list) => list.items.iter_mut().for_each(|item| self.resolve(item)),
            Value::Map(map) => map.values_mut().for_each(|member| self.resolve(member)),
            _ => {}
        }
    }

    /// `` , `-90d`, `+2h`; `None` for any other text, which then stays as it is.
    fn at(&self, offset: &str) -> Option<Timestamp> {
        if offset.is_empty() {
            return Some(self.0);
        }
        let (number, unit) = offset.split_at(offset.len().checked_sub(1)?);
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 604_800,
            _ => return None,
        };
        let count: i64 = number.parse().ok()?;
        self.0.checked_add(SignedDuration::from_secs(count.checked_mul(seconds)?)).ok()
    }
}
