//! The syntax tree. Only this crate sees it, so the parser behind it can be replaced.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use regex::Regex;

/// A node and the bytes of the text it came from.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Arc<str>),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    /// A root, a `let` or a macro's variable.
    Name(Arc<str>),
    Not(Box<Node>),
    Negative(Box<Node>),
    /// Chains are flat, so that their length costs no stack.
    And(Vec<Node>),
    Or(Vec<Node>),
    Compare(Comparison, Box<Node>, Box<Node>),
    Arithmetic(Arithmetic, Box<Node>, Box<Node>),
    In(Box<Node>, Box<Node>),
    Choose(Box<[Node; 3]>),
    /// Member after member: `base.a.b.c`.
    Path(Box<Node>, Members),
    Index(Box<Node>, Box<Node>),
    Has(Box<Node>),
    Each(Box<Each>),
    Call(Call),
    Method(Box<Node>, Call),
}

/// A chain of member names, shared with the places that evaluation makes of it.
#[derive(Clone, Debug)]
pub(crate) struct Members {
    pub(crate) names: Arc<[Arc<str>]>,
    /// Where each name stands.
    pub(crate) spans: Arc<[Range<usize>]>,
}

#[derive(Clone, Debug)]
pub(crate) struct Each {
    pub(crate) quantifier: Quantifier,
    pub(crate) over: Node,
    pub(crate) var: Arc<str>,
    pub(crate) var_span: Range<usize>,
    pub(crate) body: Node,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantifier {
    Exists,
    All,
    Filter,
    Map,
}

impl Quantifier {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "exists" => Quantifier::Exists,
            "all" => Quantifier::All,
            "filter" => Quantifier::Filter,
            "map" => Quantifier::Map,
            _ => return None,
        })
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: Arc<str>,
    pub(crate) name_span: Range<usize>,
    pub(crate) args: Vec<Node>,
    /// The compiled pattern of `matches("…")`, made at its first use; `None` inside when it does not compile.
    pub(crate) pattern: OnceLock<Option<Regex>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(crate) fn is_ordering(self) -> bool {
        !matches!(self, Comparison::Equal | Comparison::Unequal)
    }

    /// What holds exactly when this does not.
    pub(crate) fn opposite(self) -> Comparison {
        match self {
            Comparison::Equal => Comparison::Unequal,
            Comparison::Unequal => Comparison::Equal,
            Comparison::Less => Comparison::GreaterOrEqual,
            Comparison::LessOrEqual => Comparison::Greater,
            Comparison::Greater => Comparison::LessOrEqual,
            Comparison::GreaterOrEqual => Comparison::Less,
        }
    }

    /// The same with its sides exchanged.
    pub(crate) fn mirrored(self) -> Comparison {
        match self {
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
            same => same,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Node {
    /// The nodes directly below.
    pub(crate) fn children(&self) -> Vec<&Node> {
        match &self.kind {
            Kind::List(items) | Kind::And(items) | Kind::Or(items) => items.iter().collect(),
            Kind::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
            Kind::Not(inner) | Kind::Negative(inner) | Kind::Has(inner) | Kind::Path(inner, _) => vec![inner],
            Kind::Compare(_, left, right)
            | Kind::Arithmetic(_, left, right)
            | Kind::In(left, right)
            | Kind::Index(left, right) => vec![left, right],
            Kind::Choose(parts) => parts.iter().collect(),
            Kind::Each(each) => vec![&each.over, &each.body],
            Kind::Call(call) => call.args.iter().collect(),
            Kind::Method(on, call) => std::iter::once(&**on).chain(&call.args).collect(),
            Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) | Kind::Name(_) => Vec::new(),
        }
    }

    /// How deep evaluation of it nests, a name counting as `depth_of(name)`.
    pub(crate) fn depth(&self, depth_of: &dyn Fn(&str) -> usize) -> usize {
        let own = if let Kind::Name(name) = &self.kind { depth_of(name) } else { 0 };
        1 + own.max(self.children().into_iter().map(|child| child.depth(depth_of)).max().unwrap_or(0))
    }
}
