//! What a call can come to other than an answer.

use std::fmt;

use resource::{By, Hole, Why};

/// What kind of failure it is; decides what the hole says and whether others may still succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// A policy denies it; which kind, as far as the provider says.
    Denied(By),
    /// Still throttled when the time was up.
    Throttled,
    /// Server errors, broken connections, answers that cannot be read, time used up.
    Failed,
    /// The service is not in the region, or the region is not enabled for the account.
    NotInRegion,
    /// The provider does not know the operation there.
    Unsupported,
    /// The credentials are missing, wrong or expired: nothing else will succeed either.
    Credentials,
    /// A code about the thing asked for (`NoSuchBucketPolicy`): the type file says what it means.
    Other,
    /// We do not make such calls: not a read, or its input does not fit.
    Refused,
}

/// A call that gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// What kind of failure it is.
    pub class: ErrorClass,
    /// The provider's code; empty when none came.
    pub code: String,
    /// A second name of the same code, where the service has two.
    pub alias: Option<String>,
    /// The provider's words or ours, at most 500 characters.
    pub message: String,
    /// The HTTP status, if an answer came.
    pub status: Option<u16>,
    /// What to do about it, where the class alone does not tell.
    pub hint: Option<&'static str>,
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// The call, `s3:GetBucketPolicy`.
    pub call: String,
    /// The permission that it needs; empty when it needs none.
    pub permission: String,
    /// The region asked.
    pub region: String,
    /// How often it was sent.
    pub attempts: u32,
}

impl CallError {
    /// Whether the provider's code is this one, by either of its names.
    pub fn is(&self, code: &str) -> bool {
        self.code == code || self.alias.as_deref() == Some(code)
    }

    /// The hole that the call leaves.
    pub fn hole(&self) -> Hole {
        let (why, by) = match self.class {
            ErrorClass::Denied(by) => (Why::Denied, Some(by)),
            ErrorClass::Throttled => (Why::Throttled, None),
            ErrorClass::NotInRegion => (Why::NotInRegion, None),
            ErrorClass::Unsupported => (Why::Unsupported, None),
            ErrorClass::Failed | ErrorClass::Credentials | ErrorClass::Other | ErrorClass::Refused => {
                (Why::Failed, None)
            }
        };
        let code = if self.code.is_empty() { String::new() } else { format!("{}: ", self.code) };
        let mut hole = Hole::new(why).call(&self.call).detail(&one_line(&format!("{code}{}", self.message)));
        if !self.permission.is_empty() {
            hole = hole.permission(&self.permission);
        }
        hole.by = by;
        hole
    }

    /// What to do about it.
    fn next_step(&self) -> String {
        if let Some(hint) = self.hint {
            return hint.to_owned();
        }
        match self.class {
            ErrorClass::Denied(By::Scp) => "ask the organisation's administrators to exempt it".to_owned(),
            ErrorClass::Denied(_) if self.permission.is_empty() => "use other credentials".to_owned(),
            ErrorClass::Denied(_) => format!("grant `{}`", self.permission),
            ErrorClass::Throttled => "lower --max-rate or scan at a quieter time".to_owned(),
            ErrorClass::Failed => "run the scan again with --resume".to_owned(),
            ErrorClass::NotInRegion => "leave the region out or enable it for the account".to_owned(),
            ErrorClass::Unsupported => "check that the endpoint is the provider's".to_owned(),
            ErrorClass::Credentials => "renew the credentials, for instance with `aws sso login`".to_owned(),
            ErrorClass::Other => "look the code up in the service's API reference".to_owned(),
            ErrorClass::Refused => "correct the call in its catalogue file".to_owned(),
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.class {
            ErrorClass::Denied(_) => "was denied",
            ErrorClass::Throttled => "was throttled",
            ErrorClass::NotInRegion => "is not offered there",
            ErrorClass::Unsupported => "is not supported there",
            ErrorClass::Credentials => "got no valid credentials",
            ErrorClass::Refused => "was not sent",
            ErrorClass::Failed | ErrorClass::Other => "failed",
        };
        write!(f, "`{}` in `{}` {what}", self.call, self.region)?;
        if !self.code.is_empty() {
            write!(f, " ({})", self.code)?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", one_line(&self.message))?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " [request {id}]")?;
        }
        write!(f, "; {}", self.next_step())
    }
}

impl std::error::Error for CallError {}

/// One line without control characters: provider text is printed on terminals.
pub(super) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control()).filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(" ")
}

/// At most 500 characters.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(500) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
