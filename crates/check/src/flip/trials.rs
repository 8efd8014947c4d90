//! Changed worlds, judged a bounded number of times.

use std::cell::OnceCell;

use expr::{Part, Spot, Stop, To, Wish};
use resource::Verdict;

use super::Case;
use super::place::is_part_of_all;
use super::proposed::Proposed;
use crate::locate::locate_every;

/// More changes at once help nobody.
const MOST_EDITS: usize = 24;

/// Judges changed worlds, a bounded number of times.
pub(super) struct Trials<'c> {
    case: &'c Case<'c>,
    /// How many more may be judged.
    pub(super) left: usize,
    /// The verdict that is looked for.
    pub(super) goal: Verdict,
    /// How many verdicts there are without a change, once it has been asked for.
    before: OnceCell<usize>,
}

impl<'c> Trials<'c> {
    pub(super) fn new(case: &'c Case<'c>, left: usize) -> Self {
        Trials { case, left, goal: Verdict::Pass, before: OnceCell::new() }
    }

    fn before(&self) -> usize {
        let case = self.case;
        *self.before.get_or_init(|| crate::run(case.check, case.params, case.subject, case.scope).len())
    }

    pub(super) fn passes(&mut self, wishes: &[Wish]) -> bool {
        self.verdict(wishes) == Some(self.goal)
    }

    /// What the check says of the item with the changes; `None` when it is not asked.
    pub(super) fn verdict(&mut self, wishes: &[Wish]) -> Option<Verdict> {
        if self.left == 0
            || wishes.is_empty()
            || wishes.len() > MOST_EDITS
            || wishes.iter().any(|wish| silly(self.case, wish) || leaves_a_part(self.case, wish, wishes))
        {
            return None;
        }
        self.left -= 1;
        let case = self.case;
        let world = Proposed::new(case, wishes);
        let subject = world.changed(case.subject);
        let outcomes = crate::run(case.check, case.params, &subject, &world);
        // A subject to which the check does not apply has no items.
        let whole = outcomes.len() == 1 && outcomes.iter().all(|outcome| outcome.verdict == Verdict::NotApplicable);
        match outcomes.iter().find(|outcome| whole || outcome.discriminator == case.discriminator) {
            Some(own) => Some(own.verdict),
            // The item is no longer one that `for` goes through; one of another name would still be there.
            None => (outcomes.len() < self.before()).then_some(Verdict::NotApplicable),
        }
    }
}

/// A change that would only make the resource another one (its name, its number), or that repairs nothing: what was
/// used long ago is not made safe by using it.
pub(super) fn silly(case: &Case<'_>, wish: &Wish) -> bool {
    let undoes = matches!(wish.to, To::Gone | To::Absent);
    if !undoes && wish.spot.path.iter().any(records_use) {
        return true;
    }
    if is_the_providers(case, wish) {
        return true;
    }
    let names = matches!(wish.to, To::Is(_) | To::Bound(..) | To::Fits(..) | To::Not(_) | To::Unlike(_) | To::Absent);
    if !names || wish.spot.part != Part::Document {
        return false;
    }
    let value = wish.spot.value();
    let Some(text) = value.as_str().filter(|text| text.len() > 3) else { return false };
    let entity = &wish.spot.entity;
    let called = *entity.name == *text || *entity.uid == *text || entity.uid.ends_with(&format!("/{text}"));
    called && wish.spot.path.len() == 1 && case.catalog.resource_type(&entity.type_id).is_some()
}

/// Whether a range changes that is everybody only together with others that stay: part of everybody still comes in.
fn leaves_a_part(case: &Case<'_>, wish: &Wish, wishes: &[Wish]) -> bool {
    let entity = &wish.spot.entity;
    let is_part = |path: &[Stop]| is_part_of_all(&Spot { path: path.to_vec(), ..wish.spot.clone() });
    let around = (1..=wish.spot.path.len()).filter_map(|end| wish.spot.path.get(..end));
    let Some(part) = around.filter(|path| matches!(path.last(), Some(Stop::Item(_)))).find(|path| is_part(path)) else {
        return false;
    };
    let Some(of) = case.catalog.resource_type(&entity.type_id) else { return false };
    let changes = |path: &Vec<Stop>| {
        wishes.iter().any(|other| other.spot.entity.uid == entity.uid && other.spot.path.starts_with(path))
    };
    let mut items = entity.facts.as_map().into_iter().flat_map(|facts| facts.values()).flat_map(|fact| fact.items());
    items.any(|item| {
        let reasons = item.get("because").items().iter();
        let named = reasons.flat_map(|reason| locate_every(of, &entity.name, &entity.document, item, reason));
        let parts: Vec<Vec<Stop>> = named.map(|found| found.path).filter(|path| is_part(path)).collect();
        parts.iter().any(|path| path == part) && !parts.iter().all(changes)
    })
}

/// What a policy of the provider's own says: nobody else can change it.
fn is_the_providers(case: &Case<'_>, wish: &Wish) -> bool {
    let entity = &wish.spot.entity;
    let Some(of) = case.catalog.resource_type(&entity.type_id) else { return false };
    entity.uid.split(':').nth(4) == Some("aws")
        && of.policy.iter().any(|policy| {
            let ways = crate::ways(&entity.document, &policy.at);
            ways.iter().any(|way| wish.spot.path.starts_with(way))
        })
}

/// `LastUsedDate`, `password_last_used`, `LastAuthenticated`: when something was last made use of.
fn records_use(stop: &Stop) -> bool {
    let Stop::Member(name) = stop else { return false };
    let name = name.to_ascii_lowercase().replace('_', "");
    ["lastused", "lastaccess", "lastauthenticated", "lastlogin", "lastactivity", "lastusage"]
        .iter()
        .any(|word| name.contains(word))
}
