//! Reads XML bodies: one pass over the text, straight into the document.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use resource::{Map, Value};

use super::{Fault, MAX_DEPTH, number};
use crate::api::{Kind, Member, Ref, ServiceModel, ShapeId, Structure};

/// A walk over the elements of a body.
pub(super) struct Walk<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
}

/// An element's start.
pub(super) struct Element<'a> {
    start: BytesStart<'a>,
}

impl Element<'_> {
    /// The name without its namespace prefix.
    pub(super) fn name(&self) -> &str {
        let name = self.start.local_name().into_inner();
        // The slice belongs to the start tag, whose bytes are the body's and therefore text.
        std::str::from_utf8(name.as_ref()).unwrap_or_default()
    }

    fn attribute(&self, name: &str) -> Option<String> {
        let local = name.rsplit(':').next().unwrap_or(name);
        for attribute in self.start.attributes().flatten() {
            let key: &[u8] = attribute.key.as_ref().as_ref();
            if key == name.as_bytes() || key.rsplit(|byte| *byte == b':').next() == Some(local.as_bytes()) {
                return attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned());
            }
        }
        None
    }
}

impl<'a> Walk<'a> {
    /// Starts at the body's root element.
    pub(super) fn open(body: &'a [u8]) -> Result<(Walk<'a>, Element<'a>), Fault> {
        let text = std::str::from_utf8(body).map_err(|error| match error.error_len() {
            None => Fault::Cut,
            Some(_) => Fault::wrong("it is not UTF-8 text"),
        })?;
        let mut reader = Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        reader.config_mut().expand_empty_elements = true;
        let mut walk = Walk { reader, depth: 0 };
        loop {
            match walk.event()? {
                Event::Start(start) => {
                    walk.depth = 1;
                    return Ok((walk, Element { start }));
                }
                Event::Text(text) if is_blank(&text) => {}
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => return Err(Fault::Cut),
                Event::DocType(_) => return Err(Fault::wrong("it declares a document type")),
                _ => return Err(Fault::wrong("it is not XML")),
            }
        }
    }

    fn event(&mut self) -> Result<Event<'a>, Fault> {
        self.reader.read_event().map_err(|error| match error {
            quick_xml::Error::Syntax(_) => Fault::Cut,
            other => Fault::Wrong(format!("its XML is broken ({other})")),
        })
    }

    /// The next element inside the current one; `None` at its end.
    pub(super) fn child(&mut self) -> Result<Option<Element<'a>>, Fault> {
        loop {
            match self.event()? {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err(Fault::Depth);
                    }
                    return Ok(Some(Element { start }));
                }
                Event::End(_) => {
                    self.depth -= 1;
                    return Ok(None);
                }
                Event::Eof => return Err(Fault::Cut),
                Event::DocType(_) => return Err(Fault::wrong("it declares a document type")),
                _ => {}
            }
        }
    }

    /// The text of the current element up to its end; elements inside are skipped.
    pub(super) fn text(&mut self) -> Result<String, Fault> {
        let mut out = String::new();
        loop {
            match self.event()? {
                Event::Text(text) => out.push_str(&text.xml10_content()),
                Event::CData(text) => out.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => out.push(entity(&reference)?),
                Event::Start(_) => {
                    self.depth += 1;
                    self.skip()?;
                }
                Event::End(_) => {
                    self.depth -= 1;
                    return Ok(out);
                }
                Event::Eof => return Err(Fault::Cut),
                _ => {}
            }
        }
    }

    /// Passes over the rest of the current element.
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        let outside = self.depth - 1;
        while self.depth > outside {
            self.child()?;
        }
        Ok(())
    }

    /// Reads the current element as a value of the given use of a shape.
    pub(super) fn value(&mut self, model: &ServiceModel, target: &Ref, element: &Element<'_>) -> Result<Value, Fault> {
        match &model.shape(target.shape).kind {
            Kind::Structure(structure) => self.structure(model, structure, element).map(Value::Map),
            Kind::List(item) => {
                let mut items = Vec::new();
                while let Some(child) = self.child()? {
                    items.push(self.value(model, item, &child)?);
                }
                Ok(Value::list(items))
            }
            Kind::Map(key, value) => {
                let mut map = Map::new();
                while let Some(_entry) = self.child()? {
                    self.entry(model, key, value, &mut map)?;
                }
                Ok(Value::Map(map))
            }
            _ => number::read(model, target, &self.text()?),
        }
    }

    /// Reads the current element's members.
    pub(super) fn structure(
        &mut self,
        model: &ServiceModel,
        structure: &Structure,
        element: &Element<'_>,
    ) -> Result<Map, Fault> {
        let mut map = Map::new();
        for member in structure.members.iter().filter(|member| member.xml_attribute) {
            if let Some(text) = element.attribute(&member.wire) {
                map.insert(member.name.clone(), Value::from(text));
            }
        }
        while let Some(child) = self.child()? {
            match structure.by_wire(child.name()) {
                Some(member) => self.member(model, member, &child, &mut map)?,
                None => self.skip()?,
            }
        }
        Ok(map)
    }

    fn member(
        &mut self,
        model: &ServiceModel,
        member: &Member,
        child: &Element<'_>,
        map: &mut Map,
    ) -> Result<(), Fault> {
        let kind = &model.shape(member.target.shape).kind;
        match kind {
            Kind::List(item) if member.target.flattened => {
                let value = self.value(model, item, child)?;
                match map.entry(member.name.clone()).or_insert_with(|| Value::list(Vec::new())) {
                    Value::List(list) => list.items.push(value),
                    other => *other = Value::list(vec![value]),
                }
            }
            Kind::Map(key, value) if member.target.flattened => {
                let place = map.entry(member.name.clone()).or_insert_with(|| Value::Map(Map::new()));
                if let Value::Map(entries) = place {
                    self.entry(model, key, value, entries)?;
                }
            }
            _ => {
                let value = self.value(model, &member.target, child)?;
                if !value.is_null() {
                    map.insert(member.name.clone(), value);
                }
            }
        }
        Ok(())
    }

    /// Reads the current element as a key and a value.
    fn entry(&mut self, model: &ServiceModel, key: &Ref, value: &Ref, map: &mut Map) -> Result<(), Fault> {
        let key_name = key.location_name.as_deref().unwrap_or("key");
        let value_name = value.location_name.as_deref().unwrap_or("value");
        let (mut name, mut content) = (None, Value::Null);
        while let Some(child) = self.child()? {
            if child.name() == key_name {
                name = Some(self.text()?);
            } else if child.name() == value_name {
                content = self.value(model, value, &child)?;
            } else {
                self.skip()?;
            }
        }
        if let Some(name) = name.filter(|_| !content.is_null()) {
            map.insert(name.into(), content);
        }
        Ok(())
    }

    /// After the root's end nothing but blanks may follow.
    pub(super) fn close(mut self) -> Result<(), Fault> {
        while self.depth > 0 {
            self.child()?;
        }
        loop {
            match self.event()? {
                Event::Eof => return Ok(()),
                Event::Comment(_) | Event::PI(_) => {}
                Event::Text(text) if is_blank(&text) => {}
                _ => return Err(Fault::wrong("something follows its root element")),
            }
        }
    }
}

fn is_blank(text: &quick_xml::events::BytesText<'_>) -> bool {
    text.xml10_content().trim().is_empty()
}

/// The five entities of XML and character references; no document may declare others.
fn entity(reference: &quick_xml::events::BytesRef<'_>) -> Result<char, Fault> {
    if let Ok(Some(letter)) = reference.resolve_char_ref() {
        return Ok(letter);
    }
    match &*reference.xml10_content() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        other => Err(Fault::wrong(format!("it uses the unknown entity `{}`", number::excerpt(other)))),
    }
}

/// Reads a body whose root holds the members of a shape, or holds the element `wrapper` that does.
pub(super) fn read(model: &ServiceModel, shape: ShapeId, wrapper: Option<&str>, body: &[u8]) -> Result<Map, Fault> {
    let Some(structure) = model.structure(shape) else { return Err(Fault::wrong("the model gives no structure")) };
    let (mut walk, root) = Walk::open(body)?;
    refuse_foreign(root.name())?;
    let map = match wrapper {
        None => walk.structure(model, structure, &root)?,
        Some(wrapper) => {
            let mut found = None;
            while let Some(child) = walk.child()? {
                if child.name() == wrapper {
                    found = Some(walk.structure(model, structure, &child)?);
                } else {
                    walk.skip()?;
                }
            }
            found.ok_or_else(|| Fault::wrong(format!("the element `{wrapper}` is missing")))?
        }
    };
    walk.close()?;
    Ok(map)
}

/// An error document or a web page with status 200 is not an empty answer.
pub(super) fn refuse_foreign(root: &str) -> Result<(), Fault> {
    if root.eq_ignore_ascii_case("html") || root == "Error" || root == "ErrorResponse" {
        return Err(Fault::wrong(format!("its root element is `{}`", number::excerpt(root))));
    }
    Ok(())
}
