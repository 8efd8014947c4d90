//! Facts: `catalog/facts.toml`, the typed table of what `identity` and `graph` compute.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use expr::{Entity, Expr, Scope, Type};
use resource::{Map, Path, Value};
use serde::Deserialize;

use crate::error::CatalogError;
use crate::text::optional_expression;
use crate::types::{PolicyKind, ResourceType};

mod grammar;
mod schema;
mod scope;
#[cfg(test)]
mod tests;

const FILE: &str = "facts.toml";

/// What a fact is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// Resource policies, ACLs, sharing lists, KMS grants, trust policies.
    Policy,
    /// Identity-based policies.
    Identity,
    /// Network rules.
    Open,
    /// Places that may hold secrets.
    Secret,
}

/// One fact.
#[derive(Debug)]
pub struct Fact {
    /// The member of `facts`.
    pub name: Arc<str>,
    /// What shape it has.
    pub ty: Type,
    /// What it says.
    pub meaning: String,
    /// What it is computed from; `None` for a derived fact.
    pub from: Option<From>,
    /// The expression over other facts; `None` for a computed fact.
    pub derive: Option<Expr>,
    uses: BTreeSet<Arc<str>>,
}

/// The table.
#[derive(Debug, Default)]
pub struct Facts {
    facts: BTreeMap<Arc<str>, Fact>,
    allowed_by: BTreeSet<Arc<str>>,
    bounded_by: BTreeSet<Arc<str>>,
    organisation: Option<Expr>,
}

/// What must be read of a resource of some type before a fact is known.
#[derive(Debug, Default)]
pub struct Reads<'a> {
    /// Members of its document.
    pub paths: Vec<Path>,
    /// Expressions over it: settings that neutralise a policy.
    pub expressions: Vec<&'a Expr>,
    /// Edges to follow; the same fact's reads of the neighbours' types are needed too.
    pub edges: BTreeSet<Arc<str>>,
    /// Edges and the members of the neighbours there that are needed besides.
    pub beyond: Vec<(Arc<str>, Path)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    edges: Edges,
    #[serde(default)]
    owner: Owner,
    fact: BTreeMap<Arc<str>, Entry>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edges {
    #[serde(default)]
    allowed_by: BTreeSet<Arc<str>>,
    #[serde(default)]
    bounded_by: BTreeSet<Arc<str>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Owner {
    #[serde(default, deserialize_with = "optional_expression")]
    organisation: Option<Expr>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(rename = "type")]
    ty: String,
    meaning: String,
    from: Option<From>,
    #[serde(default, deserialize_with = "optional_expression")]
    derive: Option<Expr>,
}

impl Facts {
    /// Reads the table.
    ///
    /// # Errors
    /// When the text is not TOML of this form, a type is not one of the grammar, a fact has both or none of `from` and
    /// `derive`, or a derived fact's expression does not fit the other facts' types or its own, or uses itself.
    pub fn parse(text: &str) -> Result<Facts, CatalogError> {
        let file: File = crate::load::from_toml(FILE, text)?;
        let mut facts = BTreeMap::new();
        for (name, entry) in file.fact {
            let fact = fact(&name, entry)
                .map_err(|(message, help)| CatalogError::at(FILE, line_of(text, &name), message).help(help))?;
            facts.insert(name, fact);
        }
        let organisation = file.owner.organisation;
        let mut table =
            Facts { facts, allowed_by: file.edges.allowed_by, bounded_by: file.edges.bounded_by, organisation };
        table.link().map_err(|(name, message)| CatalogError::at(FILE, line_of(text, &name), message))?;
        Ok(table)
    }

    /// Checks the derived facts' expressions and notes what each uses. The error is the fact and what is wrong.
    fn link(&mut self) -> Result<(), (Arc<str>, String)> {
        let schema = schema::Table(self.object_type());
        let mut uses = BTreeMap::new();
        for (name, fact) in &self.facts {
            if let Some(derive) = &fact.derive {
                let used = schema.uses(derive, &fact.ty).map_err(|message| (name.clone(), message))?;
                uses.insert(name.clone(), used);
            }
        }
        for (name, used) in uses {
            if let Some(fact) = self.facts.get_mut(&name) {
                fact.uses = used;
            }
        }
        match self.facts.keys().find(|name| self.uses_itself(name)) {
            Some(name) => {
                Err((name.clone(), format!("fact `{name}` derives from itself; derive it from computed facts")))
            }
            None => Ok(()),
        }
    }

    /// Every fact, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.facts.values()
    }

    /// A fact.
    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.facts.get(name)
    }

    /// Edges from a principal to policies and groups that allow it something.
    pub fn allowed_by(&self) -> &BTreeSet<Arc<str>> {
        &self.allowed_by
    }

    /// Edges from a principal to its permissions boundary.
    pub fn bounded_by(&self) -> &BTreeSet<Arc<str>> {
        &self.bounded_by
    }

    /// The expression that tells the organisation to which the owner belongs: grants may be to its members.
    pub fn organisation(&self) -> Option<&Expr> {
        self.organisation.as_ref()
    }

    /// The static type of `facts`.
    pub fn object_type(&self) -> Type {
        Type::object("facts", self.facts.iter().map(|(name, fact)| (name.clone(), fact.ty.clone())))
    }

    /// The wanted facts and those they derive from. Names that the table lacks are left out.
    pub fn closure(&self, wanted: &BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
        let mut all = BTreeSet::new();
        let mut queue: Vec<Arc<str>> = wanted.iter().cloned().collect();
        while let Some(name) = queue.pop() {
            if let Some(fact) = self.facts.get(&name)
                && all.insert(name)
            {
                queue.extend(fact.uses.iter().cloned());
            }
        }
        all
    }

    /// What the fact is computed from, through the facts that it derives from.
    pub fn needs(&self, name: &str) -> BTreeSet<From> {
        self.closure(&BTreeSet::from([name.into()])).iter().filter_map(|name| self.get(name)?.from).collect()
    }

    /// What of a type must be read before the fact is known.
    pub fn reads<'a>(&'a self, name: &str, of: &'a ResourceType) -> Reads<'a> {
        let mut reads = Reads::default();
        for need in self.needs(name) {
            match need {
                From::Policy | From::Identity => {
                    for policy in of
                        .policy
                        .iter()
                        .filter(|policy| (policy.kind == PolicyKind::Identity) == (need == From::Identity))
                    {
                        reads.paths.push(policy.at.clone());
                        reads.expressions.extend(policy.blocked.as_ref());
                        reads.edges.extend(policy.within.clone());
                        reads.expressions.extend(self.organisation.as_ref().filter(|_| policy.names_organisations()));
                    }
                    if need == From::Identity {
                        let edges = self.allowed_by.union(&self.bounded_by);
                        reads
                            .edges
                            .extend(edges.filter(|name| of.edge.iter().any(|edge| edge.name == **name)).cloned());
                    }
                }
                From::Open => {
                    reads.paths.extend(of.open.iter().map(|open| open.at.clone()));
                    for edge in of.open.iter().filter_map(|open| open.prefix_lists.clone()) {
                        let members =
                            ["Entries", "PrefixListId"].map(|name| (edge.clone(), Path::default().member(name)));
                        reads.beyond.extend(members);
                        reads.edges.insert(edge);
                    }
                }
                From::Secret => reads.paths.extend(of.secret.iter().map(|secret| secret.at.clone())),
            }
        }
        reads
    }

    /// Adds the wanted derived facts to the computed ones of a resource.
    pub fn derive(&self, wanted: &BTreeSet<Arc<str>>, facts: &mut Map, entity: &Entity, scope: &dyn Scope) {
        let mut done = BTreeSet::new();
        for name in wanted {
            self.derive_one(name, &mut done, facts, entity, scope);
        }
    }

    fn derive_one(
        &self,
        name: &Arc<str>,
        done: &mut BTreeSet<Arc<str>>,
        facts: &mut Map,
        entity: &Entity,
        scope: &dyn Scope,
    ) {
        let Some(fact) = self.facts.get(name).filter(|_| done.insert(name.clone())) else { return };
        let Some(derive) = &fact.derive else { return };
        for used in &fact.uses {
            self.derive_one(used, done, facts, entity, scope);
        }
        let known = Value::Map(facts.clone());
        let value = derive.evaluate(&scope::WithFacts { entity, facts: &known, scope }).to_value();
        facts.insert(name.clone(), value);
    }

    fn uses_itself(&self, name: &Arc<str>) -> bool {
        let uses = self.facts.get(name).map(|fact| self.closure(&fact.uses));
        uses.is_some_and(|uses| uses.contains(name))
    }
}

fn fact(name: &Arc<str>, entry: Entry) -> Result<Fact, (String, String)> {
    let ty = grammar::parse(&entry.ty).map_err(|word| {
        let message = format!("fact `{name}` has a type that cannot be read at `{word}`");
        (message, "write bool, int, string, number, any, `list of T` or `{ name: T }`".to_owned())
    })?;
    if entry.from.is_some() == entry.derive.is_some() {
        return Err((
            format!("fact `{name}` needs exactly one of `from` and `derive`"),
            "remove or add one".to_owned(),
        ));
    }
    Ok(Fact {
        name: name.clone(),
        ty,
        meaning: entry.meaning,
        from: entry.from,
        derive: entry.derive,
        uses: BTreeSet::new(),
    })
}

/// The line on which a fact's table starts.
fn line_of(text: &str, name: &str) -> usize {
    let head = format!("[fact.{name}]");
    text.lines().position(|line| line.trim() == head).map_or(1, |index| index + 1)
}
