//! Whether an action fits the provider's model, its type and the checks that name it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use expr::{Expr, Of, Type, Use, render};
use resource::{Path, Segment, Value};

use super::schema::ActionSchema;
use super::scope::ROOTS;
use super::{Action, Step, reads};
use crate::Catalog;
use crate::api::{Kind, ServiceModel, ShapeId, Structure};
use crate::call::Argument;
use crate::error::CatalogError;
use crate::schema::TypeSchema;
use crate::types::ResourceType;

/// What is wrong with the action of that id, its file's form included.
pub(crate) fn action(catalog: &Catalog, id: &str) -> Vec<CatalogError> {
    let action = match catalog.actions.parsed(id) {
        Some(Ok(action)) => action,
        Some(Err(error)) => return vec![error.clone()],
        None => return Vec::new(),
    };
    let mut work = Work::new(catalog, action);
    let Some(of) = catalog.resource_type(&action.type_id) else {
        let known: Vec<Arc<str>> = catalog.resource_types().map(|of| of.id.clone()).collect();
        let help = expr::nearest(&action.type_id, &known);
        work.fault("type", format!("there is no resource type `{}`; {help}", action.type_id));
        return work.errors;
    };
    work.run(of);
    work.errors
}

/// The members of the document that an action's calls, the way back included, are made of.
pub(super) fn members(catalog: &Catalog, action: &Action) -> BTreeSet<Arc<str>> {
    let mut work = Work::new(catalog, action);
    if let Some(of) = catalog.resource_type(&action.type_id) {
        work.names(of);
        if let Some(when) = &action.when {
            work.expression(of, "when", when, &Type::Bool, &Type::Any);
        }
        for step in action.steps.iter().chain(action.inverse_steps()) {
            work.step(of, step);
        }
    }
    work.read
}

struct Work<'a> {
    catalog: &'a Catalog,
    action: &'a Action,
    errors: Vec<CatalogError>,
    /// Lines before the step at hand.
    from: usize,
    in_step: bool,
    /// Members of the document that the step at hand reads.
    read: BTreeSet<Arc<str>>,
    /// The types of the names for expressions, and the members that each reads.
    lets: BTreeMap<Arc<str>, Type>,
    reads: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
}

impl<'a> Work<'a> {
    fn new(catalog: &'a Catalog, action: &'a Action) -> Self {
        Work {
            catalog,
            action,
            errors: Vec::new(),
            from: 0,
            in_step: false,
            read: BTreeSet::new(),
            lets: BTreeMap::new(),
            reads: BTreeMap::new(),
        }
    }

    fn run(&mut self, of: &'a ResourceType) {
        let action = self.action;
        let plain = |letter: char| letter.is_ascii_alphanumeric() || " .,:-/".contains(letter);
        if let Some(risk) = action.risk.as_ref().filter(|risk| !risk.chars().all(plain)) {
            // It stands as a comment before commands, and some shells take no comments when pasted into.
            self.fault("risk", format!("`risk` takes letters, digits and `. , : - /` only, not `{risk}`"));
        }
        self.names(of);
        if let Some(when) = &action.when {
            self.expression(of, "when", when, &Type::Bool, &Type::Any);
        }
        self.expression(of, "expect", &action.expect, &Type::Bool, &Type::Any);
        self.permissions();
        self.before(of);
        self.read.clear();
        for step in &action.steps {
            self.step(of, step);
        }
        let given = std::mem::take(&mut self.read);
        for step in action.inverse_steps() {
            self.step(of, step);
        }
        let kept: BTreeSet<Arc<str>> = action.before.iter().filter_map(first_member).collect();
        for name in self.read.clone().difference(&given).filter(|name| !kept.contains(*name)) {
            self.fault("inverse", format!("the inverse reads `{name}`, which `before` does not keep"));
        }
    }

    /// A fault on the first line from here on that holds the word, or here.
    fn fault(&mut self, word: &str, message: String) {
        let found = self.action.text.lines().skip(self.from).position(|line| names(line, word));
        self.errors.push(CatalogError::at(&self.action.file, self.from + found.unwrap_or(0) + 1, message));
    }

    fn permissions(&mut self) {
        let Ok(table) = self.catalog.api().permissions() else { return };
        for one in self.action.permission.iter().filter(|one| table.level(one).is_none()) {
            self.fault(one, format!("IAM has no action `{one}`; see the Service Authorization Reference"));
        }
    }

    fn names(&mut self, of: &'a ResourceType) {
        let mut types = BTreeMap::new();
        for (name, found) in &self.action.lets {
            if ROOTS.contains(&&**name) || **name == *"item" {
                self.fault(name, format!("`{name}` already means something; choose another name"));
            }
            self.read.clear();
            types.insert(name.clone(), self.expression(of, name, found, &Type::Any, &Type::Any));
            self.reads.insert(name.clone(), std::mem::take(&mut self.read));
        }
        self.lets = types;
    }

    fn before(&mut self, of: &ResourceType) {
        for path in &self.action.before {
            let schema = TypeSchema::new(self.catalog, of);
            let Ok(found) = expr::parse(&format!("self.{path}")) else {
                self.fault("before", format!("`{path}` must be a path of members"));
                continue;
            };
            for one in found.check(&schema, Some(&of.id), &Type::Any).errors {
                self.fault(&path.to_string(), format!("`before`: {}; {}", one.message, one.help));
            }
        }
    }

    /// Checks an expression; returns its type.
    fn expression(&mut self, of: &'a ResourceType, place: &str, found: &Expr, wanted: &Type, item: &Type) -> Type {
        let of_type = TypeSchema::new(self.catalog, of);
        let schema = ActionSchema { of: of_type, action: self.action, item: item.clone(), lets: &self.lets };
        let checked = found.check(&schema, Some(&of.id), wanted);
        for one in &checked.errors {
            let words = format!("in `{place}`:\n{}", render(found.text(), &self.action.file, one));
            self.fault(found.text(), words);
        }
        for name in checked.uses.iter().filter_map(member_read) {
            match self.reads.get(&name) {
                Some(behind) => self.read.extend(behind.iter().cloned()),
                None => _ = self.read.insert(name),
            }
        }
        checked.ty
    }

    fn step(&mut self, of: &'a ResourceType, step: &Step) {
        let call = step.call.to_string();
        self.seek(&call);
        let mut item = Type::Any;
        if let Some(each) = &step.each {
            item = match self.expression(of, "for", each, &Type::Any, &Type::Any) {
                Type::List(item) => (*item).clone(),
                Type::Any => Type::Any,
                other => {
                    self.fault("for", format!("`for` is {other}, where a list is expected"));
                    Type::Any
                }
            };
        }
        if let Some(when) = &step.when {
            self.expression(of, "when", when, &Type::Bool, &item);
        }
        let (model, operation) = match self.catalog.api().call(&call) {
            Ok(found) => found,
            Err(error) => return self.fault(&call, error.to_string()),
        };
        if let Ok(table) = self.catalog.api().permissions()
            && let Err(error) = table.check(&step.call.service, &step.call.operation)
        {
            self.fault(&call, error.to_string());
        }
        let structure = operation.input.and_then(|id| model.structure(id)).cloned().unwrap_or_default();
        if let Err(why) = reads::missing(&structure, "", |name| step.with.0.contains_key(name)) {
            self.fault(&call, format!("`{call}`: {why}"));
        }
        let place = Place { of, call: &call, model: &model, item: &item };
        for (name, argument) in &step.with.0 {
            self.member(&place, &structure, name, argument, "");
        }
    }

    /// Goes on to the line of the next step's call.
    fn seek(&mut self, call: &str) {
        let start = self.from + usize::from(self.in_step);
        if let Some(at) = self.action.text.lines().skip(start).position(|line| line.contains(call)) {
            self.from = start + at;
            self.in_step = true;
        }
    }

    fn member(&mut self, place: &Place<'_, 'a>, of: &Structure, name: &str, argument: &Argument, at: &str) {
        match reads::member(of, name, at) {
            Ok(member) => {
                let below = if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
                self.argument(place, member.target.shape, argument, &below);
            }
            Err(why) => self.fault(name, format!("`{}`: {why}", place.call)),
        }
    }

    fn argument(&mut self, place: &Place<'_, 'a>, shape: ShapeId, argument: &Argument, at: &str) {
        let found = match (argument, &place.model.shape(shape).kind) {
            (Argument::Constant(value), _) => reads::value(place.model, shape, value, at)
                .and_then(|()| known(&place.model.shape(shape).values, value, at)),
            (Argument::Expression(found), _) => {
                let ty = self.expression(place.of, at, found, &Type::Any, place.item);
                reads::of_type(place.model, shape, &ty, at)
            }
            (Argument::List(items), Kind::List(item)) => {
                items.iter().for_each(|one| self.argument(place, item.shape, one, &format!("{at}[]")));
                Ok(())
            }
            (Argument::Map(members), Kind::Structure(structure)) => {
                for (name, inner) in members {
                    self.member(place, structure, name, inner, at);
                }
                reads::missing(structure, at, |name| members.contains_key(name))
            }
            (Argument::Map(members), Kind::Map(_, value)) => {
                members.values().for_each(|inner| self.argument(place, value.shape, inner, at));
                Ok(())
            }
            (Argument::List(_), _) => Err(format!("`{at}` takes no list")),
            (Argument::Map(_), _) => Err(format!("`{at}` takes no table")),
        };
        if let Err(why) = found {
            let word = at.rsplit('.').next().unwrap_or(at).trim_end_matches("[]");
            self.fault(word, format!("`{}`: {why}", place.call));
        }
    }
}

/// Where an argument stands.
struct Place<'p, 'a> {
    of: &'a ResourceType,
    call: &'p str,
    model: &'p ServiceModel,
    item: &'p Type,
}

/// The member of the resource's own document that a use reads.
fn member_read(one: &Use) -> Option<Arc<str>> {
    match one {
        Use::Member { of: Of::Subject, path, .. } => first_member(path),
        Use::Member { of: Of::Root(name), .. } if !ROOTS.contains(&&**name) && **name != *"item" => Some(name.clone()),
        _ => None,
    }
}

pub(super) fn first_member(path: &Path) -> Option<Arc<str>> {
    match path.segments().first() {
        Some(Segment::Member(name)) => Some(name.clone()),
        _ => None,
    }
}

/// Whether the line holds the word as a whole.
fn names(line: &str, word: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

/// Whether a text is among those that the provider takes there; of other texts only the catalogue's own are looked at.
fn known(values: &[Arc<str>], given: &Value, at: &str) -> Result<(), String> {
    match given.as_str() {
        Some(text) if !values.is_empty() && !values.iter().any(|value| **value == *text) => {
            Err(format!("`{at}` is never `{text}`; {}", expr::nearest(text, values)))
        }
        _ => Ok(()),
    }
}
