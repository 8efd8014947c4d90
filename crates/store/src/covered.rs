//! What the store covers, as far as references must know it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use resource::{Hole, Why};

use crate::error::Inner;
use crate::links::hole_json;
use crate::session::Session;

/// Whether a listing tells that something does not exist.
#[derive(Clone)]
pub(crate) enum Listing {
    Complete,
    Incomplete(String),
}

/// What the store covers: its accounts, and how complete the listings of each type are.
pub(crate) struct Covered {
    pub(crate) accounts: HashSet<Arc<str>>,
    listings: HashMap<Arc<str>, Vec<Place>>,
}

struct Place {
    account: Arc<str>,
    region: Arc<str>,
    listing: Listing,
}

impl Session {
    /// This scan's listings; of units that it did not run, the last complete read of earlier ones.
    pub(crate) fn covered(&self) -> Inner<Covered> {
        let mut find = self.db.prepare("SELECT account, region, type, scan, state, hole, complete_at FROM units")?;
        let mut rows = find.query([])?;
        let mut covered = Covered { accounts: HashSet::new(), listings: HashMap::new() };
        while let Some(row) = rows.next()? {
            let account: Arc<str> = row.get(0)?;
            let (scan, state): (i64, String) = (row.get(3)?, row.get(4)?);
            let hole: Option<String> = row.get(5)?;
            let earlier = scan != self.scan && row.get::<_, Option<i64>>(6)?.is_some();
            let listing = if state == "complete" || earlier {
                Listing::Complete
            } else {
                Listing::Incomplete(hole.unwrap_or_else(not_read))
            };
            covered.accounts.insert(account.clone());
            let place = Place { account, region: row.get(1)?, listing };
            covered.listings.entry(row.get(2)?).or_default().push(place);
        }
        Ok(covered)
    }
}

impl Covered {
    /// Whether everything of a type in an account (and region) was listed; no region means all that were listed.
    pub(crate) fn listing(&self, type_id: &str, account: &str, region: Option<&str>) -> Listing {
        let mut any = false;
        for place in self.listings.get(type_id).into_iter().flatten() {
            if &*place.account != account || region.is_some_and(|region| *place.region != *region) {
                continue;
            }
            any = true;
            if let Listing::Incomplete(why) = &place.listing {
                return Listing::Incomplete(why.clone());
            }
        }
        if any { Listing::Complete } else { Listing::Incomplete(not_read()) }
    }
}

fn not_read() -> String {
    hole_json(&Hole::new(Why::NotCollected))
}

/// The account and region that a global id names, where it does. Only ARNs do so far.
pub(crate) struct Address<'a> {
    pub(crate) account: Option<&'a str>,
    pub(crate) region: Option<&'a str>,
}

impl<'a> Address<'a> {
    /// `arn:partition:service:region:account:resource` (AWS General Reference, "Amazon Resource Names").
    pub(crate) fn of(text: &'a str) -> Address<'a> {
        let mut parts = text.splitn(6, ':');
        let is_arn = parts.next() == Some("arn");
        let mut part = |skip: usize| parts.nth(skip).filter(|part| is_arn && !part.is_empty());
        let region = part(2);
        let account = part(0);
        Address { account, region }
    }
}
