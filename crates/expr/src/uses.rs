//! What an expression reads.

use std::sync::Arc;

use resource::{Path, Span};

/// Whose data a [`Use`] speaks of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of {
    /// The rule's subject.
    Subject,
    /// A root that is not a resource: `params`, `settings`, `item`.
    Root(Arc<str>),
    /// Any resource of that type; also `account` and `region`.
    Type(Arc<str>),
}

/// One thing that an expression may read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Use {
    /// A member of a document, with everything below it.
    Member {
        /// Whose.
        of: Of,
        /// Which; empty means the whole document.
        path: Path,
        /// `false` when only its presence or its number of items is asked (`has`, `size`): details of a list's items
        /// are then not read.
        deep: bool,
    },
    /// The neighbours along an edge.
    Edge {
        /// The type of the resource asked.
        of: Arc<str>,
        /// The edge.
        name: Arc<str>,
        /// `true` for `refs_in`.
        incoming: bool,
        /// The type of the neighbours.
        to: Arc<str>,
    },
    /// Every resource of a type.
    List {
        /// The type.
        type_id: Arc<str>,
        /// How far.
        span: Span,
    },
    /// A computed fact; `None` means all of them.
    Facts {
        /// Whose.
        of: Of,
        /// `grants` of `facts.grants`.
        name: Option<Arc<str>>,
    },
    /// An attribute of the kind; `None` means all of them.
    Norm {
        /// Whose.
        of: Of,
        /// `encrypted` of `norm.encrypted`.
        name: Option<Arc<str>>,
    },
}
