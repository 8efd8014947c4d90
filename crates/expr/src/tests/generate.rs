//! Random well-typed expressions over the types of `tests/common`, and random worlds that conform to them.

use resource::{List, Map, Value, Why};

/// Choices read from bytes: proptest shrinks the bytes, and a missing byte is the first, simplest choice.
pub(super) struct Dice<'b> {
    bytes: &'b [u8],
}

impl<'b> Dice<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Dice { bytes }
    }

    pub(super) fn roll(&mut self, sides: usize) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(*first) % sides
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.roll(texts.len())]
    }
}

/// The macro variables in reach, by what they are.
#[derive(Clone, Default)]
pub(super) struct Names {
    rules: Vec<String>,
    keys: Vec<String>,
    texts: Vec<String>,
    next: usize,
}

impl Names {
    fn with(&self, into: fn(&mut Names) -> &mut Vec<String>) -> (String, Names) {
        let mut more = self.clone();
        let name = format!("v{}", more.next);
        more.next += 1;
        into(&mut more).push(name.clone());
        (name, more)
    }
}

pub(super) fn boolean(dice: &mut Dice<'_>, names: &Names, depth: usize) -> String {
    let sides = if depth == 0 { 4 } else { 20 };
    let less = depth.saturating_sub(1);
    match dice.roll(sides) {
        0 => dice
            .pick(&["true", "false", "self.Enabled", "facts.public", "norm.encrypted", "region.EbsEncryptionByDefault"])
            .to_owned(),
        1 => {
            let block = dice.pick(&["self.PublicAccessBlockConfiguration", "account.S3PublicAccessBlock"]);
            format!("{block}.{}", dice.pick(&["IgnorePublicAcls", "RestrictPublicBuckets"]))
        }
        2 if !names.keys.is_empty() => {
            let key = &names.keys[dice.roll(names.keys.len())];
            format!("{key}.{}", dice.pick(&["Enabled", "Rotation.On", "facts.public", "norm.encrypted"]))
        }
        2 | 3 => format!(
            "has({})",
            dice.pick(&["self.Name", "self.Policy", "self.Rules", "self.PublicAccessBlockConfiguration"])
        ),
        4 | 5 => format!("({} && {})", boolean(dice, names, less), boolean(dice, names, less)),
        6 | 7 => format!("({} || {})", boolean(dice, names, less), boolean(dice, names, less)),
        8 | 9 => format!("!{}", boolean(dice, names, less)),
        10 => format!(
            "({} ? {} : {})",
            boolean(dice, names, less),
            boolean(dice, names, less),
            boolean(dice, names, less)
        ),
        11 => format!(
            "({} {} {})",
            int(dice, names, less),
            dice.pick(&["==", "!=", "<", "<=", ">", ">="]),
            int(dice, names, less)
        ),
        12 => format!("({} {} {})", text(dice, names, less), dice.pick(&["==", "!=", "<"]), text(dice, names, less)),
        13 => format!("({} in {})", text(dice, names, less), texts(dice, names, less)),
        14 => {
            let (name, inner) = names.with(|names| &mut names.rules);
            let over = rules(dice, names, less);
            format!("{over}.{}({name}, {})", dice.pick(&["exists", "all"]), boolean(dice, &inner, less))
        }
        15 => {
            let (name, inner) = names.with(|names| &mut names.keys);
            let over = dice.pick(&["refs('encrypted_by')", "list('aws.kms.key')"]);
            format!("{over}.{}({name}, {})", dice.pick(&["exists", "all"]), boolean(dice, &inner, less))
        }
        16 => {
            let (name, inner) = names.with(|names| &mut names.texts);
            format!(
                "{}.{}({name}, {})",
                texts(dice, names, less),
                dice.pick(&["exists", "all"]),
                boolean(dice, &inner, less)
            )
        }
        17 => {
            let method = dice.pick(&["contains", "startsWith", "endsWith"]);
            format!("{}.{method}({})", text(dice, names, less), text(dice, names, less))
        }
        18 => {
            let op = dice.pick(&["<", ">=", "=="]);
            format!("(age(self.Created) {op} days({}))", int(dice, names, less))
        }
        _ => {
            let list = dice.pick(&["self.Names", "self.Rules"]);
            format!(
                "({list} == {})",
                if list == "self.Names" { texts(dice, names, less) } else { "self.Rules".to_owned() }
            )
        }
    }
}

pub(super) fn int(dice: &mut Dice<'_>, names: &Names, depth: usize) -> String {
    let less = depth.saturating_sub(1);
    match dice.roll(if depth == 0 { 3 } else { 7 }) {
        0 => dice.pick(&["0", "1", "2", "22", "-1"]).to_owned(),
        1 => "self.Count".to_owned(),
        2 => match names.rules.last() {
            Some(rule) => format!("{rule}.Port"),
            None => "params.max_age_days".to_owned(),
        },
        3 => {
            let op = dice.pick(&["+", "-", "*", "/", "%"]);
            format!("({} {op} {})", int(dice, names, less), int(dice, names, less))
        }
        4 => format!("size({})", rules(dice, names, less)),
        5 => format!("size({})", dice.pick(&["refs('encrypted_by')", "list('aws.kms.key')"])),
        _ => format!("size({})", texts(dice, names, less)),
    }
}

fn text(dice: &mut Dice<'_>, names: &Names, depth: usize) -> String {
    let less = depth.saturating_sub(1);
    match dice.roll(if depth == 0 { 4 } else { 9 }) {
        0 => dice.pick(&["'a'", "'b'", "''", "'10.0.0.0/8'"]).to_owned(),
        1 => dice.pick(&["self.Name", "account.id", "self.Tags.k", "self.uid", "norm.name"]).to_owned(),
        2 => match names.rules.last() {
            Some(rule) => format!("{rule}.Cidr"),
            None => "region.name".to_owned(),
        },
        3 => match names.texts.last() {
            Some(name) => name.clone(),
            None => "self.Names[0]".to_owned(),
        },
        4 => format!("({} + {})", text(dice, names, less), text(dice, names, less)),
        5 => format!("{}({})", dice.pick(&["lower", "upper"]), text(dice, names, less)),
        6 => format!("last({}, '/')", text(dice, names, less)),
        7 => format!("string({})", int(dice, names, less)),
        _ => format!("{}[{}]", texts(dice, names, less), dice.pick(&["0", "1"])),
    }
}

fn texts(dice: &mut Dice<'_>, names: &Names, depth: usize) -> String {
    let less = depth.saturating_sub(1);
    match dice.roll(if depth == 0 { 3 } else { 6 }) {
        0 => "self.Names".to_owned(),
        1 => match names.rules.last() {
            Some(rule) => format!("{rule}.Tags"),
            None => "params.names".to_owned(),
        },
        2 => format!("[{}]", text(dice, names, less)),
        3 => {
            let (name, inner) = names.with(|names| &mut names.texts);
            format!("{}.filter({name}, {})", texts(dice, names, less), boolean(dice, &inner, less))
        }
        4 => {
            let (name, inner) = names.with(|names| &mut names.rules);
            format!("{}.map({name}, {})", rules(dice, names, less), text(dice, &inner, less))
        }
        _ => format!("({} + {})", texts(dice, names, less), texts(dice, names, less)),
    }
}

fn rules(dice: &mut Dice<'_>, names: &Names, depth: usize) -> String {
    if depth == 0 || dice.roll(2) == 0 {
        return "self.Rules".to_owned();
    }
    let (name, inner) = names.with(|names| &mut names.rules);
    format!("{}.filter({name}, {})", rules(dice, names, depth - 1), boolean(dice, &inner, depth - 1))
}

/// A world in which everything is known; members may be absent.
pub(super) fn world(dice: &mut Dice<'_>) -> Value {
    let bucket = Value::map([
        ("Name", some_text(dice)),
        ("Enabled", some_bool(dice)),
        ("Count", some_int(dice)),
        ("Created", some_time(dice)),
        ("Policy", if dice.roll(2) == 0 { Value::Null } else { Value::map([("a", some_text(dice))]) }),
        ("PublicAccessBlockConfiguration", some_block(dice)),
        ("Rules", some_rules(dice)),
        ("Names", some_texts(dice)),
        ("Tags", Value::map([("k", some_text(dice))])),
    ]);
    let keys: Vec<Value> = (0..dice.roll(3)).map(|at| some_key(dice, at)).collect();
    let more: Vec<Value> = (0..dice.roll(3)).map(|at| some_key(dice, at + 10)).collect();
    Value::map([
        ("self", bucket),
        ("facts", Value::map([("public", some_bool(dice))])),
        ("norm", Value::map([("encrypted", some_bool(dice)), ("name", some_text(dice))])),
        ("account", Value::map([("S3PublicAccessBlock", some_block(dice))])),
        ("region", Value::map([("EbsEncryptionByDefault", some_bool(dice))])),
        ("params", Value::map([("max_age_days", Value::Int(90)), ("names", some_texts(dice))])),
        ("refs", Value::map([("encrypted_by", Value::list(keys))])),
        ("list", Value::map([("aws.kms.key", Value::list(more))])),
    ])
}

fn some_bool(dice: &mut Dice<'_>) -> Value {
    [Value::Null, Value::Bool(true), Value::Bool(false)][dice.roll(3)].clone()
}

fn some_int(dice: &mut Dice<'_>) -> Value {
    [Value::Null, Value::Int(0), Value::Int(1), Value::Int(22), Value::Int(i64::MAX)][dice.roll(5)].clone()
}

fn some_text(dice: &mut Dice<'_>) -> Value {
    [Value::Null, Value::from("a"), Value::from("b/a"), Value::from("")][dice.roll(4)].clone()
}

fn some_time(dice: &mut Dice<'_>) -> Value {
    [Value::Null, Value::from("2025-12-31T00:00:00Z"), Value::from("2020-01-01T00:00:00Z")][dice.roll(3)].clone()
}

fn some_texts(dice: &mut Dice<'_>) -> Value {
    match dice.roll(4) {
        0 => Value::Null,
        length => {
            Value::list((1..length).map(|_| [Value::from("a"), Value::from("b")][dice.roll(2)].clone()).collect())
        }
    }
}

fn some_block(dice: &mut Dice<'_>) -> Value {
    match dice.roll(4) {
        0 => Value::Null,
        _ => Value::map([("IgnorePublicAcls", some_bool(dice)), ("RestrictPublicBuckets", some_bool(dice))]),
    }
}

fn some_rules(dice: &mut Dice<'_>) -> Value {
    match dice.roll(4) {
        0 => Value::Null,
        length => Value::list(
            (1..length)
                .map(|_| {
                    let cidr = [Value::Null, Value::from("10.0.0.0/8"), Value::from("0.0.0.0/0")][dice.roll(3)].clone();
                    Value::map([("Port", some_int(dice)), ("Cidr", cidr), ("Tags", some_texts(dice))])
                })
                .collect(),
        ),
    }
}

fn some_key(dice: &mut Dice<'_>, at: usize) -> Value {
    let rotation = if dice.roll(2) == 0 { Value::Null } else { Value::map([("On", some_bool(dice))]) };
    Value::map([
        ("uid", Value::from(format!("key{at}"))),
        ("Enabled", some_bool(dice)),
        ("Rotation", rotation),
        ("facts", Value::map([("public", some_bool(dice))])),
        ("norm", Value::map([("encrypted", some_bool(dice))])),
    ])
}

/// The same world, of which less is known.
pub(super) fn blurred(dice: &mut Dice<'_>, value: &Value) -> Value {
    match value {
        Value::Map(map) if map.contains_key("uid") => resource(dice, map),
        Value::Map(map) if dice.roll(8) != 7 => {
            Value::Map(map.iter().map(|(name, value)| (name.clone(), blurred(dice, value))).collect())
        }
        Value::List(list) if dice.roll(8) != 7 => {
            let open = (dice.roll(3) == 2).then(|| hole(dice));
            let drop = |dice: &mut Dice<'_>| open.is_some() && dice.roll(2) == 1;
            let mut items = Vec::new();
            for item in &list.items {
                if !drop(dice) {
                    items.push(blurred(dice, item));
                }
            }
            Value::List(List { items, open })
        }
        Value::Map(_) | Value::List(_) => Value::Unknown(hole(dice)),
        scalar if dice.roll(3) == 2 => {
            let _ = scalar;
            Value::Unknown(hole(dice))
        }
        scalar => scalar.clone(),
    }
}

/// A member of a set: its id stays, unless all of it is foreign or unread.
fn resource(dice: &mut Dice<'_>, map: &Map) -> Value {
    match dice.roll(8) {
        6 => Value::from(resource::Hole::new(Why::Foreign)),
        7 => Value::Unknown(hole(dice)),
        _ => Value::Map(
            map.iter()
                .map(|(name, value)| {
                    (name.clone(), if &**name == "uid" { value.clone() } else { blurred(dice, value) })
                })
                .collect(),
        ),
    }
}

fn hole(dice: &mut Dice<'_>) -> std::sync::Arc<resource::Hole> {
    std::sync::Arc::new(resource::Hole::new([Why::Denied, Why::Throttled, Why::NotCollected][dice.roll(3)]))
}

/// Blurs each root but those that the program itself supplies.
pub(super) fn blurred_world(dice: &mut Dice<'_>, world: &Value) -> Value {
    let Value::Map(map) = world else { return world.clone() };
    let roots = map.iter().map(|(name, value)| {
        let value = match (&**name, value) {
            ("params", value) => value.clone(),
            ("refs" | "list", Value::Map(sets)) => {
                Value::Map(sets.iter().map(|(name, set)| (name.clone(), blurred(dice, set))).collect())
            }
            (_, value) => blurred(dice, value),
        };
        (name.clone(), value)
    });
    Value::Map(roots.collect())
}
