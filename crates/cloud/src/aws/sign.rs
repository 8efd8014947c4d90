//! Signature version 4.

use std::time::SystemTime;

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use http::{HeaderMap, HeaderName, HeaderValue};

/// Signs for one service in one region.
pub(super) struct Scope<'a> {
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    /// S3's paths are signed as they are sent.
    pub(super) s3: bool,
    pub(super) time: SystemTime,
}

/// Adds the signature's headers.
pub(super) fn add(
    scope: &Scope<'_>,
    identity: &Identity,
    method: &str,
    url: &str,
    headers: &mut HeaderMap,
    body: &[u8],
) -> Result<(), String> {
    let mut settings = SigningSettings::default();
    if scope.s3 {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    let params = v4::SigningParams::builder()
        .identity(identity)
        .region(scope.region)
        .name(scope.service)
        .time(scope.time)
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?
        .into();
    let signable = {
        let pairs = headers.iter().filter_map(|(name, value)| value.to_str().ok().map(|value| (name.as_str(), value)));
        SignableRequest::new(method, url, pairs, SignableBody::Bytes(body)).map_err(|error| error.to_string())?
    };
    let (instructions, _) = sign(signable, &params).map_err(|error| error.to_string())?.into_parts();
    let (signed, _) = instructions.into_parts();
    for header in signed {
        if let Ok(mut value) = HeaderValue::from_str(header.value()) {
            value.set_sensitive(header.sensitive());
            headers.insert(HeaderName::from_static(header.name()), value);
        }
    }
    Ok(())
}
