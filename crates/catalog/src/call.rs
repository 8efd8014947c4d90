//! Calls and their inputs, as type and source files write them.

use std::collections::BTreeMap;
use std::sync::Arc;

use expr::Expr;
use resource::Value;
use serde::Deserialize;

/// `service:Operation`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Call {
    /// The service as botocore names it: `s3control`.
    pub service: Arc<str>,
    /// The operation: `GetPublicAccessBlock`.
    pub operation: Arc<str>,
}

impl TryFrom<String> for Call {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once(':') {
            Some((service, operation)) if !service.is_empty() && !operation.is_empty() => {
                Ok(Call { service: service.into(), operation: operation.into() })
            }
            _ => Err(format!("`{text}` is not a call; write `service:Operation`, as in `s3:GetBucketPolicy`")),
        }
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.service, self.operation)
    }
}

/// The input of a call: constants and expressions.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Input(pub BTreeMap<Arc<str>, Argument>);

/// One value of an input.
#[derive(Clone, Debug)]
pub enum Argument {
    /// As it stands.
    Constant(Value),
    /// Evaluated for the resource at hand; the text after `$`.
    Expression(Expr),
    /// A list of arguments.
    List(Vec<Argument>),
    /// An object of arguments.
    Map(BTreeMap<Arc<str>, Argument>),
}

impl Argument {
    /// The value, where no part of it is an expression.
    pub fn constant(&self) -> Option<Value> {
        match self {
            Argument::Constant(value) => Some(value.clone()),
            Argument::Expression(_) => None,
            Argument::List(items) => items.iter().map(Argument::constant).collect::<Option<Vec<_>>>().map(Value::list),
            Argument::Map(members) => {
                let members = members.iter().map(|(name, member)| Some((name.clone(), member.constant()?)));
                members.collect::<Option<Vec<_>>>().map(Value::map)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Argument {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        argument(Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

fn argument(value: Value) -> Result<Argument, String> {
    Ok(match value {
        Value::Str(text) => match text.strip_prefix('$') {
            Some(source) => Argument::Expression(crate::text::parse_expression(source)?),
            None => Argument::Constant(Value::Str(text)),
        },
        Value::List(list) => Argument::List(list.items.into_iter().map(argument).collect::<Result<_, _>>()?),
        Value::Map(map) => Argument::Map(
            map.into_iter().map(|(name, value)| Ok((name, argument(value)?))).collect::<Result<_, String>>()?,
        ),
        constant => Argument::Constant(constant),
    })
}
