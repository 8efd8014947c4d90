//! Which members of a document a detail call gives: where its hole lies when it fails.

use resource::Path;

use crate::Catalog;
use crate::api::Kind;
use crate::types::{Get, ResourceType};

impl Catalog {
    /// The members that the type's `index`th `[[get]]` gives; empty when there is no such get or the model lacks it
    /// (which [`crate::validate`] reports).
    pub fn gives(&self, of: &ResourceType, index: usize) -> Vec<Path> {
        let key = (of.id.clone(), index);
        if let Ok(known) = self.gives.lock()
            && let Some(paths) = known.get(&key)
        {
            return paths.clone();
        }
        let paths = of.get.get(index).map(|get| self.members_of(of, get)).unwrap_or_default();
        if let Ok(mut known) = self.gives.lock() {
            known.insert(key, paths.clone());
        }
        paths
    }

    fn members_of(&self, of: &ResourceType, get: &Get) -> Vec<Path> {
        let base = get.per.clone().unwrap_or_default();
        let place = match &get.into {
            Some(into) => base.join(into),
            None => base.clone(),
        };
        if !get.gives.is_empty() {
            return get.gives.iter().map(|name| place.member(name)).collect();
        }
        if get.into.is_some() {
            return vec![place];
        }
        let listed = if get.per.is_none() { self.listed_members(of) } else { Vec::new() };
        self.answer_members(get)
            .into_iter()
            .filter(|name| !listed.contains(name))
            .map(|name| place.member(&name))
            .collect()
    }

    /// The member names of what a get takes from its answer.
    fn answer_members(&self, get: &Get) -> Vec<String> {
        let Some(call) = &get.call else { return Vec::new() };
        self.shape_members(&call.to_string(), &get.taken()).unwrap_or_default()
    }

    fn listed_members(&self, of: &ResourceType) -> Vec<String> {
        let mut names = Vec::new();
        if let Some(list) = &of.list {
            names = self.shape_members(&list.call.to_string(), &list.items).unwrap_or_default();
            names.extend(list.member.iter().map(|name| name.to_string()));
        }
        if let Some(from) = &of.source
            && let Some(source) = self.source(&from.id)
        {
            names = self.shape_members(&source.call.to_string(), &from.items).unwrap_or_default();
        }
        names
    }

    /// The members of the structure at a path of a call's output, paging members left out; `None` when it is no
    /// structure.
    fn shape_members(&self, call: &str, path: &Path) -> Option<Vec<String>> {
        let (model, operation) = self.api.call(call).ok()?;
        let shape = model.shape_at(operation.output?, path).ok()?;
        let Kind::Structure(structure) = &model.shape(shape).kind else { return None };
        let paging: Vec<&Path> = match &operation.pagination {
            Some(found) if path.is_empty() => {
                found.outputs.iter().filter_map(|token| token.path()).chain(&found.more).collect()
            }
            _ => Vec::new(),
        };
        let names = structure.members.iter().map(|member| member.name.to_string());
        let is_token = |name: &String| paging.iter().any(|path| path.to_string() == *name);
        Some(names.filter(|name| !is_token(name)).collect())
    }
}
