//! A simulated account and the built program, for tests of the whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use catalog::Catalog;
use simcloud::{CallKey, Estate, Handle, Options, Rules, Simulator};

/// A simulator with the demo's estate, and a folder for what the program writes.
pub(crate) struct Stage {
    // The order matters: the simulator stops before its runtime.
    pub(crate) cloud: Handle,
    folder: tempfile::TempDir,
    _runtime: tokio::runtime::Runtime,
}

/// How a run of the program ended.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// (check, resource, discriminator) → status.
pub(crate) type Verdicts = BTreeMap<(String, String, String), String>;

impl Stage {
    pub(crate) fn new() -> Stage {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/aws");
        Stage::with(Estate::load(&folder).unwrap())
    }

    /// A third of each longer list of the demo's documents: for tests of hundreds of scans, which compare scans of one
    /// estate and need every kind of document rather than all of them.
    pub(crate) fn thinned() -> Stage {
        let files = files().into_iter().map(|(name, text)| match text.lines().count() {
            0..=4 => (name, text),
            _ if !name.ends_with(".jsonl") => (name, text),
            _ => (name, text.lines().step_by(3).collect::<Vec<_>>().join("\n")),
        });
        Stage::of(&files.collect::<Vec<_>>())
    }

    /// An estate of files: path below its folder, text.
    pub(crate) fn of(files: &[(String, String)]) -> Stage {
        let files = files.iter().map(|(name, text)| (name.as_str(), text.as_bytes()));
        Stage::with(Estate::from_files(files).unwrap())
    }

    pub(crate) fn with(estate: Estate) -> Stage {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let catalog = Arc::new(Catalog::embedded().map_err(|errors| errors[0].clone()).unwrap());
        let options = Options { keep_requests: true, ..Options::default() };
        let cloud = runtime.block_on(Simulator::start(catalog, estate, Rules::default(), options)).unwrap();
        Stage { cloud, folder: tempfile::tempdir().unwrap(), _runtime: runtime }
    }

    /// Sets the faults from here on; earlier requests are forgotten.
    pub(crate) fn rules(&self, text: &str) {
        self.cloud.set_rules(Rules::parse(text).unwrap());
        self.cloud.clear_log();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with the simulator's credentials and an otherwise empty environment.
    pub(crate) fn command(&self, database: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plumb"));
        command.env_clear().envs(self.cloud.environment()).env("HOME", self.folder.path());
        command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        command.args(arguments).arg("--db").arg(format!("sqlite:{}", self.path(database).display()));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn plumb(&self, database: &str, arguments: &[&str]) -> Run {
        let output = self.command(database, arguments).output().unwrap();
        Run {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub(crate) fn start(&self, database: &str, arguments: &[&str]) -> Child {
        self.command(database, arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    pub(crate) fn scan(&self, database: &str, more: &[&str]) -> Run {
        self.plumb(database, &[&["scan", "aws"], more].concat())
    }

    pub(crate) fn verdicts(&self, database: &str) -> Verdicts {
        // CSV leaves the evidence out, which a suite of hundreds of scans need not print.
        let run = self.plumb(database, &["findings", "--status", "all", "--format", "csv"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        verdicts_in(&run.stdout)
    }

    pub(crate) fn resources(&self, database: &str) -> BTreeMap<String, String> {
        let rows = self.rows(database, &["inventory", "--format", "json"]);
        let text = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        rows.iter().map(|row| (text(row, "uid"), text(row, "type"))).collect()
    }

    fn rows(&self, database: &str, arguments: &[&str]) -> Vec<serde_json::Value> {
        let run = self.plumb(database, arguments);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let mut found: serde_json::Value =
            serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stdout));
        let rows = if found.is_array() { found } else { found["findings"].take() };
        rows.as_array().unwrap().clone()
    }

    /// The operations that were asked for since the rules were set.
    pub(crate) fn calls(&self) -> BTreeSet<String> {
        self.cloud.counters().keys().map(name).collect()
    }
}

/// The demo's estate: path below its folder, text.
pub(crate) fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/aws");
    let (mut files, mut folders) = (Vec::new(), vec![folder.clone()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

/// The verdicts of an export in CSV.
pub(crate) fn verdicts_in(text: &str) -> Verdicts {
    let mut rows = records(text).into_iter();
    let head = rows.next().unwrap();
    let place = |name: &str| head.iter().position(|known| known == name).unwrap();
    let [check, resource, part, status] = ["check_id", "resource_uid", "discriminator", "status"].map(place);
    rows.map(|row| ((row[check].clone(), row[resource].clone(), row[part].clone()), row[status].clone())).collect()
}

/// The records of a CSV text (RFC 4180).
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '"' if quoted && rest.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            letter => field.push(letter),
        }
    }
    records
}

/// `service:Operation`.
pub(crate) fn name(key: &CallKey) -> String {
    format!("{}:{}", key.service, key.operation)
}

/// Verdicts that are decided, and decided otherwise than `expected` has them.
pub(crate) fn contradictions(found: &Verdicts, expected: &Verdicts) -> Vec<String> {
    let decided = found.iter().filter(|(_, status)| *status != "UNKNOWN");
    decided
        .filter(|(key, status)| expected.get(*key) != Some(status))
        .map(|(key, status)| format!("{key:?} is {status}, was {:?}", expected.get(key)))
        .collect()
}
