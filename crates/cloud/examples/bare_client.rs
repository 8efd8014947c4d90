//! The yardstick of `cargo xtask bench`: the same signed S3 calls in the same concurrency, answers read and dropped.
//!
//! `bare_client URL REGION CONCURRENCY PATTERN…`, where a pattern is a request path such as `/{Bucket}?policy`. Credentials come
//! from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`. It knows no model, decodes nothing but bucket names, retries nothing.

use std::error::Error;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

struct Client {
    http: reqwest::Client,
    url: String,
    region: String,
    credentials: Credentials,
}

impl Client {
    async fn get(&self, path: &str) -> Result<Bytes> {
        let uri = format!("{}{path}", self.url);
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("s3")
            .time(SystemTime::now())
            .settings(settings)
            .build()?
            .into();
        let signable = SignableRequest::new("GET", uri.as_str(), std::iter::empty(), SignableBody::Bytes(b""))?;
        let (instructions, _) = sign(signable, &params)?.into_parts();
        let mut request = http::Request::get(&uri).body("")?;
        instructions.apply_to_request_http1x(&mut request);
        Ok(self.http.execute(request.try_into()?).await?.bytes().await?)
    }

    async fn buckets(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let encoded = token.map(|token| utf8_percent_encode(&token, NON_ALPHANUMERIC).to_string());
            let more = encoded.map(|token| format!("&continuation-token={token}")).unwrap_or_default();
            let answer = self.get(&format!("/?max-buckets=1000{more}")).await?;
            let text = std::str::from_utf8(&answer)?;
            names.extend(between(text, "<Name>", "</Name>").map(str::to_owned));
            token = between(text, "<ContinuationToken>", "</ContinuationToken>").next().map(str::to_owned);
            if token.is_none() {
                return Ok(names);
            }
        }
    }
}

fn between<'a>(text: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(open).skip(1).filter_map(move |rest| rest.split(close).next())
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |name: &str| arguments.next().ok_or_else(|| format!("bare_client: give {name}"));
    let (url, region, concurrency) = (next("a URL")?, next("a region")?, next("a concurrency")?.parse()?);
    let patterns: Vec<String> = arguments.collect();
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let (key, secret) = (std::env::var("AWS_ACCESS_KEY_ID")?, std::env::var("AWS_SECRET_ACCESS_KEY")?);
    let credentials = Credentials::new(key, secret, None, None, "environment");
    let client = Client { http: reqwest::Client::builder().build()?, url, region, credentials };
    let buckets = client.buckets().await?;
    let calls = buckets.iter().flat_map(|name| patterns.iter().map(move |pattern| pattern.replace("{Bucket}", name)));
    let bytes = stream::iter(calls)
        .map(|path| {
            let client = &client;
            async move { client.get(&path).await.map(|body| body.len()) }
        })
        .buffer_unordered(concurrency)
        .try_fold(0, |sum, length| async move { Ok(sum + length) })
        .await?;
    println!("{} buckets, {} calls, {bytes} bytes", buckets.len(), buckets.len() * patterns.len());
    Ok(())
}
