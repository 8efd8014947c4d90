//! Writes XML bodies.

use std::fmt::Write;

use quick_xml::escape::escape;
use resource::{Map, Value};

use super::{Fault, number};
use crate::api::{Kind, Location, Member, Ref, ServiceModel, Structure, TimestampFormat, XmlNamespace};

/// Text that grows element by element.
#[derive(Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    /// A page with its XML declaration.
    pub(super) fn new() -> Page {
        Page { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned() }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.text.into_bytes()
    }

    /// Opens an element; `attributes` are written out in full.
    pub(super) fn open(&mut self, name: &str, attributes: &str) {
        self.put(format_args!("<{name}{attributes}>"));
    }

    pub(super) fn close(&mut self, name: &str) {
        self.put(format_args!("</{name}>"));
    }

    /// An element that holds text.
    pub(super) fn leaf(&mut self, name: &str, text: &str) {
        self.put(format_args!("<{name}>{}</{name}>", escape(text)));
    }

    /// Text without an element.
    pub(super) fn raw(&mut self, text: &str) {
        self.put(format_args!("{}", escape(text)));
    }

    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(text);
    }

    /// The members of a structure, each as its elements.
    pub(super) fn members(&mut self, model: &ServiceModel, structure: &Structure, members: &Map) -> Result<(), Fault> {
        for member in &structure.members {
            if member.location != Location::Body || member.xml_attribute {
                continue;
            }
            if let Some(value) = members.get(&member.name).filter(|value| !value.is_null()) {
                self.member(model, member, value)?;
            }
        }
        Ok(())
    }

    fn member(&mut self, model: &ServiceModel, member: &Member, value: &Value) -> Result<(), Fault> {
        match (&model.shape(member.target.shape).kind, value) {
            (Kind::List(item), Value::List(list)) if member.target.flattened => {
                list.items.iter().try_for_each(|value| self.element(model, item, &member.wire, value))
            }
            (Kind::Map(key, target), Value::Map(entries)) if member.target.flattened => {
                self.entries(model, key, target, &member.wire, entries)
            }
            _ => self.element(model, &member.target, &member.wire, value),
        }
    }

    /// One element of a use of a shape.
    pub(super) fn element(
        &mut self,
        model: &ServiceModel,
        target: &Ref,
        name: &str,
        value: &Value,
    ) -> Result<(), Fault> {
        let shape = model.shape(target.shape);
        match (&shape.kind, value) {
            (Kind::Structure(structure), Value::Map(members)) => {
                self.open(name, &attributes(target.xml_namespace.as_ref(), structure, members));
                self.members(model, structure, members)?;
                self.close(name);
            }
            (Kind::List(item), Value::List(list)) => {
                self.open(name, "");
                let item_name = item.location_name.as_deref().unwrap_or("member");
                list.items.iter().try_for_each(|value| self.element(model, item, item_name, value))?;
                self.close(name);
            }
            (Kind::Map(key, target), Value::Map(entries)) => {
                self.open(name, "");
                self.entries(model, key, target, "entry", entries)?;
                self.close(name);
            }
            (Kind::Structure(_) | Kind::List(_) | Kind::Map(..), _) => {
                return Err(Fault::wrong(format!("`{name}` is not a `{}`", shape.name)));
            }
            (_, Value::Null) => self.leaf(name, ""),
            _ => {
                let text = number::write(model, target, TimestampFormat::Iso8601, value)?;
                self.leaf(name, &text);
            }
        }
        Ok(())
    }

    fn entries(
        &mut self,
        model: &ServiceModel,
        key: &Ref,
        target: &Ref,
        name: &str,
        entries: &Map,
    ) -> Result<(), Fault> {
        for (text, value) in entries {
            self.open(name, "");
            self.leaf(key.location_name.as_deref().unwrap_or("key"), text);
            self.element(model, target, target.location_name.as_deref().unwrap_or("value"), value)?;
            self.close(name);
        }
        Ok(())
    }
}

fn attributes(namespace: Option<&XmlNamespace>, structure: &Structure, members: &Map) -> String {
    let mut text = namespace.map(declaration).unwrap_or_default();
    for member in structure.members.iter().filter(|member| member.xml_attribute) {
        if let Some(value) = members.get(&member.name).and_then(Value::as_str) {
            // Writing to a string cannot fail.
            let _ = write!(text, " {}=\"{}\"", member.wire, escape(value));
        }
    }
    text
}

/// ` xmlns:prefix="uri"`.
pub(super) fn declaration(namespace: &XmlNamespace) -> String {
    match &namespace.prefix {
        Some(prefix) => format!(" xmlns:{prefix}=\"{}\"", namespace.uri),
        None => format!(" xmlns=\"{}\"", namespace.uri),
    }
}
