//! Pages and their tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use catalog::api::Pagination;
use resource::Value;

use crate::project::place;
use crate::rules::hash_of;

/// Which part of a listing is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub start: usize,
    pub size: usize,
}

/// A token that belongs to another listing, or is no token.
#[derive(Debug)]
pub(crate) struct BadToken;

impl Window {
    /// Everything in one answer.
    pub(crate) const WHOLE: Window = Window { start: 0, size: usize::MAX };

    /// The window that an input asks for. `usual` is the page's size when the input does not say, `most` the rules'
    /// limit; `listing` tells listings apart.
    pub(crate) fn of(
        pagination: &Pagination,
        input: &Value,
        usual: usize,
        most: Option<usize>,
        listing: u64,
    ) -> Result<Window, BadToken> {
        let asked = pagination.limit.as_ref().and_then(|name| input.get(name).as_int());
        let size = asked.and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0).unwrap_or(usual);
        let size = size.min(most.unwrap_or(usize::MAX)).max(1);
        let token = pagination.inputs.iter().find_map(|name| input.get(name).as_str());
        let start = match token {
            Some(token) => read(token, listing).ok_or(BadToken)?,
            None => 0,
        };
        Ok(Window { start, size })
    }

    /// Says in the answer whether and how it goes on.
    pub(crate) fn say_next(&self, pagination: &Pagination, total: usize, listing: u64, output: &mut Value) {
        let next = self.start.saturating_add(self.size);
        let more = next < total;
        if let Some(member) = &pagination.more {
            place(output, member.segments(), Value::Bool(more));
        }
        if let Some(path) = pagination.outputs.first().and_then(|token| token.path()).filter(|_| more) {
            place(output, path.segments(), Value::from(write(next, listing)));
        }
    }

    /// The part of a list.
    pub(crate) fn cut<'a, T>(&self, items: &'a [T]) -> &'a [T] {
        let start = self.start.min(items.len());
        &items[start..start.saturating_add(self.size).min(items.len())]
    }
}

/// Opaque on purpose: a client that counts or builds tokens of its own fails here as it would there.
fn write(offset: usize, listing: u64) -> String {
    let offset = offset as u64;
    let mut bytes = (offset ^ listing).to_be_bytes().to_vec();
    bytes.extend(hash_of(&(offset, listing)).to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn read(token: &str, listing: u64) -> Option<usize> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (offset, check) = bytes.split_first_chunk::<8>()?;
    let offset = u64::from_be_bytes(*offset) ^ listing;
    let honest = check == hash_of(&(offset, listing)).to_be_bytes();
    honest.then_some(usize::try_from(offset).ok()?)
}

#[cfg(test)]
mod tests;
