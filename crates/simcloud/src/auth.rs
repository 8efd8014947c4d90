//! Who asks: the signature's scope and the credentials behind it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use catalog::api::wire::Headers;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::estate::Settings;
use crate::fault::{self, Fault, FaultKind, Style};
use crate::rules::hash_of;

/// How far a request's clock may be off (AWS General Reference, "Signing AWS API requests").
const TOLERANCE: SignedDuration = SignedDuration::from_mins(15);
/// How long assumed roles' credentials last unless the client says.
const HOUR: i64 = 3_600;

/// What a request's signature says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    pub key: String,
    pub region: String,
    pub service: String,
    pub date: String,
}

/// Why a signature cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unsigned {
    /// There is none.
    Missing,
    /// It lacks a part or a part has the wrong form.
    Malformed(&'static str),
}

impl Signature {
    /// Reads the headers. The signature itself is not verified: the simulator holds no secret worth guarding.
    pub(crate) fn read(headers: &impl Headers) -> Result<Signature, Unsigned> {
        let header = headers.header("authorization").ok_or(Unsigned::Missing)?;
        let body = header.strip_prefix("AWS4-HMAC-SHA256 ").ok_or(Unsigned::Malformed("algorithm"))?;
        let part = |name: &str| body.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        let credential = part("Credential").ok_or(Unsigned::Malformed("Credential"))?;
        let signed = part("SignedHeaders").ok_or(Unsigned::Malformed("SignedHeaders"))?;
        let signature = part("Signature").ok_or(Unsigned::Malformed("Signature"))?;
        if signature.len() != 64 || !signature.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Unsigned::Malformed("Signature"));
        }
        if !signed.split(';').any(|name| name == "host") {
            return Err(Unsigned::Malformed("SignedHeaders"));
        }
        let parts: Vec<&str> = credential.split('/').collect();
        let [key, day, region, service, "aws4_request"] = parts[..] else {
            return Err(Unsigned::Malformed("Credential"));
        };
        let date = headers.header("x-amz-date").ok_or(Unsigned::Malformed("X-Amz-Date"))?;
        if !date.starts_with(day) {
            return Err(Unsigned::Malformed("Credential"));
        }
        let [key, region, service, date] = [key, region, service, date].map(str::to_owned);
        Ok(Signature { key, region, service, date })
    }

    /// The error of a request whose clock is off.
    pub(crate) fn check_clock(&self, style: Style, now: Timestamp) -> Result<(), Fault> {
        let signed = DateTime::strptime("%Y%m%dT%H%M%SZ", &self.date)
            .ok()
            .and_then(|time| TimeZone::UTC.to_timestamp(time).ok())
            .ok_or_else(|| malformed(style, "X-Amz-Date"))?;
        if now.duration_since(signed).abs() > TOLERANCE {
            let now = now.strftime("%Y%m%dT%H%M%SZ").to_string();
            return Err(fault::skewed(style, &self.date, &now));
        }
        Ok(())
    }
}

/// A signature that cannot be read.
pub(crate) fn malformed(style: Style, part: &str) -> Fault {
    let (status, code) = match style {
        Style::Query => (400, "IncompleteSignature"),
        Style::Ec2 => (401, "AuthFailure"),
        Style::Json => (400, "IncompleteSignatureException"),
        Style::RestJson => (403, "IncompleteSignatureException"),
        Style::S3 => (400, "AuthorizationHeaderMalformed"),
    };
    Fault::new(FaultKind::Refused, status, code, format!("Authorization header requires a well-formed '{part}'."))
}

/// The credentials that the simulator knows.
#[derive(Debug)]
pub(crate) struct Credentials {
    known: Mutex<HashMap<String, Known>>,
}

#[derive(Debug)]
struct Known {
    caller: Caller,
    token: Option<Arc<str>>,
    expires: Option<Timestamp>,
    used: u64,
}

/// Who a key belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub account: Arc<str>,
    pub arn: Arc<str>,
    pub user_id: Arc<str>,
}

/// After how many requests credentials expire.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    pub all: Option<u64>,
    pub assumed: Option<u64>,
}

/// Fresh credentials of an assumed role.
#[derive(Debug)]
pub(crate) struct Issued {
    pub key: String,
    pub secret: String,
    pub token: String,
    pub expires: Timestamp,
    pub caller: Caller,
}

impl Credentials {
    pub(crate) fn new(settings: &Settings) -> Credentials {
        let known = settings.accounts.iter().map(|account| {
            let caller =
                Caller { account: account.id.clone(), arn: account.caller.clone(), user_id: account.user_id.clone() };
            (
                account.access_key.to_string(),
                Known { caller, token: account.session_token.clone(), expires: None, used: 0 },
            )
        });
        Credentials { known: Mutex::new(known.collect()) }
    }

    /// Whose the key is, counting its use.
    pub(crate) fn check(
        &self,
        style: Style,
        key: &str,
        token: Option<&str>,
        now: Timestamp,
        limits: Limits,
    ) -> Result<Caller, Fault> {
        let mut all = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = all.get_mut(key).ok_or_else(|| fault::bad_key(style))?;
        if known.token.as_deref() != token {
            return Err(fault::bad_key(style));
        }
        known.used += 1;
        // Only assumed roles' credentials have an end of their own.
        let assumed = limits.assumed.filter(|_| known.expires.is_some());
        let over = limits.all.into_iter().chain(assumed).any(|limit| known.used > limit);
        if over || known.expires.is_some_and(|expires| expires < now) {
            return Err(fault::expired(style));
        }
        Ok(known.caller.clone())
    }

    /// Credentials for a role's session, `seconds` long.
    pub(crate) fn issue(
        &self,
        account: &str,
        role: &str,
        session: &str,
        seconds: Option<i64>,
        now: Timestamp,
    ) -> Issued {
        let mut all = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let number = hash_of(&(role, session, all.len()));
        let partition = role.split(':').nth(1).unwrap_or("aws");
        let name = role.rsplit('/').next().unwrap_or(role);
        let caller = Caller {
            account: account.into(),
            arn: format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session}").into(),
            user_id: format!("AROA{number:016X}:{session}").into(),
        };
        let lasts = SignedDuration::from_secs(seconds.unwrap_or(HOUR));
        let issued = Issued {
            key: format!("ASIA{number:016X}"),
            secret: format!("{:032x}", hash_of(&(number, "secret"))),
            token: format!("{:032x}", hash_of(&(number, "token"))),
            expires: now.checked_add(lasts).unwrap_or(now),
            caller: caller.clone(),
        };
        let token = Some(Arc::from(issued.token.as_str()));
        all.insert(issued.key.clone(), Known { caller, token, expires: Some(issued.expires), used: 0 });
        issued
    }
}

#[cfg(test)]
mod tests;
