//! Actions: a fix as calls of the provider, `catalog/actions/<cloud>/<service>/<verb>.toml`.
//!
//! The one description from which the command line that people paste, the list of permissions and a guarded repair are
//! made. Nothing here makes a call. A file is parsed when it is first asked for: a scan pays nothing for them.

mod cli;
mod error;
pub(crate) mod fix;
mod name;
mod quote;
mod read;
mod reads;
mod render;
mod schema;
mod scope;
#[cfg(test)]
mod tests;
pub(crate) mod validate;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use expr::{Expr, Scope};
use resource::{Map, Path};
use serde::Deserialize;

use crate::api::ApiIndex;
use crate::call::{Argument, Call, Input};
use crate::error::CatalogError;
use crate::{Catalog, Check};

pub use error::ActionError;
pub(crate) use read::OneOrMany;
pub use render::PreparedCall;

/// How a check names the action that fixes what it finds, and what it tells the action.
#[derive(Clone, Debug)]
pub struct Fix {
    /// The action's id, `aws.s3.put-public-access-block`.
    pub action: Arc<str>,
    /// What differs from the action's own defaults, seen there as `args`.
    pub args: BTreeMap<Arc<str>, Argument>,
}

/// Whether an action can break something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// Nothing that works stops working.
    Safe,
    /// Something that works may stop; [`Action::risk`] says what.
    Risky,
}

impl Safety {
    /// The word in files and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Safety::Safe => "safe",
            Safety::Risky => "risky",
        }
    }
}

/// One call of an action.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// `service:Operation`.
    pub call: Call,
    /// The input; text that begins with `$` is an expression, as in type files. What is absent is left out.
    #[serde(default)]
    pub with: Input,
    /// Made only when this holds.
    #[serde(default, deserialize_with = "crate::text::optional_expression")]
    pub when: Option<Expr>,
    /// Made once for each of these, seen as `item`.
    #[serde(rename = "for", default, deserialize_with = "crate::text::optional_expression")]
    pub each: Option<Expr>,
}

/// How what an action did is taken back.
#[derive(Clone, Debug)]
pub enum Inverse {
    /// By calls whose inputs are made of the document as it was before.
    Calls(Vec<Step>),
    /// It cannot be; why.
    Irreversible(String),
}

/// One action.
#[derive(Clone, Debug)]
pub struct Action {
    /// The path with `.` for `/`: `aws.s3.put-public-access-block`.
    pub id: Arc<str>,
    /// The file it was read from, relative to its catalogue folder.
    pub file: String,
    /// What it does, in words.
    pub title: String,
    /// The type of the resources that it acts on.
    pub type_id: Arc<str>,
    /// What a check may tell it, with the defaults.
    pub args: Map,
    /// Names for expressions over the document, used by the others.
    pub lets: BTreeMap<Arc<str>, Expr>,
    /// Where it applies; elsewhere a person decides.
    pub when: Option<Expr>,
    /// The calls, in order.
    pub steps: Vec<Step>,
    /// The IAM actions that it needs beside those of its calls.
    pub permission: Vec<Arc<str>>,
    /// Whether it can break something.
    pub safety: Safety,
    /// What can break.
    pub risk: Option<String>,
    /// The members of the document that are kept for taking it back.
    pub before: Vec<Path>,
    /// How it is taken back.
    pub inverse: Inverse,
    /// What holds over the document when it is done.
    pub expect: Expr,
    /// The file's text, for the lines of errors.
    text: Arc<str>,
}

/// A check's fix written out for one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Remedy {
    /// The action's id.
    pub action: Arc<str>,
    /// What it does, in words.
    pub title: String,
    /// Whether it can break something.
    pub safety: Safety,
    /// What can break.
    pub risk: Option<String>,
    /// The calls.
    pub calls: Vec<PreparedCall>,
    /// Commands of the AWS CLI for a POSIX shell, one a line.
    pub commands: Vec<String>,
    /// Commands that take it back, made of the document as it is now; empty where there is no way back, or what would
    /// have to be set again was not read.
    pub undo: Vec<String>,
}

impl Remedy {
    /// The commands as people paste them: what can break first, as a comment.
    pub fn text(&self) -> String {
        let risk = self.risk.iter().map(|risk| format!("# Can break: {risk}"));
        risk.chain(self.commands.iter().cloned()).collect::<Vec<_>>().join("\n")
    }
}

/// The files, each parsed once it is asked for.
#[derive(Default)]
pub(crate) struct Actions {
    files: BTreeMap<Arc<str>, File>,
}

struct File {
    name: String,
    text: Cow<'static, str>,
    parsed: OnceLock<Result<Action, CatalogError>>,
}

impl Actions {
    /// Adds a file by its path below the catalogue folder, `actions/aws/…`; one of the same id is replaced.
    pub(crate) fn add(&mut self, name: &str, text: Cow<'static, str>) -> Arc<str> {
        let id: Arc<str> = name.trim_start_matches("actions/").trim_end_matches(".toml").replace('/', ".").into();
        self.files.insert(id.clone(), File { name: name.to_owned(), text, parsed: OnceLock::new() });
        id
    }

    /// The ids; parses nothing.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &Arc<str>> {
        self.files.keys()
    }

    /// An action, or why its file does not load. `None` where there is none of that id.
    pub(crate) fn parsed(&self, id: &str) -> Option<&Result<Action, CatalogError>> {
        let (id, file) = self.files.get_key_value(id)?;
        Some(file.parsed.get_or_init(|| read::action(id, &file.name, &file.text)))
    }
}

impl Catalog {
    /// An action; `None` where there is none of that id. The embedded files all load: the repository's tests see to it,
    /// and users' files are looked at when the catalogue is loaded.
    pub fn action(&self, id: &str) -> Option<&Action> {
        self.actions.parsed(id)?.as_ref().ok()
    }

    /// Every action, by id.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.actions.ids().filter_map(|id| self.action(id))
    }

    /// The action that fixes what a check finds on resources of a type, and what the check tells it.
    pub fn fix_of<'a>(&'a self, check: &'a Check, type_id: &str) -> Option<(&'a Action, &'a Fix)> {
        check.fix.iter().find_map(|fix| {
            let action = self.action(&fix.action)?;
            (*action.type_id == *type_id).then_some((action, fix))
        })
    }

    /// A check's fix written out for a resource. `scope` answers `self` with the resource and knows the check's
    /// `params`; `discriminator` is the finding's. `None` where no action fixes it.
    ///
    /// # Errors
    /// When the action is not meant for this resource, needs what was not read, or a name must not reach a shell.
    pub fn remedy(
        &self,
        check: &Check,
        type_id: &str,
        discriminator: &str,
        scope: &dyn Scope,
    ) -> Option<Result<Remedy, ActionError>> {
        let (action, fix) = self.fix_of(check, type_id)?;
        Some(action.remedy(self.api(), fix, discriminator, scope))
    }

    /// Every IAM action that an action needs, those of its calls first, each once.
    pub fn action_permissions(&self, action: &Action) -> Vec<Arc<str>> {
        let mut all: Vec<Arc<str>> = Vec::new();
        let of_calls = action.steps.iter().flat_map(|step| self.permissions(&step.call));
        for one in of_calls.chain(action.permission.iter().cloned()) {
            if !all.contains(&one) {
                all.push(one);
            }
        }
        all
    }
}

impl Action {
    /// The calls that take it back; none where there is no way back.
    pub fn inverse_steps(&self) -> &[Step] {
        match &self.inverse {
            Inverse::Calls(steps) => steps,
            Inverse::Irreversible(_) => &[],
        }
    }

    /// Its commands with expressions in braces in place of a resource's values, for pages that know no resource.
    pub fn sketch(&self, api: &ApiIndex) -> Vec<String> {
        self.steps.iter().map(|step| cli::sketch(step, !is_global(api, &step.call))).collect()
    }

    /// The same for the calls that take it back.
    pub fn inverse_sketch(&self, api: &ApiIndex) -> Vec<String> {
        self.inverse_steps().iter().map(|step| cli::sketch(step, !is_global(api, &step.call))).collect()
    }

    /// Every call that it or its inverse makes.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.steps.iter().chain(self.inverse_steps()).map(|step| &step.call)
    }
}

/// Whether a call's service has one endpoint for all regions.
fn is_global(api: &ApiIndex, call: &Call) -> bool {
    match (api.service(&call.service), api.endpoints()) {
        (Ok(model), Ok(endpoints)) => endpoints.global_region(&model, "aws").is_some(),
        _ => false,
    }
}
