//! Nothing in a change that it does not need.

use expr::{Plan, To};

use super::Trials;
use super::place::is_part_of_all;

/// The plan without the changes that it passes without.
pub(super) fn minimal(plan: &Plan, trials: &mut Trials<'_>) -> Plan {
    let mut kept = plan.clone();
    let mut at = 0;
    while kept.wishes.len() > 1 && at < kept.wishes.len() {
        let mut less = kept.clone();
        let left_out = less.wishes.remove(at);
        // With one range of several that add up to everybody gone, the rest of everybody still comes in.
        let parts = kept.wishes.iter().filter(|wish| wish.to == To::Gone && is_part_of_all(&wish.spot)).count();
        if parts > 1 && left_out.to == To::Gone && is_part_of_all(&left_out.spot) {
            at += 1;
            continue;
        }
        // What a resource that does not exist yet is like would be cut to what the rule happens to ask.
        if left_out.spot.entity.uid.contains(expr::NEW) && !matches!(left_out.to, To::Exists(_)) {
            at += 1;
            continue;
        }
        // What a resource that does not exist yet is like goes with it.
        if matches!(left_out.to, To::Exists(_)) {
            less.wishes.retain(|wish| wish.spot.entity.uid != left_out.spot.entity.uid);
        }
        if trials.passes(&less.wishes) {
            kept = less;
        } else {
            at += 1;
        }
    }
    kept
}
