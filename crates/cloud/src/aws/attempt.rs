//! One request: address, sign, send, read.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use catalog::api::wire::{self, ErrorAnswer, Request, WireError};
use catalog::api::{Operation, ServiceModel};
use http::{HeaderMap, HeaderName, HeaderValue};
use resource::Value;

use super::class::{self, Meaning};
use super::client::AwsClient;
use super::counters::{self, Tally};
use super::credentials::Current;
use super::http::{Answer, Broken, Read};
use super::place::Place;
use super::{http as net, s3, sign};

/// A call being made.
pub(super) struct Ask<'a> {
    pub(super) model: &'a ServiceModel,
    pub(super) operation: &'a Operation,
    pub(super) request: &'a Request,
    pub(super) bucket: Option<&'a str>,
    pub(super) tally: &'a Tally,
    /// A region that is off until the account turns it on, in an account whose keys are known to be good.
    pub(super) opt_in: bool,
}

/// Why a request gave no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The provider answered with an error.
    Blamed {
        answer: ErrorAnswer,
        status: u16,
        meaning: Meaning,
        retry_after: Option<Duration>,
        date: Option<SystemTime>,
    },
    /// No whole answer came.
    Broken(Broken),
    /// An answer came that cannot be read.
    Unreadable { error: WireError, status: u16, request_id: Option<String> },
    /// It could not be signed or written.
    Unsendable(String),
}

impl AwsClient {
    /// Sends a call once.
    pub(super) async fn attempt(
        &self,
        ask: &Ask<'_>,
        place: &Place,
        credentials: &Arc<Current>,
        limit: Duration,
    ) -> Result<Value, Trouble> {
        counters::add(&ask.tally.requests, 1);
        let request = self.signed(ask, place, credentials).map_err(Trouble::Unsendable)?;
        let sent = tokio::time::timeout(limit.max(Duration::from_millis(1)), net::send(self.http(), request)).await;
        let answer = match sent {
            Ok(Err(lost @ Broken::Lost(_))) => {
                // There was a connection, so the host is there and worth every attempt.
                place.reached.store(true, Ordering::Relaxed);
                return Err(Trouble::Broken(lost));
            }
            Ok(answer) => answer.map_err(Trouble::Broken)?,
            Err(_) => return Err(Trouble::Broken(Broken::Lost("no answer in time".to_owned()))),
        };
        place.reached.store(true, Ordering::Relaxed);
        counters::add(&ask.tally.bytes, answer.body.len() as u64);
        read(ask, &answer)
    }

    fn signed(&self, ask: &Ask<'_>, place: &Place, credentials: &Current) -> Result<reqwest::Request, String> {
        let (authority, path) = s3::address(place, ask.request, ask.bucket);
        let query = ask.request.query_string();
        let mark = if query.is_empty() { "" } else { "?" };
        let address = format!("{}://{authority}{path}{mark}{query}", place.scheme);
        let url = reqwest::Url::parse(&address).map_err(|error| format!("`{address}` is no address: {error}"))?;
        let mut headers = HeaderMap::with_capacity(ask.request.headers.len() + 6);
        for (name, value) in &ask.request.headers {
            let name = HeaderName::try_from(name.as_str()).map_err(|error| error.to_string())?;
            headers.insert(name, HeaderValue::try_from(value.as_str()).map_err(|error| error.to_string())?);
        }
        let signing_name = &*ask.model.metadata.signing_name;
        let scope = sign::Scope {
            service: signing_name,
            region: &place.signing_region,
            s3: signing_name == "s3",
            time: self.time(),
        };
        // What is signed is what the URL parser made of the address: that is what is sent.
        sign::add(&scope, &credentials.signer, &ask.request.method, url.as_str(), &mut headers, &ask.request.body)?;
        let method = reqwest::Method::from_bytes(ask.request.method.as_bytes()).map_err(|error| error.to_string())?;
        let mut request = reqwest::Request::new(method, url);
        *request.headers_mut() = headers;
        if !ask.request.body.is_empty() {
            *request.body_mut() = Some(ask.request.body.clone().into());
        }
        Ok(request)
    }
}

fn read(ask: &Ask<'_>, answer: &Answer) -> Result<Value, Trouble> {
    let headers = Read(&answer.headers);
    let blame = |status: u16| {
        let found = wire::decode_error(ask.model, status, &headers, &answer.body);
        let modelled = ask.operation.errors.iter().any(|known| *known.code == found.code || *known.name == found.code);
        let meaning = class::meaning(status, &found, modelled, ask.opt_in);
        Trouble::Blamed { answer: found, status, meaning, retry_after: retry_after(answer), date: date(answer) }
    };
    if !(200..300).contains(&answer.status) {
        return Err(blame(answer.status));
    }
    wire::decode_response(ask.model, ask.operation, answer.status, &headers, &answer.body).map_err(|error| {
        // S3 may find an error after it has begun a 200 (Amazon S3 User Guide, CopyObject); it is a server error.
        let found = wire::decode_error(ask.model, answer.status, &headers, &answer.body);
        if matches!(error, WireError::Malformed { .. }) && found.code != answer.status.to_string() {
            return blame(500);
        }
        Trouble::Unreadable { error, status: answer.status, request_id: found.request_id }
    })
}

fn retry_after(answer: &Answer) -> Option<Duration> {
    let text = answer.headers.get(http::header::RETRY_AFTER)?.to_str().ok()?;
    // The header may also be a date; providers send seconds.
    text.trim().parse::<u64>().ok().map(|seconds| Duration::from_secs(seconds.min(600)))
}

fn date(answer: &Answer) -> Option<SystemTime> {
    let text = answer.headers.get(http::header::DATE)?.to_str().ok()?;
    jiff::fmt::rfc2822::parse(text).ok().and_then(|time| SystemTime::try_from(time.timestamp()).ok())
}
