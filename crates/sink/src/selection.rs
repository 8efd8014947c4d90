//! Which part of a store an export holds.

use resource::Verdict;

/// What a filter lets through, so that no count of what it keeps out is read as "none".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// What is in, in words: `severity high or worse`; empty for all of it.
    pub words: String,
    /// Verdicts that are kept out.
    pub left_out: Vec<Verdict>,
}

impl Selection {
    /// Whether findings with this verdict may be in.
    pub fn holds(&self, verdict: Verdict) -> bool {
        !self.left_out.contains(&verdict)
    }
}
