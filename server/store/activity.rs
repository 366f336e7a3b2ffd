//! What is kept of counsellors' work: a log that is only ever added to, and the sessions that it comes to.
//!
//! A room, a text, a nickname or a student is in none of it. What a session is, is the domain's to decide; the store
//! remembers how far it has looked the log through, so that a month can be read without reading a month of entries.

use std::sync::Arc;

use async_trait::async_trait;
use quietline_domain::{
    AccountId, Span, Time,
    duty::{Kind, Rules, Session},
};
use uuid::Uuid;

use super::Kept;

#[async_trait]
pub trait Activity: Send + Sync + 'static {
    /// Appends these entries (D1), once when the same batch is sent again in a row. What a room's own write tells of is
    /// appended with that write, and not by this.
    async fn note(&self, batch: Batch) -> Kept<()>;
    /// When this counsellor last did that.
    async fn last_noted(&self, account: AccountId, kind: Kind) -> Kept<Option<Time>>;
    /// What the log comes to between these moments, in parts that [`quietline_domain::duty::Sessions::join`] puts
    /// together, as of one moment: sessions that begin then are whole, and some beside them may be parts.
    async fn duty(&self, asked: Asked) -> Kept<Vec<Part>>;
    /// Looks on through at most `most` entries, and returns how many there were. Begins anew when the rules have changed.
    async fn look_through(&self, rules: Rules, most: u32) -> Kept<u64>;
    /// One more wait or conversation of about this length.
    async fn count(&self, about: Coarse) -> Kept<()>;
    /// How often each was counted.
    async fn counted(&self) -> Kept<Vec<(Coarse, u64)>>;
}

/// Who did something, when, and of which kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    pub account: AccountId,
    pub at: Time,
    pub kind: Kind,
}

/// As many entries go in one batch.
pub const MOST_AT_ONCE: usize = 512;

/// Entries that are appended together. Whoever gets no answer sends the same one again: it is known by its number.
#[derive(Clone)]
pub struct Batch {
    pub number: i64,
    pub entries: Arc<[Entry]>,
}

impl Batch {
    /// At most [`MOST_AT_ONCE`].
    pub fn of(entries: Vec<Entry>) -> Self {
        Self { number: Uuid::new_v4().as_u64_pair().0 as i64, entries: entries.into() }
    }
}

/// Which part of the log is asked for.
#[derive(Clone, Copy)]
pub struct Asked {
    pub rules: Rules,
    pub from: Time,
    /// The first moment that does not belong to it.
    pub until: Time,
    pub whose: Whose,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Everyones,
    Of(AccountId),
}

/// A session, or an entry that nobody has put into one yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    pub account: AccountId,
    pub session: Session,
}

/// How long somebody waited, or a conversation lasted, as coarsely as it is kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Coarse {
    pub what: Lasted,
    /// The three hours of the week in which it began, from 0 on Monday at midnight to 55.
    pub block: u8,
    /// Which step of length; what each means is said by whoever counts.
    pub step: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Lasted {
    Wait,
    Conversation,
}

/// Far longer than any shift: how far beside what is asked for parts may lie that belong to it.
pub const BESIDE: Span = Span::seconds(2 * 86_400);
