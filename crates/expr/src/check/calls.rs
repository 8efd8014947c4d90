//! Functions and methods.

use std::sync::Arc;

use super::infer::{Checker, Static};
use super::nearest::nearest;
use super::operators::assignable;
use super::signatures::{
    ALLOWS, ARN, Builtin, CIDR_METHODS, COVERS, COVERS_PROTOCOL, FILTER_METHODS, FUNCTIONS, PORT_METHODS, TEXT_METHODS,
    result_of,
};
use crate::ast::{Call, Kind, Node};
use crate::eval::{parse_duration, parse_moment, parse_net, pattern, span_named};
use crate::{Opaque, Signature, Type, Use};

impl Checker<'_> {
    pub(super) fn call(&mut self, call: &Call, node: &Node) -> Static {
        match &*call.name {
            "refs" | "refs_in" => {
                let subject = match (&self.subject, self.schema.root("self")) {
                    (Some(subject), _) => Some(Arc::clone(subject)),
                    (None, Some(Type::Entity(subject))) => Some(subject),
                    _ => None,
                };
                return match subject {
                    Some(subject) => self.neighbours(&subject, call),
                    None => self.wrong(&call.name_span, "there are no neighbours here", "use it in a check"),
                };
            }
            "list" => return self.listed(call),
            "size" => return self.size(call, node),
            _ => {}
        }
        let function = FUNCTIONS.iter().chain([&ARN]).find(|function| *function.name == *call.name);
        if let Some(function) = function {
            let args = self.args(call);
            self.fit(call, function, &args);
            self.literals(call);
            return Static::of(result_of(function));
        }
        if let Some(signature) = self.schema.function(&call.name) {
            let args = self.args(call);
            return self.foreign(call, &signature, &args);
        }
        self.args(call);
        let mut known: Vec<Arc<str>> = FUNCTIONS.iter().map(|function| Arc::from(function.name)).collect();
        known.extend(["arn", "has", "size", "refs", "refs_in", "list"].map(Arc::from));
        let help = nearest(&call.name, &known);
        self.wrong(&call.name_span, &format!("there is no function `{}`", call.name), &help)
    }

    fn wrong(&mut self, span: &std::ops::Range<usize>, message: &str, help: &str) -> Static {
        self.fault(span, message, help);
        Static::of(Type::Any)
    }

    fn args(&mut self, call: &Call) -> Vec<Type> {
        call.args.iter().map(|arg| self.infer(arg)).collect()
    }

    fn fit(&mut self, call: &Call, function: &Builtin, args: &[Type]) {
        self.count(call, function.required, function.params.len(), args.len());
        for ((param, ty), arg) in function.params.iter().zip(args).zip(&call.args) {
            if !param.accepts(ty) {
                let message = format!("this is {ty}, where `{}` takes {}", function.name, param.text());
                self.fault(&arg.span, message, "pass another value");
            }
        }
    }

    fn count(&mut self, call: &Call, least: usize, most: usize, given: usize) {
        if given < least || given > most {
            let number = if least == most { most.to_string() } else { format!("{least} to {most}") };
            let message = format!("`{}` takes {number} values, not {given}", call.name);
            self.fault(&call.name_span, message, "add or remove values between the parentheses");
        }
    }

    fn foreign(&mut self, call: &Call, signature: &Signature, args: &[Type]) -> Static {
        let (least, most) = (signature.required, signature.params.len());
        let receivers = usize::from(args.len() > call.args.len());
        self.count(call, least.saturating_sub(receivers), most.saturating_sub(receivers), call.args.len());
        for ((param, ty), arg) in signature.params.iter().zip(args).skip(receivers).zip(&call.args) {
            if !assignable(ty, param) {
                let message = format!("this is {ty}, where `{}` takes {param}", call.name);
                self.fault(&arg.span, message, "pass another value");
            }
        }
        Static::of(signature.result.clone())
    }

    /// Literals that can be wrong in themselves.
    fn literals(&mut self, call: &Call) {
        let Some(Node { kind: Kind::Str(text), span }) = call.args.first() else { return };
        let (valid, help) = match &*call.name {
            "duration" => (parse_duration(text).is_some(), "write a number and s, m, h, d or w: `90d`"),
            "timestamp" | "age" => (parse_moment(text).is_some(), "write it as 2026-01-02T03:04:05Z or 2026-01-02"),
            "cidr" | "is_public" => (parse_net(text).is_some(), "write an address range: `10.0.0.0/8`"),
            _ => return,
        };
        if !valid {
            self.fault(span, format!("`{text}` means nothing to `{}`", call.name), help);
        }
    }

    fn size(&mut self, call: &Call, node: &Node) -> Static {
        match call.args.as_slice() {
            [arg] => {
                let value = self.place(arg);
                self.sized(&value, &arg.span);
            }
            _ => self.fault(&node.span, "`size` takes one value", "write `size(x)`"),
        }
        Static::of(Type::Int)
    }

    fn sized(&mut self, value: &Static, span: &std::ops::Range<usize>) {
        self.consume(value, matches!(value.ty, Type::String | Type::Any | Type::Map(_) | Type::Object(_)));
        let fits = matches!(value.ty, Type::List(_) | Type::Map(_) | Type::Object(_) | Type::String);
        if !fits && !value.ty.is_open() {
            self.fault(span, format!("{} has no size", value.ty), "only lists, maps and text have one");
        }
    }

    fn literal(&mut self, call: &Call, at: usize) -> Option<Arc<str>> {
        match call.args.get(at) {
            Some(Node { kind: Kind::Str(text), .. }) => Some(Arc::clone(text)),
            Some(other) => {
                let span = other.span.clone();
                self.fault(&span, "a text in quotes is expected", "write the name itself, in quotes");
                None
            }
            None => {
                self.fault(&call.name_span, format!("`{}` takes a name", call.name), "write it in quotes");
                None
            }
        }
    }

    fn listed(&mut self, call: &Call) -> Static {
        self.count(call, 1, 2, call.args.len());
        let span = match call.args.get(1) {
            None => Some(resource::Span::Account),
            Some(_) => self.literal(call, 1).and_then(|name| span_named(&name)),
        };
        let Some(type_id) = self.literal(call, 0) else { return Static::of(Type::Any) };
        if span.is_none() {
            self.fault(
                &call.name_span,
                "how far it reaches is not known",
                "write \"region\", \"account\" or \"organisation\"",
            );
        }
        if self.schema.entity(&type_id).is_none() {
            let known = self.schema.entity_names();
            let help = nearest(&type_id, &known);
            return self.wrong(&call.name_span, &format!("there is no resource type `{type_id}`"), &help);
        }
        self.uses.insert(Use::List { type_id: Arc::clone(&type_id), span: span.unwrap_or(resource::Span::Account) });
        Static::of(Type::list(Type::Entity(type_id)))
    }

    fn neighbours(&mut self, of: &Arc<str>, call: &Call) -> Static {
        let incoming = *call.name == *"refs_in";
        self.count(call, 1, if incoming { 2 } else { 1 }, call.args.len());
        let Some(name) = self.literal(call, 0) else { return Static::of(Type::Any) };
        let only = if call.args.len() > 1 { self.literal(call, 1) } else { None };
        let targets: Vec<Arc<str>> =
            if incoming { self.schema.incoming(of, &name) } else { self.schema.edge(of, &name).into_iter().collect() };
        let wanted: Vec<&Arc<str>> =
            targets.iter().filter(|target| only.as_ref().is_none_or(|only| only == *target)).collect();
        match wanted.as_slice() {
            [to] => {
                let to = Arc::clone(to);
                self.uses.insert(Use::Edge { of: Arc::clone(of), name, incoming, to: Arc::clone(&to) });
                Static::of(Type::list(Type::Entity(to)))
            }
            [] => {
                let known = match (&only, incoming) {
                    (Some(_), _) if !targets.is_empty() => targets,
                    (_, true) => self.schema.incoming_names(of),
                    (_, false) => self.schema.edge_names(of),
                };
                let direction = if incoming { "to" } else { "of" };
                let asked = only.filter(|_| known.iter().all(|known| *known != name)).unwrap_or(Arc::clone(&name));
                let help = nearest(&asked, &known);
                self.wrong(&call.name_span, &format!("there is no edge `{name}` {direction} `{of}`"), &help)
            }
            several => {
                let names: Vec<&str> = several.iter().map(|name| &***name).collect();
                let help = format!("name one: `refs_in(\"{name}\", \"{}\")`", names.first().unwrap_or(&""));
                let message = format!("several types have the edge `{name}`: {}", names.join(", "));
                self.wrong(&call.name_span, &message, &help)
            }
        }
    }

    pub(super) fn method(&mut self, on: &Node, call: &Call) -> Static {
        let receiver = self.place(on);
        if let (Type::Entity(of), "refs" | "refs_in") = (&receiver.ty, &*call.name) {
            return self.neighbours(&Arc::clone(of), call);
        }
        if *call.name == *"size" && call.args.is_empty() {
            self.sized(&receiver, &on.span);
            return Static::of(Type::Int);
        }
        self.consume(&receiver, true);
        let args = self.args(call);
        if let (Type::List(item), "contains", [arg]) = (&receiver.ty, &*call.name, args.as_slice()) {
            if !assignable(arg, item) && !assignable(item, arg) {
                let message = format!("{arg} cannot be in a list of {item}");
                self.fault(&call.name_span, message, "look at the type of the items");
            }
            return Static::of(Type::Bool);
        }
        if let Some(method) = own_method(&receiver.ty, call, &args) {
            self.fit(call, method, &args);
            self.compiles(call);
            return Static::of(result_of(method));
        }
        if let Some(signature) = self.schema.function(&format!(".{}", call.name)) {
            let mut all = vec![receiver.ty.clone()];
            all.extend(args);
            if signature.params.first().is_some_and(|param| assignable(&receiver.ty, param)) {
                return self.foreign(call, &signature, &all);
            }
        }
        let known: Vec<Arc<str>> = methods_of(&receiver.ty).map(|method| Arc::from(method.name)).collect();
        let help = nearest(&call.name, &known);
        self.wrong(&call.name_span, &format!("{} has no method `{}`", receiver.ty, call.name), &help)
    }

    fn compiles(&mut self, call: &Call) {
        if let ("matches", Some(Node { kind: Kind::Str(text), span })) = (&*call.name, call.args.first())
            && pattern(text).is_none()
        {
            let message = "the pattern does not compile, or is too large";
            self.fault(span, message, "write a regular expression without look-around or back-references");
        }
    }
}

fn methods_of(ty: &Type) -> Box<dyn Iterator<Item = &'static Builtin>> {
    match ty {
        Type::String => Box::new(TEXT_METHODS.iter()),
        Type::Opaque(Opaque::Cidr) => Box::new(CIDR_METHODS.iter()),
        Type::Opaque(Opaque::Ports) => Box::new(PORT_METHODS.iter()),
        Type::Opaque(Opaque::FilterPattern) => Box::new(FILTER_METHODS.iter()),
        Type::Object(object) => {
            let allows = object.members.contains_key("actions").then_some(&ALLOWS);
            let covers = object.members.contains_key("from_port").then_some(&COVERS);
            Box::new(allows.into_iter().chain(covers))
        }
        Type::Any | Type::Map(_) | Type::Null => Box::new(
            [&ALLOWS, &COVERS]
                .into_iter()
                .chain(&TEXT_METHODS)
                .chain(&CIDR_METHODS)
                .chain(&PORT_METHODS)
                .chain(&FILTER_METHODS),
        ),
        _ => Box::new(std::iter::empty()),
    }
}

fn own_method(ty: &Type, call: &Call, args: &[Type]) -> Option<&'static Builtin> {
    let found = methods_of(ty).find(|method| *method.name == *call.name)?;
    let by_protocol = std::ptr::eq(found, &COVERS) && args.len() == 2;
    Some(if by_protocol { &COVERS_PROTOCOL } else { found })
}
