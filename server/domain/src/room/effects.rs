//! What a room wants done: deeds for its actor, and words for whoever sits in it.
//!
//! Values and nothing else; which of them follow from what is in `machine.rs` and beside it.

use super::{Older, Reach, TurnEnd};
use crate::{AccountId, Cid, KeyEpoch, Role, Seq, Span, presence::Whereabouts};

/// What is to be done, in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Make the line durable, then say so.
    Save {
        from: Role,
        cid: Cid,
    },
    /// The line is sealed with a key that is not in use any more: look whether it was saved before.
    Recall {
        from: Role,
        cid: Cid,
    },
    /// Send the line just saved.
    Line {
        to: Audience,
        seq: Seq,
    },
    /// Show this seat the room as it stands.
    View {
        to: Role,
        resume: Resume,
    },
    /// Send lines from the store: those behind `since`, up to `until`.
    Replay {
        to: Role,
        whose: Whose,
        since: Seq,
        until: Seq,
    },
    Notice {
        to: Role,
        notice: PlacedNotice,
    },
    Typing {
        to: Role,
    },
    /// Where the other side is now (U9).
    Presence {
        to: Role,
        other: Whereabouts,
    },
    Seen {
        to: Role,
        seq: Seq,
    },
    Warning {
        to: Role,
        closes_in: Span,
    },
    Stayed {
        to: Role,
    },
    Refuse {
        to: Role,
        cid: Cid,
        why: Refusal,
    },
    /// End the counsellor's turn in the store, then say so.
    Release {
        why: TurnEnd,
    },
    /// The student's page is not there to hand over the secret: the room waits in the store as if it had not been taken,
    /// then say so.
    PutBack,
    /// To the student: this one asks for the secret.
    OfferKey {
        to: Asker,
    },
    /// To the counsellor: what the student's page has handed over.
    HandKey,
    /// To the student: what is sealed from now on is sealed with this.
    KeyEpoch {
        key_epoch: KeyEpoch,
    },
    /// Give the room to a colleague in the store, then say so.
    HandOver {
        to: AccountId,
    },
    /// The colleague who accepted did not get the room.
    NotHandedOver {
        to: AccountId,
    },
    /// The room is no longer the counsellor's who had it.
    Moved {
        why: Moved,
    },
    /// Let the counsellor read everything, in the store, then say so.
    ShareOlder,
    /// To the student: what became of the question.
    Older {
        older: Older,
    },
    /// To the queue: whether the student who waits can be taken.
    Reach {
        reach: Reach,
    },
    /// Remember when something last happened; nobody waits for it.
    Touch,
    /// Erase physically, then say so.
    Erase {
        /// Whose work it was (D3): the counsellor's who closed it, if one did.
        work: Option<AccountId>,
    },
    /// To both: it is gone.
    Ended {
        by: EndedBy,
        lines: u64,
    },
}

/// Why a room is no longer a counsellor's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moved {
    Turn(TurnEnd),
    /// The student's page did not hand over its secret: the turn never began.
    NoKey,
}

/// Who asks the student's page for a secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asker {
    Counsellor,
    /// Who has accepted the room, and has it once the secret is handed over.
    Colleague,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Audience {
    Both,
    Only(Role),
}

impl Audience {
    pub fn includes(self, role: Role) -> bool {
        self == Self::Both || self == Self::Only(role)
    }
}

/// Whose lines are sent: before the reveal only one's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whose {
    Everyones,
    Only(Role),
}

impl Whose {
    pub fn includes(self, role: Role) -> bool {
        self == Self::Everyones || self == Self::Only(role)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resume {
    Full,
    Delta,
}

/// A notice, the line it stands behind, and its number among the seat's notices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PlacedNotice {
    pub nth: u32,
    pub after: Seq,
    pub notice: Notice,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Notice {
    SayHi,
    WaitForCounsellor,
    CounsellorCame(AccountId),
    BackToQueue(AccountId),
    HandedOver(AccountId),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    TooMany {
        retry: Span,
    },
    CidTaken,
    /// Sealed with a key that is not in use (any more), or by a counsellor who was not given it.
    KeyEpoch,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EndedBy {
    Student,
    Counsellor,
    /// More than the allowed inactivity (W19).
    Silence,
    /// The student was away for too long (W25).
    Absence,
}
