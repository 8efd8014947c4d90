//! Reading the embedded catalogue.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde::Deserialize;

use crate::api::ApiIndex;
use crate::call::Call;
use crate::checks::Check;
use crate::error::CatalogError;
use crate::facts::Facts;
use crate::source::Source;
use crate::types::ResourceType;
use crate::{Catalog, kinds::Kind};

static EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The text of an embedded file, by its path below `catalog/`.
pub fn embedded(path: &str) -> Option<&'static str> {
    EMBEDDED.binary_search_by(|(name, _)| (*name).cmp(path)).ok().map(|index| EMBEDDED[index].1)
}

/// Every embedded file below a folder: (path below that folder, text).
fn embedded_below(folder: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let start = EMBEDDED.partition_point(|(name, _)| *name < folder);
    EMBEDDED[start..].iter().map_while(move |(name, text)| name.strip_prefix(folder).map(|rest| (rest, *text)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Objectives {
    pub(crate) objectives: BTreeMap<Arc<str>, String>,
}

/// Reads a TOML file of the catalogue; the error has the line.
pub(crate) fn from_toml<'a, T: Deserialize<'a>>(file: &str, text: &'a str) -> Result<T, CatalogError> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        CatalogError::at(file, line, error.message().to_owned())
    })
}

impl Catalog {
    /// The catalogue that the program carries.
    ///
    /// # Errors
    /// Every file that does not load. The repository's tests make sure that there is none.
    pub fn embedded() -> Result<Catalog, Vec<CatalogError>> {
        let api = ApiIndex::new(|name| embedded(&format!("api/aws/{name}")).map(|text| Cow::Borrowed(text.as_bytes())));
        let mut catalog = Catalog::empty(api);
        let mut errors = Vec::new();
        for (file, text) in embedded_below("types/") {
            keep(&mut errors, catalog.add_type(&format!("types/{file}"), text).map(drop));
        }
        for (file, text) in embedded_below("sources/") {
            keep(&mut errors, catalog.add_source(&format!("sources/{file}"), text));
        }
        for (file, text) in embedded_below("kinds/") {
            keep(&mut errors, catalog.add_kind(&format!("kinds/{file}"), text));
        }
        match embedded("objectives.toml").map(|text| from_toml::<Objectives>("objectives.toml", text)) {
            Some(Ok(found)) => catalog.objectives = found.objectives,
            Some(Err(error)) => errors.push(error),
            None => {}
        }
        match embedded("facts.toml").map(Facts::parse) {
            Some(Ok(facts)) => catalog.facts = facts,
            Some(Err(error)) => errors.push(error),
            None => {}
        }
        for (file, text) in embedded_below("data/") {
            keep(&mut errors, catalog.add_data(&format!("data/{file}"), text));
        }
        catalog.add_checks(embedded_below("checks/").collect(), &mut errors);
        for (file, text) in embedded_below("actions/") {
            catalog.actions.add(&format!("actions/{file}"), Cow::Borrowed(text));
        }
        for (file, text) in embedded_below("frameworks/") {
            catalog.frameworks.add(&format!("frameworks/{file}"), Cow::Borrowed(text), false);
        }
        if errors.is_empty() { Ok(catalog) } else { Err(errors) }
    }

    fn empty(api: ApiIndex) -> Catalog {
        Catalog {
            types: BTreeMap::new(),
            sources: BTreeMap::new(),
            kinds: BTreeMap::new(),
            objectives: BTreeMap::new(),
            facts: Facts::default(),
            checks: BTreeMap::new(),
            aliases: BTreeMap::new(),
            actions: Default::default(),
            frameworks: Default::default(),
            data: BTreeMap::new(),
            api: Arc::new(api),
            gives: Mutex::default(),
            schemas: Mutex::default(),
        }
    }

    pub(crate) fn add_type(&mut self, file: &str, text: &str) -> Result<Arc<str>, CatalogError> {
        let found: ResourceType = from_toml(file, text)?;
        let sources = usize::from(found.list.is_some())
            + usize::from(found.singleton.is_some())
            + usize::from(found.source.is_some());
        if sources != 1 {
            let words = "a type has exactly one of `[list]`, `[singleton]` and `[source]`";
            return Err(CatalogError::at(file, 1, words));
        }
        if let Some(bad) = found.get.iter().find(|get| get.call.is_some() == get.source.is_some()) {
            let into = bad.into.as_ref().map(ToString::to_string).unwrap_or_default();
            let words = format!("a `[[get]]` has either `call` or `source` (into = `{into}`)");
            return Err(CatalogError::at(file, 1, words));
        }
        let id = found.id.clone();
        self.types.insert(id.clone(), found);
        Ok(id)
    }

    pub(crate) fn add_source(&mut self, file: &str, text: &str) -> Result<(), CatalogError> {
        let found: Source = from_toml(file, text)?;
        self.sources.insert(found.id.clone(), found);
        Ok(())
    }

    pub(crate) fn add_kind(&mut self, file: &str, text: &str) -> Result<(), CatalogError> {
        let found: Kind = from_toml(file, text)?;
        self.kinds.insert(found.id.clone(), found);
        Ok(())
    }

    fn add_checks(&mut self, files: Vec<(&str, &str)>, errors: &mut Vec<CatalogError>) {
        let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(4));
        let share = files.len().div_ceil(threads).max(64);
        let parsed: Vec<Result<Check, CatalogError>> = if files.len() <= share {
            files.iter().map(|(file, text)| Check::parse(file, text)).collect()
        } else {
            std::thread::scope(|scope| {
                let workers: Vec<_> = files
                    .chunks(share)
                    .map(|part| {
                        scope
                            .spawn(move || part.iter().map(|(file, text)| Check::parse(file, text)).collect::<Vec<_>>())
                    })
                    .collect();
                workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
            })
        };
        for result in parsed {
            match result {
                Ok(mut check) => match self.fill(&mut check) {
                    Ok(()) => self.add_check(check),
                    Err(error) => errors.push(error),
                },
                Err(error) => errors.push(error),
            }
        }
    }

    pub(crate) fn add_check(&mut self, check: Check) {
        for alias in &check.aliases {
            self.aliases.insert(alias.clone(), check.id.clone());
        }
        self.checks.insert(check.id.clone(), Arc::new(check));
    }

    /// The calls that any type or source of the catalogue makes.
    pub fn calls(&self) -> std::collections::BTreeSet<Call> {
        let listed = self.types.values().filter_map(|found| found.list.as_ref().map(|list| list.call.clone()));
        let details = self.types.values().flat_map(|found| found.get.iter().filter_map(|get| get.call.clone()));
        let sources = self
            .sources
            .values()
            .flat_map(|source| source.prepare.iter().map(|prepare| prepare.call.clone()).chain([source.call.clone()]));
        listed.chain(details).chain(sources).collect()
    }
}

fn keep(errors: &mut Vec<CatalogError>, result: Result<(), CatalogError>) {
    if let Err(error) = result {
        errors.push(error);
    }
}
