//! Who writes to the activity log, where no write of a room tells it: desks that open, the switch, plans, the keyboard.
//!
//! Nobody waits for the log, and an entry that the store does not take is tried again until it does: one whose write happened
//! and was not answered may stand twice. It knows no room, no student and nothing that is said; what of a report can be true
//! is the domain's to decide.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use jiff::tz::TimeZone;
use quietline_domain::{
    AccountId, Span, Time,
    duty::{Implausible, Keyboard, Kind, Report},
};

use super::hours;

use crate::{
    clock::Clock,
    private::Digested,
    store::{
        Kept, Store, StoreError,
        activity::{Entry, Lasted},
    },
};

/// How long the store is left alone before an entry that it did not take is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(2);

/// As many entries may wait for a store that takes nothing; of more than this only the number is told.
const MOST_WAITING: usize = 10_000;

/// Cheap to share; one for the whole house.
pub struct Journal {
    store: Arc<dyn Store>,
    clock: Clock,
    /// Where hours of the week are counted.
    zone: TimeZone,
    keyboards: Mutex<HashMap<AccountId, Keyboard>>,
    waiting: Arc<AtomicUsize>,
}

/// What became of a keyboard report.
pub enum Reported {
    Noted,
    Refused(Implausible),
    /// Whoever reports is not signed in any more.
    SignedOut,
}

impl Journal {
    pub fn new(store: Arc<dyn Store>, clock: Clock, zone: TimeZone) -> Self {
        Self { store, clock, zone, keyboards: Mutex::default(), waiting: Arc::default() }
    }

    /// This counsellor did that, now.
    pub fn note(&self, account: AccountId, kind: Kind) {
        let at = self.clock.now();
        if kind == Kind::Desk {
            self.keyboards().insert(account, Keyboard::opened(at));
        }
        self.keep(Entry { account, at, kind });
    }

    /// What a desk says of its keyboard (D4).
    ///
    /// # Errors
    /// When the store cannot be read; then nothing is noted.
    pub async fn report(&self, account: AccountId, session: Digested, report: Report) -> Kept<Reported> {
        if self.store.session(session, self.clock.now()).await?.is_none() {
            return Ok(Reported::SignedOut);
        }
        let known = self.keyboards().get(&account).copied();
        let opened = match known {
            Some(keyboard) => keyboard,
            // The desk has been open for longer than this server runs.
            None => {
                let opened = self.store.last_noted(account, Kind::Desk).await?;
                Keyboard::opened(opened.unwrap_or_else(|| self.clock.now()))
            }
        };
        let now = self.clock.now();
        let noted = self.keyboards().entry(account).or_insert(opened).report(now, report);
        Ok(match noted {
            Ok(moments) => {
                moments.into_iter().for_each(|(at, kind)| self.keep(Entry { account, at, kind }));
                Reported::Noted
            }
            Err(why) => Reported::Refused(why),
        })
    }

    /// A wait or a conversation that began then is over, and is counted. What is lost with a store that fails is one count.
    pub fn lasted(&self, what: Lasted, began: Time) {
        let lasted = Span(self.clock.now().since(began).0.max(0));
        let (store, coarse) = (self.store.clone(), hours::coarse(what, began, lasted, &self.zone));
        tokio::spawn(async move {
            if let Err(error) = store.count(coarse).await {
                log::warn!("not counted: {error}");
            }
        });
    }

    fn keep(&self, entry: Entry) {
        if MOST_WAITING <= self.waiting.fetch_add(1, Ordering::Relaxed) {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            log::error!("activity not kept: too many entries wait for the database");
            return;
        }
        let (store, waiting) = (self.store.clone(), self.waiting.clone());
        tokio::spawn(async move {
            let mut tries = 0;
            loop {
                match store.note(entry).await {
                    Ok(()) | Err(StoreError::Superseded) => break,
                    // Once for each: an outage is told by whoever watches the store.
                    Err(error) if tries == 0 => log::warn!("activity not kept yet: {error}"),
                    Err(_) => {}
                }
                tries += 1;
                tokio::time::sleep(TRY_AGAIN).await;
            }
            waiting.fetch_sub(1, Ordering::Relaxed);
        });
    }

    fn keyboards(&self) -> std::sync::MutexGuard<'_, HashMap<AccountId, Keyboard>> {
        self.keyboards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
