//! One room: two seats, numbered lines, the gate between them (W12), who holds it, and the end.
//!
//! The machine never sees what is said. It decides who is told which line, when the other side's lines are revealed,
//! what counts as activity (W24), whose absence means what (W25), and when silence has lasted too long (W19). It knows
//! no sockets and no store: it asks for a save and hears `Saved`, asks for an erasure and hears `Erased`.

mod attendance;
mod effects;
mod keys;
mod machine;
mod notices;

pub use effects::{Asker, Audience, Effect, EndedBy, Moved, Notice, PlacedNotice, Refusal, Resume, Whose};

use crate::{
    AccountId, Cid, KeyEpoch, Role, Seq, Span, Time,
    presence::{Level, Limits, Presence},
    window::{Limit, Window},
};

/// The numbers a room lives by.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// More than this without activity closes the room (W19).
    pub inactivity: Span,
    /// Both are warned this long before.
    pub warning: Span,
    /// More than this without a beat of the student closes the room (W25).
    pub absence: Span,
    /// A counsellor who was away from the room for longer loses it to the queue (W25).
    pub release: Span,
    pub student: Limits,
    pub counsellor: Limits,
    /// How many lines one seat may say (and how many a page may re-send).
    pub lines: Limit,
}

#[derive(Clone, Debug)]
pub struct Room {
    rules: Rules,
    phase: Phase,
    student: Seat,
    counsellor: Seat,
    /// Who held the room before, in order.
    past: Vec<PastTurn>,
    /// The number of the last line.
    last: Seq,
    /// When something last happened in the conversation.
    active: Time,
    /// Up to when the store knows of that.
    touched: Time,
    warned: bool,
    older: Option<Older>,
    keys: Keys,
    /// Takes in a row for which the student's page has handed nothing over.
    keyless_takes: u32,
    /// Until then nobody is given a student whose page hands nothing over.
    rests_until: Option<Time>,
    /// Behind which line the student was told to wait, if this machine has told them. The take may be older than the
    /// line, by the time it takes to be told of it; what was told stays told.
    told_to_wait: Option<Seq>,
    /// What the queue was last told of the student who waits.
    reach: Reach,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Waiting,
    Talking {
        turn: Turn,
    },
    /// The erasure was asked for and is not done yet.
    Ending {
        by: EndedBy,
    },
    Ended,
}

/// Who holds a room, since which line, and behind which line they may read (W13).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Turn {
    pub account: AccountId,
    pub after: Seq,
    pub reads_after: Seq,
}

/// A counsellor's time in the room, between two lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PastTurn {
    pub account: AccountId,
    pub after: Seq,
    pub left: Seq,
    pub why: TurnEnd,
}

/// How a counsellor's time in a room ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TurnEnd {
    /// Given back to the queue, by the counsellor or because their account was disabled (W23, W26).
    GivenBack,
    /// A colleague has accepted it (W26).
    HandedOver,
    /// The counsellor was away for too long (W25).
    Away,
    /// The student's page did not hand over its secret.
    NoKey,
}

/// Who has asked for the student's secret and is still without it. Whoever has none can neither read nor write.
#[derive(Clone, Copy, Default, Debug)]
struct Keys {
    /// By when the counsellor who came must have it.
    due: Option<Time>,
    /// Whether the counsellor's page has asked, and nothing was handed over since.
    asked: bool,
    /// A colleague who has accepted, and by when they must have it.
    colleague: Option<(AccountId, Time)>,
    /// Whether something was handed over for whoever has the room now, and has not sat down yet.
    kept_for_newcomer: bool,
}

#[derive(Clone, Debug)]
struct Seat {
    /// The first line of whoever has the seat now.
    first_line: Option<Seq>,
    presence: Presence,
    connection: Connection,
    /// How far their page has shown the lines.
    seen: Seq,
    said: Window,
    typing_told: Option<Time>,
}

/// Whether a page has the seat now. That it has not does not mean away (U10).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Connection {
    Up,
    Down,
}

/// Whether a student who waits can be given to a counsellor now (W6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    Present,
    Reconnecting,
}

/// Whether a counsellor who came later may read what was said before. No answer is no (W13).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Older {
    Asked,
    Shared,
    Kept,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input {
    /// A page has taken this seat. `since` is the last line it shows, if its epoch was ours.
    Entered {
        role: Role,
        since: Option<Seq>,
    },
    /// The page of this seat is gone; the seat stays.
    Disconnected {
        role: Role,
    },
    /// A sign of life (U6).
    Beat {
        role: Role,
        level: Level,
    },
    /// The counsellor leaves the room and stays its counsellor (U8). A student who leaves closes it.
    CounsellorLeft,
    /// A counsellor was given this room.
    Taken(Turn),
    /// The counsellor gives the room back, or their account was disabled (W23, W26).
    GiveBack,
    /// The store's answer to [`Effect::Release`].
    Released {
        why: TurnEnd,
        left: Seq,
    },
    /// The store's answer to [`Effect::PutBack`].
    PutBack,
    /// The counsellor's page asks the student's for the secret.
    KeyOffered,
    /// A colleague has accepted the room, and asks for the next secret (W26).
    Accepted {
        by: AccountId,
    },
    /// The student's page hands over the secret of this key epoch.
    KeyHanded {
        key_epoch: KeyEpoch,
    },
    /// The store's answers to [`Effect::HandOver`].
    HandedOver(Turn),
    NotHandedOver {
        to: AccountId,
    },
    /// The student's answer, whether the newcomer may read what is older. `nth` is the notice of who came: an answer
    /// about another counsellor is none.
    ShareOlder {
        nth: u32,
    },
    KeepOlder {
        nth: u32,
    },
    /// The store's answer to [`Effect::ShareOlder`].
    OlderShared,
    Say {
        from: Role,
        cid: Cid,
        /// What it is sealed with.
        key_epoch: KeyEpoch,
    },
    /// The store's answers to [`Effect::Save`] and to [`Effect::Recall`].
    Saved {
        from: Role,
        seq: Seq,
    },
    SavedBefore {
        from: Role,
        seq: Seq,
    },
    CidTaken {
        from: Role,
        cid: Cid,
    },
    /// The store's answer to [`Effect::Recall`]: no such line.
    NotSaved {
        from: Role,
        cid: Cid,
    },
    /// The page of this seat has shown every line up to here.
    Seen {
        by: Role,
        seq: Seq,
    },
    Typing {
        from: Role,
    },
    Stay {
        from: Role,
    },
    Close {
        by: Role,
    },
    /// The store's answer to [`Effect::Erase`].
    Erased {
        lines: u64,
    },
    /// The deadline has come.
    Tick,
}

/// What the store knows of a room that wakes.
#[derive(Clone, Debug, Default)]
pub struct Before {
    pub turn: Option<Turn>,
    pub past: Vec<PastTurn>,
    pub first_student: Option<Seq>,
    /// The present counsellor's.
    pub first_counsellor: Option<Seq>,
    pub last: Seq,
    /// When something last happened, moved on by every outage since.
    pub active: Time,
}

#[cfg(test)]
mod stories;
