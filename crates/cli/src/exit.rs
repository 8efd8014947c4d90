//! Exit codes, as the contract fixes them.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing wrong, or below `--fail-on`.
    Clean,
    /// Nothing usable.
    Error,
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
            Exit::Findings => 3,
            Exit::Holes => 4,
            Exit::Cancelled => 5,
        }
    }

    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(self.number())
    }
}

/// Whether the reader of our output has gone away (`plumb findings | head`): no error.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe))
}
