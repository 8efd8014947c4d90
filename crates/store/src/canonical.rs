//! When two documents are the same: volatile members do not count, arrays are sets unless named as ordered, an absent
//! member and a null one are alike.

use std::collections::HashMap;
use std::sync::Arc;

use resource::{Path, PathError, Segment, Value};

/// Which members of a type's documents are special.
#[derive(Clone, Debug, Default)]
pub struct ResourceRules {
    marks: Marks,
}

impl ResourceRules {
    /// Rules from the member paths of a type's file.
    ///
    /// # Errors
    /// When one of them is not a path.
    pub fn new(volatile: &[String], ordered: &[String]) -> Result<ResourceRules, PathError> {
        let mut marks = Marks::default();
        for path in volatile {
            marks.at(&Path::parse(path)?).volatile = true;
        }
        for path in ordered {
            marks.at(&Path::parse(path)?).ordered = true;
        }
        Ok(ResourceRules { marks })
    }
}

#[derive(Clone, Debug, Default)]
struct Marks {
    members: HashMap<Arc<str>, Marks>,
    each: Option<Box<Marks>>,
    volatile: bool,
    ordered: bool,
}

impl Marks {
    fn at(&mut self, path: &Path) -> &mut Marks {
        path.segments().iter().fold(self, |marks, segment| match segment {
            Segment::Member(name) => marks.members.entry(name.clone()).or_default(),
            Segment::Each | Segment::Where { .. } => marks.each.get_or_insert_default(),
        })
    }
}

/// The content address of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) hash: [u8; 32],
    /// Covers the volatile members; `None` where there are none.
    pub(crate) stamp: Option<[u8; 8]>,
}

/// The address under which a document is stored. Documents with volatile members are kept per resource, as two
/// resources alike in everything else still differ there.
pub(crate) fn address(document: &Value, rules: &ResourceRules, uid: &str) -> Address {
    let mut writer = Writer { out: Vec::with_capacity(1024), volatile: false, all: false };
    writer.value(document, Some(&rules.marks));
    if !writer.volatile {
        return Address { hash: *blake3::hash(&writer.out).as_bytes(), stamp: None };
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(&writer.out).update(&[0xff]).update(uid.as_bytes());
    let mut whole = Writer { out: Vec::with_capacity(1024), volatile: false, all: true };
    whole.value(document, Some(&rules.marks));
    let mut stamp = [0; 8];
    blake3::Hasher::new().update(&whole.out).finalize_xof().fill(&mut stamp);
    Address { hash: *hasher.finalize().as_bytes(), stamp: Some(stamp) }
}

/// Whether two documents are the same configuration.
pub(crate) fn same(a: &Value, b: &Value, rules: &ResourceRules) -> bool {
    let bytes = |document: &Value| {
        let mut writer = Writer { out: Vec::with_capacity(1024), volatile: false, all: false };
        writer.value(document, Some(&rules.marks));
        writer.out
    };
    bytes(a) == bytes(b)
}

struct Writer {
    out: Vec<u8>,
    volatile: bool,
    all: bool,
}

impl Writer {
    fn text(&mut self, tag: u8, text: &str) {
        self.out.push(tag);
        self.out.extend_from_slice(&(text.len() as u64).to_le_bytes());
        self.out.extend_from_slice(text.as_bytes());
    }

    fn value(&mut self, value: &Value, marks: Option<&Marks>) {
        match value {
            Value::Null => self.out.push(b'0'),
            Value::Bool(truth) => self.out.extend_from_slice(&[b'b', u8::from(*truth)]),
            Value::Int(number) => {
                self.out.push(b'i');
                self.out.extend_from_slice(&number.to_le_bytes());
            }
            Value::Float(number) => {
                self.out.push(b'f');
                // Minus zero is zero.
                self.out.extend_from_slice(&(number + 0.0).to_bits().to_le_bytes());
            }
            Value::Str(text) => self.text(b's', text),
            Value::Unknown(hole) => self.text(b'?', hole.why.as_str()),
            Value::List(list) => self.list(&list.items, marks),
            Value::Map(members) => {
                self.out.push(b'{');
                for (name, value) in members {
                    let marks = marks.and_then(|marks| marks.members.get(name));
                    if value.is_null() {
                        continue;
                    }
                    if marks.is_some_and(|marks| marks.volatile) && !self.all {
                        self.volatile = true;
                        continue;
                    }
                    self.text(b'm', name);
                    self.value(value, marks);
                }
                self.out.push(b'}');
            }
        }
    }

    fn list(&mut self, items: &[Value], marks: Option<&Marks>) {
        let ordered = marks.is_some_and(|marks| marks.ordered);
        let each = marks.and_then(|marks| marks.each.as_deref());
        self.out.push(b'[');
        self.out.extend_from_slice(&(items.len() as u64).to_le_bytes());
        let start = self.out.len();
        let mut ranges = Vec::with_capacity(items.len());
        for item in items {
            let from = self.out.len();
            self.value(item, each);
            ranges.push(from..self.out.len());
        }
        let sorted = ranges.windows(2).all(|pair| self.out[pair[0].clone()] <= self.out[pair[1].clone()]);
        if !ordered && !sorted {
            let written = self.out.split_off(start);
            let shifted = |range: &std::ops::Range<usize>| range.start - start..range.end - start;
            ranges.sort_by(|a, b| written[shifted(a)].cmp(&written[shifted(b)]));
            for range in &ranges {
                self.out.extend_from_slice(&written[shifted(range)]);
            }
        }
    }
}

#[cfg(test)]
mod tests;
