//! What the functions and methods of the language take and give.

use crate::{Opaque, Type};

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Param {
    Any,
    Int,
    Text,
    /// A timestamp, text that is one, or a number of seconds or milliseconds.
    Moment,
    /// An address range or text that is one.
    Net,
    /// Text, a whole number or a number.
    Number,
    /// An object.
    Object,
}

impl Param {
    pub(super) fn accepts(self, ty: &Type) -> bool {
        match self {
            _ if ty.is_open() => true,
            Param::Any => true,
            Param::Int => *ty == Type::Int,
            Param::Text => *ty == Type::String,
            Param::Moment => matches!(ty, Type::Timestamp | Type::String | Type::Int),
            Param::Net => matches!(ty, Type::String | Type::Opaque(Opaque::Cidr)),
            Param::Number => matches!(ty, Type::String | Type::Int | Type::Number),
            Param::Object => matches!(ty, Type::Object(_) | Type::Map(_)),
        }
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Param::Any => "anything",
            Param::Int => "a whole number",
            Param::Text => "text",
            Param::Moment => "a timestamp",
            Param::Net => "an address range",
            Param::Number => "a number or text",
            Param::Object => "an object",
        }
    }
}

/// A function or method: its parameters, how many of them must be given, and what it gives.
pub(super) struct Builtin {
    pub(super) name: &'static str,
    pub(super) params: &'static [Param],
    pub(super) required: usize,
    pub(super) result: Type,
}

const fn builtin(name: &'static str, params: &'static [Param], result: Type) -> Builtin {
    Builtin { name, params, required: params.len(), result }
}

const fn optional(name: &'static str, params: &'static [Param], required: usize, result: Type) -> Builtin {
    Builtin { name, params, required, result }
}

/// Functions but `refs`, `refs_in`, `list`, `has` and `size`, which take literals or anything.
pub(super) static FUNCTIONS: [Builtin; 19] = [
    builtin("age", &[Param::Moment], Type::Duration),
    builtin("timestamp", &[Param::Moment], Type::Timestamp),
    builtin("duration", &[Param::Text], Type::Duration),
    builtin("days", &[Param::Int], Type::Duration),
    builtin("hours", &[Param::Int], Type::Duration),
    builtin("cidr", &[Param::Text], Type::Opaque(Opaque::Cidr)),
    builtin("is_public", &[Param::Net], Type::Bool),
    builtin("ports", &[Param::Int, Param::Int], Type::Opaque(Opaque::Ports)),
    builtin("version", &[Param::Text], Type::Opaque(Opaque::Version)),
    builtin("tls", &[Param::Text], Type::Opaque(Opaque::Tls)),
    builtin("filter_pattern", &[Param::Text], Type::Opaque(Opaque::FilterPattern)),
    builtin("json", &[Param::Any], Type::Any),
    builtin("lower", &[Param::Text], Type::String),
    builtin("upper", &[Param::Text], Type::String),
    builtin("first", &[Param::Text, Param::Text], Type::String),
    builtin("last", &[Param::Text, Param::Text], Type::String),
    builtin("int", &[Param::Number], Type::Int),
    builtin("string", &[Param::Any], Type::String),
    // The result is a list of text, which a constant cannot spell; see `result_of`.
    builtin("split", &[Param::Text, Param::Text], Type::Any),
];

/// `arn(x)` gives an object, which a constant cannot spell either.
pub(super) static ARN: Builtin = builtin("arn", &[Param::Text], Type::Any);

pub(super) fn result_of(function: &Builtin) -> Type {
    match function.name {
        "split" => Type::list(Type::String),
        "arn" => Type::object(
            "arn",
            ["partition", "service", "region", "account", "resource"].map(|name| (name, Type::String)),
        ),
        _ => function.result.clone(),
    }
}

pub(super) static TEXT_METHODS: [Builtin; 6] = [
    builtin("contains", &[Param::Text], Type::Bool),
    builtin("startsWith", &[Param::Text], Type::Bool),
    builtin("endsWith", &[Param::Text], Type::Bool),
    builtin("matches", &[Param::Text], Type::Bool),
    builtin("lower", &[], Type::String),
    builtin("upper", &[], Type::String),
];

pub(super) static CIDR_METHODS: [Builtin; 2] =
    [builtin("contains", &[Param::Net], Type::Bool), builtin("overlaps", &[Param::Net], Type::Bool)];

pub(super) static PORT_METHODS: [Builtin; 2] = [
    optional("overlaps", &[Param::Int, Param::Int], 1, Type::Bool),
    optional("covers", &[Param::Int, Param::Int], 1, Type::Bool),
];

pub(super) static FILTER_METHODS: [Builtin; 1] = [builtin("requires", &[Param::Object], Type::Bool)];

/// `{actions, …}` of `facts.grants`.
pub(super) static ALLOWS: Builtin = builtin("allows", &[Param::Text], Type::Bool);

/// `{protocol, from_port, to_port}` of `facts.open`, by port.
pub(super) static COVERS: Builtin = builtin("covers", &[Param::Int], Type::Bool);

/// The same, by protocol and port.
pub(super) static COVERS_PROTOCOL: Builtin = builtin("covers", &[Param::Text, Param::Int], Type::Bool);
