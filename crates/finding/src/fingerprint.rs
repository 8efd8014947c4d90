//! The identity of a finding.

use std::fmt;

use thiserror::Error;

/// How many characters a short id has where nothing collides.
pub const SHORT_LENGTH: usize = 6;

/// Crockford's base 32: no I, L, O, U, so that an id survives being read aloud.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The hash of (a check's first id, resource uid, discriminator): 128 bits of BLAKE3, shown as 32 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 16]);

impl Fingerprint {
    /// The fingerprint of a check's verdict about a resource or an item of it. `first_check_id` is the oldest id that
    /// the check ever had, so that a renamed check keeps its findings.
    pub fn of(first_check_id: &str, uid: &str, discriminator: &str) -> Fingerprint {
        let mut hasher = blake3::Hasher::new();
        for part in [first_check_id, uid, discriminator] {
            // Lengths keep ("ab", "c") and ("a", "bc") apart.
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let mut bytes = [0; 16];
        hasher.finalize_xof().fill(&mut bytes);
        Fingerprint(bytes)
    }

    /// The short id: `F-` and the first `length` (6 to 26) characters of the fingerprint in base 32.
    pub fn short(&self, length: usize) -> String {
        let bits = u128::from_be_bytes(self.0);
        let digit = |index: usize| {
            // 26 digits hold 130 bits: the last one is padded with two zero bits.
            let shift = 123_i32 - 5 * i32::try_from(index).unwrap_or(0);
            let five = if shift >= 0 { bits >> shift } else { bits << -shift };
            ALPHABET.get((five & 31) as usize).copied().map_or('0', char::from)
        };
        format!("F-{}", (0..length.clamp(SHORT_LENGTH, 26)).map(digit).collect::<String>())
    }

    /// How many characters a short id needs to tell this fingerprint from `other`; 0 when they are equal.
    pub fn distinct_at(&self, other: &Fingerprint) -> usize {
        let differing = u128::from_be_bytes(self.0) ^ u128::from_be_bytes(other.0);
        if differing == 0 { 0 } else { differing.leading_zeros() as usize / 5 + 1 }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The fingerprints that begin with a typed id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// The lowest such fingerprint.
    pub low: Fingerprint,
    /// The highest such fingerprint.
    pub high: Fingerprint,
}

/// A text that is not the id of a finding.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "`{0}` is not a finding's id; it looks like `F-9K2QXA` or is a fingerprint of up to 32 hex digits, both shown by `plumb findings`"
)]
pub struct PrefixError(pub String);

impl Prefix {
    /// Reads `F-…` in either letter case (`O` is read as 0, `I` and `L` as 1) or the beginning of a hex fingerprint.
    ///
    /// # Errors
    /// When the text is neither, or is shorter than four characters.
    pub fn parse(text: &str) -> Result<Prefix, PrefixError> {
        let text = text.trim();
        let error = || PrefixError(text.to_owned());
        let (digits, width) = match text.strip_prefix("F-").or_else(|| text.strip_prefix("f-")) {
            Some(digits) => (digits, 5_u32),
            None => (text, 4_u32),
        };
        let longest = if width == 5 { 26 } else { 32 };
        if !(4..=longest).contains(&digits.len()) {
            return Err(error());
        }
        let mut bits: u128 = 0;
        let mut used: u32 = 0;
        for digit in digits.chars() {
            let value = if width == 5 { base32(digit) } else { digit.to_digit(16) }.ok_or_else(error)?;
            let room = (128 - used).min(width);
            bits = (bits << room) | u128::from(value >> (width - room));
            used += room;
        }
        let free = 128 - used;
        let (low, mask) = match free {
            0 => (bits, 0),
            _ => (bits << free, (1_u128 << free) - 1),
        };
        Ok(Prefix { low: Fingerprint(low.to_be_bytes()), high: Fingerprint((low | mask).to_be_bytes()) })
    }
}

fn base32(digit: char) -> Option<u32> {
    let digit = match digit.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET.iter().position(|known| char::from(*known) == digit).and_then(|index| u32::try_from(index).ok())
}
