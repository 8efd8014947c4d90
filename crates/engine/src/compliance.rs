//! What the store says about frameworks: answers from the verdicts, gaps from what was not run or not listed.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use catalog::{Catalog, Check, Framework, ResourceType};
use check::{Line, Rollup};
use resource::{Hole, Verdict, Why};
use store::{Reader, Store, StoreError, UnitCoverage};

use crate::account::AccountScope;

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
    let coverage = Coverage::new(&reader, &units)?;
    for rollup in &mut rollups {
        let checks: BTreeSet<&str> = rollup.checks().collect();
        for check in checks.into_iter().filter_map(|id| catalog.check(id)) {
            coverage.gaps(catalog, check, |why| rollup.gap(&check.id, why));
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
struct Coverage<'a> {
    /// Account → its cloud.
    accounts: HashMap<&'a str, &'a str>,
    /// (account, type) → its listings.
    listings: HashMap<(&'a str, &'a str), Vec<&'a UnitCoverage>>,
    /// (account, check) → the regions in which scans judged with it.
    ran: HashMap<(String, String), HashSet<String>>,
    /// Account → the regions that its last scan found enabled, or why it could not name them.
    enabled: HashMap<String, Result<Vec<Arc<str>>, Arc<Hole>>>,
}

impl<'a> Coverage<'a> {
    fn new(reader: &Reader, units: &'a [UnitCoverage]) -> Result<Coverage<'a>, StoreError> {
        let mut coverage = Coverage {
            accounts: HashMap::new(),
            listings: HashMap::new(),
            ran: HashMap::new(),
            enabled: HashMap::new(),
        };
        for found in units {
            coverage.accounts.insert(&found.unit.account, &found.unit.cloud);
            coverage.listings.entry((&found.unit.account, &found.unit.type_id)).or_default().push(found);
        }
        // A scan that was killed or that broke judged nothing for certain. The newest comes first.
        for scan in reader.scan_history()?.iter().filter(|scan| matches!(&*scan.state, "finished" | "cancelled")) {
            let Some(scope) = AccountScope::from_json(&scan.options["scope"]) else { continue };
            let account = scope.account.to_string();
            for check in scan.options["checks"].as_array().into_iter().flatten().filter_map(|id| id.as_str()) {
                let regions = coverage.ran.entry((account.clone(), check.to_owned())).or_default();
                regions.extend(scope.regions.scanned.iter().map(|name| name.to_string()));
            }
            coverage.enabled.entry(account).or_insert(scope.regions.enabled);
        }
        Ok(coverage)
    }

    /// Why a check has no answer, or not for everything, somewhere that it is about.
    fn gaps(&self, catalog: &Catalog, check: &Check, mut gap: impl FnMut(&str)) {
        for (account, cloud) in &self.accounts {
            let mut types = catalog.subjects(check);
            types.retain(|of| of.id.split('.').next() == Some(cloud));
            if types.is_empty() {
                continue;
            }
            let mut say = |why: &str| match self.accounts.len() {
                1 => gap(why),
                _ => gap(&format!("{why} in {account}")),
            };
            let names = std::iter::once(&check.id).chain(&check.aliases);
            let ran = names.filter_map(|id| self.ran.get(&((*account).to_owned(), id.to_string())));
            let ran: HashSet<&str> = ran.flatten().map(String::as_str).collect();
            if !check.enabled {
                say("switched off");
            } else if ran.is_empty() {
                say("not run");
            } else {
                types.iter().for_each(|of| self.unread(account, of, &ran, &mut say));
            }
        }
    }

    /// Why not everything of a type was read and judged.
    fn unread(&self, account: &str, of: &ResourceType, ran: &HashSet<&str>, say: &mut dyn FnMut(&str)) {
        let listings = self.listings.get(&(account, &*of.id)).map(Vec::as_slice).unwrap_or_default();
        if listings.is_empty() {
            say(&format!("{} not read", of.id));
        }
        let regions = listings.iter().map(|unit| &*unit.unit.region).filter(|name| !name.is_empty());
        for region in regions.filter(|name| !ran.contains(name)) {
            say(&format!("not run in {region}"));
        }
        let holes = listings.iter().filter_map(|unit| unit.coverage.hole());
        for hole in holes.filter(|hole| hole.why != Why::NotInRegion) {
            say(&hole.to_string());
        }
        if of.scope == catalog::Scope::Region {
            self.left_out(account, ran, say);
        }
    }

    /// Regions that no scan judged: left out by a flag, or not known.
    fn left_out(&self, account: &str, ran: &HashSet<&str>, say: &mut dyn FnMut(&str)) {
        match self.enabled.get(account) {
            Some(Err(hole)) => say(&format!("regions not known: {hole}")),
            Some(Ok(names)) => match names.iter().filter(|name| !ran.contains(&***name)).count() {
                0 => {}
                1 => say("1 enabled region not read"),
                many => say(&format!("{many} enabled regions not read")),
            },
            None => {}
        }
    }
}
