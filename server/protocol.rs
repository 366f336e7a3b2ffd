//! The wire: what pages may say and what they hear, one enum per direction and role, and who may see what.
//!
//! This is the only place where anything is turned into JSON for a page; the domain is not serialisable on purpose.
//! `cargo test` writes these types to web/src/protocol.gen.ts, and fails when the committed file differs.
//! It knows nothing of sockets, actors or SQL.

mod asked;
mod sealed;
mod shown;

use bytestring::ByteString;
use quietline_domain::{duty, waits};
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;
use uuid::Uuid;

pub use asked::{FromDesk, FromStudent, Known};
pub use sealed::{Envelope, Fixed, KeyAnswer, KeyOffer, PublicKey};
pub use shown::{
    Ended, EndedBy, Erased, Line, Lines, Notice, Older, Place, PlacedNotice, Remaining, Resume, Role, RoomView, Said,
    Warning, Whereabouts,
};

use crate::{private::Nickname, store};

/// The largest frame a page may send, in bytes (W17). A larger one closes the socket with [`CloseCode::TooLarge`].
pub const FRAME_BYTES: usize = 32 * 1024;

/// What a student's page hears.
#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToStudent {
    /// Nobody's room: how many counsellors are available right now (W1).
    Door { available: u32 },
    /// The answer to a beat, to whoever sent it: this connection is open both ways.
    Heard {},
    /// This key opens nothing: never a room, or erased. Both look the same.
    Gone {},
    /// The student's place has changed: how many are before them, and whether anybody is available (W9).
    Place(Place),
    /// In answer to a join: what the student is called, as asked for or as generated. Their page seals it for the
    /// counsellor; the server forgets it.
    Called { room: Uuid, nickname: Nickname },
    /// This counsellor's page asks for the secret of that key epoch; answered by `hand_key`. Later than the room's own
    /// when a colleague is about to take over.
    KeyOffered { room: Uuid, counsellor: Nickname, key_epoch: u32, offer: Box<KeyOffer> },
    /// What the counsellor's page had committed to in that offer, so that both can show the same words.
    RevealedNonce {
        room: Uuid,
        #[serde(rename = "for")]
        #[cfg_attr(test, ts(type = "string"))]
        offer: PublicKey,
        #[cfg_attr(test, ts(type = "string"))]
        nonce: Fixed<32>,
    },
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
        /// What this account may do; when it changes, the page is told to come back.
        role: StaffRole,
        limit: u32,
        /// The rooms this counsellor holds. A room the page shows and that is in neither list has ended.
        rooms: Vec<Uuid>,
        /// Rooms this page shows that are open and with somebody else now, or waiting again (W25, W26).
        moved: Vec<Uuid>,
        /// How often to beat while no room is held; a `room` frame says how often in a room (U6).
        beat_ms: u32,
        keyboard: KeyboardRules,
    },
    /// The answer to a beat: this connection is open both ways.
    Heard {},
    /// The switch as it stands.
    Switched { available: bool },
    /// How many wait, of whom how many are reconnecting, and how long the longest has waited, in milliseconds, at the
    /// moment of sending (W5).
    Queue {
        waiting: u32,
        reconnecting: u32,
        longest_ms: i64,
        /// How long somebody who comes now may wait; `null` while that is not known, and whenever nobody is available.
        wait: Option<Expected>,
    },
    /// Who is available and may be handed a room, this counsellor included (W26).
    Colleagues { available: Vec<Colleague> },
    /// A colleague asks this counsellor to take over a room; answered by `accept` or `decline` (W26). `key_epoch` is the
    /// one that the room will have then.
    Offered { room: Uuid, from: Nickname, expires_in_ms: u32, key_epoch: u32 },
    /// That offer no longer stands, however it ended.
    OfferEnded { room: Uuid },
    /// This room is no longer this counsellor's; it is not erased.
    Moved { room: Uuid, why: Moved },
    /// The answer to `take`: this room is yours. Its `room` frame follows.
    Taken { claim: Uuid, room: Uuid },
    /// What the student is called, as their page has sealed it.
    Nickname { room: Uuid, nickname: Envelope },
    /// What opens the student's intake, as their page has sealed it; `null` when they share it no more.
    Intake { room: Uuid, body: Option<Envelope> },
    /// The student's page has answered `offer_key`, or the offer in `accept`; `for` is the public key that asked.
    KeyHanded {
        room: Uuid,
        key_epoch: u32,
        #[serde(rename = "for")]
        #[cfg_attr(test, ts(type = "string"))]
        asker: PublicKey,
        answer: KeyAnswer,
    },
    #[serde(untagged)]
    FromRoom(FromRoom),
}

/// How long it may still take, in milliseconds from now; without an end when it may take any longer.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(TS))]
pub struct Expected {
    #[cfg_attr(test, ts(type = "number"))]
    pub from_ms: i64,
    #[cfg_attr(test, ts(type = "number | null"))]
    pub to_ms: Option<i64>,
}

/// Supervisors may all that counsellors may, administrators all that supervisors may.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum StaffRole {
    Counsellor,
    Supervisor,
    Administrator,
}

impl From<store::StaffRole> for StaffRole {
    fn from(role: store::StaffRole) -> Self {
        match role {
            store::StaffRole::Counsellor => Self::Counsellor,
            store::StaffRole::Supervisor => Self::Supervisor,
            store::StaffRole::Administrator => Self::Administrator,
        }
    }
}

impl From<StaffRole> for store::StaffRole {
    fn from(role: StaffRole) -> Self {
        match role {
            StaffRole::Counsellor => Self::Counsellor,
            StaffRole::Supervisor => Self::Supervisor,
            StaffRole::Administrator => Self::Administrator,
        }
    }
}

impl From<waits::Range> for Expected {
    fn from(range: waits::Range) -> Self {
        Self { from_ms: range.from.0, to_ms: range.to.map(|to| to.0) }
    }
}

/// When a desk's page tells of its keyboard (D4).
#[derive(Serialize, Clone, Copy)]
#[cfg_attr(test, derive(TS))]
pub struct KeyboardRules {
    /// After more than this without a keyboard event, of the time before it too.
    #[cfg_attr(test, ts(type = "number"))]
    pub pause_ms: i64,
    /// At most once in this time, when the mouse has moved.
    #[cfg_attr(test, ts(type = "number"))]
    pub interval_ms: i64,
    /// Sooner, after more than so many characters.
    pub keys: u32,
}

impl From<duty::Rules> for KeyboardRules {
    fn from(rules: duty::Rules) -> Self {
        let keys = u32::try_from(rules.keys()).unwrap_or(u32::MAX);
        Self { pause_ms: rules.pause().0, interval_ms: rules.interval().0, keys }
    }
}

/// A counsellor as other counsellors see them.
#[derive(Serialize, Clone)]
#[cfg_attr(test, derive(TS))]
pub struct Colleague {
    pub id: Uuid,
    pub nickname: Nickname,
}

/// Why a room is no longer a counsellor's.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum Moved {
    /// Given back to the queue by this counsellor.
    GivenBack,
    /// A colleague has accepted it.
    HandedOver,
    /// Back in the queue, because this counsellor was away for too long (W25).
    Away,
    /// Waiting again as if it had not been taken: the student's page was not there to hand over its secret.
    NoKey,
}

/// What either page may hear. A frame from a room is encoded once for both seats.
#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromRoom {
    /// The room as it stands; one `lines` frame follows.
    Room(Box<RoomView>),
    /// Older or newly revealed lines, in order.
    Lines(Lines),
    /// One line, durable, live. The sender hears its own, and knows it by its `cid`.
    Line(Line),
    Notice(PlacedNotice),
    /// The other side is typing.
    Typing {
        room: Uuid,
    },
    /// Where the other side is now (U9).
    Presence {
        room: Uuid,
        whereabouts: Whereabouts,
    },
    /// The other side's page has shown every line up to this one.
    Seen {
        room: Uuid,
        seq: u64,
    },
    /// The counsellor has asked this colleague to take over, or, with `null`, stays after all (W26).
    Handing {
        room: Uuid,
        to: Option<Nickname>,
    },
    /// To the student: whether the newcomer may read what was said before they came (W13).
    Older {
        room: Uuid,
        older: Older,
    },
    /// What is sealed from now on is sealed with the secret of this epoch.
    KeyEpoch {
        room: Uuid,
        key_epoch: u32,
    },
    /// The student is called `prefix` and their nickname from now on: a registered person has taken it (U4).
    Renamed {
        room: Uuid,
        prefix: String,
    },
    Warning(Warning),
    /// The warning no longer holds.
    Stayed {
        room: Uuid,
    },
    Ended(Ended),
    Refused(Refused),
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
    /// The nickname is not 1 to 50 visible characters, or begins with the guest prefix (U4).
    Nickname,
    /// The nickname belongs to somebody, or looks as if it did (U3, U4).
    NicknameTaken,
    /// Nobody is waiting (W7).
    NobodyWaiting,
    /// Only students whose connection is down wait (W6).
    NobodyHere,
    /// You hold your limit (W8).
    Limit,
    /// This colleague cannot take a room over: not available, or yourself (W26).
    Colleague,
    /// This offer no longer stands.
    OfferEnded,
    /// This click was answered before, and its room has ended since.
    AnsweredBefore,
    /// Too many lines, joins from one place, or keyboard reports; `retry_ms` says when.
    TooMany,
    /// This `cid` was used for other content.
    CidTaken,
    /// A keyboard report of a time that cannot be: to come, before the desk was opened, or in the wrong order (D4).
    Implausible,
    /// What one's role does not allow.
    Role,
    /// Sealed with a secret that is not in use (any more): seal it anew, under another `cid`.
    KeyEpoch,
    /// An envelope of another suite or size: this page and the server are of different versions.
    Suite,
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
    /// The server stops, or starts anew; come back.
    Restarting = 1012,
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

#[cfg(test)]
mod stories;
