//! HTTP messages without a connection.

/// A request before an endpoint and a signature are chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, `HEAD`, …
    pub method: String,
    /// The percent-encoded path; S3's in path style, `/bucket/key`.
    pub path: String,
    /// The query string's pairs, decoded.
    pub query: Vec<(String, String)>,
    /// The headers; names in any case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What to put before the host's name.
    pub host_prefix: Option<String>,
}

impl Request {
    pub(super) fn new(method: &str, path: &str) -> Request {
        Request { method: method.to_owned(), path: path.to_owned(), ..Request::default() }
    }

    /// The query string, percent-encoded; empty without pairs.
    pub fn query_string(&self) -> String {
        super::uri::query_string(&self.query)
    }

    /// Reads a request as a server gets it: `path` percent-encoded, `query` the text after `?`.
    pub fn received(method: &str, path: &str, query: &str, headers: Vec<(String, String)>, body: Vec<u8>) -> Request {
        Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: super::uri::pairs(query, false),
            headers,
            body,
            host_prefix: None,
        }
    }
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Headers, whoever keeps them.
pub trait Headers {
    /// The value of a header, its name in any case.
    fn header(&self, name: &str) -> Option<&str>;
    /// Every header with a readable value.
    fn each(&self, visit: &mut dyn FnMut(&str, &str));
}

impl Headers for Vec<(String, String)> {
    fn header(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
    fn each(&self, visit: &mut dyn FnMut(&str, &str)) {
        for (name, value) in self {
            visit(name, value);
        }
    }
}
