//! What is done to accounts, in the page and at a terminal, and the log of what staff did.
//!
//! Each change is logged in the transaction that makes it. The last administrator can be neither disabled nor made less:
//! that is decided here, because two may ask at once.

use async_trait::async_trait;
use quietline_domain::{AccountId, Time};
use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;

use super::{Kept, NewAccount, StaffRole};
use crate::private::{Digested, Nickname};

#[async_trait]
pub trait Accounts: Send + Sync + 'static {
    /// An account without a password, until its person has chosen one by this link. `false` when the login or the
    /// nickname is taken; then nothing is added.
    async fn invite(&self, new: NewAccount, link: Link, by: AccountId) -> Kept<bool>;
    /// Takes the password away, signs the account out everywhere, and lets its person choose another by this link;
    /// enables it. An account that was invited gets another link.
    async fn reissue(&self, account: AccountId, link: Link, now: Time, by: AccountId) -> Kept<Changed>;
    /// At a terminal: this password opens the account from now on and nothing else does. Signs it out everywhere, enables it.
    async fn reset(&self, account: AccountId, password_hash: &str, now: Time) -> Kept<Changed>;
    /// Signs the account out everywhere and lets it in no more.
    async fn disable(&self, account: AccountId, now: Time, by: Doer) -> Kept<Changed>;
    async fn set_role(&self, account: AccountId, role: StaffRole, now: Time, by: Doer) -> Kept<Changed>;
    /// The enabled account that this link invites.
    async fn invited_by(&self, link: Digested, now: Time) -> Kept<Option<AccountId>>;
    /// The link is used up. `None` when it is not good (any more); then nothing has changed.
    async fn choose_password(&self, link: Digested, password_hash: &str, now: Time) -> Kept<Option<AccountId>>;
    /// Logs what changed nothing.
    async fn audit(&self, entry: Audit) -> Kept<()>;
    /// The newest entries before this number, the newest first; all of the newest without one.
    async fn audited(&self, before: Option<i64>, most: u32) -> Kept<Vec<Audited>>;
}

/// What makes an account's person choose a password.
#[derive(Clone, Copy)]
pub struct Link {
    pub digest: Digested,
    pub until: Time,
}

/// What became of a change of an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Changed {
    Done,
    NoSuchAccount,
    /// Nobody would be left who can add, disable or reset.
    LastAdministrator,
}

/// Who did it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Doer {
    Account(AccountId),
    /// Whoever can run the program on the machine.
    Terminal,
}

/// What staff did. Holds no content.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    SignedIn,
    SignedOut,
    Added,
    Disabled,
    Reset,
    MadeCounsellor,
    MadeSupervisor,
    MadeAdministrator,
    ChosePassword,
    ChangedKey,
    SawEveryonesDuty,
    DownloadedDuty,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Audit {
    pub at: Time,
    pub by: Doer,
    pub deed: Deed,
    /// Whose account it was done to, if to somebody's.
    pub about: Option<AccountId>,
}

/// An entry as it is read.
pub struct Audited {
    /// Its number: the later, the higher.
    pub nth: i64,
    pub at: Time,
    /// None for a terminal.
    pub by: Option<Nickname>,
    pub deed: Deed,
    pub about: Option<Nickname>,
}

impl Deed {
    pub const ALL: [Self; 12] = [
        Self::SignedIn,
        Self::SignedOut,
        Self::Added,
        Self::Disabled,
        Self::Reset,
        Self::MadeCounsellor,
        Self::MadeSupervisor,
        Self::MadeAdministrator,
        Self::ChosePassword,
        Self::ChangedKey,
        Self::SawEveryonesDuty,
        Self::DownloadedDuty,
    ];

    /// As the store has it.
    pub fn text(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::SignedOut => "signed_out",
            Self::Added => "added",
            Self::Disabled => "disabled",
            Self::Reset => "reset",
            Self::MadeCounsellor => "made_counsellor",
            Self::MadeSupervisor => "made_supervisor",
            Self::MadeAdministrator => "made_administrator",
            Self::ChosePassword => "chose_password",
            Self::ChangedKey => "changed_key",
            Self::SawEveryonesDuty => "saw_everyones_duty",
            Self::DownloadedDuty => "downloaded_duty",
        }
    }

    pub fn made(role: StaffRole) -> Self {
        match role {
            StaffRole::Counsellor => Self::MadeCounsellor,
            StaffRole::Supervisor => Self::MadeSupervisor,
            StaffRole::Administrator => Self::MadeAdministrator,
        }
    }
}
