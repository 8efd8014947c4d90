//! The binary `plumb`: arguments in, results on standard output, everything else on standard error.

mod args;
mod commands;
mod config;
mod exit;
mod names;
mod output;
mod progress;
mod proof;
mod report;
mod style;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command, LogForm, Shared};
use exit::Exit;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    log(&cli.shared);
    // A second provider in the binary would make rustls panic at run time; installing twice is harmless.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let style = style::Style::detect(&cli.shared);
    match run(cli, &style) {
        Ok(exit) => exit.code(),
        Err(error) => {
            if exit::is_broken_pipe(&error) {
                return Exit::Clean.code();
            }
            eprintln!("{}{error:#}", style.red("error: "));
            if error.is::<exit::UsageError>() { Exit::Usage.code() } else { Exit::Error.code() }
        }
    }
}

fn run(cli: Cli, style: &style::Style) -> anyhow::Result<Exit> {
    let shared = &cli.shared;
    match cli.command {
        Command::Demo(args) => commands::demo::run(shared, &args, style),
        Command::Scan { cloud: args::ScanCloud::Aws(args) } => commands::scan::run(shared, &args, style),
        Command::Findings(args) => commands::findings::run(shared, &args, style),
        Command::Explain { finding } => commands::explain::run(shared, &finding, style),
        Command::Inventory(args) => commands::inventory::run(shared, &args, style),
        Command::Show { resource } => commands::show::run(shared, &resource, style),
        Command::Check { action } => commands::check::run(shared, &action, style),
        Command::Compliance(args) => commands::compliance::run(shared, &args, style),
        Command::Framework { action } => commands::framework::run(shared, &action, style),
        Command::Type { action } => commands::types::run(shared, &action),
        Command::Doctor => commands::doctor::run(shared, style),
        Command::Completions { shell } => {
            let mut command = <Cli as clap::CommandFactory>::command();
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "plumb", &mut script);
            output::bytes(&script);
            Ok(Exit::Clean)
        }
    }
}

fn log(shared: &Shared) {
    let level = match shared.verbose {
        0 => "error,cloud=warn",
        1 => "plumb=info,engine=info,collect=info,cloud=info,warn",
        _ => "plumb=debug,engine=debug,collect=debug,cloud=debug,warn",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("PLUMB_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match shared.log {
        LogForm::Text => lines.with_target(false).init(),
        LogForm::Json => lines.json().init(),
    }
}
