//! Who holds a room, and whether what is found can have come of what was asked.
//!
//! An answered deed has happened, an unanswered one may have, and one that was answered before another was asked came
//! first. Every order that keeps to this is tried. It knows no sockets and no store.

use std::collections::HashSet;

use uuid::Uuid;

/// A counsellor, by number.
pub type DeskNo = usize;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Holder {
    Nobody,
    /// With the click that took it; without one it was handed over.
    Desk(DeskNo, Option<Uuid>),
    /// The room is not there any more.
    Erased,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    Take { by: DeskNo, claim: Uuid },
    GiveBack { by: DeskNo },
    HandOver { from: DeskNo, to: DeskNo },
    Close,
}

/// Something asked, and when; and when it was answered. Moments are counted, not measured.
#[derive(Clone, Copy, Debug)]
pub struct Deed {
    pub what: What,
    pub asked: u64,
    pub answered: Option<u64>,
}

impl What {
    fn after(self, holder: Holder) -> Option<Holder> {
        match (self, holder) {
            (Self::Take { by, claim }, Holder::Nobody) => Some(Holder::Desk(by, Some(claim))),
            (Self::GiveBack { by }, Holder::Desk(held_by, _)) if by == held_by => Some(Holder::Nobody),
            (Self::HandOver { from, to }, Holder::Desk(by, _)) if by == from => Some(Holder::Desk(to, None)),
            (Self::Close, Holder::Nobody | Holder::Desk(..)) => Some(Holder::Erased),
            _ => None,
        }
    }
}

/// Whether some order of all that was answered, and of some that was not, leads from `before` to `found`.
pub fn explains(before: Holder, deeds: &[Deed], found: Holder) -> bool {
    assert!(deeds.len() <= 64, "too many deeds for one room: {}", deeds.len());
    Search { deeds, found, seen: HashSet::new() }.goes_on(before, 0)
}

struct Search<'a> {
    deeds: &'a [Deed],
    found: Holder,
    seen: HashSet<(Holder, u64)>,
}

impl Search<'_> {
    fn goes_on(&mut self, holder: Holder, done: u64) -> bool {
        if holder == self.found && self.owed(done).next().is_none() {
            return true;
        }
        if !self.seen.insert((holder, done)) {
            return false;
        }
        (0..self.deeds.len()).any(|next| {
            let deed = self.deeds[next];
            let is_due = done >> next & 1 == 0
                && self.owed(done).all(|owed| owed.answered.is_none_or(|answered| deed.asked <= answered));
            let after = deed.what.after(holder).filter(|_| is_due);
            after.is_some_and(|after| self.goes_on(after, done | 1 << next))
        })
    }

    /// What was answered and is not done yet.
    fn owed(&self, done: u64) -> impl Iterator<Item = &Deed> {
        let deeds = self.deeds.iter().enumerate();
        deeds.filter(move |(n, deed)| done >> n & 1 == 0 && deed.answered.is_some()).map(|(_, deed)| deed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIM: Uuid = Uuid::from_u128(7);
    const TAKE: What = What::Take { by: 0, claim: CLAIM };
    const BACK: What = What::GiveBack { by: 0 };

    fn deed(what: What, asked: u64, answered: impl Into<Option<u64>>) -> Deed {
        Deed { what, asked, answered: answered.into() }
    }

    #[test]
    fn what_was_answered_has_happened_and_the_rest_may_have() {
        let taken = Holder::Desk(0, Some(CLAIM));
        assert!(explains(Holder::Nobody, &[deed(TAKE, 1, 2)], taken));
        assert!(!explains(Holder::Nobody, &[deed(TAKE, 1, 2)], Holder::Nobody));
        for found in [taken, Holder::Nobody] {
            assert!(explains(Holder::Nobody, &[deed(TAKE, 1, None)], found));
            assert!(explains(taken, &[deed(BACK, 1, None)], found));
        }
        assert!(!explains(Holder::Nobody, &[deed(TAKE, 1, 2)], Holder::Desk(1, Some(CLAIM))));
        assert!(!explains(taken, &[], Holder::Erased));
        assert!(explains(taken, &[deed(What::HandOver { from: 0, to: 1 }, 1, None)], Holder::Desk(1, None)));
        assert!(!explains(Holder::Nobody, &[deed(What::Close, 1, 2)], Holder::Nobody));
    }

    #[test]
    fn what_was_answered_before_something_was_asked_came_first() {
        let taken = Holder::Desk(0, Some(CLAIM));
        // Given back, and taken again by another desk whose answer was heard first.
        let again = What::Take { by: 1, claim: Uuid::from_u128(8) };
        let found = Holder::Desk(1, Some(Uuid::from_u128(8)));
        assert!(explains(taken, &[deed(again, 1, 3), deed(BACK, 2, 4)], found));
        assert!(!explains(taken, &[deed(again, 1, 2), deed(BACK, 3, 4)], found));
    }
}
