//! The parser's tree turned into ours, with what is not part of the language refused.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use cel_core::{BinaryOp, Expr as Cel, ListElement, MapEntry, SpannedExpr, UnaryOp};

use super::MOST_DEPTH;
use crate::Diagnostic;
use crate::ast::{Arithmetic, Call, Comparison, Each, Kind, Members, Node, Quantifier};

pub(super) struct Converter<'t> {
    pub(super) text: &'t str,
    pub(super) offset: usize,
}

impl Converter<'_> {
    /// Places in the tree count from the start of the source.
    fn span(&self, span: &Range<usize>) -> Range<usize> {
        span.start + self.offset..span.end + self.offset
    }

    /// Places in a fault count from the start of the text; [`node`] shifts them.
    fn refuse<T>(&self, span: &Range<usize>, message: &str, help: &str) -> Result<T, Diagnostic> {
        Err(Diagnostic::new(span.clone(), message, help))
    }

    fn boxed(&self, tree: &SpannedExpr, depth: usize) -> Result<Box<Node>, Diagnostic> {
        self.node(tree, depth).map(Box::new)
    }

    // The arms live in functions of their own to keep this frame, of which there is one per level, small.
    pub(super) fn node(&self, tree: &SpannedExpr, depth: usize) -> Result<Node, Diagnostic> {
        if depth > MOST_DEPTH {
            return self.refuse(&tree.span, "the expression nests too deeply", "name parts of it with `let`");
        }
        let kind = match &tree.node {
            Cel::List(elements) => self.list(elements, depth),
            Cel::Map(entries) => self.map(entries, depth),
            Cel::Unary { op, expr } => self.unary(*op, expr, depth),
            Cel::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), .. } => self.chain(*op, tree, depth),
            Cel::Binary { op, left, right } => self.binary(*op, left, right, depth),
            Cel::Ternary { cond, then_expr, else_expr } => self.choose([&**cond, &**then_expr, &**else_expr], depth),
            Cel::Member { .. } => self.path(tree, depth),
            Cel::Index { expr, index, optional } => self.index(expr, index, *optional, depth),
            Cel::Call { expr, args } => self.call(expr, args, &tree.span, depth),
            _ => self.leaf(tree),
        };
        Ok(Node { kind: kind?, span: self.span(&tree.span) })
    }

    fn leaf(&self, tree: &SpannedExpr) -> Result<Kind, Diagnostic> {
        Ok(match &tree.node {
            Cel::Null => Kind::Null,
            Cel::Bool(truth) => Kind::Bool(*truth),
            Cel::Int(number) => Kind::Int(*number),
            Cel::Float(number) if number.is_finite() => Kind::Float(*number),
            Cel::String(text) => Kind::Str(text.as_str().into()),
            Cel::Ident(name) => Kind::Name(name.as_str().into()),
            other => return self.unsupported(other, &tree.span),
        })
    }

    fn nodes<'n>(&self, trees: impl Iterator<Item = &'n SpannedExpr>, depth: usize) -> Result<Vec<Node>, Diagnostic> {
        trees.map(|tree| self.node(tree, depth)).collect()
    }

    fn list(&self, elements: &[ListElement], depth: usize) -> Result<Kind, Diagnostic> {
        for element in elements {
            self.required(element.optional, &element.expr.span)?;
        }
        Ok(Kind::List(self.nodes(elements.iter().map(|element| &element.expr), depth + 1)?))
    }

    fn map(&self, entries: &[MapEntry], depth: usize) -> Result<Kind, Diagnostic> {
        let mut pairs = Vec::with_capacity(entries.len());
        for entry in entries {
            self.required(entry.optional, &entry.key.span)?;
            pairs.push((self.node(&entry.key, depth + 1)?, self.node(&entry.value, depth + 1)?));
        }
        Ok(Kind::Map(pairs))
    }

    fn unary(&self, op: UnaryOp, expr: &SpannedExpr, depth: usize) -> Result<Kind, Diagnostic> {
        Ok(match (op, &expr.node) {
            (UnaryOp::Not, _) => Kind::Not(self.boxed(expr, depth + 1)?),
            (UnaryOp::Neg, Cel::Int(number)) => Kind::Int(number.wrapping_neg()),
            (UnaryOp::Neg, Cel::Float(number)) => Kind::Float(-number),
            (UnaryOp::Neg, _) => Kind::Negative(self.boxed(expr, depth + 1)?),
        })
    }

    fn choose(&self, parts: [&SpannedExpr; 3], depth: usize) -> Result<Kind, Diagnostic> {
        let [condition, yes, no] = parts;
        Ok(Kind::Choose(Box::new([
            self.node(condition, depth + 1)?,
            self.node(yes, depth + 1)?,
            self.node(no, depth + 1)?,
        ])))
    }

    fn index(&self, expr: &SpannedExpr, index: &SpannedExpr, optional: bool, depth: usize) -> Result<Kind, Diagnostic> {
        self.required(optional, &index.span)?;
        Ok(Kind::Index(self.boxed(expr, depth + 1)?, self.boxed(index, depth + 1)?))
    }

    fn required(&self, optional: bool, span: &Range<usize>) -> Result<(), Diagnostic> {
        if optional {
            return self.refuse(span, "`?` is not needed before a member", "absent members are absent without it");
        }
        Ok(())
    }

    fn unsupported<T>(&self, tree: &Cel, span: &Range<usize>) -> Result<T, Diagnostic> {
        let (message, help) = match tree {
            Cel::UInt(_) => ("unsigned numbers are not part of the language", "leave out the `u`"),
            Cel::Float(_) => ("the number is too large", "write a smaller number"),
            Cel::Bytes(_) => ("bytes are not part of the language", "write a text without the `b`"),
            Cel::RootIdent(_) => ("a leading dot means nothing here", "leave out the dot"),
            Cel::Struct { .. } => ("typed objects are not part of the language", "write `{\"name\": value}`"),
            _ => ("this is not part of the language", "see the rule language's page for what is"),
        };
        self.refuse(span, message, help)
    }

    /// `a && b && c` leans to the left as deep as it is long; ours is flat.
    fn chain(&self, op: BinaryOp, tree: &SpannedExpr, depth: usize) -> Result<Kind, Diagnostic> {
        let (mut parts, mut rest) = (Vec::new(), tree);
        while let Cel::Binary { op: same, left, right } = &rest.node
            && *same == op
        {
            parts.push(&**right);
            rest = left;
        }
        parts.push(rest);
        let parts = self.nodes(parts.into_iter().rev(), depth + 1)?;
        Ok(if op == BinaryOp::And { Kind::And(parts) } else { Kind::Or(parts) })
    }

    fn binary(&self, op: BinaryOp, left: &SpannedExpr, right: &SpannedExpr, depth: usize) -> Result<Kind, Diagnostic> {
        let (left, right) = (self.boxed(left, depth + 1)?, self.boxed(right, depth + 1)?);
        Ok(match op {
            BinaryOp::Eq => Kind::Compare(Comparison::Equal, left, right),
            BinaryOp::Ne => Kind::Compare(Comparison::Unequal, left, right),
            BinaryOp::Lt => Kind::Compare(Comparison::Less, left, right),
            BinaryOp::Le => Kind::Compare(Comparison::LessOrEqual, left, right),
            BinaryOp::Gt => Kind::Compare(Comparison::Greater, left, right),
            BinaryOp::Ge => Kind::Compare(Comparison::GreaterOrEqual, left, right),
            BinaryOp::Add => Kind::Arithmetic(Arithmetic::Add, left, right),
            BinaryOp::Sub => Kind::Arithmetic(Arithmetic::Subtract, left, right),
            BinaryOp::Mul => Kind::Arithmetic(Arithmetic::Multiply, left, right),
            BinaryOp::Div => Kind::Arithmetic(Arithmetic::Divide, left, right),
            BinaryOp::Mod => Kind::Arithmetic(Arithmetic::Remainder, left, right),
            BinaryOp::In => Kind::In(left, right),
            // `chain` takes these.
            BinaryOp::And => Kind::And(vec![*left, *right]),
            BinaryOp::Or => Kind::Or(vec![*left, *right]),
        })
    }

    fn path(&self, tree: &SpannedExpr, depth: usize) -> Result<Kind, Diagnostic> {
        let (mut names, mut spans, mut base) = (Vec::new(), Vec::new(), tree);
        while let Cel::Member { expr, field, optional } = &base.node {
            self.required(*optional, &base.span)?;
            spans.push(self.span(&last(&base.span, field)));
            names.push(Arc::from(field.as_str()));
            base = expr;
        }
        names.reverse();
        spans.reverse();
        Ok(Kind::Path(self.boxed(base, depth + 1)?, Members { names: names.into(), spans: spans.into() }))
    }

    fn call(
        &self,
        callee: &SpannedExpr,
        args: &[SpannedExpr],
        span: &Range<usize>,
        depth: usize,
    ) -> Result<Kind, Diagnostic> {
        match &callee.node {
            Cel::Ident(name) if name == "has" => match args {
                [arg] => Ok(Kind::Has(self.boxed(arg, depth + 1)?)),
                _ => self.refuse(span, "`has` asks about one value", "write `has(self.Member)`"),
            },
            Cel::Ident(name) => Ok(Kind::Call(self.named(name, &callee.span, args, depth)?)),
            Cel::Member { expr, field, optional } => {
                self.required(*optional, &callee.span)?;
                let name_span = last(&callee.span, field);
                match Quantifier::named(field) {
                    Some(quantifier) => self.each(quantifier, expr, args, &name_span, depth),
                    None => {
                        let on = self.boxed(expr, depth + 1)?;
                        Ok(Kind::Method(on, self.named(field, &name_span, args, depth)?))
                    }
                }
            }
            _ => self.refuse(&callee.span, "only a name can be called", "write `name(…)` or `value.name(…)`"),
        }
    }

    fn named(
        &self,
        name: &str,
        name_span: &Range<usize>,
        args: &[SpannedExpr],
        depth: usize,
    ) -> Result<Call, Diagnostic> {
        let args = self.nodes(args.iter(), depth + 1)?;
        Ok(Call { name: name.into(), name_span: self.span(name_span), args, pattern: OnceLock::new() })
    }

    fn each(
        &self,
        quantifier: Quantifier,
        over: &SpannedExpr,
        args: &[SpannedExpr],
        name_span: &Range<usize>,
        depth: usize,
    ) -> Result<Kind, Diagnostic> {
        match args {
            [SpannedExpr { node: Cel::Ident(var), span, .. }, body] => Ok(Kind::Each(Box::new(Each {
                quantifier,
                over: self.node(over, depth + 1)?,
                var: var.as_str().into(),
                var_span: self.span(span),
                body: self.node(body, depth + 1)?,
            }))),
            _ => {
                let name = self.text.get(name_span.clone()).unwrap_or_default();
                let help = format!("write `list.{name}(item, condition)`");
                self.refuse(name_span, "the name of the item or the condition is missing", &help)
            }
        }
    }
}

/// Where the last name of a member chain stands.
fn last(span: &Range<usize>, name: &str) -> Range<usize> {
    span.end.saturating_sub(name.len())..span.end
}
