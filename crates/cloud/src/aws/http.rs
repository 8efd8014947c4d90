//! The HTTP client: pools, proxy, TLS, and bodies that are read to their end or not at all.

use std::time::Duration;

use catalog::api::wire::{Headers, MAX_BODY};
use http::HeaderMap;

use super::connect::ConnectError;

/// Nothing may stand still for longer.
const IDLE: Duration = Duration::from_secs(30);
const CONNECT: Duration = Duration::from_secs(10);

/// A client as every connection uses it. `AWS_CA_BUNDLE` adds certificates, the proxy variables a proxy.
pub(super) fn client() -> Result<reqwest::Client, ConnectError> {
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .read_timeout(IDLE)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("plumb/", env!("CARGO_PKG_VERSION")))
        .tcp_nodelay(true)
        .gzip(true);
    if let Some(path) = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) {
        let bad = |why: String| ConnectError::Bundle { path: path.to_string_lossy().into_owned(), why };
        let pem = std::fs::read(&path).map_err(|error| bad(error.to_string()))?;
        let certificates = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| bad(error.to_string()))?;
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(|error| ConnectError::Http(super::credentials::chain(&error)))
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// Why no whole answer came.
#[derive(Debug)]
pub(super) enum Broken {
    /// Nobody could be asked: the host's name is not known.
    Unresolved(String),
    /// No connection to the host.
    Unreachable(String),
    /// The connection broke, stood still or gave an answer that is no HTTP.
    Lost(String),
    /// The answer is larger than we read.
    TooLarge,
    /// The request itself cannot be sent.
    Unsendable(String),
}

/// Sends a request and reads the answer.
pub(super) async fn send(http: &reqwest::Client, request: reqwest::Request) -> Result<Answer, Broken> {
    let mut response = http.execute(request).await.map_err(broken)?;
    let mut answer = Answer {
        status: response.status().as_u16(),
        headers: std::mem::take(response.headers_mut()),
        body: Vec::new(),
    };
    if let Some(length) = response.content_length() {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > MAX_BODY {
            return Err(Broken::TooLarge);
        }
        answer.body.reserve_exact(length);
    }
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if answer.body.len() + chunk.len() > MAX_BODY {
            return Err(Broken::TooLarge);
        }
        answer.body.extend_from_slice(&chunk);
    }
    Ok(answer)
}

fn broken(error: reqwest::Error) -> Broken {
    let text = super::credentials::chain(&error.without_url());
    if text.contains("dns error") || text.contains("failed to lookup address") {
        Broken::Unresolved(text)
    } else if text.starts_with("builder error") {
        Broken::Unsendable(text)
    } else if text.contains("client error (Connect)") || text.contains("tcp connect error") {
        Broken::Unreachable(text)
    } else {
        Broken::Lost(text)
    }
}

/// Headers as the codec reads them.
pub(super) struct Read<'a>(pub(super) &'a HeaderMap);

impl Headers for Read<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|value| value.to_str().ok())
    }
    fn each(&self, visit: &mut dyn FnMut(&str, &str)) {
        for (name, value) in self.0 {
            if let Ok(text) = value.to_str() {
                visit(name.as_str(), text);
            }
        }
    }
}
