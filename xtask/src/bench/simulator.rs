//! The simulator as a process of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail};

/// A running simulator; dropping it ends it.
pub(super) struct Simulator {
    child: Child,
    exports: BTreeMap<String, String>,
    log: PathBuf,
}

impl Simulator {
    pub(super) fn start(program: &Path, buckets: usize, folder: &Path) -> anyhow::Result<Simulator> {
        let log = folder.join(format!("requests-{buckets}.jsonl"));
        let mut child = Command::new(program)
            .args(["--buckets", &buckets.to_string(), "--addr", "127.0.0.1:0", "--log"])
            .arg(&log)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("the simulator could not be started")?;
        let output = child.stdout.take().context("the simulator has no output")?;
        let mut simulator = Simulator { child, exports: BTreeMap::new(), log };
        for line in BufReader::new(output).lines() {
            let line = line?;
            if let Some((name, value)) = line.strip_prefix("export ").and_then(|line| line.split_once('=')) {
                simulator.exports.insert(name.to_owned(), value.trim_matches(['\'', '"']).to_owned());
            }
            if ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"]
                .iter()
                .all(|name| simulator.exports.contains_key(*name))
            {
                return Ok(simulator);
            }
        }
        bail!("the simulator ended before it said where it listens")
    }

    /// Gives a command the simulator's credentials and nothing of the caller's.
    pub(super) fn environment(&self, command: &mut Command) {
        command.env_clear().envs(&self.exports).env("AWS_EC2_METADATA_DISABLED", "true");
    }

    pub(super) fn url(&self) -> &str {
        self.exports.get("AWS_ENDPOINT_URL").map_or("", String::as_str)
    }

    pub(super) fn region(&self) -> &str {
        self.exports.get("AWS_REGION").map_or("", String::as_str)
    }

    /// Requests answered so far, by `service:Operation`.
    pub(super) fn calls(&self) -> anyhow::Result<BTreeMap<String, usize>> {
        let mut counts = BTreeMap::new();
        let Ok(file) = std::fs::File::open(&self.log) else { return Ok(counts) };
        for line in BufReader::new(file).lines() {
            let entry: serde_json::Value =
                serde_json::from_str(&line?).context("a line of the simulator's log is cut")?;
            let part = |name: &str| entry.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
            *counts.entry(format!("{}:{}", part("service"), part("operation"))).or_default() += 1;
        }
        Ok(counts)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The request paths of the calls about one bucket: `s3:GetBucketPolicy` → `/{Bucket}?policy`.
pub(super) fn patterns(calls: &BTreeMap<String, usize>) -> anyhow::Result<Vec<String>> {
    let catalog = catalog::Catalog::embedded().map_err(|errors| anyhow::anyhow!("{}", errors[0]))?;
    let mut found = Vec::new();
    for name in calls.keys().filter(|name| name.starts_with("s3:")) {
        let (_, operation) = catalog.api().call(name)?;
        if operation.http.uri.starts_with("/{Bucket}") {
            found.push(operation.http.uri.to_string());
        }
    }
    Ok(found)
}
