//! What must survive a kill, and the promises of whoever keeps it.
//!
//! Every write that returns `Ok` is durable: it survives `kill -9` and a power cut. A write that returns an error
//! happened once or not at all, and may be repeated. The contract suite in `tests/store.rs` holds every
//! implementation to what can be seen without a kill. The store decides nothing that the domain can decide; it refuses
//! what would break a promise (a second room for a key, a second counsellor for a room, the same line twice).

pub mod accounts;
pub mod activity;
pub mod intakes;
pub mod postgres;
mod rows;
// The same folder again, for the other database: one text for both, each compiled with its own types.
#[allow(clippy::duplicate_mod)]
pub mod sqlite;

use std::{cmp::Ordering, fmt, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use quietline_domain::{AccountId, RoomId, Seq, Span, Time, outage::Outage, room::TurnEnd};

use crate::{
    clock::Moment,
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

pub use accounts::{Accounts, Changed};
pub use activity::Activity;
pub use intakes::{Erasure, Fate, Intakes};
pub use rows::*;

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
pub trait Store: Intakes + Activity + Accounts {
    // Rooms.

    /// Creates one chat user and one waiting room, at the end of the queue. With a key that has a room already,
    /// nothing is created and that room is returned (W4). A nickname that is somebody else's creates nothing (U3); of
    /// one that is not, only its forms are kept.
    async fn open_room(&self, new: NewRoom) -> Kept<Opening>;
    /// Every open room, in queue order: for a start.
    async fn rooms(&self) -> Kept<Vec<RoomRow>>;
    async fn room(&self, room: RoomId) -> Kept<Option<RoomRow>>;
    // What of the following is a counsellor's work is appended to the activity log with it (D1).

    /// Gives a waiting room to a counsellor and remembers the click, in one transaction. The same click again gets the
    /// room that it has, whichever is asked for. [`Take::Lost`] when the room is no longer waiting: then nothing is
    /// remembered.
    async fn take(&self, take: NewTake) -> Kept<Take>;
    /// Ends this counsellor's turn: the room waits again, at the place it had. Returns the last line's number, or
    /// `None` when the room is not this counsellor's (any more); then nothing has changed.
    async fn release(&self, room: RoomId, from: AccountId, why: TurnEnd, now: Moment) -> Kept<Option<Seq>>;
    /// Ends one counsellor's turn and begins another's, in one transaction. `None` when the room is not `from`'s (any
    /// more), or `to` is disabled, unknown, or `from`; then nothing has changed. Once it is `to`'s, asking again gives
    /// the same answer.
    async fn hand_over(&self, room: RoomId, from: AccountId, to: AccountId, now: Moment) -> Kept<Option<Seated>>;
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
    /// What opens the student's intake, as their page has sealed it; or nothing any more.
    async fn keep_shared(&self, room: RoomId, sealed: Option<Envelope>) -> Kept<()>;
    /// Deletes lines, room, chat user and the click's reference to it, physically, and the intake of the same key unless
    /// there is a return code for it. `None` when there was no such room; then nobody's work is logged either.
    async fn erase(&self, room: RoomId, work: Option<activity::Entry>) -> Kept<Option<Erasure>>;

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
    /// kept for, sessions that are over, and links that are good no more. Returns how many rows went.
    async fn sweep(&self, now: Moment) -> Kept<u64>;
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
    async fn keep_identity(&self, account: AccountId, public: PublicKey, sealed: SealedText, now: Time) -> Kept<()>;
    async fn set_available(&self, account: AccountId, state: Availability) -> Kept<()>;
    /// Remembers a signed-in session by the digest of its cookie.
    async fn add_session(&self, session: Digested, account: AccountId, until: Time, now: Time) -> Kept<()>;
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
