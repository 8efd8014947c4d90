//! Where a list or an object lies, so that it need not be copied and evidence can name it.

use std::fmt::Write;
use std::sync::Arc;

use resource::Value;

use crate::spot::Part;
use crate::{Entity, Label, Spot, Val};

/// A list or an object inside a document.
#[derive(Clone, Debug)]
pub struct Place {
    root: Root,
    path: Option<Arc<Link>>,
    label: Label,
}

#[derive(Clone, Debug)]
enum Root {
    Document(Entity),
    Facts(Entity),
    Norm(Entity),
    Extra(Entity, Arc<str>),
    Shared(Arc<Value>),
}

#[derive(Debug)]
struct Link {
    before: Option<Arc<Link>>,
    step: Step,
}

#[derive(Debug)]
enum Step {
    /// The names of a member chain from the given one on.
    Members(Arc<[Arc<str>]>, usize),
    Key(Arc<str>),
    Item(usize),
}

impl Root {
    fn value(&self) -> &Value {
        match self {
            Root::Document(entity) => &entity.document,
            Root::Facts(entity) => &entity.facts,
            Root::Norm(entity) => &entity.norm,
            Root::Extra(entity, name) => entity.extra.get(name).unwrap_or(Value::null()),
            Root::Shared(value) => value,
        }
    }
}

fn walk<'a>(start: &'a Value, link: Option<&Link>) -> &'a Value {
    let Some(link) = link else { return start };
    let from = walk(start, link.before.as_deref());
    match &link.step {
        Step::Members(names, skip) => follow(from, names.get(*skip..).unwrap_or_default()),
        Step::Key(name) => from.get(name),
        Step::Item(index) => from.items().get(*index).unwrap_or(Value::null()),
    }
}

fn follow<'a>(from: &'a Value, names: &[Arc<str>]) -> &'a Value {
    names.iter().fold(from, |value, name| value.get(name))
}

impl Place {
    pub(crate) fn shared(value: Arc<Value>) -> Self {
        Place { root: Root::Shared(value), path: None, label: Label::default() }
    }

    #[must_use]
    pub(crate) fn labelled(mut self, label: Label) -> Self {
        self.label = label;
        self
    }

    /// What lies there.
    pub fn resolve(&self) -> &Value {
        walk(self.root.value(), self.path.as_deref())
    }

    fn step(&self, step: Step) -> Place {
        let path = Some(Arc::new(Link { before: self.path.clone(), step }));
        Place { root: self.root.clone(), path, label: self.label.clone() }
    }

    /// The value at the names from `skip` on.
    pub(crate) fn members(&self, names: &Arc<[Arc<str>]>, skip: usize) -> Val {
        let rest = names.get(skip..).unwrap_or_default();
        if rest.is_empty() {
            return self.val();
        }
        Val::scalar(follow(self.resolve(), rest))
            .unwrap_or_else(|| Val::Place(self.step(Step::Members(Arc::clone(names), skip))))
    }

    pub(crate) fn key(&self, name: &Arc<str>) -> Val {
        Val::scalar(self.resolve().get(name)).unwrap_or_else(|| Val::Place(self.step(Step::Key(Arc::clone(name)))))
    }

    /// The item of a list; absent where there is none.
    pub(crate) fn item(&self, index: usize) -> Val {
        match self.resolve().items().get(index) {
            Some(value) => Val::scalar(value).unwrap_or_else(|| Val::Place(self.step(Step::Item(index)))),
            None => Val::Absent,
        }
    }

    fn val(&self) -> Val {
        Val::scalar(self.resolve()).unwrap_or_else(|| Val::Place(self.clone()))
    }

    /// Whose data it is and where; `None` for what belongs to no resource.
    pub fn spot(&self) -> Option<Spot> {
        let (entity, part, name) = match &self.root {
            Root::Document(entity) => (entity, Part::Document, None),
            Root::Facts(entity) => (entity, Part::Facts, None),
            Root::Norm(entity) => (entity, Part::Norm, None),
            Root::Extra(entity, name) => (entity, Part::Known, Some(name)),
            Root::Shared(_) => return None,
        };
        let mut spot = Spot { entity: Arc::clone(entity), part, path: Vec::new() };
        spot = name.into_iter().fold(spot, |spot, name| spot.member(name));
        Some(spot_links(spot, self.path.as_deref()))
    }

    /// `self.A.B[3]`, when the place is labelled.
    pub(crate) fn path_text(&self) -> Option<String> {
        let mut text = self.label.0.as_ref()?.to_string();
        write_links(&mut text, self.path.as_deref());
        Some(text)
    }
}

fn spot_links(spot: Spot, link: Option<&Link>) -> Spot {
    let Some(link) = link else { return spot };
    let before = spot_links(spot, link.before.as_deref());
    match &link.step {
        Step::Members(names, skip) => before.members(names.get(*skip..).unwrap_or_default()),
        Step::Key(name) => before.member(name),
        Step::Item(index) => before.item(*index),
    }
}

fn write_links(text: &mut String, link: Option<&Link>) {
    let Some(link) = link else { return };
    write_links(text, link.before.as_deref());
    match &link.step {
        Step::Members(names, skip) => {
            for name in names.iter().skip(*skip) {
                text.push('.');
                text.push_str(name);
            }
        }
        Step::Key(name) => {
            text.push('.');
            text.push_str(name);
        }
        Step::Item(index) => {
            // Writing to a string cannot fail.
            let _ = write!(text, "[{index}]");
        }
    }
}

/// Which part of a resource its first member leads to, and how many names that takes.
///
/// `facts`, `norm` and `uid` are ours; then come members known without reading; the rest is the document.
pub(crate) fn entity_members(entity: &Entity, names: &Arc<[Arc<str>]>, skip: usize, label: &Label) -> Val {
    let Some(first) = names.get(skip) else { return Val::Entity(Arc::clone(entity), label.clone()) };
    let place = |root, label| Place { root, path: None, label };
    match &**first {
        "facts" => place(Root::Facts(Arc::clone(entity)), extend(label, "facts")).members(names, skip + 1),
        "norm" => place(Root::Norm(Arc::clone(entity)), extend(label, "norm")).members(names, skip + 1),
        "uid" => Val::Str(Arc::clone(&entity.uid)),
        name if entity.extra.contains_key(name) => {
            place(Root::Extra(Arc::clone(entity), Arc::clone(first)), extend(label, name)).members(names, skip + 1)
        }
        _ => place(Root::Document(Arc::clone(entity)), label.clone()).members(names, skip),
    }
}

/// The parts of the subject that rules name without `self`.
pub(crate) fn subject_part(entity: &Entity, facts: bool, label: Label) -> Val {
    let root = if facts { Root::Facts(Arc::clone(entity)) } else { Root::Norm(Arc::clone(entity)) };
    Place { root, path: None, label }.val()
}

pub(crate) fn extend(label: &Label, name: &str) -> Label {
    Label(label.0.as_ref().map(|text| format!("{text}.{name}").into()))
}
