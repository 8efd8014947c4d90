//! What an error answer means. Codes are those of the services' API references and of botocore's `_retry.json`.

use catalog::api::wire::ErrorAnswer;
use resource::By;

use super::error::ErrorClass;

/// What an error answer means for the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Ask again more slowly.
    Throttle,
    /// Ask again.
    Transient,
    /// The clocks differ.
    Skew,
    /// The credentials have expired.
    Expired,
    /// The thing asked for lives elsewhere (S3).
    Elsewhere,
    /// It is final.
    Final(ErrorClass),
}

const THROTTLES: [&str; 15] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "RequestThrottled",
    "TooManyRequestsException",
    "TooManyRequests",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
];

const TRANSIENT: [&str; 9] = [
    "RequestTimeout",
    "RequestTimeoutException",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServerException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "IDPCommunicationError",
];

const SKEWED: [&str; 3] = ["RequestTimeTooSkewed", "RequestInTheFuture", "RequestExpired"];

/// Codes whose message tells a skewed clock from a wrong key.
const SIGNATURE: [&str; 3] = ["SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure"];

const EXPIRED: [&str; 4] = ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "ExpiredTokenError"];

const CREDENTIALS: [&str; 11] = [
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "InvalidSecurity",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "AuthFailure",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "IncompleteSignature",
];

const DENIED: [&str; 12] = [
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "Client.UnauthorizedOperation",
    "UnauthorizedAccess",
    "AuthorizationError",
    "AuthorizationErrorException",
    "NotAuthorized",
    "NotAuthorizedException",
    "UnauthorizedException",
    "Forbidden",
    "AllAccessDisabled",
];

const NOT_IN_REGION: [&str; 5] =
    ["OptInRequired", "SubscriptionRequiredException", "RegionDisabledException", "RegionNotEnabled", "InvalidRegion"];

const UNSUPPORTED: [&str; 9] = [
    "UnknownOperationException",
    "UnknownOperation",
    "InvalidAction",
    "UnsupportedOperation",
    "UnsupportedOperationException",
    "OperationNotSupportedException",
    "NotImplemented",
    "NotImplementedException",
    "MethodNotAllowed",
];

/// Reads the meaning of an error answer. `modelled` says whether the operation's model names the code: a code such as
/// `LimitExceededException` is then the operation's own and not a throttle.
pub(super) fn meaning(status: u16, answer: &ErrorAnswer, modelled: bool, opt_in: bool) -> Meaning {
    let code = answer.code.as_str();
    let known =
        |list: &[&str]| list.contains(&code) || answer.alias.as_deref().is_some_and(|alias| list.contains(&alias));
    if known(&EXPIRED) {
        return Meaning::Expired;
    }
    if known(&SKEWED) || (known(&SIGNATURE) && tells_of_time(&answer.message)) {
        return Meaning::Skew;
    }
    if matches!(
        code,
        "PermanentRedirect"
            | "AuthorizationHeaderMalformed"
            | "TemporaryRedirect"
            | "IllegalLocationConstraintException"
    ) || ((300..400).contains(&status) && answer.region.is_some())
        || (status == 400 && code == "400" && answer.region.is_some())
    {
        return Meaning::Elsewhere;
    }
    let own = modelled && code == "LimitExceededException";
    if status == 429 || (known(&THROTTLES) && !own) {
        return Meaning::Throttle;
    }
    if known(&NOT_IN_REGION) {
        return Meaning::Final(ErrorClass::NotInRegion);
    }
    if known(&CREDENTIALS) {
        // A key that is valid elsewhere is unknown in a region that the account has not enabled.
        return Meaning::Final(if opt_in { ErrorClass::NotInRegion } else { ErrorClass::Credentials });
    }
    if known(&DENIED) || (status == 403 && !modelled) {
        return Meaning::Final(ErrorClass::Denied(denied_by(&answer.message)));
    }
    if known(&UNSUPPORTED) || (status == 501) {
        return Meaning::Final(ErrorClass::Unsupported);
    }
    if known(&TRANSIENT) || status >= 500 {
        return Meaning::Transient;
    }
    Meaning::Final(ErrorClass::Other)
}

fn tells_of_time(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["signature expired", "not yet current", "request has expired", "is earlier than", "is later than"]
        .iter()
        .any(|words| message.contains(words))
}

/// Which policy denied, from the message's words (AWS IAM User Guide, "Troubleshoot access denied error messages").
fn denied_by(message: &str) -> By {
    let message = message.to_ascii_lowercase();
    let says = |words: &str| message.contains(words);
    if says("service control policy") || says("resource control policy") {
        By::Scp
    } else if says("permissions boundary") {
        By::Boundary
    } else if says("resource-based policy") || says("vpc endpoint policy") {
        By::Resource
    } else if says("identity-based policy") || says("session policy") {
        By::Identity
    } else {
        By::Unstated
    }
}
