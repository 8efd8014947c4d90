//! What the checks say of each subject, in one pass and without the findings' words.

use std::sync::Arc;

use resource::Verdict;

use crate::checks::known_checks;
use crate::error::{Inner, StoreError};
use crate::reader::Reader;
use crate::vector::{Packed, unpack};
use crate::verdict::FAIL;

/// One subject with the worst answer of each check that judged it.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    /// Its account, subscription or project.
    pub account: Arc<str>,
    /// Check → the answer; of a check that judges several items, the worst.
    pub checks: Vec<(Arc<str>, Verdict)>,
}

impl Reader {
    /// Gives every subject to `each`, in no order that means anything.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn answers(&self, mut each: impl FnMut(&Answers)) -> Result<(), StoreError> {
        self.outer(self.read_answers(&mut each))
    }

    fn read_answers(&self, each: &mut dyn FnMut(&Answers)) -> Inner<()> {
        let known = known_checks(&self.db)?;
        // Both by subject, so that they are read side by side.
        let mut open = self.db.prepare(
            "SELECT subject, check_n, min(verdict) FROM verdicts WHERE valid_to IS NULL
             GROUP BY subject, check_n ORDER BY subject",
        )?;
        let mut open = open.query([])?;
        let mut row = next_open(&mut open)?;
        let mut subjects = self.db.prepare(
            "SELECT v.subject, s.states, u.account FROM subject_vectors v JOIN vectors s ON s.id = v.vector
             JOIN resources r ON r.id = (SELECT o.id FROM resources o WHERE o.subject = v.subject
                 AND o.version IS NOT NULL ORDER BY o.owner IS NOT NULL, o.id LIMIT 1)
             JOIN units u ON u.id = r.unit WHERE v.valid_to IS NULL ORDER BY v.subject",
        )?;
        let mut subjects = subjects.query([])?;
        let mut answers = Answers { account: "".into(), checks: Vec::new() };
        while let Some(found) = subjects.next()? {
            let subject: i64 = found.get(0)?;
            answers.account = found.get(2)?;
            answers.checks.clear();
            for (n, state) in unpack(&found.get::<_, Vec<u8>>(1)?)?.states() {
                let verdict = match state {
                    Packed::Pass => Verdict::Pass,
                    Packed::NotApplicable => Verdict::NotApplicable,
                    Packed::None | Packed::Rows => continue,
                };
                let check = i64::try_from(n).ok().and_then(|n| known.get(&n));
                answers.checks.extend(check.map(|check| (check.id.clone(), verdict)));
            }
            while let Some((of, n, verdict)) = row.filter(|(of, ..)| *of <= subject) {
                if of == subject {
                    let verdict = if verdict == FAIL { Verdict::Fail } else { Verdict::Unknown };
                    answers.checks.extend(known.get(&n).map(|check| (check.id.clone(), verdict)));
                }
                row = next_open(&mut open)?;
            }
            each(&answers);
        }
        Ok(())
    }
}

fn next_open(rows: &mut rusqlite::Rows<'_>) -> Inner<Option<(i64, i64, i64)>> {
    Ok(match rows.next()? {
        Some(row) => Some((row.get(0)?, row.get(1)?, row.get(2)?)),
        None => None,
    })
}
