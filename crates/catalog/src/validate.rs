//! Whether the catalogue fits the providers' models and itself. CI runs this over the embedded catalogue; at start it
//! runs over users' folders only.

use std::sync::Arc;

use expr::{Diagnostic, Expr, Template, Type, render};
use resource::Value;

use crate::call::{Argument, Call, Input};
use crate::checks::rule_error;
use crate::error::CatalogError;
use crate::kinds::Kind;
use crate::types::{Get, ResourceType};
use crate::{Catalog, Check, Subject, TypeSchema, action};

/// Everything that is wrong with the catalogue.
pub fn all(catalog: &Catalog) -> Vec<CatalogError> {
    let mut errors: Vec<CatalogError> = catalog.resource_types().flat_map(|of| resource_type(catalog, of)).collect();
    for source in catalog.sources() {
        let file = format!("sources/{}.toml", source.id);
        call(catalog, &file, &source.call, Some(&source.with), &mut errors);
        if let Some(prepare) = &source.prepare {
            call(catalog, &file, &prepare.call, None, &mut errors);
        }
    }
    for id in catalog.actions.ids() {
        errors.extend(action::validate::action(catalog, id));
    }
    for one in catalog.checks() {
        errors.extend(check(catalog, one));
    }
    errors.extend(catalog.framework_errors());
    errors
}

/// What is wrong with a resource type.
pub fn resource_type(catalog: &Catalog, of: &ResourceType) -> Vec<CatalogError> {
    let file = format!("types/{}.toml", of.id.replace('.', "/"));
    let mut errors = Vec::new();
    let mut expressions = Expressions { catalog, of, file: &file, errors: &mut errors };
    expressions.template("id", &of.uid);
    expressions.one("name", &of.name);
    for (place, found) in [("tags", &of.tags), ("owner", &of.owner), ("region", &of.region)] {
        if let Some(found) = found {
            expressions.one(place, found);
        }
    }
    of.keys.iter().for_each(|key| expressions.one("keys", key));
    of.edge.iter().for_each(|edge| expressions.one(&format!("edge {}", edge.name), &edge.by));
    of.norm.iter().for_each(|(name, found)| expressions.one(&format!("norm.{name}"), found));
    of.policy.iter().filter_map(|policy| policy.blocked.as_ref()).for_each(|found| expressions.one("blocked", found));
    let named = of.policy.iter().filter_map(|policy| policy.blocked_by.as_ref());
    named.for_each(|found| expressions.template("blocked_by", found));
    for get in &of.get {
        get.when.iter().for_each(|found| expressions.one("when", found));
        get.row.iter().for_each(|found| expressions.one("row", found));
        expressions.input(&get.with);
    }
    if let Some(list) = &of.list {
        call(catalog, &file, &list.call, Some(&list.with), &mut errors);
        answer_path(catalog, &file, &list.call, &list.items, &mut errors);
        unknown_codes(catalog, &file, &list.call, &list.absent, &mut errors);
    }
    for (index, get) in of.get.iter().enumerate() {
        detail(catalog, &file, of, index, get, &mut errors);
    }
    references(catalog, &file, of, &mut errors);
    errors
}

struct Expressions<'a> {
    catalog: &'a Catalog,
    of: &'a ResourceType,
    file: &'a str,
    errors: &'a mut Vec<CatalogError>,
}

impl Expressions<'_> {
    fn one(&mut self, place: &str, found: &Expr) {
        let schema = TypeSchema::new(self.catalog, self.of);
        let checked = found.check(&schema, Some(&self.of.id), &Type::Any);
        self.report(place, found.text(), &checked.errors);
    }

    fn template(&mut self, place: &str, found: &Template) {
        let schema = TypeSchema::new(self.catalog, self.of);
        let checked = found.check(&schema, Some(&self.of.id));
        self.report(place, found.text(), &checked.errors);
    }

    fn input(&mut self, input: &Input) {
        input.0.values().for_each(|argument| self.argument(argument));
    }

    fn argument(&mut self, argument: &Argument) {
        match argument {
            Argument::Constant(_) => {}
            Argument::Expression(found) => self.one("with", found),
            Argument::List(items) => items.iter().for_each(|item| self.argument(item)),
            Argument::Map(members) => members.values().for_each(|member| self.argument(member)),
        }
    }

    fn report(&mut self, place: &str, source: &str, found: &[Diagnostic]) {
        for diagnostic in found {
            let words = format!("in `{place}`:\n{}", render(source, self.file, diagnostic));
            self.errors.push(CatalogError::at(self.file, 1, words));
        }
    }
}

fn call(catalog: &Catalog, file: &str, call: &Call, with: Option<&Input>, errors: &mut Vec<CatalogError>) {
    let (model, operation) = match catalog.api().call(&call.to_string()) {
        Ok(found) => found,
        Err(error) => {
            errors.push(CatalogError::at(file, 1, error.to_string()));
            return;
        }
    };
    if let Ok(table) = catalog.api().permissions()
        && let Err(error) = table.check(&call.service, &call.operation)
    {
        errors.push(CatalogError::at(file, 1, error.to_string()));
    }
    let members: Vec<&str> = match operation.input.map(|id| &model.shape(id).kind) {
        Some(crate::api::Kind::Structure(found)) => found.members.iter().map(|member| &*member.name).collect(),
        _ => Vec::new(),
    };
    for name in with.into_iter().flat_map(|input| input.0.keys()) {
        if !members.contains(&&**name) {
            let words = format!("`{call}` has no input member `{name}`; it has {}", members.join(", "));
            errors.push(CatalogError::at(file, 1, words));
        }
    }
}

fn answer_path(catalog: &Catalog, file: &str, call: &Call, path: &resource::Path, errors: &mut Vec<CatalogError>) {
    let Ok((model, operation)) = catalog.api().call(&call.to_string()) else { return };
    let Some(output) = operation.output else {
        errors.push(CatalogError::at(file, 1, format!("`{call}` has no output")));
        return;
    };
    if let Err(error) = model.shape_at(output, path) {
        errors.push(CatalogError::at(file, 1, format!("`{call}` gives no `{path}`: {error}")));
    }
}

/// Error codes are the provider's own words: where the model lists the operation's errors, a code that it does not
/// list may still be right (S3 lists almost none), so only an empty text is refused.
fn unknown_codes(_: &Catalog, file: &str, call: &Call, codes: &[String], errors: &mut Vec<CatalogError>) {
    if codes.iter().any(|code| code.trim().is_empty()) {
        errors.push(CatalogError::at(file, 1, format!("`{call}` has an empty error code")));
    }
}

fn detail(catalog: &Catalog, file: &str, of: &ResourceType, index: usize, get: &Get, errors: &mut Vec<CatalogError>) {
    if let Some(id) = &get.source {
        match catalog.source(id) {
            None => errors.push(CatalogError::at(file, 1, format!("there is no source `{id}`"))),
            Some(source) if source.key.is_none() || get.row.is_none() || get.into.is_none() => {
                let words = format!("rows of `{id}` need `key` in the source, `row` and `into` in the get");
                errors.push(CatalogError::at(file, 1, words));
            }
            Some(_) => {}
        }
        return;
    }
    let Some(found) = &get.call else { return };
    call(catalog, file, found, Some(&get.with), errors);
    if let Some(take) = &get.take {
        answer_path(catalog, file, found, take, errors);
    }
    for codes in [&get.gone, &get.absent, &get.unsupported] {
        unknown_codes(catalog, file, found, codes, errors);
    }
    if catalog.gives(of, index).is_empty() {
        let words =
            format!("`{found}` gives no member that can be merged; say where it goes with `into`, or list `gives`");
        errors.push(CatalogError::at(file, 1, words));
    }
    if let Some(batch) = &get.batch
        && !get.with.0.contains_key(&batch.over)
    {
        let words = format!("`batch.over` names `{}`, which `with` does not give", batch.over);
        errors.push(CatalogError::at(file, 1, words));
    }
}

fn references(catalog: &Catalog, file: &str, of: &ResourceType, errors: &mut Vec<CatalogError>) {
    let mut missing = |words: String| errors.push(CatalogError::at(file, 1, words));
    for edge in of.edge.iter().filter(|edge| catalog.resource_type(&edge.to).is_none()) {
        missing(format!("edge `{}` leads to `{}`, which is no type of the catalogue", edge.name, edge.to));
    }
    if let Some(parent) = of.parent.as_ref().filter(|parent| catalog.resource_type(parent).is_none()) {
        missing(format!("the parent `{parent}` is no type of the catalogue"));
    }
    if let Some(from) = of.source.as_ref().filter(|from| catalog.source(&from.id).is_none()) {
        missing(format!("there is no source `{}`", from.id));
    }
    match of.kind.as_deref().map(|kind| (kind, catalog.kind(kind))) {
        Some((kind, None)) => missing(format!("there is no kind `{kind}`; add `kinds/{kind}.toml`")),
        Some((kind, Some(found))) => {
            for name in of.norm.keys().filter(|name| !found.attributes.contains_key(*name)) {
                missing(format!("the kind `{kind}` has no attribute `{name}`"));
            }
            wider(catalog, found, &mut missing);
        }
        None if !of.norm.is_empty() => missing("`[norm]` needs a `kind`".to_owned()),
        None => {}
    }
    for edge in of.policy.iter().filter_map(|policy| policy.within.as_ref()) {
        if !of.edge.iter().any(|found| *found.name == **edge) {
            missing(format!("`within` names the edge `{edge}`, which the type does not have"));
        }
    }
    for open in &of.open {
        if let Some(edge) = &open.prefix_lists
            && !of.edge.iter().any(|found| found.name == *edge)
        {
            missing(format!("`prefix_lists` names the edge `{edge}`, which the type does not have"));
        }
    }
}

/// A kind has what the wider one has that it says it is one of: checks on that one ask for it.
fn wider(catalog: &Catalog, of: &Kind, missing: &mut impl FnMut(String)) {
    match of.is.as_deref().map(|wide| (wide, catalog.kind(wide))) {
        Some((wide, None)) => {
            missing(format!("the kind `{}` is a `{wide}`, which is no kind; add `kinds/{wide}.toml`", of.id))
        }
        Some((wide, Some(found))) => {
            for name in found.attributes.keys().filter(|name| !of.attributes.contains_key(*name)) {
                missing(format!("the kind `{}` is a `{wide}` and has no attribute `{name}`; add it", of.id));
            }
        }
        None => {}
    }
}

/// What is wrong with a check: type errors in its rule, an objective that is not in the list, a subject that does not
/// exist, a negated comparison that would pass on absence and that no example covers.
pub fn check(catalog: &Catalog, check: &Check) -> Vec<CatalogError> {
    let mut errors = Vec::new();
    let subjects = catalog.subjects(check);
    if subjects.is_empty() {
        let (Subject::Type(id) | Subject::Kind(id)) = &check.subject;
        let known: Vec<Arc<str>> = match &check.subject {
            Subject::Type(_) => catalog.resource_types().map(|of| of.id.clone()).collect(),
            Subject::Kind(_) => catalog.kinds().map(|kind| kind.id.clone()).collect(),
        };
        let what = if matches!(check.subject, Subject::Type(_)) { "type" } else { "kind" };
        let error = CatalogError::at(&check.file, 2, format!("there is no {what} `{id}`"));
        errors.push(error.help(format!("{}; `plumb type list` shows all", expr::nearest(id, &known))));
    }
    if !catalog.objectives().contains_key(&check.objective) {
        let known: Vec<Arc<str>> = catalog.objectives().keys().cloned().collect();
        let error = CatalogError::at(&check.file, 2, format!("there is no objective `{}`", check.objective));
        let nearest = expr::nearest(&check.objective, &known);
        errors.push(error.help(format!("{nearest}; one of your own goes into `objectives.toml` of your folder")));
    }
    errors.extend(action::fix::fixes(catalog, check));
    let examples = match check.examples() {
        Ok(examples) => examples,
        Err(error) => {
            errors.push(error);
            Vec::new()
        }
    };
    for of in subjects {
        let schema = TypeSchema::new(catalog, of).params(&check.params);
        let found = check.rule.check(&schema, &of.id);
        if !found.errors.is_empty() {
            errors.push(rule_error(&check.file, &check.rule_text, check.rule_line, &found.errors));
        }
        for absence in &found.absence {
            let covered =
                examples.iter().any(|example| absence.paths.iter().any(|path| !is_given(&example.given, path)));
            if !covered {
                let mut error = rule_error(
                    &check.file,
                    &check.rule_text,
                    check.rule_line,
                    std::slice::from_ref(&absence.diagnostic),
                );
                error.help = Some(format!("add an example without {}", absence.paths.join(" or ")));
                errors.push(error);
            }
        }
    }
    errors
}

/// Whether an example gives a value at a path such as `self.A.B`.
fn is_given(example: &Value, path: &str) -> bool {
    let document = match example.get("self") {
        Value::Null => example,
        document => document,
    };
    let found = match path.strip_prefix("self.") {
        Some(inside) => resource::Path::parse(inside).map(|path| document.each(&path).len()),
        None => resource::Path::parse(path).map(|path| example.each(&path).len()),
    };
    found.unwrap_or(0) > 0
}
