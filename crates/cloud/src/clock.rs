//! Time, as the client waits for it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// Where the client reads the time and how it waits. Tests use one whose waits pass at once.
#[derive(Clone, Debug, Default)]
pub struct Clock(Kind);

#[derive(Clone, Debug, Default)]
enum Kind {
    #[default]
    System,
    Manual {
        start: SystemTime,
        passed: Arc<Mutex<Duration>>,
    },
}

impl Clock {
    /// A clock that starts at `start` and moves only by waits.
    pub fn manual(start: SystemTime) -> Clock {
        Clock(Kind::Manual { start, passed: Arc::default() })
    }

    /// Moves a manual clock; nothing happens to the system's.
    pub fn advance(&self, by: Duration) {
        if let Kind::Manual { passed, .. } = &self.0 {
            *passed.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }

    /// Time since some fixed moment; never goes back.
    pub(crate) fn now(&self) -> Duration {
        match &self.0 {
            Kind::System => process_start().elapsed(),
            Kind::Manual { passed, .. } => *passed.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// The time of day.
    pub(crate) fn wall(&self) -> SystemTime {
        match &self.0 {
            Kind::System => SystemTime::now(),
            Kind::Manual { start, .. } => *start + self.now(),
        }
    }

    /// Waits.
    pub(crate) async fn sleep(&self, time: Duration) {
        match &self.0 {
            Kind::System => tokio::time::sleep(time).await,
            Kind::Manual { .. } => {
                self.advance(time);
                tokio::task::yield_now().await;
            }
        }
    }
}

fn process_start() -> Instant {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    *START.get_or_init(Instant::now)
}
