//! Rates: one token bucket for each throttle rule, account, region and service.

use std::collections::HashMap;
use std::time::Instant;

use super::Throttle;

/// The state of every rate. Starts full.
#[derive(Debug, Default)]
pub(crate) struct Buckets(HashMap<(usize, Box<str>), Bucket>);

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Buckets {
    /// Takes a token for the `index`th rule, at the moment `now`; `false` when there is none.
    pub(crate) fn take(&mut self, index: usize, rule: &Throttle, rate: f64, place: &str, now: Instant) -> bool {
        let burst = rule.burst.unwrap_or(rate).max(1.0);
        let bucket = self.0.entry((index, place.into())).or_insert(Bucket { tokens: burst, at: now });
        let waited = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.tokens = (bucket.tokens + waited * rate).min(burst);
        bucket.at = now;
        let granted = bucket.tokens >= 1.0;
        if granted {
            bucket.tokens -= 1.0;
        }
        granted
    }
}
