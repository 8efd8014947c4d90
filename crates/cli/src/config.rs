//! `plumb.toml`, the store's place and the catalogue.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use catalog::{Adjustment, Catalog};
use finding::glob;
use resource::{Severity, Value};
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
    /// Check id, or a pattern with `*` → what differs from its own.
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
    enabled: Option<bool>,
    severity: Option<Severity>,
    #[serde(default)]
    params: BTreeMap<String, Value>,
}

impl Config {
    /// The file that is read: `--config`, or `plumb.toml` in the working folder if there is one.
    pub(crate) fn path(shared: &Shared) -> Option<PathBuf> {
        shared.config.clone().or_else(|| Some(PathBuf::from("plumb.toml")).filter(|path| path.exists()))
    }

    /// Reads `--config`, or `plumb.toml` in the working folder if there is one.
    pub(crate) fn load(shared: &Shared) -> anyhow::Result<Config> {
        let Some(path) = Config::path(shared) else { return Ok(Config::default()) };
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

    /// The catalogue with the user's folders on top and checks changed as the configuration says.
    ///
    /// # Errors
    /// When a folder does not load, or the configuration names a check or a parameter that does not exist.
    pub(crate) fn catalog(&self, shared: &Shared) -> anyhow::Result<Arc<Catalog>> {
        let mut catalog = load(shared)?;
        // A pattern first, so that an id can say otherwise.
        let (patterns, ids): (Vec<_>, Vec<_>) = self.checks.iter().partition(|(id, _)| id.contains('*'));
        for (pattern, change) in patterns {
            let matching = catalog.checks().map(|check| check.id.to_string()).filter(|id| glob(pattern, id));
            let matching: Vec<String> = matching.collect();
            if matching.is_empty() {
                bail!("configuration: no check matches `{pattern}`\n  help: `plumb check list` shows all");
            }
            if !change.params.is_empty() {
                bail!("configuration: parameters belong to one check, not to `{pattern}`\n  help: name the check");
            }
            self.adjust(&mut catalog, matching.iter().map(|id| (id.as_str(), change)))?;
        }
        self.adjust(&mut catalog, ids.into_iter().map(|(id, change)| (id.as_str(), change)))?;
        Ok(Arc::new(catalog))
    }

    fn adjust<'a>(
        &self,
        catalog: &mut Catalog,
        changes: impl Iterator<Item = (&'a str, &'a CheckConfig)>,
    ) -> anyhow::Result<()> {
        for (id, change) in changes {
            let change =
                Adjustment { enabled: change.enabled, severity: change.severity, params: change.params.clone() };
            catalog.adjust(id, &change).map_err(|words| anyhow!("configuration: {words}"))?;
        }
        Ok(())
    }
}

/// The checks that the configuration switched off and the user does not ask for by name.
pub(crate) fn switched_off(catalog: &Catalog, asked: Option<&str>) -> BTreeSet<String> {
    let off = catalog.checks().filter(|check| !check.enabled && asked != Some(&check.id));
    off.map(|check| check.id.to_string()).collect()
}

/// The embedded catalogue with the user's folders on top, as their files are.
pub(crate) fn catalog(shared: &Shared) -> anyhow::Result<Arc<Catalog>> {
    load(shared).map(Arc::new)
}

fn load(shared: &Shared) -> anyhow::Result<Catalog> {
    Catalog::with_folders(&shared.catalogs).map_err(|errors| {
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
