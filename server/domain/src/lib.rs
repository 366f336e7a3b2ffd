//! What Quietline decides, and nothing else: who waits, who is taken, what each side may see, when a room ends.
//!
//! The domain has no outside: time and ids are arguments, what should happen is returned. It does no I/O, asks for no
//! clock, makes no randomness, and cannot be serialised; `server/protocol.rs` decides what leaves the building.
//! Each machine has one face: `step(now, input) -> Vec<Effect>` and, where it waits for something, `deadline()`.

pub mod duty;
pub mod intake;
pub mod outage;
pub mod presence;
pub mod queue;
pub mod room;
pub mod waits;
pub mod window;

/// Milliseconds since 1970, as the caller's clock says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Time(pub i64);

impl Time {
    pub fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// How long ago `earlier` was; negative when it lies ahead.
    pub fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

/// A length of time in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span(pub i64);

impl Span {
    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds * 1_000)
    }
}

/// The two seats of a room.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    Student,
    Counsellor,
}

impl Role {
    pub fn other(self) -> Self {
        match self {
            Self::Student => Self::Counsellor,
            Self::Counsellor => Self::Student,
        }
    }
}

/// A line's number in its room: 1, 2, 3 … without gaps. 0 stands before the first.
pub type Seq = u64;

/// Which of a room's secrets a line is sealed with: 1 for the first counsellor, more whenever somebody goes or comes.
pub type KeyEpoch = u32;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u128);
    )*};
}
ids! {
    /// A room. Random, so that it says nothing about when or who.
    RoomId,
    /// A staff account.
    AccountId,
    /// The id that its sender's page gave a line.
    Cid,
    /// The id that a page gave one press of *Give me a student*.
    ClaimId
}
