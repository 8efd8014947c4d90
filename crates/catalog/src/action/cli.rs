//! Calls as commands of the AWS CLI, version 2, for a POSIX shell.
//!
//! Source: AWS CLI User Guide, "Specifying parameter values", "Using quotation marks and literals with strings".

use expr::Expr;
use resource::{Map, Value};

use super::{ActionError, PreparedCall, Step, name, quote};
use crate::call::{Argument, Input};

/// One command for each call.
pub(super) fn commands(calls: &[PreparedCall]) -> Result<Vec<String>, ActionError> {
    calls.iter().map(command).collect()
}

fn command(call: &PreparedCall) -> Result<String, ActionError> {
    let mut words = start(&call.call.service, &call.call.operation);
    words.push_str(&options(&call.input)?);
    if let Some(region) = &call.region {
        words.push_str(&scalar("Region", "region", region)?);
    }
    Ok(words)
}

fn start(service: &str, operation: &str) -> String {
    format!("aws {} {}", name::service(service), name::kebab(operation))
}

fn options(input: &Map) -> Result<String, ActionError> {
    input.iter().map(|(member, value)| option(member, value)).collect()
}

/// One input member with the space before it.
fn option(member: &str, value: &Value) -> Result<String, ActionError> {
    let name = name::kebab(member);
    match value {
        Value::Bool(true) => Ok(format!(" --{name}")),
        Value::Bool(false) => Ok(format!(" --no-{name}")),
        Value::Str(text) => scalar(member, &name, text),
        Value::List(list) if !list.items.is_empty() && list.items.iter().all(is_plain) => {
            let words: Vec<String> = list.items.iter().map(text_of).map(|text| quote::word(&text)).collect();
            Ok(format!(" --{name} {}", words.join(" ")))
        }
        Value::List(_) | Value::Map(_) => Ok(format!(" --{name} {}", quote::word(&quote::json(value)))),
        other => Ok(format!(" --{name} {}", quote::word(&text_of(other)))),
    }
}

fn scalar(member: &str, name: &str, text: &str) -> Result<String, ActionError> {
    // The CLI takes the address of a queue as it stands: `awscli.paramfile`, `PARAMFILE_DISABLED`.
    let is_queue = member == "QueueUrl" && text.starts_with("http");
    if let Some(what) = quote::refused(text)
        && !(is_queue && what == quote::ADDRESS)
    {
        return Err(ActionError::Unsafe { member: member.to_owned(), what });
    }
    // After `=` a leading `-` is a value, after a space an option.
    let between = if text.starts_with('-') { '=' } else { ' ' };
    Ok(format!(" --{name}{between}{}", quote::word(text)))
}

/// Whether an item of a list can stand as a word of its own: numbers, and text that neither the CLI nor a shell reads
/// anything into. Other lists are written as JSON.
fn is_plain(item: &Value) -> bool {
    match item {
        Value::Int(_) => true,
        Value::Str(text) => {
            let plain = |letter: char| letter.is_ascii_alphanumeric() || "_./:@+-".contains(letter);
            !text.is_empty() && !text.starts_with('-') && quote::refused(text).is_none() && text.chars().all(plain)
        }
        _ => false,
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        other => other.to_json(),
    }
}

/// A step as a command with its expressions in braces, for pages that know no resource.
pub(super) fn sketch(step: &Step, region: bool) -> String {
    let mut words = start(&step.call.service, &step.call.operation);
    words.push_str(&placeholders(&step.with));
    if region {
        words.push_str(" --region {region.name}");
    }
    words
}

fn placeholders(with: &Input) -> String {
    let one = |(member, argument): (&std::sync::Arc<str>, &Argument)| {
        let name = name::kebab(member);
        if let Some(command) = argument.constant().and_then(|value| option(member, &value).ok()) {
            return command;
        }
        match argument {
            Argument::Expression(found) => format!(" --{name} {}", place(found)),
            other => format!(" --{name} '{}'", shown(other).to_json()),
        }
    };
    with.0.iter().map(one).collect()
}

/// An expression in braces; one that nobody would read there is only hinted at.
fn place(found: &Expr) -> String {
    let text = found.text();
    if text.len() > 80 { "{…}".to_owned() } else { format!("{{{text}}}") }
}

fn shown(argument: &Argument) -> Value {
    match argument {
        Argument::Constant(value) => value.clone(),
        Argument::Expression(found) => Value::from(place(found)),
        Argument::List(items) => Value::list(items.iter().map(shown).collect()),
        Argument::Map(members) => Value::map(members.iter().map(|(name, member)| (name.clone(), shown(member)))),
    }
}
