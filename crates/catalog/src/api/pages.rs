//! How the pages of a listing follow one another (botocore's `paginators-1.json`).

use std::sync::Arc;

use resource::{Map, Path, Segment, Value};
use serde::Deserialize;

/// How the pages of an operation follow one another.
#[derive(Clone, Debug, PartialEq)]
pub struct Pagination {
    /// The input members that ask for the next page.
    pub inputs: Vec<Arc<str>>,
    /// Where the answer says what to put there, in the same order.
    pub outputs: Vec<Token>,
    /// The input member that bounds a page's size.
    pub limit: Option<Arc<str>>,
    /// The member that says whether there is more.
    pub more: Option<Path>,
    /// The members that hold the items.
    pub results: Vec<Path>,
}

/// Where an answer holds a token; the first place that has one counts (`NextMarker || Contents[-1].Key`).
#[derive(Clone, Debug, PartialEq)]
pub struct Token(Vec<Place>);

#[derive(Clone, Debug, PartialEq)]
enum Place {
    At(Path),
    /// A member of the last item of a list.
    Last(Path, Path),
}

impl Pagination {
    /// The members to set on the input for the next page; `None` after the last.
    ///
    /// Source: botocore `paginate.PageIterator`: a false `more` member ends, else the first token decides.
    pub fn next(&self, output: &Value) -> Option<Value> {
        if let Some(more) = &self.more
            && output.at(more).as_bool() != Some(true)
        {
            return None;
        }
        let mut members = Map::new();
        for (name, token) in self.inputs.iter().zip(&self.outputs) {
            let found = token.find(output);
            if !is_empty(found) {
                members.insert(name.clone(), found.clone());
            }
        }
        if members.is_empty() { None } else { Some(Value::Map(members)) }
    }

    /// The answer's members that only serve paging: where the tokens are and whether there is more.
    pub fn output_names(&self) -> Vec<&str> {
        fn first(path: &Path) -> Option<&str> {
            match path.segments().first() {
                Some(Segment::Member(name)) => Some(&**name),
                _ => None,
            }
        }
        let tokens = self.outputs.iter().filter_map(|token| token.path());
        tokens.chain(&self.more).filter_map(first).collect()
    }

    /// Whether an answer says that there is more but not how to ask for it: such a listing is incomplete.
    pub fn is_stuck(&self, output: &Value) -> bool {
        self.more.as_ref().is_some_and(|more| output.at(more).as_bool() == Some(true)) && self.next(output).is_none()
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

impl Token {
    fn find<'a>(&self, output: &'a Value) -> &'a Value {
        for place in &self.0 {
            let found = match place {
                Place::At(path) => output.at(path),
                Place::Last(list, member) => {
                    output.at(list).items().last().map_or(Value::null(), |item| item.at(member))
                }
            };
            if !is_empty(found) {
                return found;
            }
        }
        Value::null()
    }

    /// The member of a plain token; the simulator fills it.
    pub fn path(&self) -> Option<&Path> {
        self.0.iter().find_map(|place| match place {
            Place::At(path) => Some(path),
            Place::Last(..) => None,
        })
    }

    fn read(text: &str) -> Result<Token, String> {
        let places = text.split("||").map(|place| {
            let place = place.trim();
            match place.split_once("[-1]") {
                Some((list, member)) => Ok(Place::Last(path(list)?, path(member.trim_start_matches('.'))?)),
                None => Ok(Place::At(path(place)?)),
            }
        });
        Ok(Token(places.collect::<Result<_, String>>()?))
    }
}

/// A JMESPath of names only; anything else of that language is refused when the model is read.
fn path(text: &str) -> Result<Path, String> {
    let parsed = Path::parse(text.trim()).map_err(|error| error.to_string())?;
    let plain = parsed.segments().iter().all(|segment| {
        matches!(segment, Segment::Member(name) if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
    });
    if plain { Ok(parsed) } else { Err(format!("the paging path `{text}` is not understood")) }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn each(&self) -> &[String] {
        match self {
            OneOrMore::One(text) => std::slice::from_ref(text),
            OneOrMore::More(texts) => texts,
        }
    }
}

/// The file's form of it.
#[derive(Deserialize)]
pub(super) struct RawPagination {
    input_token: OneOrMore,
    output_token: OneOrMore,
    limit_key: Option<Arc<str>>,
    more_results: Option<String>,
    result_key: Option<OneOrMore>,
}

impl RawPagination {
    pub(super) fn read(&self) -> Result<Pagination, String> {
        Ok(Pagination {
            inputs: self.input_token.each().iter().map(|text| text.as_str().into()).collect(),
            outputs: self.output_token.each().iter().map(|text| Token::read(text)).collect::<Result<_, _>>()?,
            limit: self.limit_key.clone(),
            more: self.more_results.as_deref().map(path).transpose()?,
            results: match &self.result_key {
                Some(keys) => keys.each().iter().map(|text| path(text)).collect::<Result<_, _>>()?,
                None => Vec::new(),
            },
        })
    }
}
