//! What an expression is evaluated against.

use std::sync::Arc;

use resource::{Hole, Map, Span, Value, Why};

use crate::Val;

/// A resource as an expression sees it. Cheap to clone.
pub type Entity = Arc<EntityData>;

/// The data of an [`Entity`].
#[derive(Clone, Debug, PartialEq, Default)]
pub struct EntityData {
    /// The global id; also the member `uid`.
    pub uid: Arc<str>,
    /// The resource type, `aws.s3.bucket`.
    pub type_id: Arc<str>,
    /// The name as people know it.
    pub name: Arc<str>,
    /// The account, subscription or project.
    pub account: Arc<str>,
    /// The region, or empty.
    pub region: Arc<str>,
    /// The provider's document, holes laid over it.
    pub document: Value,
    /// What `identity` and `graph` computed, under `facts`.
    pub facts: Value,
    /// The kind's attributes, under `norm`.
    pub norm: Value,
    /// Members that are known without reading, and win over the document's: `id` of an account, `name` of a region.
    pub extra: Map,
}

/// Several resources, and whether these are all.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct EntitySet {
    /// The members. An `Err` is a member that is foreign (it exists) or unread (it may not).
    pub members: Vec<Result<Entity, Arc<Hole>>>,
    /// Why there may be more; `None` when the set is complete.
    pub open: Option<Arc<Hole>>,
}

impl EntitySet {
    /// A complete set.
    pub fn complete(members: Vec<Entity>) -> Self {
        EntitySet { members: members.into_iter().map(Ok).collect(), open: None }
    }

    /// A set of which nothing is known.
    pub fn unknown(hole: Arc<Hole>) -> Self {
        EntitySet { members: Vec::new(), open: Some(hole) }
    }
}

/// The methods of a [`Scope`] that is laid over another, `self.inner`, and changes roots only; `but now` leaves the moment
/// to the caller too.
#[macro_export]
macro_rules! pass_through {
    () => {
        fn now(&self) -> i64 {
            self.inner.now()
        }
        $crate::pass_through!(but now);
    };
    (but now) => {
        fn refs(&self, from: &$crate::Entity, edge: &str) -> std::sync::Arc<$crate::EntitySet> {
            self.inner.refs(from, edge)
        }
        fn refs_in(&self, to: &$crate::Entity, edge: &str) -> std::sync::Arc<$crate::EntitySet> {
            self.inner.refs_in(to, edge)
        }
        fn list(&self, type_id: &str, span: resource::Span) -> std::sync::Arc<$crate::EntitySet> {
            self.inner.list(type_id, span)
        }
        fn call(&self, name: &str, args: &[$crate::Val]) -> Option<$crate::Val> {
            self.inner.call(name, args)
        }
    };
}

/// The world around an expression. An implementation belongs to one subject's account and region.
///
/// Everything but `root` may be left to the defaults, which answer "not collected", never "none".
pub trait Scope {
    /// A root by name. For a rule: `account`, `region`, `params`, `settings`; the subject supplies `self`, `facts`
    /// and `norm`. For a single expression every root but `now`. `None` is taken as absent.
    fn root(&self, name: &str) -> Option<Val>;

    /// Where the edge `edge` of `from` leads.
    fn refs(&self, from: &Entity, edge: &str) -> Arc<EntitySet> {
        let _ = (from, edge);
        not_collected()
    }

    /// The resources whose edge `edge` leads to `to`.
    fn refs_in(&self, to: &Entity, edge: &str) -> Arc<EntitySet> {
        let _ = (to, edge);
        not_collected()
    }

    /// Every resource of a type in the subject's region, account or organisation.
    fn list(&self, type_id: &str, span: Span) -> Arc<EntitySet> {
        let _ = (type_id, span);
        not_collected()
    }

    /// The moment to judge for, microseconds since 1970 UTC.
    fn now(&self) -> i64;

    /// A function that the host supplies; a method has a leading dot and its receiver first. `None` is taken as
    /// absent. Called only with arguments that are neither absent nor unknown.
    fn call(&self, name: &str, args: &[Val]) -> Option<Val> {
        let _ = (name, args);
        None
    }
}

fn not_collected() -> Arc<EntitySet> {
    Arc::new(EntitySet::unknown(Arc::new(Hole::new(Why::NotCollected))))
}
