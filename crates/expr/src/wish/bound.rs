//! Where the variables in reach come from.

use crate::Spot;

/// Names of items, with the places that they stand for; inner ones point at outer ones.
pub(crate) struct Bound<'b> {
    outer: Option<&'b Bound<'b>>,
    name: &'b str,
    spot: Option<Spot>,
}

impl<'b> Bound<'b> {
    pub(crate) const NONE: Bound<'static> = Bound { outer: None, name: "", spot: None };

    pub(crate) fn with(&'b self, name: &'b str, spot: Option<Spot>) -> Bound<'b> {
        Bound { outer: Some(self), name, spot }
    }

    pub(super) fn spot(&self, name: &str) -> Option<&Spot> {
        if self.name == name {
            return self.spot.as_ref();
        }
        self.outer?.spot(name)
    }

    /// The region of the innermost item that is in one.
    pub(super) fn region(&self) -> Option<&str> {
        let own = self.spot.as_ref().map(|spot| &*spot.entity.region).filter(|region| !region.is_empty());
        own.or_else(|| self.outer?.region())
    }
}
