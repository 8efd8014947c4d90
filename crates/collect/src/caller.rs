//! What the collector asks of a cloud. [`crate::AwsCaller`] answers for AWS; tests script their own.

use std::sync::Arc;

/// Where a call goes: service, operation, region.
pub use cloud::CallTarget as Target;
use futures_util::future::BoxFuture;
use resource::{Hole, Value};

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The output document: known values only.
    pub output: Value,
    /// How many requests it took, retries included.
    pub requests: u32,
}

/// A call that was not answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The provider's error code, for the type file's `gone`, `absent` and `unsupported`; empty when there is none.
    pub code: String,
    /// A second name of the same code, where the service has two.
    pub alias: Option<String>,
    /// What the failure leaves behind: reason, call, permission, who denied, the provider's words.
    pub hole: Arc<Hole>,
    /// The credentials were rejected or have expired: no further call can succeed.
    pub fatal: bool,
    /// How many requests were sent.
    pub requests: u32,
}

impl Failure {
    /// Whether the provider's code is one of these. `Code: words` asks for words in its message as well, for services
    /// that have one code for several things.
    pub(crate) fn is_one_of(&self, codes: &[String]) -> bool {
        let said = |words: &str| self.hole.detail.as_deref().is_some_and(|text| text.contains(words));
        let is = |code: &str, name: &str| match code.split_once(": ") {
            Some((code, words)) => code == name && said(words),
            None => code == name,
        };
        let named = |name: &str| !name.is_empty() && codes.iter().any(|code| is(code, name));
        named(&self.code) || self.alias.as_deref().is_some_and(named)
    }
}

/// A cloud's API: read operations by name, retried and rate-limited below this trait.
pub trait Caller: Send + Sync + 'static {
    /// Makes one call.
    fn call<'a>(&'a self, target: &'a Target, input: &'a Value) -> BoxFuture<'a, Result<Answer, Failure>>;

    /// Makes a call page by page; one page where the operation has none.
    fn pages(&self, target: Target, input: Value) -> Box<dyn Pages>;

    /// Whether the provider has the service in the region. `false` only when that is known: then a listing there is
    /// complete and empty without a call.
    fn offered(&self, service: &str, region: &str) -> bool {
        let _ = (service, region);
        true
    }

    /// Where calls to a service go that says `at = "global"`; `None` means the home region.
    fn global_region(&self, service: &str) -> Option<Arc<str>> {
        let _ = service;
        None
    }
}

/// The pages of one call, in order.
pub trait Pages: Send {
    /// The next page; `None` after the last and after a failure.
    fn next(&mut self) -> BoxFuture<'_, Option<Result<Answer, Failure>>>;
}
