//! Names in reach: macro variables and lets.

use std::cell::OnceCell;
use std::sync::Arc;

use super::{Ctx, Read};
use crate::Val;
use crate::ast::Node;
use crate::rule::Let;

/// A `let` once it has been evaluated, with the evidence that it read and when time may change it.
pub(crate) type LetCell = OnceCell<(Val, Vec<Read>, Option<i64>)>;

/// A frame of names. Frames lie on the stack, inner ones point at outer ones.
pub(crate) struct Env<'e> {
    outer: Option<&'e Env<'e>>,
    bound: Bound<'e>,
}

enum Bound<'e> {
    Nothing,
    Item(&'e str, Val),
    /// Cells are filled at first use. Each may use those before it only, so filling cannot recurse for ever.
    Lets(&'e [Let], &'e [LetCell]),
}

impl<'e> Env<'e> {
    pub(crate) const EMPTY: Env<'static> = Env { outer: None, bound: Bound::Nothing };

    pub(crate) fn item(outer: &'e Env<'e>, name: &'e str, val: Val) -> Self {
        Env { outer: Some(outer), bound: Bound::Item(name, val) }
    }

    pub(crate) fn lets(outer: &'e Env<'e>, lets: &'e [Let], cells: &'e [LetCell]) -> Self {
        Env { outer: Some(outer), bound: Bound::Lets(lets, cells) }
    }

    pub(super) fn lookup(&self, name: &Arc<str>, ctx: &Ctx<'_>) -> Option<Val> {
        let mut env = Some(self);
        while let Some(frame) = env {
            match &frame.bound {
                Bound::Item(known, val) if **known == **name => return Some(val.clone()),
                Bound::Lets(lets, cells) => {
                    if let Some(at) = lets.iter().position(|known| known.name == *name) {
                        return frame.let_value(lets, cells, at, ctx);
                    }
                }
                Bound::Item(..) | Bound::Nothing => {}
            }
            env = frame.outer;
        }
        None
    }

    /// The expression of a `let`, and the names that it sees; `None` for another name.
    pub(crate) fn let_of(&self, name: &str) -> Option<(&'e Node, Env<'e>)> {
        let mut env = Some(self);
        while let Some(frame) = env {
            match &frame.bound {
                Bound::Item(known, _) if **known == *name => return None,
                Bound::Lets(lets, cells) => {
                    if let Some(at) = lets.iter().position(|known| *known.name == *name) {
                        let bound = Bound::Lets(lets.get(..at).unwrap_or_default(), cells);
                        return Some((&lets.get(at)?.node, Env { outer: frame.outer, bound }));
                    }
                }
                Bound::Item(..) | Bound::Nothing => {}
            }
            env = frame.outer;
        }
        None
    }

    fn let_value(&self, lets: &[Let], cells: &[LetCell], at: usize, ctx: &Ctx<'_>) -> Option<Val> {
        let (this, cell) = (lets.get(at)?, cells.get(at)?);
        let fresh = cell.get().is_none();
        let (val, reads, until) = cell.get_or_init(|| {
            let before = Env { outer: self.outer, bound: Bound::Lets(lets.get(..at).unwrap_or_default(), cells) };
            let mark = ctx.mark();
            let known = ctx.take_holds_until();
            let val = ctx.eval(&this.node, &before);
            let until = ctx.take_holds_until();
            known.into_iter().for_each(|at| ctx.turns_at(at));
            (val, ctx.reads_since(mark), until)
        });
        if !fresh {
            ctx.read_again(reads);
        }
        until.iter().for_each(|at| ctx.turns_at(*at));
        Some(val.clone())
    }
}
