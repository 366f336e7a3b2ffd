//! The queue: who waits, who may be taken, who holds whom, and who asked whom to take over.
//!
//! First come, first served, one counsellor each. It decides; the store confirms (`Effect::Take` is answered by
//! `TakeConfirmed`, `TakeLost` or `TakeFailed`; `Held` is what it says unasked), so a click is answered only once it is durable. It knows no sockets, and of a
//! student nothing but a place, an arrival, and whether they can be reached.

mod foretelling;
mod machine;
mod offers;
mod watching;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use crate::{AccountId, ClaimId, RoomId, Span, Time, room::Reach, waits::Range};

/// How long an answered click is remembered (W6).
pub const CLAIMS_KEPT: Span = Span::seconds(600);

/// How long a colleague may think about an offer (W26).
pub const OFFER_STANDS: Span = Span::seconds(60);

/// The numbers the queue lives by.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// How many rooms one counsellor may hold (W8).
    pub limit: usize,
    /// More than this without a sign of life, and a counsellor is no longer available (W9, U7).
    pub away: Span,
}

#[derive(Debug)]
pub struct Queue {
    rules: Rules,
    /// By queue number: the order of arrival.
    waiting: BTreeMap<i64, Waiting>,
    numbers: HashMap<RoomId, i64>,
    held: HashMap<RoomId, Holder>,
    taken: u64,
    available: BTreeSet<AccountId>,
    /// When each available counsellor was last heard.
    heard: HashMap<AccountId, Time>,
    offers: BTreeMap<RoomId, Offer>,
    clicks: HashMap<(AccountId, ClaimId), Click>,
    /// Clicks in the order of their answers, so that the old ones are found without searching.
    answered: VecDeque<(Time, AccountId, ClaimId)>,
    learnt: watching::Learnt,
    told: foretelling::Told,
}

#[derive(Debug)]
struct Waiting {
    room: RoomId,
    arrived: Time,
    reach: Reach,
    being_taken: bool,
    heard: foretelling::Heard,
}

#[derive(Clone, Copy, Debug)]
struct Holder {
    account: AccountId,
    /// None when the room was handed over.
    claim: Option<ClaimId>,
    /// The order of taking, which is the order of rooms on a desk.
    nth: u64,
    since: Since,
}

/// Since when somebody is with a student.
#[derive(Clone, Copy, Debug)]
enum Since {
    Began(Time),
    /// The store said so, after a start perhaps: it may have begun long before.
    Found(Time),
}

impl Since {
    fn time(self) -> Time {
        match self {
            Self::Began(time) | Self::Found(time) => time,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Offer {
    from: AccountId,
    to: AccountId,
    /// How long it stands; once accepted, how long the room may take to answer.
    until: Time,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Open,
    /// The room is being asked.
    Accepted,
}

#[derive(Clone, Copy, Debug)]
enum Click {
    /// The store is being asked for the room with this number.
    Asking {
        number: i64,
    },
    Answered(Answer),
}

/// How a click was answered. Holds no room: that reference ends with the room (W6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    Student,
    Nobody,
    /// Only students whose connection is down wait.
    NobodyHere,
    Limit,
}

/// How an offer ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OfferEnd {
    /// The colleague has the room now.
    HandedOver,
    /// *Not now*, or no answer in time, or the colleague is no longer available: the counsellor keeps the room.
    Stays,
    /// The room has ended, or went back to the queue.
    RoomGone,
}

/// Why a colleague did not get what they accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotAccepted {
    /// They hold their limit (W8); the offer stands.
    Limit,
    Over,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    /// A room is durable and waits. Whether its student can be reached is said by `Reach`.
    Arrived {
        room: RoomId,
        number: i64,
        arrived: Time,
    },
    /// A counsellor no longer holds this room: it waits again, at the place it had (W25).
    Returned {
        room: RoomId,
        number: i64,
        arrived: Time,
    },
    /// Whether the student who waits can be taken now (W6).
    Reach {
        room: RoomId,
        reach: Reach,
    },
    /// *Give me a student*.
    Pressed {
        account: AccountId,
        claim: ClaimId,
    },
    /// The store gave this room to this click: the one it was asked for, or the one that this click had before, in an
    /// answer that was lost.
    TakeConfirmed {
        account: AccountId,
        claim: ClaimId,
        room: RoomId,
    },
    /// The store was read: this room is held by this counsellor, whatever was remembered of it.
    Held {
        room: RoomId,
        account: AccountId,
        claim: Option<ClaimId>,
    },
    /// The room is no longer to be had; the click goes on to the next.
    TakeLost {
        account: AccountId,
        claim: ClaimId,
    },
    /// The store has not answered: the click is unanswered, and whose the room is will be said by `Held`, or it waits.
    TakeFailed {
        account: AccountId,
        claim: ClaimId,
    },
    /// Who is available now (W9).
    Available {
        accounts: BTreeSet<AccountId>,
    },
    /// A sign of life of a counsellor's page (U6).
    Heard {
        account: AccountId,
    },
    /// A counsellor asks a colleague to take over (W26).
    Offered {
        room: RoomId,
        from: AccountId,
        to: AccountId,
    },
    Accepted {
        room: RoomId,
        by: AccountId,
    },
    /// *Not now*.
    Declined {
        room: RoomId,
        by: AccountId,
    },
    /// The room's answers to [`Effect::HandOver`].
    HandedOver {
        room: RoomId,
        to: AccountId,
    },
    NotHandedOver {
        room: RoomId,
        to: AccountId,
    },
    Ended {
        room: RoomId,
    },
    /// The deadline has come.
    Tick,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Ask the store for this room, for this click.
    Take {
        account: AccountId,
        claim: ClaimId,
        room: RoomId,
    },
    /// Make the answer durable, then say it.
    Remember {
        account: AccountId,
        claim: ClaimId,
        answer: Answer,
    },
    /// This click has this room, now or as it had before.
    Yours {
        account: AccountId,
        claim: ClaimId,
        room: RoomId,
    },
    /// This click was answered so before.
    Again {
        account: AccountId,
        claim: ClaimId,
        answer: Answer,
    },
    /// This student's place has changed.
    Place {
        room: RoomId,
        place: Place,
    },
    /// The numbers at the desks have changed (W5).
    Numbers,
    /// Who is available has changed (W1, W26).
    Door,
    /// This counsellor was not heard for too long: the switch goes off (W9).
    SwitchOff {
        account: AccountId,
    },
    /// Ask this colleague, and tell the room.
    Offer {
        room: RoomId,
        from: AccountId,
        to: AccountId,
    },
    /// That colleague cannot be asked, or the room is not the asker's.
    OfferRefused {
        room: RoomId,
        from: AccountId,
        holds: Holds,
    },
    /// The offer no longer stands.
    OfferOver {
        room: RoomId,
        to: AccountId,
        end: OfferEnd,
    },
    /// Ask the room to change hands.
    HandOver {
        room: RoomId,
        to: AccountId,
    },
    NotAccepted {
        room: RoomId,
        by: AccountId,
        why: NotAccepted,
    },
}

/// Whether somebody who asks about a room holds it: to others it answers as one that never was (W16).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    Yes,
    No,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    pub ahead: u32,
    /// Whether any counsellor is available (W9).
    pub attended: bool,
    /// How long it may still take, from now on; None when that is not known, and always when nobody is available.
    pub wait: Option<Range>,
}

#[cfg(test)]
mod stories;
