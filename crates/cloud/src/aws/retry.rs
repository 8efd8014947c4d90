//! Asking again: how often, how long to wait, and when to give up.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use catalog::api::wire::WireError;

use super::attempt::{Ask, Trouble};
use super::class::Meaning;
use super::client::{Answer, AwsClient, CallTarget};
use super::counters;
use super::credentials::Current;
use super::error::{CallError, ErrorClass, shortened};
use super::http::Broken;
use super::place::Place;
use super::rate::{Pace, Ticket};

/// The longest wait between two tries.
const LONGEST: Duration = Duration::from_secs(20);
/// A host that never answered in this run is not worth more.
const UNREACHED: u32 = 3;
/// Clocks that differ by less are not why a signature was refused (AWS allows five minutes).
const SKEW: Duration = Duration::from_secs(240);

/// What has been tried so far.
struct Tries {
    sent: u32,
    failures: u32,
    throttles: u32,
    deadline: Duration,
    redirected: bool,
    renewed: bool,
    corrected: bool,
}

/// What to do next.
enum Next {
    Again,
    Stop(CallError),
}

impl AwsClient {
    /// Makes a call until it is answered, refused for good or out of time.
    pub(super) async fn persist(&self, ask: &Ask<'_>, target: &CallTarget) -> Result<Answer, CallError> {
        let mut region = self.region_of(ask, target);
        let mut credentials = self.credentials(target).await?;
        let mut tries = Tries {
            sent: 0,
            failures: 0,
            throttles: 0,
            deadline: self.deadline(),
            redirected: false,
            renewed: false,
            corrected: false,
        };
        loop {
            let place = self.place(ask.model, &region, target)?;
            let pace = self.pace(&place.signing_region, &target.service);
            let ticket = self.leave(&pace, &tries, target).await?;
            let time_left = tries.deadline.saturating_sub(self.clock().now());
            tries.sent += 1;
            let trouble = match self.attempt(ask, &place, &credentials, time_left).await {
                Ok(output) => return Ok(Answer { output, requests: tries.sent }),
                Err(trouble) => trouble,
            };
            let error = self.blame(target, &trouble, &place, tries.sent);
            if let Trouble::Blamed { meaning, answer, date, .. } = &trouble {
                match meaning {
                    Meaning::Throttle => {
                        counters::add(&ask.tally.throttles, 1);
                        pace.throttled(ticket, self.clock().now());
                    }
                    Meaning::Elsewhere if !tries.redirected => {
                        if let (Some(bucket), Some(home)) = (ask.bucket, &answer.region) {
                            tries.redirected = true;
                            self.buckets().learn(bucket, home);
                            region = home.as_str().into();
                            continue;
                        }
                    }
                    Meaning::Expired if !tries.renewed => {
                        tries.renewed = true;
                        credentials = self.renew(&credentials, target).await?;
                        continue;
                    }
                    Meaning::Skew if !tries.corrected => {
                        tries.corrected = true;
                        if self.correct(*date) {
                            continue;
                        }
                    }
                    _ => {}
                }
            }
            match self.next(&trouble, error, &place, &mut tries, ask).await {
                Next::Again => {}
                Next::Stop(error) => return Err(error),
            }
        }
    }

    /// Waits for the API's pace, or gives up when that would take too long.
    async fn leave(&self, pace: &Pace, tries: &Tries, target: &CallTarget) -> Result<Ticket, CallError> {
        let now = self.clock().now();
        if now > tries.deadline {
            let mut error = self.failure(target, "the time for this scan is over");
            error.attempts = tries.sent;
            return Err(error);
        }
        let ticket = pace.take(now);
        if now + ticket.wait > tries.deadline {
            let mut error = self.error(target, ErrorClass::Throttled, "its turn did not come in time");
            error.attempts = tries.sent;
            return Err(error);
        }
        if !ticket.wait.is_zero() {
            self.clock().sleep(ticket.wait).await;
        }
        Ok(ticket)
    }

    async fn renew(&self, refused: &Arc<Current>, target: &CallTarget) -> Result<Arc<Current>, CallError> {
        self.vault().renewed(refused).await.map_err(|error| self.no_credentials(target, &error))
    }

    /// Corrects our idea of the time from the provider's; false when the clocks agree.
    fn correct(&self, date: Option<SystemTime>) -> bool {
        let Some(theirs) = date else { return false };
        let ours = self.clock().wall();
        let (skew, behind) = match theirs.duration_since(ours) {
            Ok(ahead) => (ahead, true),
            Err(error) => (error.duration(), false),
        };
        if skew < SKEW {
            return false;
        }
        let seconds = i64::try_from(skew.as_secs()).unwrap_or(i64::MAX);
        self.skew().store(if behind { seconds } else { -seconds }, Ordering::Relaxed);
        let way = if behind { "behind" } else { "ahead of" };
        tracing::warn!(
            "this machine's clock is {seconds} seconds {way} the provider's; corrected for this run, set the clock"
        );
        true
    }

    /// Whether to try again, after waiting as long as it takes.
    async fn next(
        &self,
        trouble: &Trouble,
        mut error: CallError,
        place: &Place,
        tries: &mut Tries,
        ask: &Ask<'_>,
    ) -> Next {
        let (wait, asked) = match trouble {
            Trouble::Blamed { meaning: Meaning::Throttle, retry_after, .. } => {
                tries.throttles += 1;
                (backoff(tries.throttles), *retry_after)
            }
            _ if !is_transient(trouble, place) => return Next::Stop(error),
            _ => {
                tries.failures += 1;
                let most = if place.reached.load(Ordering::Relaxed) {
                    self.attempts()
                } else {
                    self.attempts().min(UNREACHED)
                };
                if tries.failures >= most {
                    return Next::Stop(error);
                }
                counters::add(&ask.tally.retries, 1);
                let asked = if let Trouble::Blamed { retry_after, .. } = trouble { *retry_after } else { None };
                (backoff(tries.failures), asked)
            }
        };
        let wait = wait.max(asked.unwrap_or_default());
        if self.clock().now() + wait > tries.deadline {
            error.message = shortened(&format!("{} (no time left to ask again)", error.message));
            return Next::Stop(error);
        }
        self.clock().sleep(wait).await;
        Next::Again
    }

    /// What a failed request means to the caller.
    fn blame(&self, target: &CallTarget, trouble: &Trouble, place: &Place, sent: u32) -> CallError {
        let mut error = match trouble {
            Trouble::Blamed { answer, status, meaning, .. } => {
                let class = match meaning {
                    Meaning::Throttle => ErrorClass::Throttled,
                    Meaning::Transient | Meaning::Elsewhere => ErrorClass::Failed,
                    Meaning::Skew | Meaning::Expired => ErrorClass::Credentials,
                    Meaning::Final(class) => *class,
                };
                let mut error = self.error(target, class, &answer.message);
                error.code.clone_from(&answer.code);
                error.alias.clone_from(&answer.alias);
                error.status = Some(*status);
                error.request_id.clone_from(&answer.request_id);
                error
            }
            Trouble::Broken(broken) => {
                let mut error = self.error(target, broken_class(broken, place), &broken_text(broken, place));
                if let Broken::Unresolved(why) | Broken::Unreachable(why) = broken {
                    error.hint = (error.class == ErrorClass::Failed).then(|| reach_hint(place, why));
                }
                error
            }
            Trouble::Unreadable { error, status, request_id } => {
                let mut failed = self.error(target, ErrorClass::Failed, &error.to_string());
                failed.status = Some(*status);
                failed.request_id.clone_from(request_id);
                failed
            }
            Trouble::Unsendable(why) => self.error(target, ErrorClass::Refused, why),
        };
        error.attempts = sent;
        error
    }
}

/// Half a second, doubled each time, at most 20 s; anything between nothing and that, so that many do not ask at once.
fn backoff(failures: u32) -> Duration {
    let most = Duration::from_millis(500).saturating_mul(1 << failures.saturating_sub(1).min(8)).min(LONGEST);
    most.mul_f64(fastrand::f64())
}

fn is_transient(trouble: &Trouble, place: &Place) -> bool {
    match trouble {
        Trouble::Blamed { meaning, .. } => *meaning == Meaning::Transient,
        Trouble::Broken(Broken::Unresolved(_)) => place.listed,
        Trouble::Broken(Broken::Unreachable(_) | Broken::Lost(_)) => true,
        Trouble::Broken(Broken::TooLarge | Broken::Unsendable(_)) => false,
        Trouble::Unreadable { error, .. } => matches!(error, WireError::Truncated { .. }),
        Trouble::Unsendable(_) => false,
    }
}

fn broken_class(broken: &Broken, place: &Place) -> ErrorClass {
    match broken {
        // No such host, and the table does not know the service there either: the region lacks it.
        Broken::Unresolved(_) if !place.listed => ErrorClass::NotInRegion,
        Broken::Unsendable(_) => ErrorClass::Refused,
        _ => ErrorClass::Failed,
    }
}

fn broken_text(broken: &Broken, place: &Place) -> String {
    let host = &place.authority;
    match broken {
        Broken::Unresolved(_) if !place.listed => format!("`{host}` does not exist"),
        Broken::Unresolved(why) | Broken::Unreachable(why) => {
            format!("`{host}` cannot be reached ({why})")
        }
        Broken::Lost(why) => format!("the connection to `{host}` broke ({why})"),
        Broken::TooLarge => "the answer exceeds 64 MiB".to_owned(),
        Broken::Unsendable(why) => format!("the request cannot be sent ({why})"),
    }
}

fn reach_hint(place: &Place, why: &str) -> &'static str {
    let proxied =
        ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].iter().any(|name| std::env::var_os(name).is_some());
    if why.contains("certificate") {
        "if a proxy inspects TLS, point AWS_CA_BUNDLE at its certificate"
    } else if proxied && (why.contains("tunnel") || !place.custom) {
        "check the proxy that HTTPS_PROXY names"
    } else if place.custom {
        "check AWS_ENDPOINT_URL and the profile's endpoint_url"
    } else {
        "check the network; if a proxy is needed, set HTTPS_PROXY"
    }
}
