//! Who was at work on some days: the sessions that the store's log comes to, put together and cut at the first day and
//! the last.
//!
//! It knows no names: whose account is whose is the store's to say, and who may see it is decided elsewhere.

use std::collections::BTreeMap;

use quietline_domain::{
    AccountId,
    duty::{Rules, Session, Sessions},
};

use super::{days::Days, report::Report};
use crate::store::{
    Kept, Store,
    activity::{Asked, Whose},
};

/// The sessions that begin on these days, in the order of time; nobody without one is in it.
pub struct Worked(pub BTreeMap<AccountId, Vec<Session>>);

/// # Errors
/// When the store cannot be read.
pub async fn on(days: &Days, whose: Whose, rules: Rules, store: &dyn Store) -> Kept<Worked> {
    let (from, until) = (days.from(), days.until());
    let mut people = BTreeMap::<AccountId, Sessions>::new();
    for part in store.duty(Asked { rules, from, until, whose }).await? {
        people.entry(part.account).or_insert_with(|| Sessions::new(&rules)).join(part.session);
    }
    let begin_then = |sessions: Sessions| -> Vec<Session> {
        sessions.iter().filter(|session| from <= session.start && session.start < until).collect()
    };
    let worked = people.into_iter().map(|(account, sessions)| (account, begin_then(sessions)));
    Ok(Worked(worked.filter(|(_, sessions)| !sessions.is_empty()).collect()))
}

impl Worked {
    /// In the order in which people are given.
    pub fn of<'a>(&'a self, people: &'a [AccountId]) -> impl Iterator<Item = (AccountId, &'a [Session])> {
        people.iter().filter_map(|account| Some((*account, self.0.get(account)?.as_slice())))
    }

    pub fn report(&self, people: &[AccountId], days: &Days) -> Report<AccountId> {
        let sessions = self.of(people).map(|(account, sessions)| (account, sessions.iter().copied()));
        Report::new(sessions, &days.zone)
    }
}
