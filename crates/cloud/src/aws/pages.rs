//! The pages of a listing.

use std::collections::HashSet;

use resource::Value;

use super::client::{AwsClient, CallTarget};
use super::error::CallError;

/// The pages of one listing, asked for one at a time. After a failure there are no more.
#[derive(Debug)]
pub struct Pages {
    client: AwsClient,
    target: CallTarget,
    input: Value,
    seen: HashSet<String>,
    left: usize,
    requests: u32,
    done: bool,
}

impl Pages {
    pub(super) fn new(client: AwsClient, target: CallTarget, input: Value, limit: usize) -> Pages {
        Pages { client, target, input, seen: HashSet::new(), left: limit, requests: 0, done: false }
    }

    /// The next page's document; `None` after the last page and after a failure. Only when the last page was `Ok` is the
    /// listing complete.
    pub async fn next(&mut self) -> Option<Result<Value, CallError>> {
        if self.done {
            return None;
        }
        let answer = self.page().await;
        self.done |= answer.is_err();
        Some(answer)
    }

    /// How many requests were sent for the pages so far, retries included.
    pub fn requests(&self) -> u32 {
        self.requests
    }

    async fn page(&mut self) -> Result<Value, CallError> {
        let operation = self.client.operation(&self.target)?;
        if self.left == 0 {
            return Err(self.client.failure(&self.target, "the listing has more pages than the limit"));
        }
        self.left -= 1;
        let answer = self.client.answer(&self.target, &self.input).await;
        self.requests += answer.as_ref().map_or_else(|error| error.attempts, |answer| answer.requests);
        let output = answer?.output;
        let Some(pagination) = &operation.pagination else {
            self.done = true;
            return Ok(output);
        };
        match pagination.next(&output) {
            Some(next) => {
                if !self.seen.insert(next.to_json()) {
                    return Err(self.client.failure(&self.target, "the provider gave the same page token twice"));
                }
                self.input.merge(next);
            }
            None if pagination.is_stuck(&output) => {
                return Err(self
                    .client
                    .failure(&self.target, "the answer says that there is more, but not how to get it"));
            }
            None => self.done = true,
        }
        Ok(output)
    }
}
