//! Errors in the shape and with the code that each protocol gives them.

use catalog::api::{Operation, Protocol, ServiceModel};
use resource::Why;

use crate::rules::DeniedBy;

/// An error answer.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub code: String,
    pub message: String,
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub kind: FaultKind,
    /// Further elements of an S3 error.
    pub detail: Vec<(&'static str, String)>,
}

/// What an error means for the counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// "Not configured".
    Absent,
    /// No such resource.
    Gone,
    Denied,
    Throttled,
    Failed,
    /// Redirects, wrong credentials, unknown operations, malformed requests.
    Refused,
}

impl Fault {
    pub(crate) fn new(kind: FaultKind, status: u16, code: &str, message: impl Into<String>) -> Fault {
        Fault { code: code.to_owned(), message: message.into(), status, headers: Vec::new(), kind, detail: Vec::new() }
    }
}

/// The protocol families whose errors differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Query,
    Ec2,
    Json,
    RestJson,
    S3,
}

impl Style {
    pub(crate) fn of(model: &ServiceModel) -> Style {
        match model.metadata.protocol {
            Protocol::Query => Style::Query,
            Protocol::Ec2 => Style::Ec2,
            Protocol::Json => Style::Json,
            Protocol::RestJson => Style::RestJson,
            Protocol::RestXml => Style::S3,
        }
    }

    fn pick<T: Copy>(self, query: T, ec2: T, json: T, rest_json: T, s3: T) -> T {
        match self {
            Style::Query => query,
            Style::Ec2 => ec2,
            Style::Json => json,
            Style::RestJson => rest_json,
            Style::S3 => s3,
        }
    }
}

/// The access key is nobody's.
pub(crate) fn bad_key(style: Style) -> Fault {
    let (status, code, message) = style.pick(
        (403, "InvalidClientTokenId", "The security token included in the request is invalid."),
        (401, "AuthFailure", "AWS was not able to validate the provided access credentials"),
        (400, "UnrecognizedClientException", "The security token included in the request is invalid."),
        (403, "UnrecognizedClientException", "The security token included in the request is invalid."),
        (403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
    );
    Fault::new(FaultKind::Refused, status, code, message)
}

/// Temporary credentials whose time is over.
pub(crate) fn expired(style: Style) -> Fault {
    let (status, code, message) = style.pick(
        (403, "ExpiredToken", "The security token included in the request is expired"),
        (400, "RequestExpired", "Request has expired."),
        (400, "ExpiredTokenException", "The security token included in the request is expired"),
        (403, "ExpiredTokenException", "The security token included in the request is expired"),
        (400, "ExpiredToken", "The provided token has expired."),
    );
    Fault::new(FaultKind::Refused, status, code, message)
}

/// The request's clock is more than 15 minutes off.
pub(crate) fn skewed(style: Style, signed: &str, now: &str) -> Fault {
    let early = format!("Signature expired: {signed} is now earlier or later than {now} by more than 15 min.");
    let (status, code) = style.pick(
        (403, "SignatureDoesNotMatch"),
        (400, "RequestExpired"),
        (400, "InvalidSignatureException"),
        (403, "InvalidSignatureException"),
        (403, "RequestTimeTooSkewed"),
    );
    let message = style.pick(
        early.as_str(),
        "Request has expired.",
        early.as_str(),
        early.as_str(),
        "The difference between the request time and the current time is too large.",
    );
    Fault::new(FaultKind::Refused, status, code, message)
}

/// A global service asked with a signature for another region (IAM User Guide, "Signature Version 4").
pub(crate) fn wrong_scope(style: Style, region: &str) -> Fault {
    let message = format!("Credential should be scoped to a valid region, not '{region}'.");
    let (status, code) = style.pick(
        (403, "SignatureDoesNotMatch"),
        (401, "AuthFailure"),
        (400, "InvalidSignatureException"),
        (403, "InvalidSignatureException"),
        (400, "AuthorizationHeaderMalformed"),
    );
    Fault::new(FaultKind::Refused, status, code, message)
}

/// Too many requests.
pub(crate) fn throttled(style: Style, service: &str, retry_after: Option<u32>) -> Fault {
    let (status, code, message) = style.pick(
        (400, "Throttling", "Rate exceeded"),
        (503, "RequestLimitExceeded", "Request limit exceeded."),
        (400, "ThrottlingException", "Rate exceeded"),
        (429, "TooManyRequestsException", "Rate exceeded"),
        (503, "SlowDown", "Please reduce your request rate."),
    );
    let code = if service == "sts" { "ThrottledException" } else { code };
    let mut fault = Fault::new(FaultKind::Throttled, status, code, message);
    fault.headers.extend(retry_after.map(|seconds| ("retry-after", seconds.to_string())));
    fault
}

/// A server error.
pub(crate) fn failed(style: Style, status: u16, code: Option<&str>) -> Fault {
    let usual = if status == 503 {
        style.pick(
            "ServiceUnavailable",
            "Unavailable",
            "ServiceUnavailableException",
            "ServiceUnavailable",
            "ServiceUnavailable",
        )
    } else {
        style.pick("InternalFailure", "InternalError", "InternalServerError", "ServiceException", "InternalError")
    };
    let message = "We encountered an internal error. Please try again.";
    Fault::new(FaultKind::Failed, status, code.unwrap_or(usual), message)
}

/// An operation that the service does not have.
pub(crate) fn no_operation(style: Style, asked: &str) -> Fault {
    let (status, code) = style.pick(
        (400, "InvalidAction"),
        (400, "InvalidAction"),
        (400, "UnknownOperationException"),
        (404, "UnknownOperationException"),
        (405, "MethodNotAllowed"),
    );
    let message = match style {
        Style::Query | Style::Ec2 => format!("Could not find operation {asked}"),
        Style::S3 => "The specified method is not allowed against this resource.".to_owned(),
        _ => String::new(),
    };
    Fault::new(FaultKind::Refused, status, code, message)
}

/// An operation of the model, or a parameter of it, that no type of the catalogue uses.
pub(crate) fn unsupported(style: Style, what: &str) -> Fault {
    let (status, code) = style.pick(
        (400, "UnsupportedOperation"),
        (400, "UnsupportedOperation"),
        (400, "UnsupportedOperation"),
        (400, "UnsupportedOperation"),
        (501, "NotImplemented"),
    );
    let message = format!("no resource type of the catalogue asks for {what}, so the simulator has no answer");
    Fault::new(FaultKind::Refused, status, code, message)
}

/// A permission is missing.
pub(crate) struct Denial<'a> {
    pub caller: &'a str,
    pub action: &'a str,
    pub resource: Option<&'a str>,
    pub by: DeniedBy,
}

/// In AWS's words (IAM User Guide, "Troubleshoot access denied error messages").
pub(crate) fn denied(style: Style, service: &str, denial: &Denial<'_>) -> Fault {
    let Denial { caller, action, resource, by } = denial;
    let because = match by {
        DeniedBy::Identity => format!(" because no identity-based policy allows the {action} action"),
        DeniedBy::Scp => " with an explicit deny in a service control policy".to_owned(),
        DeniedBy::Boundary => format!(" because no permissions boundary allows the {action} action"),
        DeniedBy::Resource => " with an explicit deny in a resource-based policy".to_owned(),
        DeniedBy::Unstated => String::new(),
    };
    let on = match (style, resource) {
        (Style::S3, Some(uid)) => format!(" on resource: \"{uid}\""),
        (_, Some(uid)) => format!(" on resource: {uid}"),
        (Style::Ec2, None) => String::new(),
        (_, None) => " on resource: *".to_owned(),
    };
    let mut message = format!("User: {caller} is not authorized to perform: {action}{on}{because}");
    if style == Style::Ec2 {
        message.insert_str(0, "You are not authorized to perform this operation. ");
    }
    let (status, code) = match (style, service) {
        (_, "sns") => (403, "AuthorizationError"),
        _ => style.pick(
            (403, "AccessDenied"),
            (403, "UnauthorizedOperation"),
            (400, "AccessDeniedException"),
            (403, "AccessDeniedException"),
            (403, "AccessDenied"),
        ),
    };
    Fault::new(FaultKind::Denied, status, code, message)
}

/// No such resource, or nothing configured: with the code that the type's file expects.
pub(crate) fn missing(style: Style, operation: &Operation, kind: FaultKind, codes: &[String], what: &str) -> Fault {
    let modelled = || {
        let named = |name: &str| ["NotFound", "NoSuch", "DoesNotExist"].iter().any(|word| name.contains(word));
        operation.errors.iter().find(|error| named(&error.name)).map(|error| error.code.to_string())
    };
    let first = codes
        .first()
        .map(|code| code.split_once(": ").map_or((code.as_str(), None), |(code, words)| (code, Some(words))));
    let (code, words) = first.unzip();
    let code = code.map(str::to_owned).or_else(modelled).unwrap_or_else(|| "ResourceNotFoundException".to_owned());
    let known = operation.errors.iter().find(|error| *error.code == *code || *error.name == *code);
    let usual = style.pick(400, 400, 400, 404, 404);
    let status = known.and_then(|error| error.status).unwrap_or(usual);
    let message = match (words.flatten(), kind) {
        (Some(words), _) => words.to_owned(),
        (None, FaultKind::Absent) => format!("nothing is configured for {what}"),
        (None, _) => format!("{what} does not exist"),
    };
    Fault::new(kind, status, &code, message)
}

/// What a hole in a document answers.
pub(crate) fn hole(style: Style, service: &str, why: Why, codes: &[String], denial: &Denial<'_>) -> Fault {
    match why {
        Why::Throttled => throttled(style, service, None),
        Why::Failed => failed(style, 500, None),
        Why::Unsupported => {
            let code = codes.first().map_or("UnsupportedOperation", String::as_str);
            Fault::new(FaultKind::Refused, 400, code, "The operation is not supported for this resource.")
        }
        _ => denied(style, service, denial),
    }
}

/// A parameter that cannot be used, such as a token of another listing.
pub(crate) fn bad_parameter(style: Style, message: impl Into<String>) -> Fault {
    let code = style.pick(
        "ValidationError",
        "InvalidParameterValue",
        "ValidationException",
        "InvalidParameterValueException",
        "InvalidArgument",
    );
    Fault::new(FaultKind::Refused, 400, code, message)
}
