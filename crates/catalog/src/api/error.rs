//! What can be wrong with a model or a question to it.

use thiserror::Error;

/// A model file that cannot be read, or a question that the models cannot answer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ApiError {
    /// The folder holds no such file.
    #[error("the provider models lack `{file}`; run `cargo xtask refresh-api`")]
    Missing {
        /// The file's name in the models' folder.
        file: String,
    },
    /// The file is there but is not what it should be.
    #[error("the provider model `{file}` cannot be read: {why}; run `cargo xtask refresh-api`")]
    Malformed {
        /// The file's name in the models' folder.
        file: String,
        /// What the reader said.
        why: String,
    },
    /// A call that is not written `service:Operation`.
    #[error("`{call}` is not a call; write `service:Operation`, as in `s3:ListBuckets`")]
    NotACall {
        /// The text.
        call: String,
    },
    /// No model for the service.
    #[error(
        "no provider model for the service `{service}`{nearest}; add a call of it to a type and run `cargo xtask refresh-api`"
    )]
    Service {
        /// The service asked for.
        service: String,
        /// `, did you mean …` or nothing.
        nearest: String,
    },
    /// The service's model lacks the operation.
    #[error(
        "the model of `{service}` has no operation `{operation}`{nearest}; run `cargo xtask refresh-api` if it is new"
    )]
    Operation {
        /// The service.
        service: String,
        /// The operation asked for.
        operation: String,
        /// `, did you mean …` or nothing.
        nearest: String,
    },
    /// A member path that leads nowhere.
    #[error("`{shape}` has no member `{member}`{nearest}; member names are those of the provider's SDK")]
    Member {
        /// The shape looked at.
        shape: String,
        /// The member asked for.
        member: String,
        /// `, did you mean …` or nothing.
        nearest: String,
    },
    /// A call whose IAM action is not in the published list.
    #[error(
        "`{call}` would need the action `{action}`, which IAM does not have{nearest}; map it in `catalog/api/aws/permissions.toml`"
    )]
    Action {
        /// The call.
        call: String,
        /// The action it would need.
        action: String,
        /// `, did you mean …` or nothing.
        nearest: String,
    },
    /// A region of no known partition.
    #[error("`{region}` is not a region of any known partition; check the region's name")]
    Region {
        /// The region asked for.
        region: String,
    },
    /// A service without the wanted kind of endpoint.
    #[error("`{service}` has no {variant} endpoint in `{region}`; turn off {setting}")]
    Variant {
        /// The service.
        service: String,
        /// The region.
        region: String,
        /// `FIPS`, `dual-stack` or both.
        variant: &'static str,
        /// The variables that ask for it.
        setting: &'static str,
    },
}

/// `, did you mean …`, when one of the names is near.
pub(crate) fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> String {
    let best = names.map(|name| (distance(wanted, name), name)).min();
    match best {
        Some((far, name)) if far <= 1 + wanted.len() / 4 => format!(", did you mean `{name}`?"),
        _ => String::new(),
    }
}

/// Edit distance without regard to case.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (index, left) in a.chars().flat_map(char::to_lowercase).enumerate() {
        let mut diagonal = index;
        let mut previous = index + 1;
        for (cell, right) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            let cost = diagonal + usize::from(left != *right);
            previous = cost.min(above + 1).min(previous + 1);
            diagonal = above;
            *cell = previous;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}
