//! Facts and checks over the stored estate.

use std::collections::BTreeMap;
use std::sync::Arc;

use catalog::{Catalog, Check};
use store::{Reader, ResourceFilter, SubjectVerdicts, Writer};

use crate::error::ScanError;
use crate::meter::Meter;
use crate::summary::Tally;
use crate::world::World;

/// Judges every resource of the account and writes the verdicts.
pub(crate) struct Evaluation<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) checks: &'a [Arc<Check>],
    /// Check id → parameters that differ from the check's own.
    pub(crate) account: &'a str,
    pub(crate) world: &'a World<'a>,
    pub(crate) reader: &'a Reader,
    pub(crate) writer: &'a Writer,
    pub(crate) meter: &'a Meter,
}

impl Evaluation<'_> {
    pub(crate) fn run(&self) -> Result<Tally, ScanError> {
        let mut by_type: BTreeMap<&Arc<str>, Vec<&Arc<Check>>> = BTreeMap::new();
        for check in self.checks {
            for of in self.catalog.subjects(check) {
                by_type.entry(&of.id).or_default().push(check);
            }
        }
        let mut tally = Tally::default();
        for (type_id, checks) in by_type {
            self.judge_type(type_id, &checks, &mut tally)?;
        }
        if let Some(failure) = self.world.failure() {
            return Err(failure.into());
        }
        Ok(tally)
    }

    fn judge_type(&self, type_id: &str, checks: &[&Arc<Check>], tally: &mut Tally) -> Result<(), ScanError> {
        let ids: Arc<[Arc<str>]> = checks.iter().map(|check| check.id.clone()).collect();
        let filter = ResourceFilter {
            accounts: vec![self.account.to_owned()],
            without_views: true,
            ..ResourceFilter::default()
        };
        for stored in self.reader.load_type(type_id, &filter) {
            let stored = stored?;
            let here = self.world.here(&stored.unit.account, &stored.region);
            let Some(subject) = self.world.entity(stored) else { continue };
            let mut outcomes = Vec::with_capacity(checks.len());
            for check in checks {
                let found = check::run(check, &check.params, &subject, &here);
                tally.add_subject(&found);
                outcomes.extend(found);
            }
            self.writer.verdicts(SubjectVerdicts { uid: subject.uid.clone(), checks: ids.clone(), outcomes })?;
            Meter::add(&self.meter.judged, 1);
        }
        Ok(())
    }
}
