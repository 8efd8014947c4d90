//! The type grammar of the table: `bool`, `int`, `string`, `number`, `any`, `list of T`, `{ name: T, … }`.

use expr::Type;

/// Reads a type. The error is the word at which it stops making sense.
pub(super) fn parse(text: &str) -> Result<Type, String> {
    let words = words(text);
    let mut rest = words.as_slice();
    let ty = parse_type(&mut rest, 0)?;
    match rest.first() {
        None => Ok(ty),
        Some(word) => Err((*word).to_owned()),
    }
}

/// Deeper nesting is a mistake, and would only cost stack.
const MAX_DEPTH: usize = 16;

fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let mut rest = word;
        while let Some(at) = rest.find(['{', '}', ':', ',']) {
            let (before, after) = rest.split_at(at);
            let (mark, after) = after.split_at(1);
            words.extend([before, mark].into_iter().filter(|word| !word.is_empty()));
            rest = after;
        }
        words.extend(Some(rest).filter(|word| !word.is_empty()));
    }
    words
}

fn next<'a>(rest: &mut &[&'a str]) -> Result<&'a str, String> {
    let (first, after) = rest.split_first().ok_or("the end")?;
    *rest = after;
    Ok(first)
}

fn expect(rest: &mut &[&str], wanted: &str) -> Result<(), String> {
    let word = next(rest)?;
    if word == wanted { Ok(()) } else { Err(word.to_owned()) }
}

fn parse_type(rest: &mut &[&str], depth: usize) -> Result<Type, String> {
    let word = next(rest)?;
    if depth > MAX_DEPTH {
        return Err(word.to_owned());
    }
    Ok(match word {
        "bool" => Type::Bool,
        "int" => Type::Int,
        "string" => Type::String,
        "number" => Type::Number,
        "any" => Type::Any,
        "list" => {
            expect(rest, "of")?;
            Type::list(parse_type(rest, depth + 1)?)
        }
        "{" => parse_object(rest, depth)?,
        other => return Err(other.to_owned()),
    })
}

fn parse_object(rest: &mut &[&str], depth: usize) -> Result<Type, String> {
    let mut members = Vec::new();
    loop {
        let name = next(rest)?;
        if name == "}" {
            break;
        }
        expect(rest, ":")?;
        members.push((name, parse_type(rest, depth + 1)?));
        match next(rest)? {
            "," => {}
            "}" => break,
            other => return Err(other.to_owned()),
        }
    }
    Ok(Type::object("", members))
}
