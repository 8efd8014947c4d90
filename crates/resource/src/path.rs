//! Paths into a document.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// The member of that name.
    Member(Arc<str>),
    /// Each item of a list.
    Each,
    /// The items whose member has this text (or is `true` or `false`), written `[Member=text]`.
    Where {
        /// The member looked at.
        member: Arc<str>,
        /// The text it must have.
        equals: Arc<str>,
    },
}

/// A path such as `Reservations[].Instances[]`, `AccessKeys[AccessKeyId=AKIA1].LastUsed` or, empty, the document itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Path(Arc<[Segment]>);

/// A text that is not a path.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "`{0}` is not a member path; write names joined by dots, `[]` for each item, as in `Reservations[].Instances[]`"
)]
pub struct PathError(pub String);

impl Path {
    /// Reads a path. A leading `self.` is dropped.
    ///
    /// # Errors
    /// When a name is empty or a bracket is not closed.
    pub fn parse(text: &str) -> Result<Path, PathError> {
        let error = || PathError(text.to_owned());
        let body = text.strip_prefix("self.").unwrap_or(text);
        let mut rest = if body == "self" { "" } else { body };
        let mut segments = Vec::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('[') {
                let (inside, after) = after.split_once(']').ok_or_else(error)?;
                segments.push(match inside.split_once('=') {
                    None if inside.is_empty() => Segment::Each,
                    Some((member, equals)) if !member.is_empty() => {
                        Segment::Where { member: member.into(), equals: equals.into() }
                    }
                    _ => return Err(error()),
                });
                rest = after;
            } else {
                let name = if segments.is_empty() { rest } else { rest.strip_prefix('.').ok_or_else(error)? };
                let end = name.find(['.', '[']).unwrap_or(name.len());
                if end == 0 {
                    return Err(error());
                }
                segments.push(Segment::Member(name[..end].into()));
                rest = &name[end..];
            }
        }
        Ok(Path(segments.into()))
    }

    /// A path of the given steps.
    pub fn new(segments: Vec<Segment>) -> Path {
        Path(segments.into())
    }

    /// The steps.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether the path is the document itself.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// This path followed by another.
    #[must_use]
    pub fn join(&self, other: &Path) -> Path {
        Path(self.0.iter().chain(other.0.iter()).cloned().collect())
    }

    /// This path followed by a member name.
    #[must_use]
    pub fn member(&self, name: &str) -> Path {
        Path(self.0.iter().cloned().chain([Segment::Member(name.into())]).collect())
    }

    /// Whether one path leads to, or through, the other: they share every step that both have.
    /// `[]` meets any item.
    pub fn touches(&self, other: &Path) -> bool {
        self.0.iter().zip(other.0.iter()).all(|(a, b)| match (a, b) {
            (Segment::Member(a), Segment::Member(b)) => a == b,
            (Segment::Member(_), _) | (_, Segment::Member(_)) => false,
            _ => true,
        })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Member(name) if index == 0 => f.write_str(name)?,
                Segment::Member(name) => write!(f, ".{name}")?,
                Segment::Each => f.write_str("[]")?,
                Segment::Where { member, equals } => write!(f, "[{member}={equals}]")?,
            }
        }
        Ok(())
    }
}
