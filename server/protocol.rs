//! The wire: what pages may say and what they hear, one enum per direction and role, and who may see what.
//!
//! This is the only place where anything is turned into JSON for a page; the domain is not serialisable on purpose.
//! `cargo test` writes these types to web/src/protocol.gen.ts, and fails when the committed file differs.
//! It knows nothing of sockets, actors or SQL.

mod asked;

use bytestring::ByteString;
use quietline_domain as domain;
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;
use uuid::Uuid;

pub use asked::{FromDesk, FromStudent, Known};

use crate::private::{Nickname, SealedText};

/// The largest frame a page may send, in bytes (W17). A larger one closes the socket with [`CloseCode::TooLarge`].
pub const FRAME_BYTES: usize = 32 * 1024;

/// An opaque envelope: the server stores it and never reads it. Suite 0 is text that is not sealed yet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Body {
    pub suite: u8,
    pub text: SealedText,
}

/// What a student's page hears.
#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToStudent {
    /// Nobody's room: how many counsellors are available right now (W1).
    Door { available: u32 },
    /// This key opens nothing: never a room, or erased. Both look the same.
    Gone {},
    /// The student's place has changed: how many are before them, and whether anybody is available (W9).
    Place(Place),
    #[serde(untagged)]
    FromRoom(FromRoom),
}

/// What a counsellor's page hears.
#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToDesk {
    /// The answer to `hello`; a `room` frame for each room held follows.
    Welcome {
        nickname: Nickname,
        limit: u32,
        /// The rooms this counsellor holds. A room the page knows and that is not here has ended.
        rooms: Vec<Uuid>,
    },
    /// The switch as it stands.
    Switched { available: bool },
    /// How many wait, and how long the longest has waited, in milliseconds, at the moment of sending (W5).
    Queue { waiting: u32, longest_ms: i64 },
    /// The answer to `take`: this room is yours. Its `room` frame follows.
    Taken { claim: Uuid, room: Uuid },
    #[serde(untagged)]
    FromRoom(FromRoom),
}

/// What either page may hear. A frame from a room is encoded once for both seats.
#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromRoom {
    /// The room as it stands; one `lines` frame follows.
    Room(RoomView),
    /// Older or newly revealed lines, in order.
    Lines(Lines),
    /// One line, durable, live. The sender hears its own, and knows it by its `cid`.
    Line(Line),
    Notice(PlacedNotice),
    /// The other side is typing.
    Typing {
        room: Uuid,
    },
    Warning(Warning),
    /// The warning no longer holds.
    Stayed {
        room: Uuid,
    },
    Ended(Ended),
    Refused(Refused),
}

/// A room as one seat may see it.
#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct RoomView {
    pub room: Uuid,
    pub epoch: Uuid,
    /// The student's.
    pub nickname: Nickname,
    /// The counsellor's, once there is one.
    pub counsellor: Option<Nickname>,
    /// Whether both have spoken, so that each receives the other's lines (W12).
    pub revealed: bool,
    /// Whether the lines that follow are everything, or what came after `since`.
    pub resume: Resume,
    /// Every notice this seat has been given, with its place among the lines.
    pub notices: Vec<PlacedNotice>,
    /// Present only while the room is about to close.
    pub closes_in_ms: Option<u32>,
    /// Present only while waiting.
    pub place: Option<Place>,
}

#[derive(Serialize, Clone, Copy)]
#[cfg_attr(test, derive(TS))]
pub struct Place {
    pub ahead: u32,
    pub attended: bool,
}

#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum Resume {
    Full,
    Delta,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Lines {
    pub room: Uuid,
    pub lines: Vec<Said>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Line {
    pub room: Uuid,
    #[serde(flatten)]
    pub said: Said,
}

/// One line as the store keeps it.
#[derive(Serialize, Clone)]
#[cfg_attr(test, derive(TS))]
pub struct Said {
    pub seq: u64,
    pub cid: Uuid,
    pub from: Role,
    /// Unix milliseconds.
    pub at: i64,
    pub body: Body,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Student,
    Counsellor,
}

/// A notice and the line it stands behind (0: before the first).
#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct PlacedNotice {
    pub room: Uuid,
    pub after: u64,
    pub notice: Notice,
    /// Who came, with [`Notice::CounsellorCame`].
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub counsellor: Option<Nickname>,
}

/// What the system says. Notices are not lines: they open no gate and are no activity (W14).
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// To each side, once, on first entering (W10).
    SayHi,
    /// To the student, after their first line, before a counsellor has come (W11).
    WaitForCounsellor,
    /// To the student (W11).
    CounsellorCame,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Warning {
    pub room: Uuid,
    pub closes_in_ms: u32,
}

/// A room that is gone: said only once it is true.
#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Ended {
    pub room: Uuid,
    /// Unix milliseconds.
    pub at: i64,
    /// How many lines were erased, of both sides together.
    pub lines: u64,
    pub by: EndedBy,
}

#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    Student,
    Counsellor,
    /// More than the allowed inactivity (W19).
    Silence,
}

/// A refusal, with what it was about. Never says more than the asker already knew.
#[derive(Serialize, Default)]
#[cfg_attr(test, derive(TS))]
pub struct Refused {
    pub reason: Refusal,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub room: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub cid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub claim: Option<Uuid>,
    /// When to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub retry_ms: Option<u32>,
}

#[derive(Serialize, Default, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// There is no such room: also the answer for somebody else's room (W16).
    #[default]
    NoSuchRoom,
    /// Nobody is available right now (W3).
    NobodyAvailable,
    /// A signed-in counsellor cannot open a student room (W1).
    SignedIn,
    /// The nickname is not 1 to 50 characters, or begins with the guest prefix.
    Nickname,
    /// Nobody is waiting (W7).
    NobodyWaiting,
    /// You hold your limit (W8).
    Limit,
    /// This click was answered before, and its room has ended since.
    AnsweredBefore,
    /// Too many lines, or too many joins from one place; `retry_ms` says when.
    TooMany,
    /// This `cid` was used for other content.
    CidTaken,
}

/// Why the server closed a socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(TS), ts(repr(enum)))]
#[repr(u16)]
pub enum CloseCode {
    /// A frame that is not text.
    NotText = 1003,
    /// Text that is not UTF-8.
    NotUtf8 = 1007,
    /// A frame, or a message in parts, over 32 KiB.
    TooLarge = 1009,
    /// Something failed on our side; come back.
    TryAgain = 1013,
    /// A frame that is not of this protocol, or one before `hello`.
    NotUnderstood = 4000,
    /// Another tab of yours took this seat.
    Superseded = 4001,
    /// Not signed in (any more).
    SignedOut = 4003,
    /// No `hello` within 10 s.
    NoHello = 4004,
}

/// Encodes once; the frame is shared by whoever may hear it.
pub fn frame<T: Serialize>(said: &T) -> ByteString {
    // Our own enums of strings and numbers always encode; an empty frame would be noticed by every test.
    ByteString::from(serde_json::to_string(said).unwrap_or_default())
}

impl From<domain::Role> for Role {
    fn from(role: domain::Role) -> Self {
        match role {
            domain::Role::Student => Self::Student,
            domain::Role::Counsellor => Self::Counsellor,
        }
    }
}

impl From<Role> for domain::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Student => Self::Student,
            Role::Counsellor => Self::Counsellor,
        }
    }
}

impl From<domain::queue::Place> for Place {
    fn from(place: domain::queue::Place) -> Self {
        Self { ahead: place.ahead, attended: place.attended }
    }
}

#[cfg(test)]
mod stories;
