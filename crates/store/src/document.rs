//! Documents at rest: JSON text, compressed where that helps.

use std::cell::RefCell;

use resource::Value;
use rusqlite::{Connection, OptionalExtension, params};
use zstd::bulk::{Compressor, Decompressor};

use crate::canonical::Address;
use crate::error::{Fault, Inner};

/// How a body is written, its first byte. Later forms (a dictionary per type) get their own.
const PLAIN: u8 = 0;
const ZSTD: u8 = 1;
/// No provider's document comes near this; a damaged length must not ask for more.
const LONGEST: usize = 256 << 20;

thread_local! {
    // A context is a megabyte to set up, far more work than a document.
    static COMPRESSOR: RefCell<Compressor<'static>> = RefCell::new(Compressor::default());
    static DECOMPRESSOR: RefCell<Decompressor<'static>> = RefCell::new(Decompressor::default());
}

pub(crate) fn pack(document: &Value) -> Inner<Vec<u8>> {
    let text = document.to_json();
    let mut body = vec![PLAIN];
    let compressed = COMPRESSOR
        .with_borrow_mut(|compressor| compressor.compress(text.as_bytes()))
        .map_err(|error| Fault::Damaged(error.to_string()))?;
    if compressed.len() + 4 < text.len() {
        body[0] = ZSTD;
        let length = u32::try_from(text.len()).map_err(|_| Fault::Damaged("a document is over 4 GiB".to_owned()))?;
        body.extend_from_slice(&length.to_le_bytes());
        body.extend_from_slice(&compressed);
    } else {
        body.extend_from_slice(text.as_bytes());
    }
    Ok(body)
}

pub(crate) fn unpack(body: &[u8]) -> Inner<Value> {
    let damaged = || Fault::Damaged("a document cannot be read back".to_owned());
    let text = match body.split_first().ok_or_else(damaged)? {
        (&PLAIN, text) => text.to_vec(),
        (&ZSTD, rest) => {
            let (length, compressed) = rest.split_at_checked(4).ok_or_else(damaged)?;
            let length = u32::from_le_bytes(length.try_into().map_err(|_| damaged())?) as usize;
            if length > LONGEST {
                return Err(damaged());
            }
            DECOMPRESSOR.with_borrow_mut(|d| d.decompress(compressed, length)).map_err(|_| damaged())?
        }
        _ => return Err(damaged()),
    };
    Ok(serde_json::from_slice(&text)?)
}

pub(crate) fn load(db: &Connection, id: i64) -> Inner<Value> {
    let mut statement = db.prepare_cached("SELECT body FROM documents WHERE id = ?1")?;
    let body: Vec<u8> = statement.query_row([id], |row| row.get(0))?;
    unpack(&body)
}

/// Stores a document under its address and returns its number; where it is there already only what is volatile is
/// brought up to date.
pub(crate) fn store(db: &Connection, address: &Address, body: impl FnOnce() -> Inner<Vec<u8>>) -> Inner<i64> {
    let mut find = db.prepare_cached("SELECT id, stamp FROM documents WHERE hash = ?1")?;
    let found: Option<(i64, Option<[u8; 8]>)> =
        find.query_row([&address.hash], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    match found {
        Some((id, stamp)) if stamp == address.stamp => Ok(id),
        Some((id, _)) => {
            let mut update = db.prepare_cached("UPDATE documents SET stamp = ?2, body = ?3 WHERE id = ?1")?;
            update.execute(params![id, address.stamp, body()?])?;
            Ok(id)
        }
        None => {
            let mut insert = db.prepare_cached("INSERT INTO documents (hash, stamp, body) VALUES (?1, ?2, ?3)")?;
            Ok(insert.insert(params![address.hash, address.stamp, body()?])?)
        }
    }
}

#[cfg(test)]
mod tests;
