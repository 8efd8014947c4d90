//! The proof of findings, made again from the store.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use catalog::{Catalog, Check, Demand, Inverse, ResourceType};
use expr::{Entity, Scope};
use finding::Finding;
use resource::{Outcome, Value, Verdict};
use store::{Reader, Store, StoreError, StoredResource};

use crate::account::AccountScope;
use crate::error::ScanError;
use crate::facts::Facts;
use crate::proof::{Fix, Flip, Missing, Proof, moment};
use crate::proof_reads::Gather;
use crate::proof_rule::Derived;
use crate::proof_whole::{self as whole, MOST_ITEMS, of_finding};
use crate::world::World;

/// A resource as stored and as rules see it.
type Subject = (StoredResource, Entity);

/// Evaluates checks again over what the store holds.
pub struct Prover<'a> {
    catalog: &'a Arc<Catalog>,
    world: &'a World<'a>,
    reader: &'a Reader,
    subjects: RefCell<HashMap<Arc<str>, Option<Subject>>>,
    times: RefCell<HashMap<Arc<str>, Option<i64>>>,
    failure: RefCell<Option<StoreError>>,
}

impl Prover<'_> {
    fn subject(&self, uid: &Arc<str>) -> Option<Subject> {
        if let Some(known) = self.subjects.borrow().get(uid) {
            return known.clone();
        }
        let stored = self.reader.get(uid).unwrap_or_else(|error| {
            self.failure.borrow_mut().get_or_insert(error);
            None
        });
        let found = stored.and_then(|stored| Some((stored.clone(), self.world.entity(stored)?)));
        let mut known = self.subjects.borrow_mut();
        if known.len() > 64 {
            known.clear();
        }
        known.insert(uid.clone(), found.clone());
        found
    }

    /// The outcomes of a check about a resource, evidence included; none when either is no longer there.
    pub fn outcomes(&self, check: &str, uid: &Arc<str>) -> Vec<Outcome> {
        let (Some(check), Some((stored, subject))) = (self.catalog.check(check), self.subject(uid)) else {
            return Vec::new();
        };
        let here = self.world.here(&stored.unit.account, &stored.region);
        check::run(check, &check.params, &subject, &here)
    }

    /// A finding as plain data, with the smallest changes that would make it pass. What passes or does not apply has a
    /// proof too. `None` when the resource, the check or the item is no longer there.
    pub fn proof(&self, finding: &Finding) -> Option<Proof> {
        self.proven(finding, true)
    }

    /// The same without the changes, which take most of the time.
    pub fn proof_without_flips(&self, finding: &Finding) -> Option<Proof> {
        self.proven(finding, false)
    }

    fn proven(&self, finding: &Finding, with_flips: bool) -> Option<Proof> {
        let check = self.catalog.check(&finding.check)?;
        let (stored, subject) = self.subject(&finding.uid)?;
        let here = self.world.here(&stored.unit.account, &stored.region);
        let steps = check::explain(check, &check.params, &subject, &here);
        let judged = of_finding(steps, finding);
        let (outcome, _) = judged.first()?;
        let outcome = outcome.clone();
        let read_at = |uid: &Arc<str>| self.read_at(uid);
        let mut gather = Gather::new(self.catalog, self.world, &here, &subject, &read_at);
        for (_, explanation) in judged.iter().take(MOST_ITEMS) {
            gather.take(&explanation.reads);
            gather.take(explanation.severity.as_ref().map_or(&[], |(_, reads)| reads));
        }
        let (reads, because) = (gather.reads, gather.because);
        let rule = whole::rule(check, finding, &judged, &|text| self.derived(text, &subject, &here));
        let with_params = check::WithParams::new(&here, &check.params);
        let fixes = match outcome.verdict {
            Verdict::Pass | Verdict::NotApplicable => Vec::new(),
            _ => filled(self.catalog, check, &outcome, &check::OnSubject::new(&with_params, &subject)),
        };
        let case = check::Case {
            catalog: self.catalog,
            check,
            params: &check.params,
            subject: &subject,
            scope: &here,
            completer: self.world,
            discriminator: &finding.discriminator,
        };
        let fails = with_flips && outcome.verdict == Verdict::Fail;
        let flips = if fails { check::flips(&case) } else { Vec::new() };
        Some(Proof {
            verdict: outcome.verdict,
            message: whole::message(&outcome, &judged),
            rule,
            reads,
            because,
            unknown: outcome.unknown.iter().map(|hole| Missing::of(hole)).collect(),
            flips: flips.into_iter().map(Flip::from).collect(),
            fixes: fixes.into_iter().map(|(tab, text)| Fix { tab, text }).collect(),
            read_at: moment(stored.read_at),
            until: outcome.holds_until.map(moment),
        })
    }

    /// The subject's derived fact that `facts.NAME` asks for.
    fn derived(&self, text: &str, subject: &Entity, scope: &dyn Scope) -> Option<Derived> {
        let derive = self.catalog.facts().get(text.strip_prefix("facts.")?)?.derive.as_ref()?;
        let trace = derive.trace(subject, scope);
        Some(Derived { text: derive.text().to_owned(), step: trace.step? })
    }

    fn read_at(&self, uid: &Arc<str>) -> Option<i64> {
        if let Some(known) = self.times.borrow().get(uid) {
            return *known;
        }
        let read = self.subject(uid).map(|(stored, _)| stored.read_at);
        self.times.borrow_mut().insert(uid.clone(), read);
        read
    }

    /// The facts and kind attributes of a resource.
    pub fn facts(&self, uid: &Arc<str>) -> (Value, Value) {
        self.subject(uid).map(|(_, entity)| (entity.facts.clone(), entity.norm.clone())).unwrap_or_default()
    }
}

/// Runs `work` with a prover over the store: everything that any check of the catalogue may ask is answered.
///
/// # Errors
/// When the store cannot be read.
pub fn with_prover<T>(
    catalog: &Arc<Catalog>,
    store: &Store,
    settings: &Value,
    now: i64,
    work: impl FnOnce(&Prover<'_>) -> T,
) -> Result<T, ScanError> {
    let scopes = scopes(store)?;
    let partition = scopes.first().map_or("aws".into(), |scope| scope.partition.clone());
    let demand = full_demand(catalog);
    let maker = Facts::new(catalog.clone(), settings.clone(), &partition);
    let (reader, rows) = (store.reader()?, store.reader()?);
    let world = World::load(catalog, &demand, &maker, &reader, scopes, settings.clone(), now)?;
    let prover = Prover {
        catalog,
        world: &world,
        reader: &rows,
        subjects: RefCell::default(),
        times: RefCell::default(),
        failure: RefCell::default(),
    };
    let result = work(&prover);
    match prover.failure.into_inner().or_else(|| world.failure()) {
        Some(failure) => Err(failure.into()),
        None => Ok(result),
    }
}

/// What every check needs, and every fact and attribute that a type can have.
fn full_demand(catalog: &Catalog) -> Demand {
    let mut demand = Demand::of(catalog, catalog.checks());
    let facts = catalog.facts();
    for of in catalog.resource_types() {
        let wanted: BTreeSet<Arc<str>> =
            facts.iter().map(|fact| fact.name.clone()).filter(|name| applies(catalog, name, of)).collect();
        if !wanted.is_empty() {
            demand.facts.entry(of.id.clone()).or_default().extend(wanted);
        }
        if !of.norm.is_empty() {
            demand.norms.entry(of.id.clone()).or_default().extend(of.norm.keys().cloned());
        }
        demand.edges.extend(of.edge.iter().map(|edge| (of.id.clone(), edge.name.clone())));
    }
    demand
}

/// A check's fixes with the resource's own names in them. Names come from the cloud, and people paste what they read:
/// anything but plain characters is quoted for a shell.
fn filled(catalog: &Catalog, check: &Check, outcome: &Outcome, scope: &dyn Scope) -> Vec<(String, String)> {
    let fill = |text: &String| match catalog::fix_template(text) {
        Ok(template) => template.render(scope, &quoted),
        Err(_) => text.clone(),
    };
    let by_hand = check.fixes.iter().map(|(tab, text)| (tab.clone(), fill(text)));
    commands(catalog, check, outcome, scope).into_iter().chain(by_hand).collect()
}

/// The check's action as commands, and those that take it back; none where a person decides.
fn commands(catalog: &Catalog, check: &Check, outcome: &Outcome, scope: &dyn Scope) -> Vec<(String, String)> {
    let subject = scope.root("self");
    let Some(subject) = subject.as_ref().and_then(expr::Val::as_entity).filter(|_| outcome.verdict == Verdict::Fail)
    else {
        return Vec::new();
    };
    let Some(Ok(remedy)) = catalog.remedy(check, &subject.type_id, &outcome.discriminator, scope) else {
        return Vec::new();
    };
    let undo = (!remedy.undo.is_empty()).then(|| ("Undo".to_owned(), remedy.undo.join("\n")));
    let for_good = catalog.fix_of(check, &subject.type_id).and_then(|(action, _)| match &action.inverse {
        Inverse::Irreversible(why) => Some(format!("# Cannot be taken back: {why}\n")),
        Inverse::Calls(_) => None,
    });
    // What the action does may be less than a reader of its commands expects.
    let text = format!("# {}.\n{}{}", remedy.title, for_good.unwrap_or_default(), remedy.text());
    [("CLI".to_owned(), text)].into_iter().chain(undo).collect()
}

fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:@+=,-".contains(c);
    if text.chars().all(plain) {
        return text.to_owned();
    }
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("'{}'", clean.replace('\'', "'\\''"))
}

/// Whether the type has a place that the fact is computed from.
fn applies(catalog: &Catalog, name: &Arc<str>, of: &ResourceType) -> bool {
    let facts = catalog.facts();
    facts.closure(&[name.clone()].into()).iter().any(|name| !facts.reads(name, of).paths.is_empty())
}

/// The scopes of the accounts that the store has seen, from the newest scan of each.
fn scopes(store: &Store) -> Result<Vec<AccountScope>, ScanError> {
    let mut scopes: Vec<AccountScope> = Vec::new();
    for scan in store.reader()?.scan_history()? {
        if let Some(scope) = scan.options.get("scope").and_then(AccountScope::from_json)
            && !scopes.iter().any(|known| known.account == scope.account)
        {
            scopes.push(scope);
        }
    }
    Ok(scopes)
}
