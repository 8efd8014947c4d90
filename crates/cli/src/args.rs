//! The command line, as the contract fixes it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use resource::{Severity, Verdict};

/// Cloud security posture you can check.
#[derive(Debug, Parser)]
#[command(
    name = "plumb",
    version,
    about = "Cloud security posture you can check: what is wrong, the proof, and what could not be read.",
    after_help = "Examples:\n  plumb demo                              scan the bundled sample account\n  plumb scan aws                          scan the account of your AWS credentials\n  plumb findings --severity high          what is open, worst first\n\nExit codes: 0 clean, 1 error, 2 usage, 3 findings at or above --fail-on, 4 holes in coverage, 5 cancelled (resumable)"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) shared: Shared,
}

/// Flags of every command.
#[derive(Args, Debug)]
pub(crate) struct Shared {
    /// Configuration file
    #[arg(long, global = true, env = "PLUMB_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Store: a path, `sqlite:PATH`; by default a file in your data folder
    #[arg(long, global = true, env = "PLUMB_DB", value_name = "URL")]
    pub(crate) db: Option<String>,
    /// Folder with your own checks and types; may be repeated
    #[arg(long = "catalog", global = true, value_name = "DIR")]
    pub(crate) catalogs: Vec<PathBuf>,
    /// Form of the results on standard output
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// No progress, no hints
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// No colour (also NO_COLOR)
    #[arg(long, global = true)]
    pub(crate) no_color: bool,
    /// More diagnostics on standard error; twice for each call
    #[arg(short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Form of the diagnostics
    #[arg(long, global = true, value_enum, default_value = "text", value_name = "FORM")]
    pub(crate) log: LogForm,
}

/// Form of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
    Jsonl,
    Csv,
}

/// Form of diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogForm {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan the bundled sample account through the simulated provider
    Demo(ScanArgs),
    /// Read a cloud account, judge it, keep it
    Scan {
        #[command(subcommand)]
        cloud: ScanCloud,
    },
    /// List findings, worst first
    Findings(FindingsArgs),
    /// The proof of a finding: fields read, rule steps, what could not be read
    Explain {
        /// F-… or a fingerprint (its beginning is enough)
        finding: String,
    },
    /// List resources
    Inventory(InventoryArgs),
    /// One resource: document with its holes, relations, facts, verdicts
    Show {
        /// Global id, name, or the end of an id
        resource: String,
    },
    /// List, read, write and test checks
    Check {
        #[command(subcommand)]
        action: CheckAction,
    },
    /// What the store says about the requirements of a framework; all frameworks without one
    Compliance(ComplianceArgs),
    /// List and read frameworks and profiles
    Framework {
        #[command(subcommand)]
        action: FrameworkAction,
    },
    /// List and read resource types
    Type {
        #[command(subcommand)]
        action: TypeAction,
    },
    /// What works here and what does not: catalogue, dated facts, configuration, store; asks nothing of a provider
    Doctor,
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ScanCloud {
    /// Amazon Web Services
    #[command(
        after_help = "Examples:\n  plumb scan aws --region eu-west-1,us-east-1\n  plumb scan aws --role-arn arn:aws:iam::111122223333:role/audit --external-id 42\n  plumb scan aws --check 'aws-s3-*' --out csv=findings.csv --fail-on high"
    )]
    Aws(ScanArgs),
}

#[derive(Args, Clone, Debug)]
pub(crate) struct ScanArgs {
    /// Regions to read; default: every enabled one
    #[arg(long = "region", value_delimiter = ',', value_name = "REGION")]
    pub(crate) regions: Vec<String>,
    /// Only checks on these services
    #[arg(long = "service", value_delimiter = ',', value_name = "SERVICE")]
    pub(crate) services: Vec<String>,
    /// Only these checks; `*` stands for anything
    #[arg(long = "check", value_delimiter = ',', value_name = "ID")]
    pub(crate) checks: Vec<String>,
    /// Not these checks
    #[arg(long = "skip-check", value_delimiter = ',', value_name = "ID")]
    pub(crate) skip_checks: Vec<String>,
    /// Only the checks of these frameworks or profiles
    #[arg(long = "framework", value_delimiter = ',', value_name = "ID")]
    pub(crate) frameworks: Vec<String>,
    /// Only checks of at least this severity
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) severity: Option<Severity>,
    /// Profile of your AWS configuration
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Role to assume; repeated, each is assumed by the one before
    #[arg(long = "role-arn", value_name = "ARN")]
    pub(crate) roles: Vec<String>,
    /// External id for the last role
    #[arg(long, requires = "roles", value_name = "ID")]
    pub(crate) external_id: Option<String>,
    /// Estimate calls and stop before the scan
    #[arg(long)]
    pub(crate) plan: bool,
    /// Calls a second at most, per account, region and API
    #[arg(long, value_name = "N", value_parser = positive_rate)]
    pub(crate) max_rate: Option<f64>,
    /// Calls in flight at most
    #[arg(long, default_value_t = 64, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) concurrency: u16,
    /// Stop reading after this many minutes; what is missing then is unknown
    #[arg(long, value_name = "MINUTES")]
    pub(crate) time_limit: Option<u64>,
    /// Go on with the scan that was cancelled or killed
    #[arg(long, conflicts_with = "no_store")]
    pub(crate) resume: bool,
    /// Keep nothing after the scan
    #[arg(long)]
    pub(crate) no_store: bool,
    /// Read tags too, although no check needs them
    #[arg(long)]
    pub(crate) tags: bool,
    /// Read every resource type, not only what the checks need
    #[arg(long)]
    pub(crate) inventory: bool,
    /// Exit with 3 when a finding is at least this severe
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) fail_on: Option<Severity>,
    /// Unknown verdicts: count for --fail-on, only warn, or leave out of the lists
    #[arg(long, value_enum, default_value = "warn", value_name = "HOW")]
    pub(crate) unknown: Unknown,
    /// Write findings to a file: html=FILE, csv=, json=, jsonl=, junit=, md=; may be repeated
    #[arg(long = "out", value_name = "FORMAT=FILE", value_parser = output)]
    pub(crate) outputs: Vec<Output>,
}

/// What unknown verdicts do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Unknown {
    Fail,
    Warn,
    Hide,
}

/// One `--out`.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    pub(crate) form: Form,
    pub(crate) destination: sink::Destination,
}

/// What `--out` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A list of findings.
    List(sink::Format),
    /// The report.
    Html,
}

impl std::fmt::Display for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Form::List(format) => format.fmt(f),
            Form::Html => f.write_str("html"),
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct FindingsArgs {
    /// At least this severe
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) severity: Option<Severity>,
    /// fail, unknown, pass, na, or all
    #[arg(long, value_delimiter = ',', value_name = "VERDICT", default_value = "fail,unknown", value_parser = verdicts)]
    pub(crate) status: Vec<Verdicts>,
    /// Only this check; `*` stands for anything
    #[arg(long, value_name = "ID")]
    pub(crate) check: Option<String>,
    /// Only these accounts
    #[arg(long = "account", value_delimiter = ',')]
    pub(crate) accounts: Vec<String>,
    /// Only these regions
    #[arg(long = "region", value_delimiter = ',')]
    pub(crate) regions: Vec<String>,
    /// Only these resource types
    #[arg(long = "type", value_delimiter = ',')]
    pub(crate) types: Vec<String>,
    /// Write to a file: html=FILE, csv=, json=, jsonl=, junit=, md=; may be repeated
    #[arg(long = "out", value_name = "FORMAT=FILE", value_parser = output)]
    pub(crate) outputs: Vec<Output>,
}

/// One word of `--status`.
#[derive(Clone, Debug)]
pub(crate) struct Verdicts(pub(crate) Vec<Verdict>);

#[derive(Args, Debug)]
pub(crate) struct InventoryArgs {
    /// A resource type or a kind; `*` stands for anything
    pub(crate) of: Option<String>,
    /// Only these accounts
    #[arg(long = "account", value_delimiter = ',')]
    pub(crate) accounts: Vec<String>,
    /// Only these regions
    #[arg(long = "region", value_delimiter = ',')]
    pub(crate) regions: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CheckAction {
    /// Every check
    List,
    /// The page of a check
    Show {
        /// Its id
        id: String,
    },
    /// Write the skeleton of a check, whose examples run at once
    New {
        /// Its id, `aws-SERVICE-desired-state`
        id: String,
        /// The resource type it is about
        #[arg(long = "type", value_name = "TYPE")]
        type_id: String,
        /// The objective it serves; unless given, that of most checks about the type
        #[arg(long, value_name = "OBJECTIVE")]
        objective: Option<String>,
        /// Catalogue folder to write to
        #[arg(long, default_value = "catalog")]
        into: PathBuf,
    },
    /// Run the examples of checks: all, one id, or the checks of a catalogue folder
    Test {
        /// An id, a check's file, or a folder
        what: Option<String>,
    },
}

#[derive(Args, Debug)]
pub(crate) struct ComplianceArgs {
    /// Its id, as in `plumb framework list`
    pub(crate) framework: Option<String>,
    /// Only these accounts
    #[arg(long = "account", value_delimiter = ',')]
    pub(crate) accounts: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FrameworkAction {
    /// Every framework and profile, with how far checks decide it
    List,
    /// The requirements of a framework with their checks
    Show {
        /// Its id, `cis-aws-5.0`
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TypeAction {
    /// Every type
    List {
        /// How each type is proven
        #[arg(long)]
        proof: bool,
    },
    /// A type: calls, members, relations, permissions
    Show {
        /// Its id, `aws.s3.bucket`
        id: String,
    },
}

fn severity(text: &str) -> Result<Severity, String> {
    text.parse().map_err(|()| "one of critical, high, medium, low, info".to_owned())
}

fn verdicts(text: &str) -> Result<Verdicts, String> {
    Ok(Verdicts(match text.to_ascii_lowercase().as_str() {
        "fail" => vec![Verdict::Fail],
        "unknown" => vec![Verdict::Unknown],
        "pass" => vec![Verdict::Pass],
        "na" | "not_applicable" | "not-applicable" => vec![Verdict::NotApplicable],
        "all" => vec![Verdict::Fail, Verdict::Unknown, Verdict::Pass, Verdict::NotApplicable],
        _ => return Err("one of fail, unknown, pass, na, all".to_owned()),
    }))
}

fn positive_rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate > 0.0 && rate.is_finite() => Ok(rate),
        _ => Err("a number above 0, as in 10 or 0.5".to_owned()),
    }
}

fn output(text: &str) -> Result<Output, String> {
    let (format, file) =
        text.split_once('=').ok_or("write FORMAT=FILE, as in csv=findings.csv; `-` is standard output")?;
    let form = match format {
        "html" => Form::Html,
        other => Form::List(other.parse().map_err(|error: sink::SinkError| error.to_string())?),
    };
    Ok(Output { form, destination: sink::Destination::parse(file) })
}
