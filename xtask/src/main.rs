//! Tools of this repository. Not shipped.
//!
//! `cargo xtask tidy` checks the rules of the house, `generate` writes what is derived from the catalogue, `refresh-api`
//! extracts provider models, `bench` measures.

mod bench;
mod generate;
mod refresh_api;
mod tidy;
mod wire;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Tools of this repository", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Rebuild the provider models in catalog/api from the published packages
    RefreshApi {
        /// Change nothing; fail when a rebuild would
        #[arg(long)]
        check: bool,
        /// Take the newest packages and record their versions
        #[arg(long)]
        latest: bool,
    },
    /// The wire codec as a filter, JSON lines in and out, for tests against other implementations
    Wire {
        /// The folder of provider models, instead of catalog/api/aws
        #[arg(long, value_name = "DIR")]
        models: Option<PathBuf>,
    },
    /// Write what follows from the catalogue: reference pages, the read-only policy
    Generate {
        /// Change nothing; fail when a file is not current
        #[arg(long)]
        check: bool,
    },
    /// Measure the release build and rewrite docs/performance.md
    Bench {
        /// Sizes of the simulated estates
        #[arg(long, value_delimiter = ',', default_value = "2000,20000")]
        buckets: Vec<usize>,
        /// Runs of each measurement
        #[arg(long, default_value_t = 3)]
        runs: usize,
    },
    /// Check the rules of the house that no compiler checks
    Tidy {
        /// Lower the recorded numbers that have fallen
        #[arg(long)]
        bless: bool,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::RefreshApi { check, latest } => refresh_api::run(&root(), check, latest),
        Command::Wire { models } => wire::run(&models.unwrap_or_else(|| root().join("catalog/api/aws"))),
        Command::Generate { check } => generate::run(&root(), check),
        Command::Bench { buckets, runs } => bench::run(&root(), &buckets, runs),
        Command::Tidy { bless } => tidy::run(&root(), bless),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The repository's root, above this crate.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
