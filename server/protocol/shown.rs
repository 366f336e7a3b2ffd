//! A room as its pages are shown it: the view, lines, notices, where the other side is, and the end.
//!
//! Every type here goes to one seat alone or to both; who may see which was decided before it came here.

use quietline_domain as domain;
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;
use uuid::Uuid;

use super::{Envelope, Expected, PublicKey};
use crate::private::{Nickname, Share};

/// A room as one seat may see it.
#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct RoomView {
    pub room: Uuid,
    pub epoch: Uuid,
    /// The server's half of every key of this room. For the page's memory alone.
    #[cfg_attr(test, ts(type = "string"))]
    pub share: Share,
    /// Which secret lines are sealed with now.
    pub key_epoch: u32,
    /// What counsellors' own keys are certified with.
    #[cfg_attr(test, ts(type = "string"))]
    pub staff: PublicKey,
    /// The student's, as their page has sealed it; absent until then.
    pub nickname: Option<Envelope>,
    /// What stands before that nickname since a registered person has taken it (U4).
    pub renamed: Option<String>,
    /// What opens the student's intake for their counsellor, as the student's page has sealed it, while they share it.
    pub intake: Option<Envelope>,
    /// The counsellor's, once there is one.
    pub counsellor: Option<Nickname>,
    /// Whether this seat has spoken, so that it receives the other's lines (W12).
    pub revealed: bool,
    /// This seat reads the lines behind this one; more than 0 for a counsellor who came later (W13).
    pub reads_after: u64,
    /// Whether the lines that follow are everything, or what came after `since`.
    pub resume: Resume,
    /// Every notice this seat has been given, with its place among the lines.
    pub notices: Vec<PlacedNotice>,
    /// Present only while the room is about to close.
    pub closes_in_ms: Option<u32>,
    /// Present only while waiting.
    pub place: Option<Place>,
    /// Where the other side is. Absent for a student while nobody has come.
    pub whereabouts: Option<Whereabouts>,
    /// How far the other side's page has shown the lines.
    pub seen: u64,
    /// Whom the counsellor has asked to take over, while that is open.
    pub handing_to: Option<Nickname>,
    /// For the student, once somebody has come who has not read what was said before.
    pub older: Option<Older>,
    /// How often to beat in this room (U6).
    pub beat_ms: u32,
}

/// Where somebody is, as their beats tell (U6, U7, W25).
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum Whereabouts {
    /// In the room.
    Here,
    /// On the site but not in the room.
    OnSite,
    /// Not heard for a moment.
    Reconnecting,
    /// Not heard for long.
    Away,
}

/// The question whether a counsellor who came later may read what was said before (W13). No answer is no.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum Older {
    Asked,
    Shared,
    Kept,
}

#[derive(Serialize, Clone, Copy)]
#[cfg_attr(test, derive(TS))]
pub struct Place {
    pub ahead: u32,
    pub attended: bool,
    /// How long it may still take; `null` while that is not known, and whenever nobody is available.
    pub wait: Option<Expected>,
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
    pub body: Envelope,
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
    /// Its number among this seat's notices, so that the same one is recognised.
    pub nth: u32,
    pub after: u64,
    pub notice: Notice,
    /// Who came, with [`Notice::CounsellorCame`]; who went, with the two that say so.
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
    /// To the student: the room is back in the queue, at its place (W25).
    BackToQueue,
    /// To the student: their counsellor has handed the room to whoever comes with the next notice (W26).
    HandedOver,
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
    /// What else is gone.
    pub erased: Vec<Erased>,
    /// What stays although the room is gone; told to the student alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<Remaining>>"))]
    pub kept: Vec<Remaining>,
    /// Names this erasure and nothing else: four characters, a hyphen, four more.
    pub receipt: String,
    pub by: EndedBy,
}

/// What closing erases.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum Erased {
    Room,
    Lines,
    Nickname,
    /// The server's half of the key: whatever copy of the lines there is cannot be opened any more.
    Key,
    /// What the student wrote in the intake; told to the student alone.
    Intake,
}

/// What outlives a room.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum Remaining {
    /// The intake, because the student has a return code for it (Q12).
    Intake,
}

#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    Student,
    Counsellor,
    /// More than the allowed inactivity (W19).
    Silence,
    /// The student was away for too long (W25).
    Absence,
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
        Self { ahead: place.ahead, attended: place.attended, wait: place.wait.map(Expected::from) }
    }
}
