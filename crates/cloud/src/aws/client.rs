//! The client of one account.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use catalog::api::{ApiIndex, Operation, ServiceModel, wire};
use resource::Value;

use super::attempt::Ask;
use super::counters::{self, Counters, Tallies};
use super::credentials::{Current, NoCredentials, Source, Vault};
use super::error::{CallError, ErrorClass, shortened};
use super::options::{AwsOptions, Role};
use super::pages::Pages;
use super::place::{BadEndpoint, NoPlace, Place, Places};
use super::rate::{Pace, Paces};
use super::regions::{RegionInfo, is_opt_in};
use super::{guard, s3};
use crate::{Clock, WriteGrant};

/// Where a call goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallTarget {
    /// botocore's name of the service, `s3control`.
    pub service: Arc<str>,
    /// The operation, `GetPublicAccessBlock`.
    pub operation: Arc<str>,
    /// The region asked; for a global service any region of its partition.
    pub region: Arc<str>,
}

impl CallTarget {
    /// A target by its three names.
    pub fn new(service: &str, operation: &str, region: &str) -> CallTarget {
        CallTarget { service: service.into(), operation: operation.into(), region: region.into() }
    }
}

/// An answer and what it took.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The output's document.
    pub output: Value,
    /// How many requests were sent for it, retries included.
    pub requests: u32,
}

/// Who the credentials are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account's number.
    pub account: String,
    /// The principal's ARN.
    pub arn: String,
    /// The principal's unique id.
    pub user_id: String,
    /// The partition, `aws`.
    pub partition: String,
}

/// What every account's client of a run shares.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) api: Arc<ApiIndex>,
    pub(super) http: reqwest::Client,
    pub(super) places: Places,
    pub(super) tallies: Tallies,
    pub(super) buckets: s3::BucketRegions,
    pub(super) options: AwsOptions,
    pub(super) home_region: Arc<str>,
    /// Seconds to add to our clock to have the provider's.
    pub(super) skew: AtomicI64,
    pub(super) scan_ends: Option<Duration>,
}

/// The client of one account. Cheap to clone; clones share credentials, paces and counters.
#[derive(Clone, Debug)]
pub struct AwsClient {
    shared: Arc<Shared>,
    vault: Arc<Vault>,
    paces: Arc<Paces>,
    identity: Arc<tokio::sync::OnceCell<Identity>>,
}

impl AwsClient {
    pub(super) fn new(shared: Arc<Shared>, source: Source) -> AwsClient {
        let clock = shared.options.clock.clone();
        let paces = Arc::new(Paces::new(shared.options.max_rate));
        AwsClient { shared, vault: Arc::new(Vault::new(source, clock)), paces, identity: Arc::default() }
    }

    /// Makes a read call and gives its answer's document.
    ///
    /// # Errors
    /// [`CallError`] with its class; never an empty document in place of a failure.
    pub async fn call(&self, target: &CallTarget, input: &Value) -> Result<Value, CallError> {
        self.answer(target, input).await.map(|answer| answer.output)
    }

    /// As [`AwsClient::call`], with the number of requests that it took.
    ///
    /// # Errors
    /// As [`AwsClient::call`]; the error counts its requests itself.
    pub async fn answer(&self, target: &CallTarget, input: &Value) -> Result<Answer, CallError> {
        if !guard::is_read(&target.service, &target.operation) {
            return Err(self.error(target, ErrorClass::Refused, "it is not a read operation, and a scan only reads"));
        }
        let (model, operation) = self.models(target)?;
        self.ask(&model, &operation, target, input).await
    }

    /// Makes a call that changes something.
    ///
    /// # Errors
    /// As [`AwsClient::call`]; [`ErrorClass::Refused`] when the grant does not hold the call.
    pub async fn write(&self, grant: &WriteGrant, target: &CallTarget, input: &Value) -> Result<Value, CallError> {
        let call = format!("{}:{}", target.service, target.operation);
        if !grant.allows(&call) {
            return Err(self.error(target, ErrorClass::Refused, "the approved plan does not hold it"));
        }
        let (model, operation) = self.models(target)?;
        self.ask(&model, &operation, target, input).await.map(|answer| answer.output)
    }

    /// The pages of a listing; one page where the operation has none.
    pub fn pages(&self, target: &CallTarget, input: Value) -> Pages {
        Pages::new(self.clone(), target.clone(), input, self.shared.options.page_limit)
    }

    /// Who the credentials are; asked once.
    ///
    /// # Errors
    /// When the credentials are missing or refused, or STS cannot be reached.
    pub async fn identity(&self) -> Result<Identity, CallError> {
        let target = CallTarget::new("sts", "GetCallerIdentity", self.home_region());
        let ask = || async {
            let answer = self.call(&target, &Value::Null).await?;
            let text = |name: &str| answer.get(name).as_str().unwrap_or_default().to_owned();
            let arn = text("Arn");
            let partition = arn.split(':').nth(1).filter(|part| !part.is_empty()).unwrap_or("aws").to_owned();
            if text("Account").is_empty() {
                return Err(self.failure(&target, "the answer names no account"));
            }
            Ok(Identity { account: text("Account"), user_id: text("UserId"), arn, partition })
        };
        self.identity.get_or_try_init(ask).await.cloned()
    }

    /// A client with a role's credentials, taken with this one's. It shares the connections, limits and counters.
    ///
    /// # Errors
    /// When STS does not give the role.
    pub async fn assume(&self, role: &Role) -> Result<AwsClient, CallError> {
        let source = Source::Role { base: Box::new(self.clone()), role: role.clone() };
        let client = AwsClient::new(self.shared.clone(), source);
        let target = CallTarget::new("sts", "AssumeRole", self.home_region());
        client.credentials(&target).await?;
        Ok(client)
    }

    /// Where account-wide calls go.
    pub fn home_region(&self) -> &str {
        &self.shared.home_region
    }

    /// What happened so far, by service and operation.
    pub fn counters(&self) -> BTreeMap<(Arc<str>, Arc<str>), Counters> {
        self.shared.tallies.read()
    }

    /// The regions of a partition, by name.
    pub fn regions_of_partition(&self, partition: &str) -> Vec<RegionInfo> {
        let Ok(table) = self.shared.api.endpoints() else { return Vec::new() };
        let regions = table.partition(partition).map(|found| found.regions.clone()).unwrap_or_default();
        regions.into_iter().map(|name| RegionInfo { opt_in: is_opt_in(&name), name }).collect()
    }

    fn models(&self, target: &CallTarget) -> Result<(Arc<ServiceModel>, Arc<Operation>), CallError> {
        let found = self.shared.api.service(&target.service).and_then(|model| {
            let operation = model.operation(&target.operation)?.clone();
            Ok((model, operation))
        });
        found.map_err(|error| self.error(target, ErrorClass::Refused, &error.to_string()))
    }

    async fn ask(
        &self,
        model: &ServiceModel,
        operation: &Operation,
        target: &CallTarget,
        input: &Value,
    ) -> Result<Answer, CallError> {
        let request = wire::encode_request(model, operation, input)
            .map_err(|error| self.error(target, ErrorClass::Refused, &error.to_string()))?;
        let tally = self.shared.tallies.of(&model.name, &operation.name);
        counters::add(&tally.calls, 1);
        let ask = Ask {
            model,
            operation,
            request: &request,
            bucket: s3::bucket(model, operation, input),
            tally: &tally,
            opt_in: self.identity.initialized() && is_opt_in(&target.region),
        };
        self.persist(&ask, target).await
    }

    /// A bucket's own region, where it is known to be another than asked.
    pub(super) fn region_of(&self, ask: &Ask<'_>, target: &CallTarget) -> Arc<str> {
        let learnt = ask.bucket.and_then(|bucket| self.shared.buckets.of(bucket));
        learnt.unwrap_or_else(|| target.region.clone())
    }

    pub(super) fn place(
        &self,
        model: &ServiceModel,
        region: &Arc<str>,
        target: &CallTarget,
    ) -> Result<Arc<Place>, CallError> {
        self.shared.places.of(&self.shared.api, model, region).map_err(|error| {
            let (class, hint) = match &error {
                NoPlace::Api(catalog::api::ApiError::Region { .. }) => (ErrorClass::NotInRegion, None),
                NoPlace::Api(_) => (ErrorClass::Unsupported, None),
                NoPlace::Bad(_) => (ErrorClass::Failed, Some(BadEndpoint::HINT)),
            };
            let mut failed = self.error(target, class, &error.to_string());
            failed.hint = hint;
            failed
        })
    }

    pub(super) async fn credentials(&self, target: &CallTarget) -> Result<Arc<Current>, CallError> {
        self.vault.current().await.map_err(|error| self.no_credentials(target, &error))
    }

    pub(super) fn no_credentials(&self, target: &CallTarget, error: &NoCredentials) -> CallError {
        self.error(target, ErrorClass::Credentials, &error.to_string())
    }

    pub(super) fn error(&self, target: &CallTarget, class: ErrorClass, message: &str) -> CallError {
        let permission = self.shared.api.permissions().ok().and_then(|permissions| {
            permissions.actions(&target.service, &target.operation).first().map(ToString::to_string)
        });
        CallError {
            class,
            code: String::new(),
            alias: None,
            message: shortened(message),
            status: None,
            hint: None,
            request_id: None,
            call: format!("{}:{}", target.service, target.operation),
            permission: permission.unwrap_or_default(),
            region: target.region.to_string(),
            attempts: 0,
        }
    }

    /// A failure that is not the provider's error.
    pub(super) fn failure(&self, target: &CallTarget, why: &str) -> CallError {
        self.error(target, ErrorClass::Failed, why)
    }

    pub(super) fn operation(&self, target: &CallTarget) -> Result<Arc<Operation>, CallError> {
        self.models(target).map(|(_, operation)| operation)
    }

    pub(super) fn pace(&self, region: &Arc<str>, service: &Arc<str>) -> Arc<Pace> {
        self.paces.of(region, service, self.clock())
    }

    /// When a call begun now must be over.
    pub(super) fn deadline(&self) -> Duration {
        let own = self.clock().now() + self.shared.options.call_limit;
        self.shared.scan_ends.map_or(own, |ends| own.min(ends))
    }

    /// The provider's time.
    pub(super) fn time(&self) -> SystemTime {
        let skew = self.shared.skew.load(Ordering::Relaxed);
        let by = Duration::from_secs(skew.unsigned_abs());
        if skew < 0 { self.clock().wall() - by } else { self.clock().wall() + by }
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.shared.options.clock
    }
    pub(super) fn http(&self) -> &reqwest::Client {
        &self.shared.http
    }
    pub(super) fn vault(&self) -> &Vault {
        &self.vault
    }
    pub(super) fn buckets(&self) -> &s3::BucketRegions {
        &self.shared.buckets
    }
    pub(super) fn skew(&self) -> &AtomicI64 {
        &self.shared.skew
    }
    pub(super) fn attempts(&self) -> u32 {
        self.shared.options.attempts.max(1)
    }
}
