//! The models, read when first asked for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::error::nearest;
use super::{ApiError, Endpoints, Operation, Permissions, ServiceModel, load};

type Files = dyn Fn(&str) -> Option<Cow<'static, [u8]>> + Send + Sync;

/// Every provider model, each read when first asked for and kept.
pub struct ApiIndex {
    files: Box<Files>,
    services: RwLock<BTreeMap<String, Arc<ServiceModel>>>,
    endpoints: OnceLock<Result<Arc<Endpoints>, ApiError>>,
    permissions: OnceLock<Result<Arc<Permissions>, ApiError>>,
}

impl fmt::Debug for ApiIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiIndex").finish_non_exhaustive()
    }
}

impl ApiIndex {
    /// An index over `files`, which answers names such as `s3.json`, `endpoints.json`, `actions.json` and `permissions.toml`.
    pub fn new(files: impl Fn(&str) -> Option<Cow<'static, [u8]>> + Send + Sync + 'static) -> ApiIndex {
        ApiIndex {
            files: Box::new(files),
            services: RwLock::default(),
            endpoints: OnceLock::new(),
            permissions: OnceLock::new(),
        }
    }

    /// An index over a folder such as `catalog/api/aws`.
    pub fn open(folder: &Path) -> ApiIndex {
        let folder = folder.to_owned();
        ApiIndex::new(move |name| std::fs::read(folder.join(name)).ok().map(Cow::Owned))
    }

    fn file(&self, name: &str) -> Result<Cow<'static, [u8]>, ApiError> {
        (self.files)(name).ok_or_else(|| ApiError::Missing { file: name.to_owned() })
    }

    /// The model of a service by botocore's name of it.
    ///
    /// # Errors
    /// When there is no such model, or its file cannot be read.
    pub fn service(&self, name: &str) -> Result<Arc<ServiceModel>, ApiError> {
        let kept = self.services.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some(model) = kept {
            return Ok(model);
        }
        let file = format!("{name}.json");
        let reserved = matches!(name, "endpoints" | "actions" | "published");
        let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let bytes = if plain && !reserved { (self.files)(&file) } else { None };
        let Some(bytes) = bytes else {
            return Err(ApiError::Service { service: name.to_owned(), nearest: self.nearest_service(name) });
        };
        let model = Arc::new(load::model(&file, &bytes)?);
        let mut services = self.services.write().unwrap_or_else(PoisonError::into_inner);
        Ok(services.entry(name.to_owned()).or_insert(model).clone())
    }

    /// The operation that a call such as `s3:ListBuckets` names, with its service.
    ///
    /// # Errors
    /// When the text is not a call, or the models lack the service or the operation.
    pub fn call(&self, call: &str) -> Result<(Arc<ServiceModel>, Arc<Operation>), ApiError> {
        let (service, operation) = call.split_once(':').ok_or_else(|| ApiError::NotACall { call: call.to_owned() })?;
        let model = self.service(service)?;
        let operation = model.operation(operation)?.clone();
        Ok((model, operation))
    }

    /// The endpoint table.
    ///
    /// # Errors
    /// When `endpoints.json` is missing or malformed.
    pub fn endpoints(&self) -> Result<Arc<Endpoints>, ApiError> {
        let read = || Endpoints::read(&self.file("endpoints.json")?).map(Arc::new);
        self.endpoints.get_or_init(read).clone()
    }

    /// What calls need which IAM actions.
    ///
    /// # Errors
    /// When `permissions.toml` or `actions.json` is missing or malformed.
    pub fn permissions(&self) -> Result<Arc<Permissions>, ApiError> {
        let read = || Permissions::read(&self.file("permissions.toml")?, &self.file("actions.json")?).map(Arc::new);
        self.permissions.get_or_init(read).clone()
    }

    fn nearest_service(&self, name: &str) -> String {
        let services = self.services.read().unwrap_or_else(PoisonError::into_inner);
        let known: Vec<String> = services.keys().cloned().collect();
        let actions = self.permissions().map(|found| found.prefixes()).unwrap_or_default();
        nearest(name, known.iter().map(String::as_str).chain(actions.iter().map(|prefix| &**prefix)))
    }
}
