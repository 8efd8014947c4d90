//! `plumb.toml`, the store's place and the catalogue.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use catalog::Catalog;
use resource::{Map, Value};
use serde::Deserialize;
use store::Store;

use crate::args::Shared;

/// The configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Trusted accounts, own organisations and the like.
    #[serde(default)]
    settings: Settings,
    /// Check id → what differs from its own.
    #[serde(default)]
    checks: BTreeMap<String, CheckConfig>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    trusted_accounts: Vec<String>,
    #[serde(default)]
    own_organisations: Vec<String>,
    #[serde(default)]
    trusted_networks: Vec<String>,
    #[serde(default)]
    ignored_secret_names: Vec<String>,
    #[serde(default)]
    allowed_regions: Vec<String>,
}

/// What a user changes of a check.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckConfig {
    #[serde(default = "enabled")]
    enabled: bool,
    #[serde(default)]
    params: BTreeMap<String, Value>,
}

fn enabled() -> bool {
    true
}

impl Config {
    /// Reads `--config`, or `plumb.toml` in the working folder if there is one.
    pub(crate) fn load(shared: &Shared) -> anyhow::Result<Config> {
        let path = match &shared.config {
            Some(path) => path.clone(),
            None if Path::new("plumb.toml").exists() => PathBuf::from("plumb.toml"),
            None => return Ok(Config::default()),
        };
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("the configuration `{}` cannot be read", path.display()))?;
        let config: Config = toml::from_str(&text).map_err(|error| anyhow!("`{}`: {error}", path.display()))?;
        for account in &config.settings.trusted_accounts {
            if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
                bail!("`{}`: trusted_accounts takes 12-digit account ids, not `{account}`", path.display());
            }
        }
        Ok(config)
    }

    /// As the root `settings`.
    pub(crate) fn settings(&self) -> Value {
        let list = |names: &[String]| Value::list(names.iter().map(|name| Value::from(name.as_str())).collect());
        Value::map([
            ("trusted_accounts", list(&self.settings.trusted_accounts)),
            ("own_organisations", list(&self.settings.own_organisations)),
            ("trusted_networks", list(&self.settings.trusted_networks)),
            ("ignored_secret_names", list(&self.settings.ignored_secret_names)),
            ("allowed_regions", list(&self.settings.allowed_regions)),
        ])
    }

    /// Whether a check is switched on.
    pub(crate) fn enables(&self, id: &str) -> bool {
        self.checks.get(id).is_none_or(|check| check.enabled)
    }

    /// Check id → parameters that differ.
    pub(crate) fn params(&self) -> BTreeMap<String, Map> {
        let params = self.checks.iter().filter(|(_, check)| !check.params.is_empty());
        params
            .map(|(id, check)| {
                let values = check.params.iter().map(|(name, value)| (name.as_str().into(), value.clone()));
                (id.clone(), values.collect())
            })
            .collect()
    }

    /// Parameters and switches must name checks and parameters that exist.
    pub(crate) fn check_against(&self, catalog: &Catalog) -> anyhow::Result<()> {
        for (id, given) in &self.checks {
            let check = catalog.check(id).ok_or_else(|| {
                anyhow!("configuration: there is no check `{id}`\n  help: `plumb check list` shows all")
            })?;
            if let Some(name) = given.params.keys().find(|name| !check.params.contains_key(name.as_str())) {
                let known: Vec<&str> = check.params.keys().map(|name| &**name).collect();
                bail!("configuration: `{id}` has no parameter `{name}`; it has: {}", known.join(", "));
            }
        }
        Ok(())
    }
}

/// The embedded catalogue with the user's folders on top.
pub(crate) fn catalog(shared: &Shared) -> anyhow::Result<Arc<Catalog>> {
    Catalog::with_folders(&shared.catalogs).map(Arc::new).map_err(|errors| {
        let words: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow!("the catalogue does not load\n{}", words.join("\n"))
    })
}

/// Where the store is unless told otherwise.
pub(crate) fn store_location(shared: &Shared) -> anyhow::Result<String> {
    match &shared.db {
        Some(location) if location.starts_with("postgres:") || location.starts_with("postgresql:") => {
            bail!("the store on PostgreSQL is not part of this version\n  help: give `--db sqlite:PATH`")
        }
        Some(location) => Ok(location.clone()),
        None => Ok(data_folder()?.join("plumb.db").to_string_lossy().into_owned()),
    }
}

fn data_folder() -> anyhow::Result<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = set("XDG_DATA_HOME") {
        return Ok(folder.join("plumb"));
    }
    let home = set("HOME").context("no home folder is known\n  help: say where the store is with `--db PATH`")?;
    let below = if cfg!(target_os = "macos") { "Library/Application Support/plumb" } else { ".local/share/plumb" };
    Ok(home.join(below))
}

/// The store that the reading commands look into.
pub(crate) fn existing_store(shared: &Shared) -> anyhow::Result<Store> {
    Ok(Store::open_existing(&store_location(shared)?)?)
}
