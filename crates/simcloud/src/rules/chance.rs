//! Chance without a clock: decided by the seed, by what is asked and by how often it was asked before.

use std::hash::{DefaultHasher, Hash, Hasher};

/// What is asked, and for the how many-th time (from 0).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity {
    pub seed: u64,
    /// Hash of account, region, call and input.
    pub request: u64,
    pub attempt: u32,
}

impl Identity {
    /// A number from 0 to 1, the same for the same question.
    pub(crate) fn fraction(&self, salt: &str) -> f64 {
        fraction(hash_of(&(self.seed, self.request, self.attempt, salt)))
    }

    /// A seed of its own for this request.
    pub(crate) fn number(&self, salt: &str) -> u64 {
        hash_of(&(self.seed, self.request, self.attempt, salt))
    }
}

/// The same for equal values in every process: `DefaultHasher::new` has fixed keys.
pub(crate) fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A hash as a number from 0 to 1.
pub(crate) fn fraction(hash: u64) -> f64 {
    (hash >> 11) as f64 / (1_u64 << 53) as f64
}
