//! The rules applied to one request.

use std::time::{Duration, Instant};

use resource::Value;

use super::{Case, Trouble};
use crate::fault::{self, Denial, Fault, Style};
use crate::rules::{Buckets, Rules, Subject};
use crate::world::{Entry, Found};

/// What the rules do to a request.
#[derive(Default)]
pub(super) struct Fate {
    pub wait: Duration,
    pub fault: Option<Fault>,
    pub trouble: Option<Trouble>,
}

impl Fate {
    /// In the order in which a request meets a cloud: the line, the limiter, the server, the permission.
    pub(super) fn of(
        rules: &Rules,
        subject: &Subject<'_>,
        case: &Case<'_>,
        style: Style,
        buckets: &mut Buckets,
    ) -> Fate {
        let identity = &case.identity;
        let met = rules.latency.iter().filter(|rule| rule.on.meets(subject, identity, "latency"));
        let mut fate = Fate { wait: met.map(|rule| rule.wait(identity)).sum(), ..Fate::default() };
        if rules.reset.iter().any(|rule| rule.on.meets(subject, identity, "reset")) {
            fate.trouble = Some(Trouble::Reset);
            return fate;
        }
        fate.fault = throttled(rules, subject, case, style, buckets)
            .or_else(|| failed(rules, subject, case, style))
            .or_else(|| denied(rules, subject, case, style));
        if fate.fault.is_none() && rules.truncate.iter().any(|rule| rule.on.meets(subject, identity, "truncate")) {
            fate.trouble = Some(Trouble::Cut);
        }
        fate
    }
}

fn throttled(
    rules: &Rules,
    subject: &Subject<'_>,
    case: &Case<'_>,
    style: Style,
    buckets: &mut Buckets,
) -> Option<Fault> {
    let service = &*case.ask.plan.model.name;
    let rule = rules.throttle.iter().enumerate().find(|(index, rule)| {
        rule.on.meets(subject, &case.identity, "throttle")
            && rule.rate.is_none_or(|rate| {
                let place = format!("{} {} {service}", subject.account, subject.region);
                !buckets.take(*index, rule, rate, &place, Instant::now())
            })
    });
    rule.map(|(_, rule)| fault::throttled(style, service, rule.retry_after))
}

fn failed(rules: &Rules, subject: &Subject<'_>, case: &Case<'_>, style: Style) -> Option<Fault> {
    let rule = rules.error.iter().find(|rule| rule.on.meets(subject, &case.identity, "error"))?;
    Some(fault::failed(style, rule.status, rule.code.as_deref()))
}

fn denied(rules: &Rules, subject: &Subject<'_>, case: &Case<'_>, style: Style) -> Option<Fault> {
    let rule = rules.deny.iter().find(|rule| rule.on.meets(subject, &case.identity, "deny"))?;
    let action = subject.actions.first().map_or(subject.call, |action| action);
    let denial = Denial { caller: &case.caller.arn, action, resource: subject.resource, by: rule.by };
    Some(fault::denied(style, &case.ask.plan.model.name, &denial))
}

/// Puts every list into another order, those apart that a type says are ordered.
pub(super) fn shuffle(output: &mut Value, case: &Case<'_>) {
    let mut random = fastrand::Rng::with_seed(case.identity.number("shuffle"));
    let ordered: Vec<&str> = match &case.found {
        Found::Get(hits) => hits.iter().flat_map(|hit| &hit.of.ordered).map(|path| last(path)).collect(),
        Found::Batch { of, .. } => of.ordered.iter().map(|path| last(path)).collect(),
        Found::List(entries) => match entries.first() {
            Some(Entry::Document(of, _)) => of.ordered.iter().map(|path| last(path)).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    mix(output, &ordered, &mut random);
}

/// The member that a path ends in.
fn last(path: &str) -> &str {
    let name = path.rsplit('.').next().unwrap_or(path);
    name.trim_end_matches("[]")
}

fn mix(value: &mut Value, ordered: &[&str], random: &mut fastrand::Rng) {
    match value {
        Value::List(list) => {
            random.shuffle(&mut list.items);
            list.items.iter_mut().for_each(|item| mix(item, ordered, random));
        }
        Value::Map(map) => {
            for (name, member) in map.iter_mut() {
                match member {
                    Value::List(list) if ordered.contains(&&**name) => {
                        list.items.iter_mut().for_each(|item| mix(item, ordered, random));
                    }
                    _ => mix(member, ordered, random),
                }
            }
        }
        _ => {}
    }
}
