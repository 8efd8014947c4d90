//! Names with `*`.

use serde::Deserialize;

/// A name in which `*` stands for any text, without regard to letter case.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Glob(Box<[Box<str>]>);

impl From<String> for Glob {
    fn from(text: String) -> Glob {
        Glob(text.to_ascii_lowercase().split('*').map(Box::from).collect())
    }
}

impl From<&str> for Glob {
    fn from(text: &str) -> Glob {
        Glob::from(text.to_owned())
    }
}

impl Glob {
    /// Whether the text has this form.
    pub fn matches(&self, text: &str) -> bool {
        let [first, middle @ .., last] = &*self.0 else {
            return self.0.first().is_some_and(|whole| whole.eq_ignore_ascii_case(text));
        };
        let text = text.to_ascii_lowercase();
        let Some(mut rest) = text.strip_prefix(&**first) else { return false };
        for part in middle {
            match rest.find(&**part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(&**last)
    }
}
