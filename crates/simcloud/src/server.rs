//! The sockets: an HTTP server on loopback in front of the desk.

mod connection;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use bytes::Bytes;
use catalog::Catalog;
use catalog::api::wire;
use futures_util::stream::{self, StreamExt};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::desk::{Desk, Reply, Trouble};
use crate::log::{CallKey, Count, Entry, Log};
use crate::rules::Rules;
use crate::world::{World, WorldError};
use crate::{Account, Estate};
use connection::{Line, Lines};

/// Where the simulator listens and what it remembers.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address; port 0 takes any free one. Only loopback makes sense: anybody who reaches it may ask.
    pub addr: SocketAddr,
    /// Writes every request as a line of JSON.
    pub log_file: Option<PathBuf>,
    /// Keeps every request in memory for [`Handle::requests`].
    pub keep_requests: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { addr: (Ipv4Addr::LOCALHOST, 0).into(), log_file: None, keep_requests: false }
    }
}

/// A simulator that cannot start.
#[derive(Debug, Error)]
pub enum SimError {
    /// The estate or the catalogue is wrong.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The address cannot be listened on.
    #[error("cannot listen on `{addr}`: {source}; choose another address, port 0 takes a free one")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The log file cannot be written.
    #[error("the request log cannot be written: {0}; choose another path")]
    Log(std::io::Error),
}

/// The simulated cloud.
#[derive(Debug)]
pub struct Simulator;

/// A running simulator. It stops when this is dropped.
pub struct Handle {
    url: String,
    desk: Arc<Desk>,
    stop: Option<oneshot::Sender<()>>,
    task: tokio::task::JoinHandle<()>,
}

impl Simulator {
    /// Starts answering on the current runtime.
    ///
    /// # Errors
    /// When the estate does not fit the catalogue, the address is taken or the log cannot be written.
    pub async fn start(
        catalog: Arc<Catalog>,
        estate: Estate,
        rules: Rules,
        options: Options,
    ) -> Result<Handle, SimError> {
        let world = World::new(catalog, estate)?;
        let log = Log::new(options.keep_requests, options.log_file.as_deref()).map_err(SimError::Log)?;
        let desk = Arc::new(Desk::new(world, rules, log));
        let failed = |source| SimError::Listen { addr: options.addr, source };
        let listener = TcpListener::bind(options.addr).await.map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        let app = Router::new().fallback(respond).with_state(desk.clone());
        let service = app.into_make_service_with_connect_info::<Line>();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let serving = axum::serve(Lines(listener), service).with_graceful_shutdown(async move {
                // A dropped handle stops the server as `stop` does.
                let _ = stopped.await;
            });
            if let Err(error) = serving.await {
                tracing::error!("the simulator stopped: {error}");
            }
        });
        Ok(Handle { url, desk, stop: Some(stop), task })
    }
}

impl Handle {
    /// `http://127.0.0.1:PORT`, the value for `AWS_ENDPOINT_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What a client's environment must hold to read the first account.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let settings = &self.desk.world.settings;
        let mut all = vec![("AWS_ENDPOINT_URL", self.url.clone()), ("AWS_EC2_METADATA_DISABLED", "true".to_owned())];
        all.extend(settings.regions.first().map(|region| ("AWS_REGION", region.to_string())));
        if let Some(account) = settings.accounts.first() {
            all.push(("AWS_ACCESS_KEY_ID", account.access_key.to_string()));
            all.push(("AWS_SECRET_ACCESS_KEY", account.secret_key.to_string()));
            all.extend(account.session_token.iter().map(|token| ("AWS_SESSION_TOKEN", token.to_string())));
        }
        all
    }

    /// The simulated accounts.
    pub fn accounts(&self) -> &[Account] {
        &self.desk.world.settings.accounts
    }

    /// Other rules from now on; the attempts seen so far are forgotten.
    pub fn set_rules(&self, rules: Rules) {
        self.desk.set_rules(rules);
    }

    /// How often each call was made since the start or [`Handle::clear_log`].
    pub fn counters(&self) -> BTreeMap<CallKey, Count> {
        self.desk.log.counts()
    }

    /// Every request, if [`Options::keep_requests`] is set.
    pub fn requests(&self) -> Vec<Entry> {
        self.desk.log.entries()
    }

    /// Forgets what was asked.
    pub fn clear_log(&self) {
        self.desk.log.clear();
    }

    /// Every call that documents can answer, `service:Operation`, sorted.
    pub fn calls(&self) -> Vec<Arc<str>> {
        let mut calls: Vec<Arc<str>> = self.desk.world.calls().map(|plan| plan.call.clone()).collect();
        calls.sort();
        calls
    }

    /// Stops answering. Open connections are dropped.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        self.task.abort();
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn respond(
    State(desk): State<Arc<Desk>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: axum::extract::Request,
) -> axum::response::Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, wire::MAX_BODY).await else {
        return status_only(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let headers = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    let request = wire::Request::received(
        parts.method.as_str(),
        parts.uri.path(),
        parts.uri.query().unwrap_or_default(),
        headers.collect(),
        body.to_vec(),
    );
    let reply = desk.answer(&request);
    if !reply.wait.is_zero() {
        tokio::time::sleep(reply.wait).await;
    }
    if reply.trouble == Some(Trouble::Reset) {
        line.hang_up();
    }
    to_http(reply)
}

fn status_only(status: StatusCode) -> axum::response::Response {
    let mut response = axum::response::Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn to_http(reply: Reply) -> axum::response::Response {
    let answer = reply.response;
    let mut response = status_only(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    put_headers(response.headers_mut(), &answer.headers);
    let length = answer.body.len();
    *response.body_mut() = if reply.trouble == Some(Trouble::Cut) {
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        cut_body(answer.body)
    } else {
        Body::from(answer.body)
    };
    response
}

fn put_headers(headers: &mut HeaderMap, all: &[(String, String)]) {
    for (name, value) in all {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::from_str(value)) {
            headers.append(name, value);
        }
    }
}

/// Half of the body, then an error that makes the server close the connection under the promised length.
fn cut_body(mut body: Vec<u8>) -> Body {
    body.truncate(body.len() / 2);
    let half = stream::iter([Ok(Bytes::from(body))]);
    let end = stream::once(async {
        // The half goes out while this waits; an error at once would take the head with it.
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionAborted))
    });
    Body::from_stream(half.chain(end))
}
