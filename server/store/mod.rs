//! What must survive a kill, and the promises of whoever keeps it.
//!
//! Every write that returns `Ok` is durable: it survives `kill -9` and a power cut. A write that returns an error
//! happened once or not at all, and may be repeated. The contract suite in `tests/store.rs` holds every
//! implementation to what can be seen without a kill. The store decides nothing that the domain can decide; it refuses
//! what would break a promise (a second room for a key, a second counsellor for a room, the same line twice).

pub mod postgres;
// The same folder again, for the other database: one text for both, each compiled with its own types.
#[allow(clippy::duplicate_mod)]
pub mod sqlite;

use std::{cmp::Ordering, fmt, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use quietline_domain::{
    AccountId, Cid, ClaimId, Role, RoomId, Seq, Span, Time, outage::Outage, queue::Answer, room::TurnEnd,
};

use crate::{
    hold::HoldError,
    private::{Digested, Forms, Nickname, SealedText},
    protocol::{Envelope, PublicKey, Said},
};

/// What went wrong below. Its text is for the operator and never holds content.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// It did not say in time whether it was written.
    #[error("the database has not answered for 10 s")]
    Silent,
    /// It cannot be written just now; why is in the log. Whatever was asked happened once or not at all.
    #[error("the database cannot be written just now")]
    Away,
    /// The lock was lost, and another server has had the database since: what this one remembers is of another time.
    #[error("another Quietline has served this database since the connection was lost")]
    Superseded,
    /// Cannot be opened as it is; the sentence names the cause and the remedy.
    #[error("{0}")]
    Unusable(String),
}

impl From<HoldError> for StoreError {
    fn from(error: HoldError) -> Self {
        Self::Unusable(error.to_string())
    }
}

pub type Kept<T> = Result<T, StoreError>;

/// Where the database is.
#[derive(Clone)]
pub enum Address {
    Sqlite(PathBuf),
    Postgres(postgres::Url),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

/// Whether a server runs on the database that a verb has opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    Alone,
    BesideServer,
}

/// Opens a database for a server, alone, and brings it up to date. The hold ends with the store, or with the process.
///
/// # Errors
/// [`StoreError::Unusable`] with a sentence that names the cause and the remedy.
pub async fn serve(address: &Address) -> Kept<Arc<dyn Store>> {
    Ok(match address {
        Address::Sqlite(path) => Arc::new(sqlite::Sqlite::serve(path).await?),
        Address::Postgres(url) => Arc::new(postgres::Postgres::serve(url).await?),
    })
}

/// Opens a database for a verb: under a running server as it is, otherwise brought up to date.
///
/// # Errors
/// [`StoreError::Unusable`] with a sentence that names the cause and the remedy.
pub async fn visit(address: &Address) -> Kept<(Arc<dyn Store>, Standing)> {
    Ok(match address {
        Address::Sqlite(path) => {
            let (store, standing) = sqlite::Sqlite::visit(path).await?;
            (Arc::new(store), standing)
        }
        Address::Postgres(url) => {
            let (store, standing) = postgres::Postgres::visit(url).await?;
            (Arc::new(store), standing)
        }
    })
}

/// Whether what was deleted is gone from the database's log too.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scrubbed {
    Done,
    /// Somebody reads it, or it cannot be written just now: it is tried again.
    NotYet,
}

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// The last migration that a database has had.
const APPLIED: &str = "select max(version) from _sqlx_migrations";

/// How a database compares to this version of the program.
fn version(applied: i64) -> Ordering {
    applied.cmp(&MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default())
}

#[async_trait]
pub trait Store: Send + Sync + 'static {
    // Rooms.

    /// Creates one chat user and one waiting room, at the end of the queue. With a key that has a room already,
    /// nothing is created and that room is returned (W4). A nickname that is somebody else's creates nothing (U3); of
    /// one that is not, only its forms are kept.
    async fn open_room(&self, new: NewRoom) -> Kept<Opening>;
    /// Every open room, in queue order: for a start.
    async fn rooms(&self) -> Kept<Vec<RoomRow>>;
    async fn room(&self, room: RoomId) -> Kept<Option<RoomRow>>;
    /// Gives a waiting room to a counsellor and remembers the click, in one transaction. The same click again gets the
    /// room that it has, whichever is asked for. [`Take::Lost`] when the room is no longer waiting: then nothing is
    /// remembered.
    async fn take(&self, take: NewTake) -> Kept<Take>;
    /// Ends this counsellor's turn: the room waits again, at the place it had. Returns the last line's number, or
    /// `None` when the room is not this counsellor's (any more); then nothing has changed.
    async fn release(&self, room: RoomId, from: AccountId, why: TurnEnd, now: Time) -> Kept<Option<Seq>>;
    /// Ends one counsellor's turn and begins another's, in one transaction. `None` when the room is not `from`'s (any
    /// more), or `to` is disabled, unknown, or `from`; then nothing has changed. Once it is `to`'s, asking again gives
    /// the same answer.
    async fn hand_over(&self, room: RoomId, from: AccountId, to: AccountId, now: Time) -> Kept<Option<Seated>>;
    /// The room waits as if this counsellor had not taken it. `false` when it is not theirs (any more).
    async fn put_back(&self, room: RoomId, from: AccountId, now: Time) -> Kept<bool>;
    /// What the student is called, as their page has sealed it; instead of what was kept before.
    async fn keep_nickname(&self, room: RoomId, sealed: Envelope) -> Kept<()>;
    /// Lets the present counsellor read everything (W13).
    async fn share_older(&self, room: RoomId) -> Kept<()>;
    /// Something other than a line has happened in the conversation (W24).
    async fn touch(&self, room: RoomId, at: Time) -> Kept<()>;
    /// Which open rooms this account held before and holds no more.
    async fn left_by(&self, account: AccountId) -> Kept<Vec<RoomId>>;
    /// The open rooms whose students gave way to a registered person, and what stands before their nicknames (U4).
    async fn renamed(&self) -> Kept<Vec<(RoomId, String)>>;
    /// Remembers a click that was answered without a room, so that repeating it changes nothing.
    async fn answer_claim(&self, claim: ClaimRow) -> Kept<()>;
    /// Clicks answered after `since`, and none older: those are forgotten.
    async fn claims(&self, since: Time) -> Kept<Vec<ClaimRow>>;
    /// Saves a line and numbers it, once however often it is sent.
    async fn append(&self, line: NewLine) -> Kept<Appended>;
    /// What `append` would say of a line that was saved before; [`Appended::NoRoom`] for one that was not.
    async fn recall(&self, line: NewLine) -> Kept<Appended>;
    /// The room's lines after `since`, in order.
    async fn lines(&self, room: RoomId, since: Seq) -> Kept<Vec<Said>>;
    /// Deletes lines, room, chat user and the click's reference to it, physically. Returns how many lines there
    /// were, or `None` when there was no such room.
    async fn erase(&self, room: RoomId) -> Kept<Option<u64>>;

    // Time and tidiness.

    /// Which installation this is: random, made with the database, so that what lies beside it can be told to belong to it.
    async fn installation(&self) -> Kept<u128>;

    /// The server is alive at `now`, and what people say can be saved: after a write that failed this tries it out. Until
    /// the first `alive` after a start, the time since the last one before it is
    /// an outage.
    async fn alive(&self, now: Time) -> Kept<()>;
    /// A server starts at `now`: remembers the outage since the last `alive`, forgets those that ended more than
    /// [`OUTAGES_KEPT`] ago, and returns all it remembers, in order.
    async fn started(&self, now: Time) -> Kept<Vec<Outage>>;
    /// Deletes what belongs to nothing any more: chat users without a room or an account, clicks older than they are
    /// kept for, sessions that are over. Returns how many rows went.
    async fn sweep(&self, now: Time) -> Kept<u64>;
    /// Gives the forms of their nicknames to accounts anew: the key may have changed.
    async fn complete_forms(&self, forms: &(dyn for<'n> Fn(&'n Nickname) -> Forms + Sync)) -> Kept<()>;

    // Staff.

    /// `None` when the login is taken, or an account has a nickname that is the same in either form. A visitor who has
    /// it is called `renamed_prefix` and it from then on (U4), which nobody else can be called.
    async fn add_account(&self, account: NewAccount) -> Kept<Option<AccountId>>;
    async fn accounts(&self) -> Kept<Vec<AccountRow>>;
    async fn account(&self, id: AccountId) -> Kept<Option<AccountRow>>;
    /// With its password hash, for signing in.
    async fn account_by_login(&self, login: &str) -> Kept<Option<(AccountRow, String)>>;
    /// The public half of this counsellor's own key, and the other half as their page has sealed it.
    async fn identity(&self, account: AccountId) -> Kept<Identity>;
    /// Keeps another, in place of the one before.
    async fn keep_identity(&self, account: AccountId, public: PublicKey, sealed: SealedText) -> Kept<()>;
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
    /// Asks the running server to sweep now, and returns the number of this wish.
    async fn ask_sweep(&self) -> Kept<i64>;
    /// The last wish for a sweep that was asked, and the last that was carried out, with how many rooms it erased.
    async fn sweeps(&self) -> Kept<Sweeps>;
    async fn swept(&self, wish: i64, erased: u64) -> Kept<()>;
    /// Whether the store answers, for `/readyz`.
    async fn ready(&self) -> Kept<()>;
    /// Writes what is still waiting and closes the files.
    async fn close(&self);
}

/// How long an outage is remembered; no room can be older without having been active since.
pub const OUTAGES_KEPT: Span = Span::seconds(30 * 86_400);

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
    pub disabled: bool,
}
