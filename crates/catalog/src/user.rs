//! Users' catalogue folders on top of the embedded catalogue.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use crate::api::ApiIndex;
use crate::checks::Check;
use crate::error::CatalogError;
use crate::load::{Objectives, embedded, from_toml};
use crate::{Catalog, action, validate};

/// Larger files are refused: catalogue files are written by hand.
const MAX_FILE: u64 = 1 << 20;

/// Larger provider models are refused; the largest of botocore has 1.5 MB when trimmed to everything.
const MAX_MODEL: u64 = 16 << 20;

impl Catalog {
    /// The embedded catalogue with users' folders on top: their types, sources, kinds, checks, actions, frameworks and dated data replace
    /// those of the same id, and `api/aws/SERVICE.json` in a folder replaces the service's model. Their files are validated against
    /// the provider's models.
    ///
    /// # Errors
    /// Every file that cannot be read, does not load or does not fit the models.
    pub fn with_folders(folders: &[PathBuf]) -> Result<Catalog, Vec<CatalogError>> {
        let mut catalog = Catalog::embedded()?;
        if folders.is_empty() {
            return Ok(catalog);
        }
        catalog.api = Arc::new(models(folders.to_vec()));
        let mut errors = Vec::new();
        for folder in folders {
            if let Err(error) = catalog.add_folder(folder, &mut errors) {
                let place = folder.display().to_string();
                errors.push(CatalogError::at(&place, 1, format!("the catalogue folder cannot be read: {error}")).help(
                    "give a folder with `types/`, `sources/`, `kinds/`, `checks/`, `actions/`, `frameworks/` or `data/` in it",
                ));
            }
        }
        // After all folders: a framework may name checks of another one.
        errors.extend(catalog.users_framework_errors());
        if errors.is_empty() { Ok(catalog) } else { Err(errors) }
    }

    fn add_folder(&mut self, folder: &Path, errors: &mut Vec<CatalogError>) -> io::Result<()> {
        // Named, so that a folder which does not exist is told from one that has nothing for us.
        fs::read_dir(folder)?;
        let mut types = Vec::new();
        let mut tables = BTreeSet::new();
        for (name, text) in read(folder, "data", "toml", errors)? {
            tables.extend(keep(errors, self.replace_data(&name, &text)));
        }
        errors.extend(self.refill(&tables));
        self.add_objectives(folder, errors);
        for (name, text) in read(folder, "kinds", "toml", errors)? {
            keep(errors, self.add_kind(&name, &text));
        }
        for (name, text) in read(folder, "sources", "toml", errors)? {
            keep(errors, self.add_source(&name, &text));
        }
        for (name, text) in read(folder, "types", "toml", errors)? {
            types.extend(keep(errors, self.add_type(&name, &text)));
        }
        let known = types.iter().filter_map(|id| self.resource_type(id));
        errors.extend(known.flat_map(|of| validate::resource_type(self, of)));
        let mut actions = Vec::new();
        for (name, text) in read(folder, "actions", "toml", errors)? {
            actions.push(self.actions.add(&name, Cow::Owned(text)));
        }
        errors.extend(actions.iter().flat_map(|id| action::validate::action(self, id)));
        for (name, text) in read(folder, "checks", "md", errors)? {
            let check = Check::parse(name.trim_start_matches("checks/"), &text);
            let filled = check.and_then(|mut check| self.fill(&mut check).map(|()| check));
            if let Some(check) = keep(errors, filled) {
                errors.extend(validate::check(self, &check));
                self.add_check(check);
            }
        }
        for (name, text) in read(folder, "frameworks", "toml", errors)? {
            self.frameworks.add(&name, Cow::Owned(text), true);
        }
        Ok(())
    }
}

impl Catalog {
    /// Own checks may serve objectives that the embedded list does not have.
    fn add_objectives(&mut self, folder: &Path, errors: &mut Vec<CatalogError>) {
        let path = folder.join("objectives.toml");
        if !path.is_file() {
            return;
        }
        let name = path.display().to_string();
        let text = text_of(&path).map_err(|error| CatalogError::at(&name, 1, format!("it cannot be read: {error}")));
        let found = text.and_then(|text| from_toml::<Objectives>(&name, &text));
        self.objectives.extend(keep(errors, found).into_iter().flat_map(|found| found.objectives));
    }
}

/// The models, a folder's before the embedded ones.
fn models(folders: Vec<PathBuf>) -> ApiIndex {
    ApiIndex::new(move |name| {
        let own = folders.iter().rev().map(|folder| folder.join("api/aws").join(name));
        let readable = own.filter(|path| fs::metadata(path).is_ok_and(|found| found.len() <= MAX_MODEL));
        let found = readable.filter_map(|path| fs::read(path).ok()).next();
        found
            .map(Cow::Owned)
            .or_else(|| embedded(&format!("api/aws/{name}")).map(|text| Cow::Borrowed(text.as_bytes())))
    })
}

fn keep<T>(errors: &mut Vec<CatalogError>, result: Result<T, CatalogError>) -> Option<T> {
    result.map_err(|error| errors.push(error)).ok()
}

/// The files of one kind below a folder, by name.
fn read(
    folder: &Path,
    below: &str,
    extension: &str,
    errors: &mut Vec<CatalogError>,
) -> io::Result<Vec<(String, String)>> {
    let mut paths = Vec::new();
    if folder.join(below).is_dir() {
        walk(&folder.join(below), extension, &mut paths)?;
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        match text_of(&path) {
            Ok(text) => files.push((name, text)),
            Err(error) => errors.push(CatalogError::at(&name, 1, format!("the file cannot be read: {error}"))),
        }
    }
    Ok(files)
}

fn text_of(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > MAX_FILE {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    fs::read_to_string(path)
}

/// Links are not followed: a loop of folders would never end.
fn walk(folder: &Path, extension: &str, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), extension, paths)?;
        } else if kind.is_file() && entry.path().extension().is_some_and(|found| found == extension) {
            paths.push(entry.path());
        }
    }
    Ok(())
}
