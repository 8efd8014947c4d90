//! AWS as a caller.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use catalog::api::ApiIndex;
use cloud::{AwsClient, CallError, ErrorClass};
use futures_util::future::BoxFuture;
use resource::Value;

use crate::{Answer, Caller, Failure, Pages, Target};

/// Service → region → whether it is offered there.
type Offered = HashMap<Arc<str>, HashMap<Arc<str>, bool>>;

/// The calls of one AWS account.
pub struct AwsCaller {
    client: AwsClient,
    api: Arc<ApiIndex>,
    partition: Arc<str>,
    offered: Mutex<Offered>,
}

impl AwsCaller {
    /// Calls with a client's credentials, in the partition that these belong to.
    pub fn new(client: AwsClient, api: Arc<ApiIndex>, partition: &str) -> Self {
        AwsCaller { client, api, partition: partition.into(), offered: Mutex::default() }
    }
}

impl Caller for AwsCaller {
    fn call<'a>(&'a self, target: &'a Target, input: &'a Value) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let answered = self.client.answer(target, input).await.map_err(failure)?;
            Ok(Answer { output: answered.output, requests: answered.requests })
        })
    }

    fn pages(&self, target: Target, input: Value) -> Box<dyn Pages> {
        Box::new(AwsPages(self.client.pages(&target, input)))
    }

    fn offered(&self, service: &str, region: &str) -> bool {
        let known = |offered: &Offered| offered.get(service)?.get(region).copied();
        let mut offered = self.offered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known(&offered) {
            return found;
        }
        let found = match (self.api.endpoints(), self.api.service(service)) {
            (Ok(table), Ok(model)) => table.is_offered(&model, region),
            _ => true,
        };
        offered.entry(service.into()).or_default().insert(region.into(), found);
        found
    }

    fn global_region(&self, service: &str) -> Option<Arc<str>> {
        let model = self.api.service(service).ok()?;
        self.api.endpoints().ok()?.global_region(&model, &self.partition)
    }
}

struct AwsPages(cloud::Pages);

impl Pages for AwsPages {
    fn next(&mut self) -> BoxFuture<'_, Option<Result<Answer, Failure>>> {
        Box::pin(async move {
            let before = self.0.requests();
            let page = self.0.next().await?;
            let requests = self.0.requests() - before;
            Some(page.map(|output| Answer { output, requests }).map_err(failure))
        })
    }
}

fn failure(error: CallError) -> Failure {
    Failure {
        hole: Arc::new(error.hole()),
        fatal: error.class == ErrorClass::Credentials,
        requests: error.attempts,
        code: error.code,
        alias: error.alias,
    }
}

#[cfg(test)]
mod tests;
