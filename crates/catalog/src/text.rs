//! Reading expressions, templates and paths out of TOML strings.

use std::collections::BTreeMap;
use std::sync::Arc;

use expr::{Expr, Template};
use resource::Path;
use serde::de::{Deserialize, Deserializer, Error};

/// Parses an expression; the error has the line, the caret and the help.
pub(crate) fn parse_expression(source: &str) -> Result<Expr, String> {
    expr::parse(source).map_err(|diagnostic| expr::render(source, "expression", &diagnostic))
}

pub(crate) fn expression<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Expr, D::Error> {
    parse_expression(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

pub(crate) fn optional_expression<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Expr>, D::Error> {
    expression(deserializer).map(Some)
}

pub(crate) fn expression_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Expr>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| parse_expression(text).map_err(D::Error::custom)).collect()
}

pub(crate) fn expression_map<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Arc<str>, Expr>, D::Error> {
    let texts = BTreeMap::<String, String>::deserialize(deserializer)?;
    texts
        .into_iter()
        .map(|(name, text)| Ok((name.into(), parse_expression(&text).map_err(D::Error::custom)?)))
        .collect()
}

pub(crate) fn optional_template<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Template>, D::Error> {
    template(deserializer).map(Some)
}

pub(crate) fn template<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Template, D::Error> {
    let source = String::deserialize(deserializer)?;
    Template::parse(&source).map_err(|diagnostic| D::Error::custom(expr::render(&source, "template", &diagnostic)))
}

pub(crate) fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Path, D::Error> {
    Path::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

pub(crate) fn path_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Path>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| Path::parse(text).map_err(D::Error::custom)).collect()
}

pub(crate) fn optional_path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Path>, D::Error> {
    path(deserializer).map(Some)
}
