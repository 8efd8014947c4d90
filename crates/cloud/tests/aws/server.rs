//! A provider on loopback that answers as it is told and remembers what it was asked.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use catalog::api::ApiIndex;
use cloud::{AwsClient, AwsOptions, CallError, CallTarget, Clock, Keys};
use resource::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What to answer; the last one is given for ever.
#[derive(Clone)]
pub(crate) enum Reply {
    /// A whole answer.
    Http(u16, Vec<(String, String)>, String),
    /// An answer that promises more bytes than it has, then the connection's end.
    Cut(String),
    /// The connection's end, without a byte.
    Hangup,
    /// A header that promises this many bytes, and none of them.
    Promise(u64),
}

/// An answer of success.
pub(crate) fn ok(body: &str) -> Reply {
    Reply::Http(200, Vec::new(), body.to_owned())
}

/// An error answer in S3's form.
pub(crate) fn s3_error(status: u16, code: &str, rest: &str) -> Reply {
    Reply::Http(status, Vec::new(), format!("<Error><Code>{code}</Code><Message>m</Message>{rest}</Error>"))
}

/// An error answer in the JSON protocols' form.
pub(crate) fn json_error(status: u16, code: &str, message: &str) -> Reply {
    Reply::Http(status, Vec::new(), format!(r#"{{"__type":"{code}","message":"{message}"}}"#))
}

/// A request as it arrived, header names in lower case.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

pub(crate) struct Server {
    pub(crate) url: String,
    replies: Arc<Mutex<Vec<Reply>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    pub(crate) async fn start(mut replies: Vec<Reply>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        replies.reverse();
        let server = Server { url, replies: Arc::new(Mutex::new(replies)), seen: Arc::default() };
        let (replies, seen) = (server.replies.clone(), server.seen.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (replies, seen) = (replies.clone(), seen.clone());
                tokio::spawn(async move { serve(stream, &replies, &seen).await });
            }
        });
        server
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// A client of this server, with a clock whose waits pass at once.
    pub(crate) async fn client(&self, change: impl FnOnce(&mut AwsOptions)) -> AwsClient {
        connect(&self.url, change).await.unwrap()
    }
}

pub(crate) const NOW: u64 = 1_767_225_600;

pub(crate) async fn connect(url: &str, change: impl FnOnce(&mut AwsOptions)) -> Result<AwsClient, cloud::ConnectError> {
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalog/api/aws");
    let api = Arc::new(ApiIndex::open(std::path::Path::new(models)));
    let mut options = AwsOptions {
        endpoint_url: Some(url.to_owned()),
        keys: Some(Keys { access_key_id: "AKIDFIRST".into(), secret_access_key: "secret".into() }),
        region: Some("eu-west-1".into()),
        clock: Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)),
        ..AwsOptions::default()
    };
    change(&mut options);
    AwsClient::connect(api, options).await
}

pub(crate) fn target(call: &str) -> CallTarget {
    let (service, operation) = call.split_once(':').unwrap();
    CallTarget::new(service, operation, "eu-west-1")
}

pub(crate) fn json(text: &str) -> Value {
    Value::from_json(text).unwrap()
}

pub(crate) async fn call(client: &AwsClient, call: &str, input: &str) -> Result<Value, CallError> {
    client.call(&target(call), &json(input)).await
}

async fn serve(mut stream: TcpStream, replies: &Mutex<Vec<Reply>>, seen: &Mutex<Vec<Seen>>) {
    let mut buffer = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut buffer).await {
        let head_only = request.line.starts_with("HEAD ");
        seen.lock().unwrap().push(request);
        let reply = {
            let mut replies = replies.lock().unwrap();
            if replies.len() > 1 { replies.pop().unwrap() } else { replies[0].clone() }
        };
        let (text, goes_on) = match reply {
            Reply::Http(status, headers, body) => {
                let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
                let length = body.len();
                let body = if head_only { String::new() } else { body };
                (format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n{body}"), true)
            }
            Reply::Cut(body) => {
                (format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n{body}", body.len() + 100), false)
            }
            Reply::Hangup => (String::new(), false),
            Reply::Promise(length) => (format!("HTTP/1.1 200 X\r\ncontent-length: {length}\r\n\r\n"), false),
        };
        if stream.write_all(text.as_bytes()).await.is_err() || !goes_on {
            return;
        }
    }
}

async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Seen> {
    loop {
        let text = String::from_utf8_lossy(buffer).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let line = lines.next()?.to_owned();
            let headers: Vec<(String, String)> = lines
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
                .collect();
            let length =
                headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, n)| n.parse().unwrap());
            if body.len() >= length {
                buffer.drain(..head.len() + 4 + length);
                return Some(Seen { line, headers, body: body[..length].to_owned() });
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => buffer.extend_from_slice(&chunk[..read]),
        }
    }
}
