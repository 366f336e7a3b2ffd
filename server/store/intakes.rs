//! What is kept of an intake: its tree in clear, its answers sealed, and the three keys under which it opens.
//!
//! A session is changed by one [`Change`] at a time, each in one transaction that starts from a revision: of two at
//! once, the later one is told to look again. Nothing here can open what is sealed.

use async_trait::async_trait;
use quietline_domain::{
    AccountId, Time,
    intake::{Decision, Key, Path, definition::Priority},
};

use super::Kept;
use crate::private::{Digested, SealedText};

#[async_trait]
pub trait Intakes: Send + Sync + 'static {
    /// The session that this opens, with everything below it, as of one moment.
    async fn intake(&self, by: Opener) -> Kept<Option<IntakeRow>>;
    /// Keeps a new one. `false` when the key has one already; then nothing is kept.
    async fn add_intake(&self, new: NewIntake) -> Kept<bool>;
    /// Changes a session and sets when it was modified (Q11). `false` when it is no longer at that revision, or gone, or
    /// what is to open it opens another; then nothing has changed.
    async fn change_intake(&self, from: Revision, now: Time, what: Change) -> Kept<bool>;
    /// Remembers the node to go on from, which costs the same in any tree. `false` when there is no such session or node;
    /// then nothing has changed.
    async fn stand_at(&self, key: Digested, path: Path, now: Time) -> Kept<bool>;
    /// Deletes the session of this key with everything below it, physically. `false` when there was none.
    async fn drop_intake(&self, key: Digested) -> Kept<bool>;
    /// What becomes of the intake of a tab that has left, as when its room ends (Q12).
    async fn leave_intake(&self, key: Digested) -> Kept<Fate>;
    /// Deletes at most `most` sessions that were modified before then, with everything below them and nothing else.
    /// Returns how many went. They are out of the database's log once `sweep` has answered.
    async fn drop_stale_intakes(&self, before: Time, most: u32) -> Kept<u64>;
}

/// What an erased room took with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Erasure {
    pub lines: u64,
    pub intake: Fate,
}

/// What became of an intake when its room ended (Q12).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Fate {
    /// There was none.
    #[default]
    None,
    Erased,
    /// It opens by its return code, and by nothing else any more.
    Kept,
}

/// By what a session is found. Each has sealed the session's own key for itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Opener {
    /// The key in the student's tab.
    Tab(Digested),
    Code(Digested),
    /// What the student gave their counsellor.
    Share(Digested),
}

/// Which session, and how often it had been changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Revision {
    pub session: u128,
    pub nth: i64,
}

pub struct NewIntake {
    pub session: u128,
    pub key: Digested,
    /// The session's own key, sealed under the one in the tab.
    pub sealed_key: SealedText,
    pub grown: Grown,
    pub now: Time,
}

/// What a profile has made of a definition.
pub struct Grown {
    /// Which definition it was.
    pub definition: String,
    pub profile: Vec<(String, SealedText)>,
    pub nodes: Vec<NodeRow>,
}

/// One change of a session.
pub enum Change {
    /// Another tree, in the place of the one before; of the steps, only these are left.
    Grown {
        grown: Grown,
        steps: Vec<u128>,
    },
    /// An item's answer and weight.
    Noted {
        path: Path,
        sealed: SealedText,
    },
    Decided {
        path: Path,
        decision: Decision,
    },
    /// Nothing but that it was resumed.
    Resumed,
    Step {
        step: u128,
        sealed: SealedText,
    },
    NoStep(u128),
    /// A return code instead of the one before.
    Code {
        digest: Digested,
        sealed_key: SealedText,
    },
    /// It is this tab's from now on, and shared with nobody.
    Tab {
        key: Digested,
        sealed_key: SealedText,
    },
    Shared {
        digest: Digested,
        sealed_key: SealedText,
    },
    NotShared,
}

impl Change {
    /// How many nodes it writes.
    pub fn nodes(&self) -> usize {
        match self {
            Self::Grown { grown, .. } => grown.nodes.len(),
            _ => 0,
        }
    }

    /// Whether something is gone with it that somebody was told is gone: then it may not stay in the database's log.
    pub fn takes_away(&self) -> bool {
        match self {
            Self::Grown { .. } | Self::NoStep(_) | Self::Code { .. } | Self::Tab { .. } | Self::NotShared => true,
            Self::Noted { .. } | Self::Decided { .. } | Self::Resumed | Self::Step { .. } | Self::Shared { .. } => {
                false
            }
        }
    }
}

/// A session as it stands in the store.
pub struct IntakeRow {
    pub revision: Revision,
    pub definition: String,
    pub at: Option<Key>,
    /// The session's own key, sealed for whoever has asked.
    pub sealed_key: SealedText,
    pub has_code: bool,
    pub is_shared: bool,
    /// Whether the key in the tab has a room, and who holds that.
    pub room: Held,
    pub profile: Vec<(String, SealedText)>,
    /// In document order.
    pub nodes: Vec<NodeRow>,
    /// In the order in which they were made.
    pub steps: Vec<(u128, SealedText)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    NoRoom,
    ByNobody,
    By(AccountId),
}

#[derive(Clone)]
pub struct NodeRow {
    pub path: Path,
    pub key: Key,
    pub title: TitleRow,
    pub body: BodyRow,
}

#[derive(Clone)]
pub enum TitleRow {
    Defined(String),
    Sealed(SealedText),
}

#[derive(Clone)]
pub enum BodyRow {
    Item { statement: String, fixed: Option<Priority>, noted: Option<SealedText> },
    Module { asks: Option<String>, description: Option<String>, decision: Option<Decision> },
}
