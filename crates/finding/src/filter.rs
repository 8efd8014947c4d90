//! Which findings are meant.

use std::collections::BTreeSet;

use resource::{Severity, Verdict};

/// A conjunction of simple conditions. An empty list does not restrict; the items of a list are alternatives.
/// Texts are globs in which `*` stands for any run of characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// At or above this severity.
    pub severity: Option<Severity>,
    /// These verdicts; empty means failures and what could not be decided.
    pub verdicts: Vec<Verdict>,
    /// Check ids.
    pub check: Option<String>,
    /// Checks that are switched off: what they said once is not shown. Whole ids.
    pub without_checks: BTreeSet<String>,
    /// Accounts, subscriptions, projects.
    pub accounts: Vec<String>,
    /// Regions; the empty text means resources without one.
    pub regions: Vec<String>,
    /// Resource types.
    pub types: Vec<String>,
    /// One resource, by its whole global id.
    pub resource: Option<String>,
}

impl Filter {
    /// Whether a verdict is wanted.
    pub fn wants(&self, verdict: Verdict) -> bool {
        match self.verdicts.as_slice() {
            [] => matches!(verdict, Verdict::Fail | Verdict::Unknown),
            verdicts => verdicts.contains(&verdict),
        }
    }

    /// Whether a severity is wanted.
    pub fn wants_severity(&self, severity: Severity) -> bool {
        self.severity.is_none_or(|least| severity >= least)
    }

    /// Whether a check is wanted.
    pub fn wants_check(&self, id: &str) -> bool {
        self.check.as_ref().is_none_or(|pattern| glob(pattern, id)) && !self.without_checks.contains(id)
    }

    /// Whether a place is wanted.
    pub fn wants_place(&self, account: &str, region: &str, type_id: &str) -> bool {
        [(&self.accounts, account), (&self.regions, region), (&self.types, type_id)]
            .into_iter()
            .all(|(patterns, text)| patterns.is_empty() || patterns.iter().any(|pattern| glob(pattern, text)))
    }
}

/// Whether `text` matches `pattern`, in which `*` stands for any run of characters, in time linear in both.
pub fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        // The leftmost place is as good as any: whatever follows has the most room.
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}
