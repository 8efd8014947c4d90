//! The simulator as a program of its own, for tests in other languages and for load.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use catalog::Catalog;
use simcloud::{Estate, Kind, Options, Rules, Simulator};

const USAGE: &str = "\
simcloud: a simulated AWS on loopback

  simcloud --estate DIR [--rules FILE] [--addr 127.0.0.1:0] [--log FILE]
  simcloud --buckets N  [...]

Prints shell exports for a client, then answers until it is killed. Without --rules, the estate's own rules.toml
is left alone. SIGHUP reads the rule file again.";

#[derive(Default)]
struct Arguments {
    estate: Option<PathBuf>,
    buckets: Option<usize>,
    rules: Option<PathBuf>,
    options: Options,
}

fn arguments() -> Result<Arguments, String> {
    let mut found = Arguments::default();
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        let mut value = || given.next().ok_or_else(|| format!("`{name}` needs a value"));
        match name.as_str() {
            "--estate" => found.estate = Some(value()?.into()),
            "--buckets" => found.buckets = Some(value()?.parse().map_err(|_| "`--buckets` needs a number".to_owned())?),
            "--rules" => found.rules = Some(value()?.into()),
            "--addr" => found.options.addr = value()?.parse().map_err(|_| "`--addr` needs HOST:PORT".to_owned())?,
            "--log" => found.options.log_file = Some(value()?.into()),
            _ => return Err(format!("`{name}` is not an option")),
        }
    }
    Ok(found)
}

async fn run(arguments: Arguments) -> Result<(), String> {
    let estate = match (&arguments.estate, arguments.buckets) {
        (Some(folder), None) => Estate::load(folder).map_err(|error| error.to_string())?,
        (None, Some(count)) => Estate::generate(Kind::Buckets, count),
        _ => return Err("give either `--estate` or `--buckets`".to_owned()),
    };
    let catalog = Catalog::embedded().map_err(|errors| format!("the catalogue does not load: {errors:?}"))?;
    let rules = read_rules(arguments.rules.as_ref())?;
    let cloud = Simulator::start(Arc::new(catalog), estate, rules, arguments.options)
        .await
        .map_err(|error| error.to_string())?;
    for (name, value) in cloud.environment() {
        println!("export {name}={value}");
    }
    let mut reload = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())
        .map_err(|error| format!("signals cannot be received: {error}"))?;
    while reload.recv().await.is_some() {
        match read_rules(arguments.rules.as_ref()) {
            Ok(rules) => cloud.set_rules(rules),
            Err(error) => eprintln!("simcloud: {error}"),
        }
    }
    Ok(())
}

fn read_rules(path: Option<&PathBuf>) -> Result<Rules, String> {
    path.map_or_else(|| Ok(Rules::default()), |path| Rules::load(path).map_err(|error| error.to_string()))
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match arguments() {
        Ok(arguments) => run(arguments).await,
        Err(error) => Err(format!("{error}\n\n{USAGE}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("simcloud: {error}");
            ExitCode::FAILURE
        }
    }
}
