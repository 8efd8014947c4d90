//! What the store says about frameworks: answers from the verdicts, gaps from what was not run or not listed.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use catalog::{Catalog, Check, Framework};
use check::{Line, Rollup};
use resource::{Verdict, Why};
use store::{Reader, Store, StoreError, UnitCoverage};

/// Frameworks as the store answers them.
pub struct Compliance<'a> {
    /// The accounts that the answer is about.
    pub accounts: BTreeSet<Arc<str>>,
    /// The regions that were read in them.
    pub regions: BTreeSet<Arc<str>>,
    /// When the latest of it was read, microseconds since 1970 UTC.
    pub read: Option<i64>,
    /// Each framework with its requirements, in the order asked for.
    pub frameworks: Vec<(&'a Framework, Vec<Line<'a>>)>,
}

/// Rolls up what the store holds. `accounts` restricts; empty means all. What a check that is switched off said once
/// is left out.
///
/// # Errors
/// When the store cannot be read.
pub fn compliance<'a>(
    catalog: &Catalog,
    store: &Store,
    frameworks: &[&'a Framework],
    accounts: &[String],
) -> Result<Compliance<'a>, StoreError> {
    let reader = store.reader()?;
    let wanted = |account: &str| accounts.is_empty() || accounts.iter().any(|one| one == account);
    let mut units = reader.coverage(None)?;
    units.retain(|unit| wanted(&unit.unit.account));
    let mut rollups: Vec<Rollup<'a>> = frameworks.iter().map(|framework| Rollup::new(framework)).collect();
    let on = |id: &str| catalog.check(id).is_some_and(|check| check.enabled);
    reader.answers(|found| {
        if wanted(&found.account) {
            let answers: Vec<(Arc<str>, Verdict)> = found.checks.iter().filter(|(id, _)| on(id)).cloned().collect();
            rollups.iter_mut().for_each(|rollup| rollup.resource(&answers));
        }
    })?;
    let scope = Scope::new(&reader, &units)?;
    for rollup in &mut rollups {
        let checks: BTreeSet<&str> = rollup.checks().collect();
        for check in checks.into_iter().filter_map(|id| catalog.check(id)) {
            scope.gaps(catalog, check, |why| rollup.gap(&check.id, why));
        }
    }
    Ok(Compliance {
        accounts: units.iter().map(|unit| unit.unit.account.clone()).collect(),
        regions: units.iter().map(|unit| unit.unit.region.clone()).filter(|name| !name.is_empty()).collect(),
        read: units.iter().map(|unit| unit.finished).max(),
        frameworks: frameworks.iter().copied().zip(rollups.into_iter().map(Rollup::finish)).collect(),
    })
}

/// What was read and run where.
struct Scope<'a> {
    /// Account → its cloud.
    accounts: HashMap<&'a str, &'a str>,
    /// (account, type) → its listings.
    listings: HashMap<(&'a str, &'a str), Vec<&'a UnitCoverage>>,
    /// (account, check) that a scan judged.
    ran: HashSet<(String, String)>,
}

impl<'a> Scope<'a> {
    fn new(reader: &Reader, units: &'a [UnitCoverage]) -> Result<Scope<'a>, StoreError> {
        let mut scope = Scope { accounts: HashMap::new(), listings: HashMap::new(), ran: HashSet::new() };
        for found in units {
            scope.accounts.insert(&found.unit.account, &found.unit.cloud);
            scope.listings.entry((&found.unit.account, &found.unit.type_id)).or_default().push(found);
        }
        // A scan that was killed or that broke judged nothing for certain.
        for scan in reader.scan_history()?.iter().filter(|scan| matches!(&*scan.state, "finished" | "cancelled")) {
            let Some(account) = scan.options["scope"]["account"].as_str() else { continue };
            let checks = scan.options["checks"].as_array().into_iter().flatten().filter_map(|id| id.as_str());
            scope.ran.extend(checks.map(|id| (account.to_owned(), id.to_owned())));
        }
        Ok(scope)
    }

    /// Why a check has no answer, or not for everything, somewhere that it is about.
    fn gaps(&self, catalog: &Catalog, check: &Check, mut gap: impl FnMut(&str)) {
        for (account, cloud) in &self.accounts {
            let about = catalog.subjects(check).into_iter().map(|of| of.id.clone());
            let types: Vec<Arc<str>> = about.filter(|id| id.split('.').next() == Some(cloud)).collect();
            if types.is_empty() {
                continue;
            }
            let mut say = |why: &str| match self.accounts.len() {
                1 => gap(why),
                _ => gap(&format!("{why} in {account}")),
            };
            let names = std::iter::once(&check.id).chain(&check.aliases);
            let ran = names.into_iter().any(|id| self.ran.contains(&((*account).to_owned(), id.to_string())));
            if !check.enabled {
                say("switched off");
                continue;
            }
            if !ran {
                say("not run");
                continue;
            }
            for of in &types {
                let listings = self.listings.get(&(*account, &**of)).map(Vec::as_slice).unwrap_or_default();
                if listings.is_empty() {
                    say(&format!("{of} not read"));
                }
                let holes = listings.iter().filter_map(|unit| unit.coverage.hole());
                for hole in holes.filter(|hole| hole.why != Why::NotInRegion) {
                    say(&hole.to_string());
                }
            }
        }
    }
}
