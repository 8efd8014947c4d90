//! Verdicts of one subject packed to two bits a check.

use resource::Verdict;

use crate::error::{Fault, Inner};

/// What a vector says of a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Packed {
    /// It was never evaluated, or gave nothing.
    #[default]
    None,
    /// Everything that it gave passes.
    Pass,
    /// It does not apply.
    NotApplicable,
    /// Something fails or could not be decided: see the rows.
    Rows,
}

impl Packed {
    /// The verdict that it stands for; none where rows say more, or nothing was said.
    pub(crate) fn verdict(self) -> Option<Verdict> {
        match self {
            Packed::Pass => Some(Verdict::Pass),
            Packed::NotApplicable => Some(Verdict::NotApplicable),
            Packed::None | Packed::Rows => None,
        }
    }

    fn bits(self) -> u8 {
        match self {
            Packed::None => 0,
            Packed::Pass => 1,
            Packed::NotApplicable => 2,
            Packed::Rows => 3,
        }
    }

    fn of(bits: u8) -> Packed {
        match bits & 3 {
            1 => Packed::Pass,
            2 => Packed::NotApplicable,
            3 => Packed::Rows,
            _ => Packed::None,
        }
    }
}

/// The states of all checks; those beyond the end are [`Packed::None`]. At rest: the number of the first byte with
/// content as LEB128, then the bytes up to the last with content. Check 0 is in the lowest two bits of byte 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Vector(Vec<u8>);

impl Vector {
    pub(crate) fn get(&self, check: usize) -> Packed {
        self.0.get(check / 4).map_or(Packed::None, |byte| Packed::of(byte >> (check % 4 * 2)))
    }

    pub(crate) fn set(&mut self, check: usize, state: Packed) {
        if self.0.len() <= check / 4 {
            self.0.resize(check / 4 + 1, 0);
        }
        if let Some(byte) = self.0.get_mut(check / 4) {
            let shift = check % 4 * 2;
            *byte = *byte & !(3 << shift) | state.bits() << shift;
        }
    }

    /// Every check that has a state.
    pub(crate) fn states(&self) -> impl Iterator<Item = (usize, Packed)> + '_ {
        (0..self.0.len() * 4).map(|check| (check, self.get(check))).filter(|(_, state)| *state != Packed::None)
    }

    pub(crate) fn pack(&self) -> Vec<u8> {
        let first = self.0.iter().position(|byte| *byte != 0).unwrap_or(self.0.len());
        let last = self.0.iter().rposition(|byte| *byte != 0).map_or(first, |index| index + 1);
        let mut packed = Vec::new();
        let mut offset = if first == last { 0 } else { first };
        while offset >= 0x80 {
            packed.push((offset & 0x7f) as u8 | 0x80);
            offset >>= 7;
        }
        packed.push(offset as u8);
        packed.extend_from_slice(&self.0[first..last]);
        packed
    }

    /// `None` for bytes that no vector packs to; a check's number stays below a million.
    pub(crate) fn unpack(packed: &[u8]) -> Option<Vector> {
        let mut offset = 0_usize;
        for (index, byte) in packed.iter().enumerate().take(3) {
            offset |= usize::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                let mut states = vec![0; offset];
                states.extend_from_slice(packed.get(index + 1..)?);
                return Some(Vector(states));
            }
        }
        None
    }
}

/// The vector of packed bytes from the database.
pub(crate) fn unpack(states: &[u8]) -> Inner<Vector> {
    Vector::unpack(states).ok_or_else(|| Fault::Damaged("packed verdicts cannot be read back".to_owned()))
}

#[cfg(test)]
mod tests;
