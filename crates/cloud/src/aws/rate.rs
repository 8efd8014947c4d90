//! How fast one API is asked: free until it throttles, then half of what was sent, then slowly more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::Clock;

/// Nothing is asked more slowly than this, or a scan would never end.
const SLOWEST: f64 = 0.5;
/// Requests a second that come back for every second without a throttle.
const RECOVERY: f64 = 1.0;
/// A limit that has recovered this far is lifted, unless the user set one.
const FREE: f64 = 200.0;
/// Over how long sends are counted.
const WINDOW: Duration = Duration::from_millis(500);

/// The pace of one (account, region, service).
#[derive(Debug)]
pub(super) struct Pace {
    cap: Option<f64>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Requests a second; `None`: as fast as they come.
    rate: Option<f64>,
    /// When `rate` was last raised or set.
    since: Duration,
    /// When the next request may leave.
    next: Duration,
    /// Halvings so far: a throttle of a request that left before the last one says nothing new.
    halvings: u64,
    window: Duration,
    sent: u32,
    measured: f64,
}

/// A request's leave to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    /// How long to wait first.
    pub(super) wait: Duration,
    halvings: u64,
}

impl Pace {
    pub(super) fn new(cap: Option<f64>, now: Duration) -> Pace {
        let cap = cap.filter(|cap| cap.is_finite() && *cap > 0.0);
        let state = State { rate: cap, since: now, next: now, halvings: 0, window: now, sent: 0, measured: 0.0 };
        Pace { cap, state: Mutex::new(state) }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the next place in the line.
    pub(super) fn take(&self, now: Duration) -> Ticket {
        let mut state = self.state();
        state.recover(now, self.cap);
        let at = state.next.max(now);
        if let Some(rate) = state.rate {
            state.next = at + Duration::from_secs_f64(1.0 / rate);
        }
        state.count(now);
        Ticket { wait: at - now, halvings: state.halvings }
    }

    /// A request was answered with "slower".
    pub(super) fn throttled(&self, ticket: Ticket, now: Duration) {
        let mut state = self.state();
        if ticket.halvings != state.halvings {
            return;
        }
        let sending = state.rate.unwrap_or_else(|| state.speed(now));
        state.rate = Some((sending / 2.0).max(SLOWEST).min(self.cap.unwrap_or(f64::INFINITY)));
        state.since = now;
        state.halvings += 1;
    }

    /// Requests a second now allowed.
    #[cfg(test)]
    pub(super) fn rate(&self) -> Option<f64> {
        self.state().rate
    }
}

impl State {
    fn recover(&mut self, now: Duration, cap: Option<f64>) {
        let Some(rate) = self.rate else { return };
        let risen = rate + RECOVERY * (now.saturating_sub(self.since)).as_secs_f64();
        self.since = now;
        self.rate = match cap {
            Some(cap) => Some(risen.min(cap)),
            None if risen >= FREE => None,
            None => Some(risen),
        };
    }

    fn count(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.window);
        if passed >= WINDOW {
            self.measured = f64::from(self.sent) / passed.as_secs_f64();
            self.window = now;
            self.sent = 0;
        }
        self.sent += 1;
    }

    /// Requests a second, lately.
    fn speed(&self, now: Duration) -> f64 {
        let passed = now.saturating_sub(self.window).max(WINDOW);
        self.measured.max(f64::from(self.sent) / passed.as_secs_f64())
    }
}

type Name = (Arc<str>, Arc<str>);

/// The paces of one account.
#[derive(Debug)]
pub(super) struct Paces {
    cap: Option<f64>,
    /// By region and service.
    all: Mutex<HashMap<Name, Arc<Pace>>>,
}

impl Paces {
    pub(super) fn new(cap: Option<f64>) -> Paces {
        Paces { cap, all: Mutex::default() }
    }

    pub(super) fn of(&self, region: &Arc<str>, service: &Arc<str>, clock: &Clock) -> Arc<Pace> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (region.clone(), service.clone());
        all.entry(name).or_insert_with(|| Arc::new(Pace::new(self.cap, clock.now()))).clone()
    }
}
