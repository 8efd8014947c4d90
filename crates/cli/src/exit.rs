//! Exit codes, as the contract fixes them.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing wrong, or below `--fail-on`.
    Clean,
    /// Nothing usable.
    Error,
    /// The command line asks for something that does not exist.
    Usage,
    /// A finding at or above `--fail-on`.
    Findings,
    /// Finished, with holes in coverage.
    Holes,
    /// Cancelled; `--resume` goes on.
    Cancelled,
}

impl Exit {
    pub(crate) fn number(self) -> u8 {
        match self {
            Exit::Clean => 0,
            Exit::Error => 1,
            Exit::Usage => 2,
            Exit::Findings => 3,
            Exit::Holes => 4,
            Exit::Cancelled => 5,
        }
    }

    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(self.number())
    }
}

/// A wrong argument: its exit code is that of a wrong command line.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

impl std::fmt::Display for UsageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// A name that is not there, with the nearest one or the first few.
pub(crate) fn unknown_name<'a>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str>,
    list: &str,
) -> anyhow::Error {
    let known: Vec<std::sync::Arc<str>> = known.map(Into::into).collect();
    UsageError(format!("there is no {what} `{name}`\n  help: {}; `{list}` shows all", expr::nearest(name, &known)))
        .into()
}

/// Whether the reader of our output has gone away (`plumb findings | head`): no error.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
