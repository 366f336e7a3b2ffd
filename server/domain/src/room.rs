//! One room: two seats, numbered lines, the gate between them (W12), and the end.
//!
//! The machine never sees what is said. It decides who is told which line, when the other side's lines are revealed,
//! what counts as activity (W24), and when silence has lasted too long (W19). It knows no sockets and no store: it
//! asks for a save and hears `Saved`, asks for an erasure and hears `Erased`.

mod machine;

use crate::{
    AccountId, Cid, Role, Seq, Span, Time,
    window::{Limit, Window},
};

/// The numbers a room lives by.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// More than this without activity closes the room (W19).
    pub inactivity: Span,
    /// Both are warned this long before.
    pub warning: Span,
    /// How many lines one seat may say (and how many a page may re-send).
    pub lines: Limit,
}

#[derive(Clone, Debug)]
pub struct Room {
    rules: Rules,
    phase: Phase,
    student: Seat,
    counsellor: Seat,
    /// When something last happened in the conversation.
    active: Time,
    warned: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Waiting,
    Talking {
        taken: Taken,
    },
    /// The erasure was asked for and is not done yet.
    Ending {
        by: EndedBy,
    },
    Ended,
}

/// Who took the room, and the last line before that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Taken {
    pub account: AccountId,
    pub after: Seq,
}

#[derive(Clone, Debug, Default)]
struct Seat {
    first_line: Option<Seq>,
    here: bool,
    said: Window,
    typing_told: Option<Time>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input {
    /// A page has taken this seat. `since` is the last line it shows, if its epoch was ours.
    Entered {
        role: Role,
        since: Option<Seq>,
    },
    /// The page of this seat is gone; the seat stays.
    Left {
        role: Role,
    },
    /// A counsellor was given this room.
    Taken(Taken),
    Say {
        from: Role,
        cid: Cid,
    },
    /// The store's answers to [`Effect::Save`].
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

/// What is to be done, in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Make the line durable, then say so.
    Save {
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
    /// Send lines from the store.
    Replay {
        to: Role,
        whose: Whose,
        since: Seq,
    },
    Notice {
        to: Role,
        after: Seq,
        notice: Notice,
    },
    Typing {
        to: Role,
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
    /// Erase physically, then say so.
    Erase,
    /// To both: it is gone.
    Ended {
        by: EndedBy,
        lines: u64,
    },
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

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Notice {
    SayHi,
    WaitForCounsellor,
    CounsellorCame,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    TooMany { retry: Span },
    CidTaken,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EndedBy {
    Student,
    Counsellor,
    Silence,
}

/// What the store knows of a room that wakes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Before {
    pub taken: Option<Taken>,
    pub first_student: Option<Seq>,
    pub first_counsellor: Option<Seq>,
}

#[cfg(test)]
mod stories;
