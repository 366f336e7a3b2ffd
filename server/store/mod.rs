//! What must survive a kill, and the promises of whoever keeps it.
//!
//! Every write that returns `Ok` is durable: it survives `kill -9` and a power cut. A write that returns an error
//! happened once or not at all, and may be repeated. The contract suite in `tests/store.rs` holds every
//! implementation to what can be seen without a kill. The store decides nothing that the domain can decide; it refuses what would break a
//! promise (a second room for a key, a second counsellor for a room, the same line twice).

mod lines;
pub mod sqlite;
mod staff;
mod writer;

use async_trait::async_trait;
use quietline_domain::{AccountId, Cid, ClaimId, Role, RoomId, Seq, Time, queue::Answer};

use crate::{
    private::{Digested, Nickname},
    protocol::{Body, Said},
};

/// What went wrong below. Its text is for the operator and never holds content.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the database's writer has stopped")]
    Stopped,
    /// Cannot be opened as it is; the sentence names the cause and the remedy.
    #[error("{0}")]
    Unusable(String),
}

pub type Kept<T> = Result<T, StoreError>;

#[async_trait]
pub trait Store: Send + Sync + 'static {
    // Rooms.

    /// Creates one chat user and one waiting room, at the end of the queue. With a key that has a room already,
    /// nothing is created and that room is returned (W4).
    async fn open_room(&self, new: NewRoom) -> Kept<RoomRow>;
    /// Every open room, in queue order: for a start.
    async fn rooms(&self) -> Kept<Vec<RoomRow>>;
    async fn room(&self, room: RoomId) -> Kept<Option<RoomRow>>;
    /// Gives a waiting room to a counsellor and remembers the click, in one transaction; the same click again gets
    /// the same answer. [`Take::Lost`] when the room is no longer waiting: then nothing is remembered.
    async fn take(&self, take: NewTake) -> Kept<Take>;
    /// Remembers a click that was answered without a room, so that repeating it changes nothing.
    async fn answer_claim(&self, claim: ClaimRow) -> Kept<()>;
    /// Clicks answered after `since`, and none older: those are forgotten.
    async fn claims(&self, since: Time) -> Kept<Vec<ClaimRow>>;
    /// Saves a line and numbers it, once however often it is sent.
    async fn append(&self, line: NewLine) -> Kept<Appended>;
    /// The room's lines after `since`, in order.
    async fn lines(&self, room: RoomId, since: Seq) -> Kept<Vec<Said>>;
    /// Deletes lines, room, chat user and the click's reference to it, physically. Returns how many lines there
    /// were, or `None` when there was no such room.
    async fn erase(&self, room: RoomId) -> Kept<Option<u64>>;

    // Staff.

    /// `None` when login or nickname is taken.
    async fn add_account(&self, account: NewAccount) -> Kept<Option<AccountId>>;
    async fn accounts(&self) -> Kept<Vec<AccountRow>>;
    async fn account(&self, id: AccountId) -> Kept<Option<AccountRow>>;
    /// With its password hash, for signing in.
    async fn account_by_login(&self, login: &str) -> Kept<Option<(AccountRow, String)>>;
    /// Sets a new password hash, ends every session, and enables the account. `false` when there is no such login.
    async fn reset_account(&self, login: &str, password_hash: &str) -> Kept<bool>;
    /// Ends every session and switches *Available* off. `false` when there is no such login.
    async fn disable_account(&self, login: &str, now: Time) -> Kept<bool>;
    async fn set_available(&self, account: AccountId, state: Availability) -> Kept<()>;
    /// Remembers a signed-in session by the digest of its cookie.
    async fn add_session(&self, session: Digested, account: AccountId, until: Time) -> Kept<()>;
    /// The enabled account that this cookie is signed in as.
    async fn session(&self, session: Digested, now: Time) -> Kept<Option<AccountRow>>;
    /// Signs out, and switches *Available* off when it was the account's last session.
    async fn end_session(&self, session: Digested, now: Time) -> Kept<()>;
    /// Changes whenever another process changed an account: the running server looks again.
    async fn staff_revision(&self) -> Kept<i64>;
    /// Whether the store answers, for `/readyz`.
    async fn ready(&self) -> Kept<()>;
    /// Writes what is still waiting and closes the files.
    async fn close(&self);
}

pub struct NewRoom {
    pub room: RoomId,
    pub epoch: u128,
    pub key: Digested,
    pub nickname: Nickname,
    pub now: Time,
}

/// A room as it stands in the store.
#[derive(Clone, Debug)]
pub struct RoomRow {
    pub room: RoomId,
    pub epoch: u128,
    pub key: Digested,
    pub nickname: Nickname,
    pub queue_no: i64,
    pub arrived: Time,
    pub counsellor: Option<Seated>,
    /// The first line of each side, where there is one.
    pub first_student: Option<Seq>,
    pub first_counsellor: Option<Seq>,
}

/// Who took a room, and behind which line.
#[derive(Clone, Debug)]
pub struct Seated {
    pub account: AccountId,
    pub nickname: Nickname,
    pub claim: ClaimId,
    pub after: Seq,
}

pub struct NewTake {
    pub room: RoomId,
    pub account: AccountId,
    pub claim: ClaimId,
    pub now: Time,
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
    pub at: Time,
    pub body: Body,
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

pub struct NewAccount {
    pub account: AccountId,
    pub login: String,
    pub nickname: Nickname,
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
    pub disabled: bool,
}
