//! What the store keeps and is given, as plain values. They decide nothing; what is private in them cannot be printed.

use quietline_domain::{AccountId, Cid, ClaimId, Role, RoomId, Seq, Time, queue::Answer, room::TurnEnd};
use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;

use crate::{
    clock::Moment,
    private::{Digested, Forms, Nickname, SealedText},
    protocol::{Envelope, PublicKey},
};

pub struct NewRoom {
    pub room: RoomId,
    pub epoch: u128,
    pub key: Digested,
    pub forms: Forms,
    pub shared: Sharing,
    pub now: Time,
}

/// Whether two visitors may have the same nickname (U5).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sharing {
    Allowed,
    Refused,
}

#[derive(Debug)]
pub enum Opening {
    Room(Box<RoomRow>),
    NicknameTaken,
}

/// A room as it stands in the store.
#[derive(Clone, Debug)]
pub struct RoomRow {
    pub room: RoomId,
    pub epoch: u128,
    pub key: Digested,
    /// The student's, as their page has sealed it.
    pub nickname: Option<Envelope>,
    /// What stands before it since somebody registered has taken it.
    pub renamed: Option<String>,
    /// What opens the student's intake, as their page has sealed it, while they share it.
    pub intake: Option<Envelope>,
    pub queue_no: i64,
    pub arrived: Time,
    /// When something last happened in the conversation: a line, a counsellor who came or went, or what `touch` said.
    pub active: Time,
    pub counsellor: Option<Seated>,
    /// Who held the room before, in order.
    pub past: Vec<PastTurn>,
    /// The student's first line, and the present counsellor's, where there is one.
    pub first_student: Option<Seq>,
    pub first_counsellor: Option<Seq>,
    /// The number of the last line.
    pub last: Seq,
}

/// Who holds a room, since which line, and behind which line they may read.
#[derive(Clone, Debug)]
pub struct Seated {
    pub account: AccountId,
    pub nickname: Nickname,
    /// The click that took it; none when it was handed over.
    pub claim: Option<ClaimId>,
    pub after: Seq,
    /// 0 for the first counsellor of a room, also on coming back while nobody else was there; for a later one `after`, until the student shares what is older.
    pub reads_after: Seq,
}

/// A counsellor's time in a room, between two lines.
#[derive(Clone, Debug)]
pub struct PastTurn {
    pub account: AccountId,
    pub nickname: Nickname,
    pub after: Seq,
    pub left: Seq,
    pub why: TurnEnd,
}

/// What was asked of the sweep, and what it did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sweeps {
    pub asked: i64,
    pub done: i64,
    /// Rooms erased by the last one done.
    pub erased: u64,
}

pub struct NewTake {
    pub room: RoomId,
    pub account: AccountId,
    pub claim: ClaimId,
    pub now: Moment,
}

#[derive(Debug)]
pub enum Take {
    Taken(Box<RoomRow>),
    Lost,
}

/// A click that was answered. Holds no reference to a room (W6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimRow {
    pub claim: ClaimId,
    pub account: AccountId,
    pub answer: Answer,
    pub at: Time,
}

pub struct NewLine {
    pub room: RoomId,
    pub cid: Cid,
    pub from: Role,
    /// Whose work it is; nobody's when the student says it.
    pub by: Option<AccountId>,
    pub at: Moment,
    pub body: Envelope,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    New {
        seq: Seq,
    },
    /// The same line was saved before.
    Again {
        seq: Seq,
        at: Time,
    },
    /// This cid was saved before with other content, or by the other side.
    CidTaken,
    /// There is no such room (any more).
    NoRoom,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Availability {
    Available,
    Away,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum StaffRole {
    Counsellor,
    Supervisor,
    Administrator,
}

#[derive(Default)]
pub struct Identity {
    pub public: Option<PublicKey>,
    pub sealed: Option<SealedText>,
}

pub struct NewAccount {
    pub account: AccountId,
    pub login: String,
    pub nickname: Nickname,
    pub forms: Forms,
    /// What a visitor's nickname begins with, once a registered person has taken it (U4).
    pub renamed_prefix: String,
    pub role: StaffRole,
    pub password_hash: String,
    pub now: Time,
}

#[derive(Clone, Debug)]
pub struct AccountRow {
    pub account: AccountId,
    pub login: String,
    pub nickname: Nickname,
    pub role: StaffRole,
    pub available: Availability,
    pub access: Access,
}

/// Whether an account lets its person in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum Access {
    Enabled,
    /// It has no password yet: its person chooses one by a link.
    Invited,
    Disabled,
}

impl Access {
    /// As the terminal has it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Invited => "invited",
            Self::Disabled => "disabled",
        }
    }
}
